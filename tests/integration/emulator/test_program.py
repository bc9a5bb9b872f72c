"""The program as it is started: its one line, its end, its refusals."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.unit.emulator.builders import SMALL


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "emulator", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_line_serves_and_ends_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    arguments = ("--registry", str(SMALL), "--port", "0", "--keys-dir", str(tmp_path), "--bot-secret", "mine")
    with start(*arguments) as program:
        assert program.stdout
        line = json.loads(program.stdout.readline())
        assert line["bot_secret"] == "mine"
        assert line["ws_url"].startswith("ws://127.0.0.1:")
        assert Path(line["archive_keys"]["2"]).read_text(encoding="ascii").startswith("-----BEGIN PRIVATE KEY")
        with urllib.request.urlopen(line["page"]) as page:
            assert "三级微信群" in page.read().decode()
        program.send_signal(number)
        out, err = program.communicate(timeout=20)
    assert (program.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with start("--registry", str(SMALL), "--port", port, "--keys-dir", str(tmp_path)) as program:
            out, err = program.communicate(timeout=20)
    assert (program.returncode, out) == (2, "")
    assert f"端口 {port}" in err
    assert "Traceback" not in err


def test_every_fault_of_a_registry_is_said(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("groups: [{id: g, tier: top}]\npeople: [{id: p, role: king}]\n", encoding="utf-8")
    with start("--registry", str(bad), "--port", "0") as program:
        _, err = program.communicate(timeout=20)
    assert program.returncode == 2
    assert "tier" in err
    assert "king" in err
    assert "Traceback" not in err
