"""The page of a matter's life is drawn from the table in the code, and nobody edits it by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from registry.terms import Status
from tickets.transitions import TRANSITIONS

ROOT = Path(__file__).resolve().parents[3]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_life", ROOT / "scripts" / "draw_life.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_as_drawn() -> None:
    page = (ROOT / "docs" / "design" / "life.md").read_text(encoding="utf-8")
    assert page == script().draw(), "run python scripts/draw_life.py"


def test_every_deed_and_state_is_on_the_page() -> None:
    page = script().draw()
    for row in TRANSITIONS:
        assert f"| {row.name} `{row.deed.value}` |" in page
    for status in Status:
        assert f'{status.value}" as {status.value}' in page
