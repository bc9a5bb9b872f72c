"""Ordinary chat goes nowhere, and what fails shows no words (design, section 3): a marked text meets a failure in every
layer, and the mark is looked for in logs, errors, output, representations and in the bytes of the database."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.classifier.reader import Classifier
from bot.decider import Decided, Read
from bot.handlers import report, router
from bot.messages import Incoming, MessageKind, Reason, Words
from bot.texts import Texts
from storage import ears, word_rows
from storage.tables import set_aside
from storage.work import SqlWork
from tests.builders.talk import Talk
from tickets import opening

MARK = "暗语7419"
CHAT = f"今天中午吃臊子面，{MARK}，谁来"
REPORT = f"5号楼2单元楼道灯坏了半个月，{MARK}，老人看不见路"
DANGER = f"5号楼着火了，快来人，{MARK}"


def boom(*told: Any, **_: Any) -> Any:
    """Fails as careless code would: with everything that it was given in the error's words."""
    raise RuntimeError(" ".join(_plain(one) for one in told) + MARK)


def _plain(one: Any) -> str:
    return one.text if isinstance(one, Words) else repr(one)


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """Everything logged, by structlog and by the standard library, with tracebacks as they come."""
    caplog.set_level(logging.DEBUG)
    lines = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(lines),
    )
    yield lines
    lines.write(caplog.text)
    structlog.reset_defaults()


def incoming(talk: Talk, words: str, number: int = 1) -> Incoming:
    return Incoming(id=f"p-{number}", channel="replay", sender="r-001", at=talk.now + timedelta(seconds=1),
                    kind=MessageKind.TEXT, words=Words(words), group="g-basic-01", sequence=number)


def live(talk: Talk, message: Incoming) -> tuple[Read, list[Decided]]:
    """As a live process decides: nothing is raised, what fails is laid aside by its class."""
    talk.replay.walk_to(message.at)
    read = talk.replay.decider.read(message)

    def unit(work: SqlWork) -> list[Decided]:
        decided = talk.replay.decider.decide_batch(work, [read], talk.now)
        for one in decided:
            if one.error is not None:
                ears.lay_aside(work, "archive", str(message.sequence), one.error, talk.now)
        return decided

    decided = talk.store.run(unit)
    for one in decided:
        talk.replay.decider.settle(one)
    return read, decided


def bytes_of(talk: Talk) -> bytes:
    """The database with its journals."""
    return b"".join(path.read_bytes() for path in Path(talk.database).parent.iterdir())


LAYERS = {
    "classifier": (Classifier, "read"),
    "handler": (router, "hear"),
    "report": (report, "gather_before"),
    "use case": (opening, "do_open"),
    "storage": (word_rows, "keep"),
    "history": (SqlWork, "record"),
    "outbox": (SqlWork, "say"),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("words", [CHAT, REPORT, DANGER])
def test_a_failure_in_any_layer_shows_no_words(
    talk: Talk, logs: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, layer: str, words: str
) -> None:
    monkeypatch.setattr(*LAYERS[layer], boom)
    read, decided = live(talk, incoming(talk, words))
    if words is not CHAT or layer == "classifier":
        assert decided[0].error == "RuntimeError"
        aside = talk.store.look(lambda work: work.connection.execute(set_aside.select()).all())
        assert "RuntimeError" in repr(aside)
        assert MARK not in repr(aside)
    assert talk.tickets() == []
    out = capsys.readouterr()
    for shown in (repr(read), repr(decided), out.out, out.err, logs.getvalue()):
        assert MARK not in shown
    talk.store.close()
    assert MARK.encode() not in bytes_of(talk)


@pytest.mark.parametrize("layer", ["classifier", "handler"])
def test_what_failed_once_does_not_stop_what_comes_after(talk: Talk, monkeypatch: pytest.MonkeyPatch, layer: str) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(*LAYERS[layer], boom)
        live(talk, incoming(talk, REPORT))
    _, decided = live(talk, incoming(talk, "7号楼电梯又坏了，老人上不去", 2))
    assert decided[0].error is None
    assert len(talk.tickets()) == 1


def test_an_error_of_the_database_shows_no_words(talk: Talk, capsys: pytest.CaptureFixture[str], logs: io.StringIO) -> None:
    """The real driver's error, with the words among its parameters."""
    talk.store.run(lambda work: work.connection.exec_driver_sql("ALTER TABLE words RENAME COLUMN body TO bodies"))
    message = incoming(talk, REPORT)
    shown = ""
    try:
        _, decided = live(talk, message)
        shown = repr(decided)
        assert decided[0].error is not None
    except Exception as error:
        shown = "".join(traceback.format_exception(error)) + repr(error)
    out = capsys.readouterr()
    assert MARK not in shown + out.out + out.err + logs.getvalue()
    talk.store.close()
    assert MARK.encode() not in bytes_of(talk)


def test_a_sentence_that_can_not_be_made_shows_no_words(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the failure leaves the unit; its traceback and representation are all that a log could have."""

    def render(self: Texts, event: str, context: Any) -> Any:
        raise LookupError(f"{event} {context!r}")

    monkeypatch.setattr(Texts, "render", render)
    with pytest.raises(LookupError) as caught:
        talk.says("r-001", REPORT)
    assert MARK not in "".join(traceback.format_exception(caught.value))


def test_what_holds_words_shows_their_length(talk: Talk) -> None:
    message = talk.says("r-001", REPORT)
    shown = [repr(talk.replay.heard[message]), repr(talk.ticket()), repr(talk.messages()), repr(talk.history())]
    line = talk.replay.decider.talk.find("g-basic-01", message)
    assert line is not None
    shown += [repr(line), str(line.words), f"{line.words}", "%s" % line.words]  # noqa: UP031 - each way to print it
    candidates = talk.store.look(lambda work: work.candidates(areas=["98020100100101"], since=talk.now - timedelta(days=1)))
    assert candidates
    shown.append(repr(candidates))
    told = talk.replay.decider.told_from(talk.replay.decider.read(incoming(talk, REPORT, 9)), line.verdict, talk.now)  # type: ignore[arg-type]
    shown.append(repr(told))
    shown += [repr(Reason("公共设施", MARK, 3.0)), repr(line.verdict)]
    for one in shown:
        assert MARK not in one


def test_chat_is_in_no_file_and_reports_only_as_words_of_a_ticket(talk: Talk, logs: io.StringIO) -> None:
    """A whole day of talk: chat before, between and after a matter, recalled and asked after."""
    talk.says("r-002", CHAT)
    talk.says("r-001", "5号楼2单元楼道灯坏了半个月，老人看不见路")
    talk.says("r-004", f"哈哈哈，{MARK}，我家也买了那个灯笼")
    for number in range(30):
        talk.says("r-003", f"{MARK}，接着唠{number}，晚上跳舞去不去", wait="1s")
    talk.says("r-001", f"我那个灯咋样了，{MARK}")
    talk.says("u-09", "@小格 办结", to="g-coord-01")
    talk.says("r-001", f"好了，谢谢，{MARK}")
    talk.until("2026-03-03 08:01")
    talk.nights()
    talk.store.close()
    assert MARK.encode() not in bytes_of(talk)
    assert MARK not in logs.getvalue()


def test_a_recalled_report_leaves_the_file(talk: Talk) -> None:
    message = talk.says("r-001", REPORT)
    assert MARK in (talk.messages()[0].words or "")
    talk.says("r-001", kind="recall", recalls=message)
    talk.store.run(lambda work: work.connection.exec_driver_sql("SELECT 1"))
    talk.store.close()
    assert MARK not in talk_words(talk)


def talk_words(talk: Talk) -> str:
    """Every text left in the database's file and journals."""
    return bytes_of(talk).decode("utf-8", errors="ignore")
