"""What a person must press: reminders, the month's quota with its last for danger, and a press that WeCom did not pass on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.app_mouth import AppMouth
from bot.channels.client import WeComClient
from bot.channels.limits import MemoryMeter
from bot.channels.mass_send import MassSend
from bot.doors import LiveDoors
from bot.groups.reminders import remind_owners
from bot.sender import Sender, Ways
from registry.terms import Form, Lane, Said
from storage import mass_send_rows, outbox
from storage.outbox import OutboxRow
from storage.work import SqlWork
from tests.builders.emulated import Emulated, emulated
from tests.builders.grouped import Grouped, grouped
from tickets.model import ToSay

GROUP = "g-basic-01"
#: Cards need a callback address; here nothing is pressed on one.
NOWHERE = "http://127.0.0.1:9/wecom/app"


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Grouped]:
    def bound(data: dict[str, list[dict[str, object]]]) -> None:
        data["groups"][0]["addresses"] = {"customer": "wrgbasic01"}

    with grouped(tmp_path, bound) as county:
        county.clock = county.clock.replace(month=6, day=10, hour=10, minute=0)
        yield county


def client_of(wecom: Emulated, county: Grouped) -> WeComClient:
    said = wecom.said
    return WeComClient(said["base_url"], said["corp_id"], said["app_secret"], county.now)


def sender_of(county: Grouped, wecom: Emulated, client: WeComClient) -> Sender:
    app = AppMouth(client, int(wecom.said["agent_id"]), MemoryMeter(county.now))
    doors = LiveDoors(bot=None, app=app, webhook=None, mass=MassSend(client))
    return Sender(county.store, county.rules, county.house.texts, doors, Ways(), county.now)


def say(county: Grouped, lane: Lane = Lane.URGENT) -> int:
    row = ToSay(kind=Said.STATUS, event="consult.done", lane=lane, ticket=None, because="test", group=GROUP)
    return county.store.run(lambda work: work.say(row, county.clock))


def row_of(county: Grouped, row: int) -> OutboxRow:
    return county.store.look(lambda work: outbox.get(work, row))


def spend(county: Grouped, count: int) -> None:
    """So many mass sends have gone to the group this month."""

    old = ToSay(kind=Said.STATUS, event="consult.done", lane=Lane.URGENT, ticket=None, because="old", group=GROUP)

    def unit(work: SqlWork) -> None:
        for number in range(count):
            row = work.say(old, county.clock)
            outbox.asked(work, row, county.clock, Form.CONFIRM, f"old-{number}")
            outbox.sent(work, row, county.clock)

    county.store.run(unit)


async def test_an_owner_who_does_not_press_is_reminded_at_most_three_times(county: Grouped) -> None:
    async with emulated("--clock", "real", "--callback-url", NOWHERE) as wecom, client_of(wecom, county) as client:
        row = say(county)
        await sender_of(county, wecom, client).run_once()
        assert row_of(county, row).state == "asked"
        mass = MassSend(client)
        assert await remind_owners(county.store, mass, county.clock) == 0
        counts = []
        for _ in range(5):
            county.clock += timedelta(minutes=15)
            counts.append(await remind_owners(county.store, mass, county.clock))
        assert counts == [1, 1, 1, 0, 0]
        asked = [one for one in await wecom.look("/ledger") if str(one["endpoint"]).endswith("remind_groupmsg_send")]
        assert [one["errcode"] for one in asked] == [0, 0, 0]


async def test_a_press_ends_the_reminders_and_the_row(county: Grouped) -> None:
    async with emulated("--clock", "real", "--callback-url", NOWHERE) as wecom, client_of(wecom, county) as client:
        row, sender = say(county), sender_of(county, wecom, client)
        await sender.run_once()
        await wecom.act("/confirm", owner="gm-01")
        assert await sender.look_for_presses() == 1
        assert row_of(county, row).state == "sent"
        county.clock += timedelta(hours=1)
        assert await remind_owners(county.store, MassSend(client), county.clock) == 0


async def test_the_last_mass_send_of_the_month_is_kept_for_danger(county: Grouped) -> None:
    spend(county, 29)
    assert county.store.look(lambda work: mass_send_rows.sent_in_month(work, GROUP, county.clock)) == 29
    async with emulated("--clock", "real", "--callback-url", NOWHERE) as wecom, client_of(wecom, county) as client:
        sender = sender_of(county, wecom, client)
        urgent = say(county)
        await sender.run_once()
        assert row_of(county, urgent).form is Form.PASTE
        danger = say(county, Lane.DANGER)
        await sender.run_once()
        assert row_of(county, danger).form is Form.CONFIRM
        another = say(county, Lane.DANGER)
        await sender.run_once()
        assert row_of(county, another).form is Form.PASTE, "all thirty are used: the grid member pastes"
        county.clock = county.clock.replace(month=7, day=1)
        fresh = say(county)
        await sender.run_once()
        assert row_of(county, fresh).form is Form.CONFIRM, "a new month"


async def test_a_press_that_wecom_did_not_pass_on_is_pasted(county: Grouped) -> None:
    async with emulated("--clock", "real", "--callback-url", NOWHERE) as wecom, client_of(wecom, county) as client:
        mass, sender = MassSend(client), sender_of(county, wecom, client)
        for number in range(31):  # others of the company have used up the group's month
            await mass.create("gm-01", ["wrgbasic01"], f"别的通知{number}")
            await wecom.act("/confirm", owner="gm-01")
        row = say(county)
        await sender.run_once()
        await wecom.act("/confirm", owner="gm-01")
        assert await sender.look_for_presses() == 1
        await sender.run_once()
        after = row_of(county, row)
        assert (after.state, after.form) == ("asked", Form.PASTE)
