"""Sentences that mislead a reader of keywords, trap by trap, read with the shipped county's lists and second reader.

`traps.jsonl` was written before and apart from the lists and rules it tests. One case a line: `text`; `talk`, earlier
lines with how they were read; `act`, the acts that are right; `category`, if it matters; `danger` (null: none may be
raised); `doubt`, if it matters. What 小格 said itself is no part of the talk that the classifier gets, so it is left out.
All other earlier lines are given, those from days ago too, which a running bot's talk (two hours) no longer holds.
`pytest -s` shows the share of each trap.
"""

import json
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.classifier import Where
from bot.messages import Line, MessageKind, Verdict, Words
from registry.terms import Act, Category, Role, Tier, Urgency
from tests.builders.talk import shipped_book

FILE = Path(__file__).with_name("traps.jsonl")
NOW = datetime(2026, 3, 4, 11, tzinfo=UTC)
BOT = "bot"
#: A grid member's lines in the talk are said by this sender.
GRID_MEMBER = "g"

#: What is to be reached. At the first reading, by rules that had not seen the cases, 342 of the first 497 were read rightly
#: (0.688), and 83 of the last 100, written later. Since then the lists were widened with the misses in sight: the figure of
#: today says little of new talk, and a case that is read rightly must stay so.
WANTED_OVERALL = 0.95
WANTED_EACH = 0.85


@cache
def cases() -> list[dict[str, Any]]:
    return [json.loads(row) for row in FILE.read_text(encoding="utf-8").splitlines()]


def _line(name: str, said: dict[str, Any], role: Role, minutes_before: float) -> Line:
    return Line(
        name, NOW - timedelta(minutes=minutes_before), said.get("sender", "me"), role, Tier.BASIC, "g-1",
        MessageKind(said.get("type", "text")), Words(said["text"]), mentions_bot="@小格" in said["text"],
    )


def _talk(said: list[dict[str, Any]]) -> list[Line]:
    """Earlier lines as the talk holds them: all that is told lies in ticket 1, begun by the first line told."""
    talk: list[Line] = []
    root: str | None = None
    for number, earlier in enumerate(said, 1):
        if earlier["sender"] == BOT:
            continue
        role = Role.GRID_MEMBER if earlier["sender"] == GRID_MEMBER else Role.RESIDENT
        line = _line(f"m{number}", earlier, role, earlier["minutes_before"])
        if earlier["text"] == "[图片]":
            talk.append(_line(f"m{number}", earlier | {"type": "image"}, role, earlier["minutes_before"]).read_as(
                Verdict(Act.CHAT), None))
            continue
        category = Category(earlier["category"]) if earlier.get("category") else None
        told = category is not None
        talk.append(line.read_as(
            Verdict(Act(earlier["act"]), category, Urgency.NORMAL if told else None, refers_to=root if told else None),
            1 if told else None,
        ))
        if told and root is None:
            root = line.id
    return talk


def read(case: dict[str, Any]) -> Verdict:
    line = _line("m0", case, Role(case.get("role", "resident")), 0)
    verdict: Verdict = shipped_book().classifier.read(line, _talk(case.get("talk", [])), Where())
    return verdict


def wrong(case: dict[str, Any]) -> list[str]:
    """What of the reading is not as the case wants it."""
    verdict = read(case)
    danger = verdict.danger.value if verdict.danger else None
    return [
        f"{name}: {is_}, not {wanted}"
        for name, is_, wanted, right in (
            ("act", verdict.act.value, case["act"], verdict.act.value in case["act"]),
            ("category", verdict.category and verdict.category.value, case.get("category"),
             "category" not in case or verdict.act.value != case["act"][0]
             or (verdict.category is not None and verdict.category.value == case["category"])),
            ("danger", danger, case.get("danger"), "danger" not in case or danger == case["danger"]),
            ("doubt", verdict.doubt, case.get("doubt"), "doubt" not in case or verdict.doubt == case["doubt"]),
        )
        if not right
    ]


@cache
def shares() -> dict[str, tuple[int, int]]:
    """Trap to how many cases are read rightly, of how many."""
    found: dict[str, list[bool]] = defaultdict(list)
    for case in cases():
        found[case["trap"]].append(not wrong(case))
    return {trap: (sum(rights), len(rights)) for trap, rights in found.items()}


def _told() -> str:
    lines = [f"{trap:22} {right:3}/{of}  {right / of:.2f}" for trap, (right, of) in sorted(shares().items())]
    right = sum(right for right, _ in shares().values())
    return "\n".join(["", *lines, f"{'all':22} {right:3}/{len(cases())}  {right / len(cases()):.3f}", ""])


def test_every_trap_has_enough_cases() -> None:
    assert len(cases()) >= 400
    assert min(of for _, of in shares().values()) >= 15


@pytest.mark.parametrize("trap", sorted({case["trap"] for case in cases()}))
def test_trap_is_seen_through(trap: str) -> None:
    right, of = shares()[trap]
    misses = [(case["text"], wrong(case)) for case in cases() if case["trap"] == trap and wrong(case)]
    assert right >= WANTED_EACH * of, misses


def test_traps_are_seen_through_overall() -> None:
    right = sum(right for right, _ in shares().values())
    sys.stdout.write(_told())
    assert right >= WANTED_OVERALL * len(cases()), _told()
