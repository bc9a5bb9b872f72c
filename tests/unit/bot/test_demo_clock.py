"""A walk of the emulated time: in which order things are done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from bot.clock import CHINA, DemoClock, WallClock
from bot.demo_clock import walk

NINE = datetime(2026, 11, 24, 9, tzinfo=CHINA)


class Walker:
    """Has one thing due at half past nine, and notes what is asked of it and at what time."""

    def __init__(self, clock: DemoClock) -> None:
        self.stopping = asyncio.Event()
        self.clock = clock
        self.due = [NINE + timedelta(minutes=30)]
        self.done: list[tuple[str, str]] = []

    def _note(self, what: str) -> int:
        self.done.append((what, f"{self.clock.now():%H:%M}"))
        return 0

    async def catch_up(self) -> None:
        self._note("catch_up")

    async def do_due(self) -> int:
        self.due = [at for at in self.due if at > self.clock.now()]
        return self._note("pass")

    async def send_due(self) -> int:
        return self._note("send")

    async def next_moment(self) -> Any:
        return min(self.due, default=None)


class Emulator:
    """Takes the reports of a walk."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []

    @asynccontextmanager
    async def post(self, _: str, json: dict[str, str]) -> AsyncIterator["Emulator"]:
        self.told.append(json)
        yield self

    async def read(self) -> bytes:
        return b""


async def test_what_was_said_before_comes_before_and_every_due_moment_has_its_own_time() -> None:
    clock = DemoClock(WallClock())
    clock.set(NINE)
    walker, emulator = Walker(clock), Emulator()
    target = NINE + timedelta(hours=3)
    await walk(walker, clock, target, emulator, "http://emulator/clock")  # type: ignore[arg-type]
    assert walker.done == [
        ("catch_up", "09:00"), ("pass", "09:30"), ("send", "09:30"), ("pass", "12:00"), ("send", "12:00"),
    ]
    assert emulator.told == [
        {"at": "2026-11-24T09:30:00+08:00"}, {"reached": "2026-11-24T09:30:00+08:00"},
        {"at": "2026-11-24T12:00:00+08:00"}, {"reached": "2026-11-24T12:00:00+08:00"},
    ]
