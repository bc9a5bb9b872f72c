"""Customer groups of the emulated WeCom become known, bound and watched; refusers are obeyed; owners that change are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.app_door import AppDoor
from bot.channels.archive import Batch
from bot.channels.client import WeComClient
from bot.channels.consent import RoomAgreements
from bot.channels.crypto import Cipher
from bot.channels.customer_groups import CustomerGroup, CustomerGroups, Member
from bot.groups.care import GroupCare
from bot.groups.taking import binding_of
from bot.groups.watch import GroupWatch
from bot.messages import Action, Incoming, MessageKind, Words
from registry.terms import Speaks
from storage import consent_rows, customer_group_rows
from storage.queries import unknown_ones
from tests.builders.emulated import Emulated, emulated
from tests.builders.grouped import Grouped, grouped, grouped_registry

CHAT = "wrgbasic01"
GRID = "99900100100101"


def care_of(county: Grouped, client: WeComClient) -> GroupCare:
    return GroupCare(county.store, county.decider, county.rules, county.now, contact=client, archive=client)


def watch_of(county: Grouped, client: WeComClient) -> GroupWatch:
    watch = care_of(county, client).watch
    assert watch is not None
    return watch


def client_of(wecom: Emulated, county: Grouped) -> WeComClient:
    said = wecom.said
    return WeComClient(said["base_url"], said["corp_id"], said["app_secret"], county.now)


async def test_a_group_with_its_name_and_an_officials_ownership_is_bound_and_its_officials_are_known(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom, client_of(wecom, county) as client:
            found = await watch_of(county, client).read_all()
            assert (found.groups, found.registered, found.gone, found.fault) == (1, 1, 0, "")
            group = county.rules().registry.group_by_address("customer", CHAT)
            assert group is not None
            assert group.id == "g-basic-01"
            assert group.addresses["archive"] == CHAT, "heard whole, so the archive's room is bound with it"
            row = county.store.look(lambda work: customer_group_rows.get(work, CHAT))
            assert row is not None
            assert (row.owner, row.residents, row.agreed_owner) == ("gm-01", 3, None)
            assert "wm" not in repr(row), "no resident is kept"


async def test_a_group_that_nobody_knows_is_shown_to_the_office(tmp_path: Path) -> None:
    def unnamed(data: dict[str, Any]) -> None:
        data["groups"][0]["name"] = "另一个名字的群"

    with grouped(tmp_path, unnamed) as county:
        async with emulated("--clock", "real") as wecom, client_of(wecom, county) as client:
            found = await watch_of(county, client).read_all()
            assert (found.groups, found.registered) == (1, 0)
            unknown = county.store.look(unknown_ones)
            assert [(one.channel, one.group) for one in unknown] == [("customer", CHAT)]


async def test_the_whole_reading_is_done_once_a_night(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        county.clock = county.clock.replace(hour=2, minute=0)
        async with emulated("--clock", "real") as wecom, client_of(wecom, county) as client:
            watch = watch_of(county, client)
            assert await watch.read_all_if_due() is not None
            assert await watch.read_all_if_due() is None
            county.clock += timedelta(hours=2)
            assert await watch.read_all_if_due() is not None, "after 3:40"
            await wecom.act("/test/faults", kind="errcode", endpoint="groupchat/list", errcode=48002, times=1)
            county.clock += timedelta(days=1)
            broken = await watch.read_all_if_due()
            assert broken is not None
            assert "开通" in broken.fault
            again = await watch.read_all_if_due()
            assert again is not None, "what broke off is done again"
            assert again.fault == ""


class Heard:
    """What the door brought."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Incoming] = asyncio.Queue()

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        self._queue.put_nowait(incoming)

    async def change(self, detail: str) -> Incoming:
        """The next event with this UpdateDetail."""
        async with asyncio.timeout(10):
            while True:
                incoming = await self._queue.get()
                if incoming.action is not None and incoming.action.choices.get("UpdateDetail") == (detail,):
                    return incoming


@asynccontextmanager
async def told_by_events(county: Grouped, heard: Heard) -> AsyncIterator[tuple[Emulated, WeComClient]]:
    """The emulator with our door as its callback address."""
    app = web.Application()
    holder: list[AppDoor] = []

    async def receive(request: web.Request) -> web.Response:
        return await holder[0].receive(request)

    app.router.add_post("/wecom/app", receive)
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}/wecom/app"
        async with emulated("--callback-url", url, "--clock", "real") as wecom, client_of(wecom, county) as client:
            said = wecom.said
            holder.append(AppDoor(Cipher(said["app_token"], said["app_aes_key"], said["corp_id"]), said["corp_id"], heard.accept))
            yield wecom, client


async def test_an_event_is_looked_at_two_seconds_later_and_whoever_left_is_forgotten(tmp_path: Path) -> None:
    heard = Heard()
    with grouped(tmp_path) as county:
        async with told_by_events(county, heard) as (wecom, client):
            watch = watch_of(county, client)
            await watch.read_all()
            await wecom.act("/agree", person="re-01", group="g-basic-01", agreed=False)
            await watch.look(CHAT)
            assert county.store.look(consent_rows.refusers) == {(CHAT, "wmre01")}
            await wecom.act("/leave", person="re-01", group="g-basic-01")
            await watch.heard(await heard.change("del_member"))
            assert await watch.look_at_touched() == 0, "not before WeCom's list has settled"
            county.clock += timedelta(seconds=2)
            assert await watch.look_at_touched() == 1
            assert county.store.look(consent_rows.refusers) == set(), "nothing is left of who has left"
            row = county.store.look(lambda work: customer_group_rows.get(work, CHAT))
            assert row is not None
            assert row.residents == 2
            version = row.version
            await wecom.act("/join", person="re-01", group="g-basic-01", state=GRID, quietly=True)
            await watch.read_all()
            row = county.store.look(lambda work: customer_group_rows.get(work, CHAT))
            assert row is not None
            assert (row.residents, row.join_state) == (3, GRID), "a change through the API sends no event"
            assert row.version != version


async def test_a_new_owner_is_told_once_and_the_group_is_pasted_until_the_office_agrees(tmp_path: Path) -> None:
    heard = Heard()
    with grouped(tmp_path) as county:
        async with told_by_events(county, heard) as (wecom, client):
            watch = watch_of(county, client)
            await watch.read_all()
            assert county.rules().registry.speaks("g-basic-01") is Speaks.CONFIRM
            await wecom.act("/test/owner", group="g-basic-01", owner="gl-01")
            await watch.heard(await heard.change("change_owner"))
            county.clock += timedelta(seconds=2)
            await watch.look_at_touched()
            await watch.look(CHAT)
            (told,) = county.said("alarm.group_owner")
            assert told.say.person == "of-01"
            assert told.say.args == {"group": "g-basic-01", "new_owner": "gl-01"}
            assert county.rules().registry.speaks("g-basic-01") is Speaks.PASTE
            county.store.run(lambda work: customer_group_rows.agree_owner(work, CHAT, "gl-01"))
            registry = county.rules().registry
            assert (registry.groups["g-basic-01"].owner, registry.speaks("g-basic-01")) == ("gl-01", Speaks.CONFIRM)
            await wecom.act("/test/owner", group="g-basic-01", owner="gm-01", quietly=True)
            await watch.read_all()
            registry = county.rules().registry
            assert (registry.groups["g-basic-01"].owner, registry.speaks("g-basic-01")) == ("gm-01", Speaks.CONFIRM)


async def test_a_dismissed_group_is_gone(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom, client_of(wecom, county) as client:
            watch = watch_of(county, client)
            gone = customer_group_rows.SeenGroup("wrgone", "旧群", "gm-01", "v1", 4, "", county.clock)
            county.store.run(lambda work: customer_group_rows.seen(work, gone))
            assert (await watch.read_all()).gone == 1
            assert [one.chat for one in county.store.look(customer_group_rows.all_seen)] == [CHAT]


async def test_agreement_is_asked_of_the_archive_and_obeyed_from_then_on(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom, client_of(wecom, county) as client:
            care = care_of(county, client)
            assert care.watch is not None
            await wecom.act("/agree", person="re-02", group="g-basic-01", agreed=False)
            await care.watch.read_all()
            await care.watch.read_all()  # the first reading bound the room, this one knows it from the start
            assert county.store.look(consent_rows.refused_counts) == {CHAT: 1}

            def words(number: str, sender: str) -> Incoming:
                return Incoming(number, "archive", sender, county.clock, MessageKind.TEXT, Words("桃园小区漏水了"), group=CHAT)

            slipped = Batch((words("m1", "wmre02"), words("m2", "wmre01")), 2, 2)
            kept, _ = care.obeyed(slipped)
            assert [one.id for one in kept.heard] == ["m2"]
            assert care.refused == 1
            later = GroupCare(county.store, county.decider, county.rules, county.now)
            await later.start()
            assert [one.id for one in later.obeyed(slipped)[0].heard] == ["m2"], "a restart forgets no refusal"
            await wecom.act("/agree", person="re-02", group="g-basic-01", agreed=True)
            approved = Incoming("e", "customer", "sys", county.clock, MessageKind.SYSTEM, action=Action(
                "change_external_contact", "", {"ChangeType": ("msg_audit_approved",), "ExternalUserID": ("wmre02",)}))
            await care.heard(approved)
            county.clock += timedelta(seconds=2)
            assert await care.watch.look_at_touched() == 1
            assert len(care.obeyed(slipped)[0].heard) == 2


def test_a_chat_is_bound_by_its_join_codes_state_or_by_name_never_by_a_guess() -> None:
    members = (Member("wm1", False, GRID), Member("wm2", False, GRID), Member("gm-01", True, ""))
    chat = CustomerGroup("wrx", "随便什么群名", "wm9", "v1", members)
    two_in_grid = grouped_registry()
    assert binding_of(two_in_grid, chat) is None, "two groups of the grid have no chat yet"

    def one_is_bound(data: dict[str, Any]) -> None:
        data["groups"][0]["addresses"] = {"customer": "wrother"}

    free = binding_of(grouped_registry(one_is_bound), chat)
    assert free is not None
    assert free.id == "g-basic-02"
    named = replace(chat, name="桃园小区一群", members=())
    assert binding_of(two_in_grid, named) is None, "owned by nobody we know"
    owned = binding_of(two_in_grid, replace(named, owner="gm-01"))
    assert owned is not None
    assert owned.id == "g-basic-01"


async def test_agreements_without_the_archives_secret_are_left_alone(tmp_path: Path) -> None:
    with grouped(tmp_path) as county:
        async with emulated("--clock", "real") as wecom, client_of(wecom, county) as client:
            await wecom.act("/agree", person="re-02", group="g-basic-01", agreed=False)
            care = GroupCare(county.store, county.decider, county.rules, county.now, contact=client)
            assert care.watch is not None
            await care.watch.read_all()
            assert county.store.look(consent_rows.refused_counts) == {}
            rows = await RoomAgreements(client).check("wrnowhere")
            assert not isinstance(rows, tuple)
            assert await CustomerGroups(client).get("wrnowhere") is not None
