"""The corpus, `corpus/`: whole conversations with labels, and lone lines of which each says what it tells by itself.

Development only.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.classifier.lone import Tells
from bot.classifier.where import Where
from bot.messages import Line, MessageKind, Verdict, Words
from registry.terms import OFFICIALS, Act, Category, DangerKind, Role, Tier, Urgency

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
#: The shipped county, whose lists are learned with.
COUNTY = ROOT / "config" / "county"
#: What the labels of lone lines mean; `report` is followed by a category.
LABELS = {
    "place": Tells.PLACE, "person": Tells.PERSON, "report": Tells.REPORT,
    "news": Tells.NOTHING, "chat": Tells.NOTHING, "question": Tells.NOTHING,
}
_ADDS = (Act.SUPPLEMENT, Act.ECHO)
#: Who speaks in a conversation without being one of its people: the system.
_NOBODY = {"role": Role.RESIDENT.value}


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of the corpus: its lines with the labels that its hand gave."""

    name: str
    hand: str
    where: Where
    lines: tuple[Line, ...]
    gold: tuple[Verdict, ...]
    matters: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class LoneLine:
    """A line by itself, who wrote it, and what it tells."""

    hand: str
    text: str
    tells: Tells


def read_corpus(folder: Path = CORPUS) -> list[Conversation]:
    """Every conversation, in order of name. Raises ValueError that names file and line."""
    return [_conversation(path) for path in sorted(folder.glob("*/*.jsonl"))]


def _conversation(path: Path) -> Conversation:
    rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines() if text.strip()]
    head, said = rows[0], rows[1:]
    people: dict[str, Any] = head["people"]
    lines: list[Line] = []
    gold: list[Verdict] = []
    roots: dict[str, str] = {}
    for number, row in enumerate(said, 2):
        try:
            verdict = _gold(row, roots)
            lines.append(
                Line(
                    id=row["id"], at=datetime.fromisoformat(row["time"]), sender=row["sender"],
                    role=Role(people.get(row["sender"], _NOBODY)["role"]), tier=Tier.BASIC, group=head["conversation"],
                    kind=MessageKind(row["type"]), words=Words(row["text"]), mentions=tuple(row.get("mentions") or ()),
                    mentions_bot="bot" in (row.get("mentions") or ()), quote=row.get("quote"),
                )
            )
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path.parent.name}/{path.name}:{number}: {error}") from None
        gold.append(verdict)
    where = Where(tuple(head["places"]), head.get("prefix", ""), ("小格",))
    return Conversation(head["conversation"], head["hand"], where, tuple(lines), tuple(gold),
                        tuple(row.get("matter") for row in said))


def _gold(row: dict[str, Any], roots: dict[str, str]) -> Verdict:
    matter = row.get("matter")
    root = roots.get(matter) if matter else None
    if matter and root is None and row["act"] in ("report", "command", "supplement"):
        roots[matter] = row["id"]
    return Verdict(
        Act(row["act"]), Category(row["category"]) if row.get("category") else None,
        Urgency(row["urgency"]) if row.get("urgency") else None, DangerKind(row["danger"]) if row.get("danger") else None,
        bool(row.get("doubt")), place=row.get("place"), confidence=0.9, refers_to=root,
    )


def read_lone_lines(folder: Path = CORPUS) -> list[LoneLine]:
    """The lines of `lines/`, in order of file. Raises ValueError that names file and line."""
    return [line for path in sorted(folder.glob("lines/*.tsv")) for line in _lone_lines(path)]


def _lone_lines(path: Path) -> Iterator[LoneLine]:
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        label, tab, text = row.partition("\t")
        kind, _, category = label.partition(":")
        wrong = not tab or not text.strip() or kind not in LABELS or (kind == "report") != bool(category)
        if wrong or (category and category not in {each.value for each in Category}):
            raise ValueError(f"{path.name}:{number}: a line is a label, a tab and a text; this is {row[:20]!r}")
        yield LoneLine(path.stem, text, LABELS[kind])


def lone_lines_of(conversations: Sequence[Conversation]) -> list[LoneLine]:
    """Residents' lines of whole conversations, as they would be heard alone. What adds to a danger or echoes it is left out:
    alone it may tell anything."""
    return [
        LoneLine(conversation.hand, line.words.text, _tells(gold))
        for conversation in conversations
        for line, gold in zip(conversation.lines, conversation.gold, strict=True)
        if line.kind is MessageKind.TEXT and line.role not in OFFICIALS and not line.mentions_bot
        and not (gold.act in _ADDS and gold.danger is not None)
    ]


def _tells(gold: Verdict) -> Tells:
    if gold.act in _ADDS:
        return Tells.REPORT
    if gold.act is not Act.REPORT:
        return Tells.NOTHING
    if gold.danger is None:
        return Tells.REPORT
    return Tells.PERSON if gold.danger is DangerKind.PERSON else Tells.PLACE
