"""The page of the first line keeps to the program: commands, settings, codes and doors are those there are."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.channels.console import NAMES, Door
from bot.channels.outcomes import outcome_of
from bot.cli import app
from config.settings import Settings

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "operator" / "connect.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = sorted(
    {line.strip() for block in BLOCKS for line in block.splitlines() if line.startswith(".venv/bin/gridbot ")}
    | set(re.findall(r"`(gridbot [^`]+)`", PAGE))
)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one_of_the_program(line: str) -> None:
    """With `--help` behind it, a command that is there with these options is explained, and nothing is done."""
    words = shlex.split(line.split(">", maxsplit=1)[0].removeprefix(".venv/bin/"))[1:]
    options = [word for word in words if word.startswith("--")]
    names = [word for word in words[:2] if re.fullmatch(r"[a-z]+", word)]
    ran = CliRunner().invoke(app, [*names, "--help"], env={"COLUMNS": "300", "TERM": "dumb"})
    assert ran.exit_code == 0, ran.output
    assert all(option in ran.output for option in options)


def test_every_setting_is_one_of_the_program() -> None:
    named = set(re.findall(r"`((?:WECOM|WECHAT|PUBLIC)_[A-Z_]+)`", PAGE))
    assert named <= {field.upper() for field in Settings.model_fields}
    written = {line.split(" = ")[0] for block in BLOCKS for line in block.splitlines() if re.match(r"wecom_\w+ = |public_", line)}
    practised = set(re.findall(r'"((?:wecom|public|database|http|office)_\w+)":', PAGE))
    assert written | practised <= set(Settings.model_fields)
    assert len(practised) > 12


def test_every_code_has_its_own_sentence() -> None:
    for code in map(int, re.findall(r"^\| [\d、 ]*?(\d{5})", PAGE, re.MULTILINE)):
        assert "错误码" not in json.dumps(str(outcome_of({"errcode": code})), ensure_ascii=False), code


def test_the_lines_of_the_check_are_named_as_the_check_names_them() -> None:
    rows = re.findall(r"^\| \d{1,2} .*\| ([^|]+) \|$", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.sub("（.*?）", "", row).split("、")}
    assert len(named) > 8
    assert named <= {re.sub("（.*?）", "", name) for name in NAMES.values()}
    assert set(NAMES) == set(Door)
