"""The heartbeat for a watcher outside: what is written is read, and what is old, missing or no heartbeat is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import heartbeat
from bot.cli import app
from bot.clock import WallClock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
THREE = timedelta(minutes=3)


@pytest.mark.parametrize(("age", "told"), [(0, None), (179, None), (-60, None), (240, "停了 4 分钟"), (-600, "快 10 分钟")])
def test_an_old_one_is_told(tmp_path: Path, age: int, told: str | None) -> None:
    file = tmp_path / "beat"
    heartbeat.write(file, NOW - timedelta(seconds=age))
    found = heartbeat.fault(str(file), NOW, THREE)
    assert (found is None) if told is None else (found is not None and told in found)
    assert [path.name for path in tmp_path.iterdir()] == ["beat"]


def test_a_file_that_is_missing_or_holds_something_else_is_told(tmp_path: Path) -> None:
    assert "读不到" in str(heartbeat.fault(str(tmp_path / "none"), NOW, THREE))
    (tmp_path / "other").write_text("hello")
    (tmp_path / "naive").write_text("2026-03-02T09:00:00")
    for name in ("other", "naive"):
        assert "没有自查的时间" in str(heartbeat.fault(str(tmp_path / name), NOW, THREE))


@contextmanager
def answering(body: str) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802, RUF100
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/healthz"
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("body", "told"),
    [(heartbeat.healthz(NOW), None), (heartbeat.healthz(NOW - THREE * 2), "停了 6 分钟"), (heartbeat.healthz(None), "没有自查的时间"),
     ("ok", "没有自查的时间"), ("{}", "没有自查的时间")],
)
def test_the_address_is_asked(body: str, told: str | None) -> None:
    with answering(body) as url:
        found = heartbeat.fault(url, NOW, THREE)
    assert (found is None) if told is None else told in str(found)


def test_nobody_at_the_address() -> None:
    assert "读不到" in str(heartbeat.fault("http://127.0.0.1:1/healthz", NOW, THREE))


def test_the_command_fails_where_something_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "beat"
    heartbeat.write(file, WallClock().now())
    assert CliRunner().invoke(app, ["watch", str(file)]).exit_code == 0
    heartbeat.write(file, WallClock().now() - timedelta(minutes=10))
    found = CliRunner().invoke(app, ["watch", str(file)])
    assert found.exit_code == 1
    assert CliRunner().invoke(app, ["watch", str(file), "--minutes", "30"]).exit_code == 0
