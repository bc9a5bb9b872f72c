"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "registry", "tickets", "escalation", "storage", "dashboard", "emulator", "config")

# what reads the machine's clock: (the object asked, the name asked for)
CLOCK_READS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
}  # fmt: skip
MAY_READ_THE_CLOCK = ("bot/clock.py", "emulator/")
MAY_CALL_OUT = ("bot/channels/", "bot/clock.py", "bot/demo_clock.py", "bot/app.py", "bot/demo.py", "bot/check.py", "emulator/")


def our_files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def within(path: Path, places: tuple[str, ...]) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(places)


def clock_reads(source: str) -> list[int]:
    """Lines that read the machine's clock."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            asked = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (asked, node.attr) in CLOCK_READS:
                lines.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            lines += [node.lineno for name in node.names if ("time", name.name) in CLOCK_READS]
    return lines


def test_the_clock_is_read_in_one_file() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in our_files()
        if not within(path, MAY_READ_THE_CLOCK)
        for line in clock_reads(path.read_text("utf-8"))
    ]
    assert not found, f"the clock is an argument, read only in {MAY_READ_THE_CLOCK}: {found}"


@pytest.mark.parametrize(
    "source",
    ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()", "from time import time"],
)
def test_a_read_of_the_clock_is_seen(source: str) -> None:
    assert clock_reads(source) == [1]


def test_asking_our_own_clock_is_no_read_of_the_machine() -> None:
    assert clock_reads("clock.now(); self.clock.now(); time.monotonic()") == []


def test_only_channels_call_wecom() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in our_files()
        if not within(path, MAY_CALL_OUT) and re.search(r"\bClientSession\b", path.read_text("utf-8"))
    ]
    assert not found, f"calls out are made in {MAY_CALL_OUT}: {found}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in our_files()
        if "migrations/versions" not in path.as_posix() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent, f"without a docstring: {silent}"


def tracked_texts() -> Iterator[tuple[str, str]]:
    """(name, text) of every file in version control that is text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git clone: there is no list of tracked files")
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if not name or not path.is_file():
            continue
        try:
            yield name, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_tracked_file_names_a_package_index() -> None:
    # put together here so that this file does not name them either
    hosts = ["pypi." + "org", "python" + "hosted.", "registry." + "npmjs", "npm" + "mirror.", "deb.debian" + ".org"]
    found = [f"{name}: {host}" for name, text in tracked_texts() for host in hosts if host in text]
    assert not found, f"the address of an index is the reader's choice: {found}"


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    here = "|".join(re.escape(str(place)) for place in {ROOT, Path.home()} if len(place.parts) > 1)
    homes = re.compile(rf"(?<![\w.$~}}])(?:(?:{here})(?![\w-])|/home/[\w-]+/|/Users/[\w-]+/)")
    found = [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1}"
        for name, text in tracked_texts()
        for hit in [homes.search(text)]
        if hit
    ]
    assert not found, f"paths of one machine: {found}"
