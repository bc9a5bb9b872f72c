"""The corpus is well formed; the checker that says so finds what is broken."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


CHECK = _script("check_corpus")
SAMPLE = _script("relabel_sample")
HEADER: dict[str, Any] = {
    "conversation": "hand-x-01", "hand": "hand-x", "region": "试", "kind": "village", "group": "试群", "places": ["桥头"],
    "prefix": "试村", "people": {"r1": {"role": "resident", "name": "甲"}, "h1": {"role": "household_head", "name": "乙"}},
}
CHAT: dict[str, Any] = {
    "id": "01-001", "time": "2026-05-03T08:14:05+08:00", "sender": "r1", "type": "text", "text": "早", "mentions": [],
    "quote": None, "act": "chat", "matter": None, "category": None, "urgency": None, "danger": None, "doubt": False,
    "place": None,
}
TOLD = CHAT | {"id": "01-002", "text": "桥头没电", "act": "report", "matter": "M1", "category": "power", "urgency": "urgent"}


def errors_of(folder: Path, *rows: dict[str, Any], opinions: tuple[dict[str, Any], ...] = ()) -> list[str]:
    """What the checker says of a corpus of one conversation."""
    hand = folder / "hand-x"
    hand.mkdir()
    lines = (json.dumps(row, ensure_ascii=False) for row in (HEADER, *rows))
    (hand / "01.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if opinions:
        (folder / "relabelled.jsonl").write_text("\n".join(json.dumps(row) for row in opinions), encoding="utf-8")
    return list(CHECK.errors_of_corpus(folder))


def test_every_conversation_is_well_formed() -> None:
    assert list(CORPUS.glob("hand-*/*.jsonl"))
    assert CHECK.errors_of_corpus() == []


def test_a_sound_conversation_has_no_errors(tmp_path: Path) -> None:
    opinion = {"conversation": "hand-x-01", "id": "01-002", "act": "report", "category": "power", "urgency": "normal",
               "danger": None}
    assert errors_of(tmp_path, CHAT, TOLD, opinions=(opinion,)) == []


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (TOLD | {"id": "01-001"}, "twice"),
        (TOLD | {"time": "2026-05-03T08:14:04+08:00"}, "earlier"),
        (TOLD | {"time": "2026-05-03T09:14:04"}, "zone"),
        (TOLD | {"time": "morgen"}, "time"),
        (TOLD | {"act": "moan"}, "act 'moan'"),
        (TOLD | {"category": "weather"}, "category 'weather'"),
        (TOLD | {"urgency": "soon"}, "urgency 'soon'"),
        (TOLD | {"danger": "fire"}, "danger 'fire'"),
        (TOLD | {"danger": "place", "urgency": "normal"}, "not urgent"),
        (TOLD | {"doubt": True}, "doubt"),
        (TOLD | {"sender": "r9"}, "people"),
        (TOLD | {"quote": "01-009"}, "earlier message"),
        (TOLD | {"matter": None}, "without matter"),
        (TOLD | {"mentions": ["bot"]}, "mention"),
        (TOLD | {"act": "chat"}, "chat"),
        (TOLD | {"act": "question"}, "question"),
        ({"id": "01-002"}, "keys"),
    ],
)
def test_what_is_broken_is_found(tmp_path: Path, row: dict[str, Any], error: str) -> None:
    found = errors_of(tmp_path, CHAT, row)
    assert any(error in one and one.startswith("hand-x/01.jsonl:3") for one in found), found


def test_a_matter_without_report_is_found(tmp_path: Path) -> None:
    found = errors_of(tmp_path, CHAT, TOLD | {"act": "echo"})
    assert found == ["hand-x/01.jsonl:1: matter M1 has no report"]


def test_a_second_opinion_on_no_message_is_found(tmp_path: Path) -> None:
    opinion = {"conversation": "hand-x-01", "id": "01-099", "act": "moan", "category": None, "urgency": None, "danger": None}
    found = errors_of(tmp_path, CHAT, opinions=(opinion,))
    assert [error.split(": ", 1)[1] for error in found] == ["hand-x-01 has no message 01-099", "act 'moan'"]


def test_a_line_that_is_no_json_is_found(tmp_path: Path) -> None:
    errors_of(tmp_path, CHAT)
    with (tmp_path / "hand-x" / "01.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n[]\n")
    assert CHECK.errors_of_corpus(tmp_path) == ["hand-x/01.jsonl:3: no JSON", "hand-x/01.jsonl:4: no object"]


def test_agreement_by_chance_is_no_agreement() -> None:
    assert SAMPLE.kappa([("chat", "chat"), ("report", "report")]) == 1
    assert SAMPLE.kappa([("chat", "chat"), ("chat", "report"), ("report", "chat"), ("report", "report")]) == 0


def test_the_sample_shows_no_labels(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SAMPLE, "EVERY", 2)
    monkeypatch.setattr(SAMPLE, "conversations", lambda: [(HEADER, [CHAT, TOLD])])
    SAMPLE.show([])
    shown = capsys.readouterr().out
    assert ">>> 01-002 05-03T08:14 r1/resident text: 桥头没电" in shown
    assert not any(label in shown for label in ("report", "power", "urgent", "M1"))
