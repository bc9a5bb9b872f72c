"""`gridbot replay`: same input, same bytes; no look-ahead; only the words of design, section 7."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.loading import House
from bot.messages import Incoming
from bot.replay import ReplayError, read_messages, run
from registry.terms import Hears
from tests.builders.talk import shipped_book, shipped_registry

TRANSCRIPT = Path(__file__).parents[2] / "data" / "street.jsonl"
def _set(words: str) -> set[str]:
    return set(words.split())


STATUSES = {"open", "assigned", "accepted", "done", "closed", "shelved", "excluded", "withdrawn", "merged"}
OUTCOMES = {"satisfied", "unsatisfied", "silent", "unasked", None}
WHATS = _set(
    "opened voice supplement assigned accepted returned handed_over raised acknowledged done asked_rating "
    "rated reopened shelved extended merged split corrected withdrawn closed danger_raised danger_ended "
    "doubted confirmed opened_number contacted whistled reported_in supervised repinned linked recalled "
    "settled_by_residents set_aside"
)
KINDS = _set(
    "receipt advice question assigned card step status digest ask_rating answer refusal danger "
    "danger_ended alarm brief away proof help binding"
)
ACTS = _set(
    "report supplement echo recovery status_query rating question command notice chat"
)
FORMS = {"direct", "confirm", "paste", "card"}
LANES = {"danger", "urgent", "normal", "digest"}
FILES = ("decisions.jsonl", "tickets.jsonl", "said.jsonl")


def house() -> House:
    return House(shipped_book(), shipped_registry())


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def messages() -> list[Incoming]:
    return read_messages(TRANSCRIPT)


@pytest.fixture(scope="module")
def whole(messages: list[Incoming], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    run(house(), messages, folder)
    return folder


def test_the_transcript_is_worth_its_name(messages: list[Incoming]) -> None:
    assert len(messages) >= 60
    assert {message.kind.value for message in messages} >= {"text", "image", "recall", "click", "confirm"}


def test_the_same_input_gives_the_same_bytes(messages: list[Incoming], whole: Path, tmp_path: Path) -> None:
    run(house(), messages, tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (whole / name).read_bytes(), name


def test_what_a_later_message_amends_keeps_its_first_reading(whole: Path) -> None:
    """A picture before its words is chat when it is heard and lies in the ticket afterwards."""
    picture = next(line for line in lines(whole, "decisions.jsonl") if line["id"] == "s038a")
    assert (picture["first"]["act"], picture["first"]["ticket"]) == ("chat", None)
    assert picture["act"] == "supplement"
    assert picture["ticket"] is not None


def test_every_message_has_one_decision_in_input_order(messages: list[Incoming], whole: Path) -> None:
    assert [line["id"] for line in lines(whole, "decisions.jsonl")] == [message.id for message in messages]


def cuts(messages: list[Incoming]) -> Iterator[int]:
    """Where the input is cut: after each of 50 messages, spread over the transcript."""
    return iter(sorted({round((n + 1) * len(messages) / 50) for n in range(50)}))




def test_no_message_is_read_by_what_comes_after_it(messages: list[Incoming], whole: Path, tmp_path: Path) -> None:
    """Cut after each of 50 messages: the same `first`, and the same `said` up to the cut."""
    first = {line["id"]: line["first"] for line in lines(whole, "decisions.jsonl")}
    said = lines(whole, "said.jsonl")
    seen = 0
    for cut in cuts(messages):
        folder = tmp_path / str(cut)
        folder.mkdir()
        run(house(), messages[:cut], folder)
        for line in lines(folder, "decisions.jsonl"):
            assert line["first"] == first[line["id"]], f"cut after {cut}"
        # What is due at the very moment of the last message leaves after it, so the whole run may say more then.
        told = lines(folder, "said.jsonl")
        assert told == said[: len(told)], f"cut after {cut}"
        last = messages[cut - 1].at.isoformat()
        assert all(line["at"] >= last for line in said[len(told) :]), f"cut after {cut}"
        seen += 1
    assert seen == 50


def test_groups_that_hear_mentions_hear_only_mentions(messages: list[Incoming], whole: Path) -> None:
    decided = {line["id"]: line for line in lines(whole, "decisions.jsonl")}
    groups = shipped_registry().groups
    unheard = 0
    for message in messages:
        group = groups.get(message.group or "")
        given = message.kind.value in ("click", "confirm")
        must = group is None or group.hears is Hears.ALL or message.mentions_bot or given
        line = decided[message.id]
        assert line["heard"] is must, message.id
        if not must:
            unheard += 1
            values = [line[key] for key in ("act", "ticket", "category", "urgency", "place", "confidence", "reasons", "first")]
            assert values == [None] * 8
    assert unheard >= 3


def test_only_the_words_of_the_contract_are_used(whole: Path) -> None:
    for line in lines(whole, "said.jsonl"):
        assert ("group" in line) != ("to" in line)
        assert (line["form"], line["kind"], line["lane"]) in {(f, k, p) for f in FORMS for k in KINDS for p in LANES}
        assert line["text"].strip()
        assert line["because"]
        if line["lane"] == "danger":
            assert line["ticket"], line
    for ticket in lines(whole, "tickets.jsonl"):
        assert ticket["kind"] in ("matter", "consultation")
        assert ticket["status"] in STATUSES
        assert ticket["outcome"] in OUTCOMES
        assert len(ticket["summary"]) <= 60
        assert {line["what"] for line in ticket["history"]} <= WHATS
        assert ticket["owner"] or ticket["status"] == "merged"
    assert {line["act"] for line in lines(whole, "decisions.jsonl")} <= ACTS | {None}


def test_a_message_lies_in_one_ticket_and_decisions_agree(whole: Path) -> None:
    lies_in: dict[str, str] = {}
    for ticket in lines(whole, "tickets.jsonl"):
        for message in ticket["messages"]:
            assert message not in lies_in
            lies_in[message] = ticket["ticket"]
    assert {line["id"]: line["ticket"] for line in lines(whole, "decisions.jsonl") if line["ticket"]} == lies_in


def test_a_sentence_that_a_person_must_press_has_two_lines(whole: Path) -> None:
    said = lines(whole, "said.jsonl")
    groups = shipped_registry().groups
    asked = [line for line in said if line["form"] in ("confirm", "paste")]
    assert asked
    pressed = [line for line in said if line["form"] == "direct" and groups[line["group"]].speaks.value != "direct"]
    assert pressed
    for line in pressed:
        pairs = [one for one in asked if one["text"] == line["text"] and one["at"] <= line["at"] and one["to"]]
        assert pairs, line


def test_what_was_said_stands_in_order_of_time(whole: Path) -> None:
    moments = [line["at"] for line in lines(whole, "said.jsonl")]
    assert moments == sorted(moments)
    assert all(moment.endswith("+08:00") for moment in moments)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("{", "第2行读不懂"),
        ('{"id": "s001", "time": "2026-03-02T09:00:00+08:00", "sender": "r-001", "group": "g-basic-01", "text": "好"}', "重复"),
        ('{"id": "x", "time": "2026-03-01T09:00:00+08:00", "sender": "r-001", "group": "g-basic-01", "text": "好"}', "早于"),
        ('{"id": "x", "time": "2026-03-02T09:00:00", "sender": "r-001", "group": "g-basic-01", "text": "好"}', "第2行读不懂"),
    ],
)
def test_a_wrong_line_is_named(wrong: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    first = TRANSCRIPT.read_text(encoding="utf-8").splitlines()[0]
    path.write_text(f"{first}\n{wrong}\n", encoding="utf-8")
    with pytest.raises(ReplayError, match=told):
        read_messages(path)
