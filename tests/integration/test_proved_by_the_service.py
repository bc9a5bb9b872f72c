"""The live process proves itself: the sweep beats for a watcher, and the nightly recount is done and told once."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot import heartbeat
from bot.app import Service
from bot.web import build_web
from config.settings import Settings
from registry.source import to_data
from registry.terms import ClockKind, What
from storage import recounting, registry_rows
from storage.store import Store
from tests.builders.talk import MONDAY, shipped_registry
from tests.builders.tickets import a_ticket
from tickets.model import Clock

START = datetime.fromisoformat(f"{MONDAY}+08:00")


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


def service_in(folder: Path, clock: Hand) -> Service:
    url = f"sqlite:///{folder / 'gridbot.db'}"
    with Store.open(url, durable=False) as store:
        store.migrate()
        store.run(lambda work: registry_rows.save_registry(work, to_data(shipped_registry()), "test", START))
        store.run(lambda work: recounting.plan(work, START))
    service = Service(Settings(database_url=url, heartbeat_file=folder / "beat"))
    service.clock = clock  # type: ignore[assignment]
    return service


def alarms(service: Service) -> list[str]:
    """What the office was told of the recount."""
    query = text("SELECT because FROM outbox WHERE because = 'sweep:S12' ORDER BY id")
    return service.store.look(lambda work: [str(row[0]) for row in work.connection.execute(query)])


async def test_the_heartbeat_is_in_the_file_and_at_the_address(tmp_path: Path) -> None:
    clock = Hand()
    service = await asyncio.to_thread(service_in, tmp_path, clock)
    try:
        async with TestClient(TestServer(build_web(service))) as client:
            assert json.loads(await (await client.get("/healthz")).text()) == {"status": "ok", "swept_at": None}
            await service.sweep()
            seen = json.loads(await (await client.get("/healthz")).text())
            assert datetime.fromisoformat(seen["swept_at"]) == START
        assert heartbeat.fault(str(tmp_path / "beat"), START + timedelta(minutes=1), timedelta(minutes=3)) is None
    finally:
        await service.close()


async def test_a_recount_that_differs_is_told_to_the_office_once_a_day(tmp_path: Path) -> None:
    clock = Hand()
    service = await asyncio.to_thread(service_in, tmp_path, clock)

    def a_ticket_without_history(work: object) -> None:
        ticket = work.add_ticket(a_ticket(owner="m-01", opened_at=START))  # type: ignore[attr-defined]
        due = START + timedelta(days=9)
        work.set_clock(Clock(ticket.id, ClockKind.DONE, due, due))  # type: ignore[attr-defined]

    try:
        service.store.run(a_ticket_without_history)
        await service.do_due()
        await service.recount_due()
        await service.sweep()
        assert alarms(service) == [], "03:40 is to come"
        clock.at = START.replace(day=3, hour=3, minute=41)
        await service.do_due()
        await service.recount_due()
        await service.sweep()
        assert alarms(service) == ["sweep:S12"]
        clock.at += timedelta(hours=2)
        await service.sweep()
        assert alarms(service) == ["sweep:S12"]
        service.store.run(lambda work: work.record(1, START, What.OPENED, "r-001"))
        clock.at += timedelta(days=1)
        await service.do_due()
        await service.recount_due()
        await service.sweep()
        assert alarms(service) == ["sweep:S12"]
        assert service.store.look(recounting.last) == {}
    finally:
        await service.close()
