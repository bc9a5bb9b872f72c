"""The pages say what the program has: links lead somewhere, settings, alarms and commands are the real ones."""

import re
from pathlib import Path

import pytest

from bot.cli import app
from config.settings import Settings
from storage.sweep import _QUESTIONS

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "emulator" / "README.md"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    lost = [link for link in links if not link.startswith("http") and not (page.parent / link).exists()]
    assert not lost


def test_every_setting_has_its_line() -> None:
    text = (ROOT / "docs" / "operator" / "settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", text))
    assert named - {"GRIDBOT_", "GRIDBOT_SETTINGS"} == {field.upper() for field in Settings.model_fields}


def test_every_alarm_has_its_line() -> None:
    text = (ROOT / "docs" / "operator" / "alarms.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (S\d+) \|", text, re.MULTILINE) == [question.code for question in _QUESTIONS]


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_the_commands_are_those_there_are(name: str) -> None:
    there_are = {str(command.name or command.callback.__name__) for command in app.registered_commands if command.callback}
    groups = {str(group.name): group.typer_instance for group in app.registered_groups}
    there_are |= {f"{key} {command.name}" for key, group in groups.items() if group for command in group.registered_commands}
    said: set[str] = set()
    for cell in re.findall(r"^\| `gridbot (.+?)\|", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        first, *others = re.findall(r"[a-z]+", cell.split("`")[0])
        said.add(f"{first} {others[0]}" if first in groups else first)
        said |= {f"{first} {word}" for word in re.findall(r"· `(\w+)`", cell)}
    assert said == there_are


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_and_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`((?:unit|integration|bot|tickets|storage|config)/[\w./]+\.(?:py|yaml))`", page.read_text(encoding="utf-8"))
    lost = [path for path in named if not (ROOT / path).exists() and not (ROOT / "tests" / path).exists()]
    assert not lost
