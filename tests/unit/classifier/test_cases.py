"""Every line of the table is read as it says."""

from pathlib import Path

import pytest

from bot.classifier import NOWHERE
from bot.messages import Verdict
from registry.terms import Act, Urgency
from tests.unit.classifier.builders import alone, county_classifier

TABLE = Path(__file__).with_name("cases.txt")


def _cases() -> list[tuple[str, str, str]]:
    rows = []
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            trap, rest = row.split("|", 1)
            text, expected = rest.rsplit("|", 1)
            rows.append((trap, text, expected))
    return rows


def _fits(verdict: Verdict, expected: str) -> bool:
    words = expected.split()
    match words[0]:
        case "told":
            return verdict.act in (Act.REPORT, Act.QUESTION)
        case "safe":
            return verdict.danger is None and verdict.urgency is not Urgency.DANGER
        case "unreported":
            return verdict.act is not Act.REPORT
    fits = verdict.act.value == words[0]
    for value, wanted in zip((verdict.category, verdict.urgency), words[1:3], strict=False):
        fits &= wanted in ("*", value)
    danger = next((word for word in words if word in ("place", "person")), None)
    if danger is not None or words[0] == "report":
        fits &= verdict.danger == danger
    if "*" not in words or "doubt" in words:
        fits &= verdict.doubt is ("doubt" in words)
    return fits


#: Traps whose every line must be read rightly: nobody's life hangs on a share.
STRICT = frozenset({"危险", "危险方言", "人身", "寻人", "生词危险", "不是危险"})


def _misses(trap: str | None = None) -> list[str]:
    reader = county_classifier()
    return [
        f"{text} ⇒ {expected}"
        for name, text, expected in _cases()
        if trap in (None, name) and not _fits(reader.read(alone(text), (), NOWHERE), expected)
    ]


@pytest.mark.parametrize("trap", sorted({trap for trap, _, _ in _cases()}))
def test_each_trap_is_read_rightly(trap: str) -> None:
    count = sum(name == trap for name, _, _ in _cases())
    misses = _misses(trap)
    assert len(misses) <= (0 if trap in STRICT else 0.15 * count), misses


def test_nearly_all_lines_are_read_rightly() -> None:
    misses = _misses()
    assert len(misses) <= 0.05 * len(_cases()), misses


def test_the_table_is_large_enough() -> None:
    assert len(_cases()) >= 390
    assert len({trap for trap, _, _ in _cases()}) >= 15


def test_what_is_not_chat_has_reasons_that_the_line_holds() -> None:
    for _, text, _ in _cases():
        verdict = county_classifier().read(alone(text), (), NOWHERE)
        if verdict.act in (Act.REPORT, Act.QUESTION):
            assert verdict.reasons, text


def test_reading_is_pure() -> None:
    line = alone("楼道灯坏了半个月没人修")
    first = county_classifier().read(line, (), NOWHERE)
    county_classifier().read(alone("着火了"), (), NOWHERE)
    assert county_classifier().read(line, (), NOWHERE) == first
