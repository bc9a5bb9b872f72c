"""The wheel holds what the program reads at run time, not only its Python files."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "registry", "tickets", "escalation", "storage", "dashboard", "emulator", "config")
LEFT_BEHIND = (".pyc", ".db", ".db-wal", ".db-shm")


def test_the_wheel_holds_every_file_of_every_package(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    lying_here = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.endswith(LEFT_BEHIND)
    }
    assert "dashboard/static/vendor/htmx.min.js" in held
    assert held == lying_here
