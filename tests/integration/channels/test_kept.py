"""Limits and tokens in the database: what a restart must not forget, and what processes share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.app_mouth import AppMouth
from bot.channels.client import WeComClient
from bot.channels.limits import CONVERSATION, MEMBER, WEBHOOK, Limit
from bot.channels.outcomes import Failed, Sent
from bot.channels.times import CHINA
from bot.kept import KeptMeter, KeptOpenUsers, KeptShutDoors, KeptTokens
from emulator.limits import Window, take
from registry.terms import Lane
from storage.store import Store
from tests.builders.emulated import Emulated, emulated

START = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)


def opened(folder: Path) -> Store:
    store = Store.open(f"sqlite:///{folder / 'kept.db'}", durable=False)
    store.migrate()
    return store


class Clock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@pytest.mark.parametrize(
    ("limit", "windows"),
    [
        (CONVERSATION, (Window(30, 60), Window(1000, 3600))),
        (MEMBER, (Window(30, 60), Window(1000, 3600))),
        (WEBHOOK, (Window(20, 60),)),
    ],
    ids=["conversation", "member", "webhook"],
)
async def test_ten_times_over_a_limit_with_restarts_nothing_is_too_much_and_danger_does_not_wait(
    tmp_path: Path, limit: Limit, windows: tuple[Window, ...]
) -> None:
    clock, sent, waited = Clock(), 0, 0.0
    store = opened(tmp_path)
    per_minute = 10 * (limit.per_minute + limit.burst)
    try:
        for minute in range(6):
            if minute in (2, 4):
                store.close()
                store = opened(tmp_path)
            meter = KeptMeter(store, clock.now)
            for number in range(per_minute):
                clock.at = START + timedelta(minutes=minute, seconds=60 * number / per_minute)
                if not await meter.wait("d", limit, Lane.NORMAL):
                    assert take(windows, "d", clock.at), "WeCom would have refused this"
                    sent += 1
            danger = await meter.wait("d", limit, Lane.DANGER)
            waited = max(waited, danger)
            if not danger:
                assert take(windows, "d", clock.at)
    finally:
        store.close()
    assert sent >= 5 * limit.per_minute, "what the limit allows is sent"
    assert waited < 60


async def test_a_refusal_by_wecom_empties_the_bucket_for_all(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path) as store:
        one, other = KeptMeter(store, clock.now), KeptMeter(store, clock.now)
        assert await one.wait("d", WEBHOOK, Lane.NORMAL) == 0
        await one.drain("d", WEBHOOK)
        assert await other.wait("d", WEBHOOK, Lane.DANGER) > 0
        assert await other.wait("e", WEBHOOK, Lane.NORMAL) == 0


@asynccontextmanager
async def clients(wecom: Emulated, store: Store, clock: Clock, count: int) -> AsyncIterator[list[WeComClient]]:
    """Several processes with the same app."""
    said = wecom.said
    made = [
        WeComClient(
            said["base_url"], said["corp_id"], said["app_secret"], clock.now,
            shelf=KeptTokens(store, clock.now, said["corp_id"], said["app_secret"]),
        )
        for _ in range(count)
    ]  # fmt: skip
    try:
        yield made
    finally:
        for client in made:
            await client.close()


async def fetched(wecom: Emulated) -> int:
    return len([one for one in await wecom.look("/ledger?limit=5000") if one["endpoint"] == "gettoken"])


async def test_two_hundred_callers_of_three_processes_at_expiry_make_one_fetch(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path) as store:
        async with emulated("--clock", "demo", "--start", START.isoformat()) as wecom:
            async with clients(wecom, store, clock, 3) as three:
                for round_, at in enumerate((START, START + timedelta(seconds=7000)), start=1):
                    clock.at = at
                    calls = (three[n % 3].get("getcallbackip") for n in range(200))
                    assert all(isinstance(outcome, Sent) for outcome in await asyncio.gather(*calls))
                    assert await fetched(wecom) == round_
            async with clients(wecom, store, clock, 1) as (later,):
                assert isinstance(await later.get("getcallbackip"), Sent)
                assert later.fetches == 0, "a restart uses what was fetched before"
                await wecom.act("/test/faults", kind="end_token", errcode=42001, times=1)
                assert isinstance(await later.get("getcallbackip"), Sent)
                assert await fetched(wecom) == 3


async def test_a_server_that_refuses_for_ever_sees_few_calls_and_then_an_alarm(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path) as store:
        async with emulated("--clock", "demo", "--start", START.isoformat()) as wecom, clients(wecom, store, clock, 2) as two:
            await wecom.act("/test/faults", kind="end_token", errcode=40014, times=None)
            for number in range(100):
                clock.at = START + timedelta(seconds=number / 2)
                assert isinstance(await two[number % 2].get("getcallbackip"), Failed)
            assert await fetched(wecom) <= 4
            assert all(client.alarm is not None and client.alarm.alert for client in two)


async def test_who_died_while_fetching_holds_up_nobody_for_long(tmp_path: Path) -> None:
    clock = Clock()
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.at += timedelta(seconds=seconds)

    with opened(tmp_path) as store:
        async with emulated("--clock", "demo", "--start", START.isoformat()) as wecom:
            said = wecom.said
            shelf = KeptTokens(store, clock.now, said["corp_id"], said["app_secret"])
            await shelf.ask(0)  # this one never comes back
            client = WeComClient(said["base_url"], said["corp_id"], said["app_secret"], clock.now, pause=pause, shelf=shelf)
            outcome = await client.get("getcallbackip")
            assert not isinstance(outcome, Sent)
            assert sum(pauses) <= 10
            clock.at += timedelta(seconds=15)
            assert isinstance(await client.get("getcallbackip"), Sent)
            await client.close()


async def test_limits_hold_against_wecom_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    async with emulated("--clock", "demo", "--start", START.isoformat(), "--callback-url", "http://127.0.0.1:9/none") as wecom:
        agent = int(wecom.said["agent_id"])
        for _ in range(3):
            with opened(tmp_path) as store:
                async with clients(wecom, store, clock, 1) as (client,):
                    mouth = AppMouth(client, agent, KeptMeter(store, clock.now))
                    for number in range(40):
                        await mouth.send_text("ul-01", f"第{number}条")
        sent = [one for one in await wecom.look("/ledger?limit=5000") if one["endpoint"] == "message/send"]
        assert 10 <= len(sent) <= 30
        assert not [one for one in sent if "超过" in str(one["flags"])]


async def test_shut_doors_and_unknown_people_are_tried_again_after_a_day(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path) as store:
        doors, people = KeptShutDoors(store, clock.now), KeptOpenUsers(store, clock.now)
        await doors.shut("KEY", 93000)
        assert (await doors.shut_with("KEY"), await doors.shut_with("OTHER")) == (93000, None)
        assert "KEY" not in str(store.look(lambda work: work.connection.exec_driver_sql("SELECT * FROM shut_doors").all()))
        await people.learn({"woA": "zhang", "woB": None})
        assert await people.known(["woA", "woB", "woC"]) == {"woA": "zhang", "woB": None}
        clock.at += timedelta(hours=25)
        assert await doors.shut_with("KEY") is None
        assert await people.known(["woA", "woB"]) == {"woA": "zhang"}
