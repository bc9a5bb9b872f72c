"""The command `gridbot` as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_CLASSIFY = "import sys\nfrom bot.start import main\nsys.argv = ['gridbot', 'classify']\n"
#: Leaves with 3 when the command has loaded what only other commands need.
_LOADED = "try:\n    main()\nfinally:\n    heavy = {'sqlalchemy', 'aiohttp', 'typer'} & set(sys.modules)\n    assert not heavy, heavy\n"


def _run(code: str, said: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], input=said, capture_output=True, text=True, check=False, env=os.environ | environment
    )


def test_classify_begins_without_database_and_channels() -> None:
    done = _run(_CLASSIFY + _LOADED, "3号楼又停水了\n早上好\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["act"] for line in done.stdout.splitlines()] == ["report", "chat"]


def test_classify_tells_of_a_wrong_line_by_its_status() -> None:
    done = _run(_CLASSIFY + "main()", '{"text": 3}\n')

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == "第 1 行：text 缺少，或不是文字"


def test_classify_without_lists_says_what_is_missing(tmp_path: Path) -> None:
    done = _run(_CLASSIFY + "main()", "停水了\n", GRIDBOT_COUNTY_DIR=str(tmp_path / "nowhere"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "✗ 环境变量 GRIDBOT_COUNTY_DIR：没有这个文件夹\n"


def test_classify_ends_quietly_when_nobody_reads_on() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _CLASSIFY + "main()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    _, said = process.communicate("3号楼又停水了\n".encode() * 2000)

    assert (process.returncode, said) == (1, b"")


def test_other_commands_are_typers() -> None:
    done = _run("import sys\nfrom bot.start import main\nsys.argv = ['gridbot', 'classify', '--help']\nmain()", "")

    assert done.returncode == 0
    assert "逐行读标准输入" in done.stdout
