"""Our channels through the emulator's scripts of faults: what is sent arrives once, what is heard is heard once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.app_door import AppDoor
from bot.channels.app_mouth import AppMouth
from bot.channels.client import WeComClient
from bot.channels.crypto import Cipher
from bot.channels.limits import MemoryMeter
from bot.channels.outcomes import Limited, Outcome, Retry, Sent, Unclear
from bot.channels.times import CHINA
from bot.messages import Button, Incoming, Outgoing
from registry.terms import Form, Lane, Said
from tests.builders.emulated import Emulated, emulated

PEOPLE = ("ul-01", "um-01", "gl-01", "gm-01")
CARDS = 20


def now() -> datetime:
    return datetime.now(CHINA)


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


def card(task: str, person: str) -> Outgoing:
    return Outgoing(
        row=1, kind=Said.CARD, form=Form.CARD, lane=Lane.NORMAL, text="东门井盖破了，请受理。", outside=person, title="工单 0302-1",
        buttons=(Button("accept", "受理"),), task_id=task,
    )  # fmt: skip


class Inbox:
    """What was heard, each key once."""

    def __init__(self) -> None:
        self.heard: dict[str, Incoming] = {}
        self.words = asyncio.Event()

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        self.heard.setdefault(key, incoming)
        if incoming.words:
            self.words.set()


@asynccontextmanager
async def with_app(inbox: Inbox) -> AsyncIterator[Emulated]:
    """The emulator, whose callbacks come to a door of ours."""
    doors: list[AppDoor] = []

    async def receive(request: web.Request) -> web.Response:
        return await doors[0].receive(request)

    app = web.Application()
    app.router.add_post("/wecom/app", receive)
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}/wecom/app"
        async with emulated("--clock", "real", "--callback-url", url) as wecom:
            said = wecom.said
            cipher = Cipher(said["app_token"], said["app_aes_key"], said["corp_id"])
            doors.append(AppDoor(cipher, said["corp_id"], inbox.accept))
            yield wecom


async def until_taken(client: WeComClient, agent: int, outgoing: Outgoing) -> list[Outcome]:
    """As the sender does it: the same card again until WeCom has taken it. Each time with a meter that counts anew, so
    that nobody waits out a limit."""
    outcomes: list[Outcome] = []
    for _ in range(20):
        mouth = AppMouth(client, agent, MemoryMeter(now))
        outcomes.append(await mouth.send_card(outgoing))
        if isinstance(outcomes[-1], Sent):
            return outcomes
        assert isinstance(outcomes[-1], Unclear | Retry | Limited), outcomes[-1]
    raise AssertionError(outcomes)


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_card_is_lost_or_doubled(seed: int) -> None:
    async with with_app(Inbox()) as wecom:
        said = wecom.said
        kinds = ["errcode", "http", "drop_answer", "drop_request"]
        ended: Counter[str] = Counter()
        async with WeComClient(said["base_url"], said["corp_id"], said["app_secret"], now, pause=at_once) as client:
            for number in range(CARDS):
                person = PEOPLE[number % len(PEOPLE)]
                script = {"seed": seed * 1000 + number, "minutes": 0.0001, "count": 3, "kinds": kinds}
                await wecom.act("/test/fault_script", **script)
                for outcome in await until_taken(client, int(said["agent_id"]), card(f"T-{number}", person)):
                    ended[type(outcome).__name__] += 1
        cards: Any = (await wecom.state())["cards"]
        assert sorted(one["task_id"] for one in cards.values()) == sorted(f"T-{number}" for number in range(CARDS))
        assert ended["Sent"] == CARDS
        assert ended["Unclear"] > 5, "the faults did strike"


async def test_events_of_one_second_are_two_and_a_doubled_one_is_one() -> None:
    inbox = Inbox()
    async with with_app(inbox) as wecom:
        await wecom.act("/leave", person="re-01", group="g-basic-01")
        await wecom.act("/test/faults", kind="same_second", endpoint="app")
        await wecom.act("/test/faults", kind="deliver_twice", endpoint="app")
        await wecom.act("/leave", person="re-02", group="g-basic-01")
        await wecom.act("/test/faults", kind="drop_callback", endpoint="app")
        await wecom.act("/join", person="re-02", group="g-basic-01")
        await wecom.act("/say", person="um-01", text="我的单", to="app")
        await asyncio.wait_for(inbox.words.wait(), 10)
        changes = [one for one in inbox.heard.values() if one.channel == "customer"]
        assert [one.action.choices["UpdateDetail"] for one in changes if one.action] == [("del_member",)] * 2
        assert changes[0].at == changes[1].at
        assert changes[0].id != changes[1].id
