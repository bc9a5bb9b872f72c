"""The sweep's heartbeat for a watcher outside: a file, and the answer of `/healthz`. A watcher alarms when it is old.

What watches must not be what is watched: `gridbot watch` runs from cron or a systemd timer, best on a second machine.
"""

import json
import os
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

#: How long a watcher waits for an answer, in seconds.
_PATIENCE = 10
#: A clock that runs ahead by more than this is a fault of its own.
_AHEAD = timedelta(minutes=5)


def write(file: Path, at: datetime) -> None:
    """Put the moment into the file in one step, so that a reader never sees half of it. OSError when it can't."""
    beside = file.with_name(file.name + ".new")
    beside.write_text(at.isoformat() + "\n", encoding="ascii")
    os.replace(beside, file)


def healthz(swept_at: datetime | None) -> str:
    """The answer of `/healthz`: the process answers, and when its sweep last ended (null before the first)."""
    return json.dumps({"status": "ok", "swept_at": swept_at.isoformat() if swept_at else None})


def fault(source: str, now: datetime, oldest: timedelta) -> str | None:
    """What is wrong with the heartbeat at a file or an address, as a Chinese sentence; None when it beats.

    `source` is a path, or an http(s) address that answers as `/healthz` does.
    """
    try:
        text = _fetched(source) if source.startswith(("http://", "https://")) else Path(source).read_text(encoding="ascii")
        at = datetime.fromisoformat(text.strip())
        gone = now - at
    except (OSError, urllib.error.URLError):
        return f"小格没有心跳：{source} 读不到。请看看服务还在不在。"
    except (ValueError, TypeError, KeyError):
        return f"小格没有心跳：{source} 里没有自查的时间。服务可能刚启动，或者不是小格。"
    if gone > oldest:
        return f"小格的自查已经停了 {int(gone.total_seconds()) // 60} 分钟（上次 {at:%Y-%m-%d %H:%M}）。请看看服务是不是停了或卡住了。"
    if gone < -_AHEAD:
        return f"小格的心跳比这台机器的时间快 {int(-gone.total_seconds()) // 60} 分钟。请先对一下两边的时钟。"
    return None


def _fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
        return str(json.load(answer)["swept_at"])
