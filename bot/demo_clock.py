"""Following the emulator's clock: time is walked from one due moment to the next, so that nothing is late that was not."""

import asyncio
import contextlib
import json
import urllib.request
from datetime import datetime
from typing import Any, Protocol

import aiohttp

from bot.clock import CHINA, DemoClock, WallClock


class Walker(Protocol):
    """What a walk does at each moment."""

    stopping: asyncio.Event

    async def catch_up(self) -> None: ...

    async def do_due(self) -> int: ...

    async def send_due(self) -> int: ...

    async def next_moment(self) -> Any: ...


def present(url: str | None) -> datetime:
    """The emulator's time for a command that runs once beside the service; the machine's where none is followed or the
    emulator is gone."""
    if url is not None:
        with contextlib.suppress(OSError, ValueError, KeyError), urllib.request.urlopen(url, timeout=5) as answer:
            return datetime.fromisoformat(json.load(answer)["now"]).astimezone(CHINA)
    return WallClock().now()


async def follow(walker: Walker, clock: DemoClock, url: str) -> None:
    """Ask for the time a few times a second; when it is being walked, walk and report each moment that was reached."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while not walker.stopping.is_set():
            try:
                async with session.get(url) as answer:
                    told = await answer.json()
                target = datetime.fromisoformat(told["walking_to"]) if told.get("walking_to") else None
                if target is None:
                    clock.set(datetime.fromisoformat(told["now"]))
                else:
                    await walk(walker, clock, target, session, url)
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
                # The emulator is gone or starting: our clock runs on by itself.
                await asyncio.sleep(1.0)
            await asyncio.sleep(0.25)


async def walk(walker: Walker, clock: DemoClock, target: datetime, session: aiohttp.ClientSession, url: str) -> None:
    """What was said and pressed before the walk; then to the next due time, pass, outbox, and so on to the target; then
    say that it is reached."""
    await walker.catch_up()
    while True:
        due = await walker.next_moment()
        if due is None or due > target:
            break
        at = max(due, clock.now())
        # The emulator goes there first, so that limits and times of what is sent are those of that moment.
        await _report(session, url, "at", at)
        clock.set(at)
        await walker.do_due()
        await walker.send_due()
        await _report(session, url, "reached", at)
    await _report(session, url, "at", target)
    clock.set(target)
    await walker.do_due()
    await walker.send_due()
    await _report(session, url, "reached", target)


async def _report(session: aiohttp.ClientSession, url: str, what: str, moment: datetime) -> None:
    async with session.post(url, json={what: moment.isoformat()}) as answer:
        await answer.read()
