"""The glossary knows every word that files, tables and output carry."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from registry.terms import Act, Category, DangerKind, Lane, Level, Outcome, Role, Status, Tier, Urgency, What

GLOSSARY = Path(__file__).resolve().parents[3] / "docs" / "glossary.md"


def words_in_code() -> set[str]:
    """Every English word of the second column."""
    rows = [line.split("|") for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("|")]
    return {word for row in rows for word in re.findall(r"[a-z_]+", row[2])}


@pytest.mark.parametrize("terms", [Act, Category, DangerKind, Lane, Level, Outcome, Role, Status, Tier, Urgency, What])
def test_every_term_has_its_chinese(terms: type[StrEnum]) -> None:
    assert {term.value for term in terms} - words_in_code() == set()
