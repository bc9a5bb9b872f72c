"""Checks `corpus/`: JSON, ids, times, people, vocabulary and what labels may stand together. Prints every error.

Exit code 0 when all is well, 1 otherwise. The format is described in `corpus/README.md`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from registry.terms import Act, Category, DangerKind, Role, Urgency  # noqa: E402

CORPUS = ROOT / "corpus"
KINDS = {"estate", "compound", "village", "town", "resettlement"}
TYPES = {"text", "image", "voice", "location", "link", "system", "recall"}
HEADER = {"conversation", "hand", "region", "kind", "group", "places", "prefix", "people"}
KEYS = {
    "id", "time", "sender", "type", "text", "mentions", "quote", "act", "matter", "category", "urgency", "danger",
    "doubt", "place",
}
VOCABULARY: dict[str, set[Any]] = {
    "act": {act.value for act in Act},
    "category": {category.value for category in Category} | {None},
    "urgency": {urgency.value for urgency in Urgency} | {None},
    "danger": {kind.value for kind in DangerKind} | {None},
    "doubt": {True, False},
    "type": TYPES,
}
ROLES = {role.value for role in Role}
MATTER = re.compile(r"M\d+")
#: Who speaks in a conversation without being one of its people.
NOBODY = {"bot", "system"}
RELABELLED = {"conversation", "id", "act", "category", "urgency", "danger"}


def errors_of_corpus(folder: Path = CORPUS) -> list[str]:
    """Every error of every conversation, and of the second opinions on them, each with its file and line."""
    errors: list[str] = []
    known: set[tuple[str, str]] = set()
    for path in sorted(folder.glob("hand-*/*.jsonl")):
        rows, wrong = _rows(path)
        errors += wrong
        if not rows:
            errors.append(f"{_name(path)}: empty")
            continue
        errors += [f"{_name(path)}:{number}: {error}" for number, error in errors_of_conversation(path, rows)]
        known |= {(str(rows[0][1].get("conversation")), str(row.get("id"))) for _, row in rows[1:]}
    second = folder / "relabelled.jsonl"
    if second.exists():
        rows, wrong = _rows(second)
        errors += wrong
        seen: set[tuple[str, str]] = set()
        for number, row in rows:
            key = (str(row.get("conversation")), str(row.get("id")))
            errors += [f"{_name(second)}:{number}: {error}" for error in _errors_of_opinion(row, key, known, seen)]
            seen.add(key)
    return errors


def errors_of_conversation(path: Path, rows: list[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, str]]:
    """Line number and error. `rows` are the file's lines with their numbers, the header first."""
    first, header = rows[0]
    if set(header) != HEADER:
        yield first, f"header has {sorted(set(header) ^ HEADER)} too much or too little"
        return
    if header["conversation"] != f"{path.parent.name}-{path.stem}" or header["hand"] != path.parent.name:
        yield first, "conversation and hand do not fit folder and file"
    if header["kind"] not in KINDS:
        yield first, f"kind {header['kind']!r}"
    for person, about in header["people"].items():
        if about.get("role") not in ROLES:
            yield first, f"role of {person}: {about.get('role')!r}"
    ids: set[str] = set()
    before: datetime | None = None
    for number, row in rows[1:]:
        if set(row) != KEYS:
            yield number, f"keys {sorted(set(row) ^ KEYS)} too much or too little"
            continue
        yield from ((number, error) for error in _errors_of_message(row, set(header["people"]) | NOBODY, ids))
        ids.add(row["id"])
        try:
            at = datetime.fromisoformat(row["time"])
        except ValueError:
            yield number, f"time {row['time']!r}"
            continue
        if at.tzinfo is None:
            yield number, "time without its zone"
        elif before is not None and at < before:
            yield number, "earlier than the line before it"
        else:
            before = at
    yield from ((first, error) for error in _errors_of_matters([row for _, row in rows[1:] if set(row) == KEYS]))


def _errors_of_matters(messages: list[dict[str, Any]]) -> Iterator[str]:
    """A matter that residents speak of was reported by one, unless an official told it first."""
    first: dict[str, str] = {}
    reported: set[str] = set()
    for row in messages:
        if row["matter"] is not None:
            first.setdefault(row["matter"], row["act"])
            if row["act"] == "report":
                reported.add(row["matter"])
    for matter, act in first.items():
        if matter not in reported and act not in ("command", "notice"):
            yield f"matter {matter} has no report"


def _errors_of_message(row: dict[str, Any], people: set[str], ids: set[str]) -> Iterator[str]:
    if row["id"] in ids:
        yield f"id {row['id']} twice"
    if row["sender"] not in people:
        yield f"sender {row['sender']!r} is not among the people"
    if row["quote"] is not None and row["quote"] not in ids:
        yield f"quote {row['quote']!r} is no earlier message"
    yield from (f"{key} {row[key]!r}" for key, words in VOCABULARY.items() if row[key] not in words)
    if row["matter"] is not None and not MATTER.fullmatch(row["matter"]):
        yield f"matter {row['matter']!r}"
    if ("bot" in row["mentions"]) != row["text"].startswith("@小格"):
        yield "a mention of the bot begins with @小格, and only that"
    act = row["act"]
    if act == "chat" and any(row[key] is not None for key in ("matter", "category", "urgency", "danger")):
        yield "chat has no matter and no labels of one"
    if act == "question" and (row["matter"] is not None or row["category"] is None):
        yield "a question has a category and no matter"
    if act in ("report", "echo", "supplement", "recovery") and (row["matter"] is None or row["category"] is None):
        yield f"{act} without matter or category"
    if act == "notice" and (row["matter"] is None) != (row["category"] is None):
        yield "a notice has a category exactly when it is about a matter"
    if (row["category"] is None) != (row["urgency"] is None):
        yield "category and urgency stand together"
    if row["danger"] is not None and row["urgency"] not in ("danger", "urgent"):
        yield "a danger that is not urgent"
    if row["doubt"] and row["danger"] is None:
        yield "doubt without a danger"


def _errors_of_opinion(
    row: dict[str, Any], key: tuple[str, str], known: set[tuple[str, str]], seen: set[tuple[str, str]]
) -> Iterator[str]:
    if set(row) != RELABELLED:
        yield f"keys {sorted(set(row) ^ RELABELLED)} too much or too little"
        return
    if key not in known:
        yield f"{key[0]} has no message {key[1]}"
    if key in seen:
        yield f"{key[0]} {key[1]} twice"
    yield from (f"{name} {row[name]!r}" for name in ("act", "category", "urgency", "danger")
                if row[name] not in VOCABULARY[name])


def _rows(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], list[str]]:
    """The objects of a file with their line numbers, and what is no object."""
    rows: list[tuple[int, dict[str, Any]]] = []
    errors: list[str] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except json.JSONDecodeError:
            errors.append(f"{_name(path)}:{number}: no JSON")
            continue
        if isinstance(row, dict):
            rows.append((number, row))
        else:
            errors.append(f"{_name(path)}:{number}: no object")
    return rows, errors


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def main() -> int:
    errors = errors_of_corpus()
    for error in errors:
        print(error, file=sys.stderr)
    print(f"{len(errors)} errors" if errors else "corpus: no errors")
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
