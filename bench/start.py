"""From the start of the process to ready, and its memory."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from bench.row import Row

WAIT = 60.0


def rows(database: str, tickets: int, groups: int) -> list[Row]:
    """Two rows: seconds to ready; resident memory three seconds later (Linux only)."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GRIDBOT_")}
    environment |= {"GRIDBOT_DATABASE_URL": database, "GRIDBOT_HTTP_PORT": str(port)}
    began = time.perf_counter()
    service = subprocess.Popen([sys.executable, "-m", "bot.cli", "run"], env=environment, stdout=subprocess.DEVNULL)
    try:
        seconds = _until_ready(service, port, began)
        if seconds is None:
            return [Row("start to ready", "<= 5 s", "it did not get ready", False)]
        time.sleep(3)
        memory = _memory(service.pid)
    finally:
        service.terminate()
        service.wait(30)
    size = f"{tickets:,} open, {groups:,} groups"
    return [
        Row(f"start to ready, {size}", "<= 5 s", f"{seconds:.1f} s", seconds <= 5),
        Row("memory then", "<= 400 MB", "no /proc on this system" if memory is None else f"{memory} MB",
            None if memory is None else memory <= 400),
    ]


def _until_ready(service: "subprocess.Popen[bytes]", port: int, began: float) -> float | None:
    while time.perf_counter() - began < WAIT and service.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return time.perf_counter() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    return None


def _memory(pid: int) -> int | None:
    """Resident memory in MB."""
    try:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return None
    return int(found[1]) // 1024 if found else None
