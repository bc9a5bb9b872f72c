"""The app's and the AI bot's doors against the emulated WeCom, line by line of the wire's checklist (§11)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.aibot import GROUP, SINGLE, AiBot, Link
from bot.channels.app_door import AppDoor
from bot.channels.app_mouth import AppMouth
from bot.channels.bot_door import BotDoor, UrlMouth
from bot.channels.cards import card_of
from bot.channels.client import WeComClient
from bot.channels.crypto import Cipher
from bot.channels.limits import MemoryMeter
from bot.channels.outcomes import Failed, Outcome, Sent
from bot.channels.passive import PassiveAnswer, PassiveAnswers
from bot.channels.times import CHINA
from bot.doors import LiveDoors
from bot.messages import Button, Incoming, MessageKind, Outgoing
from emulator.credentials import make_credentials
from registry.terms import Form, Lane, Said
from tests.builders.emulated import Emulated, emulated

Told = Callable[[Incoming], Awaitable[None]]


def now() -> datetime:
    return datetime.now(CHINA)


def answer_to(incoming: Incoming, text: str, *, buttons: tuple[Button, ...] = (), settled: str = "") -> Outgoing:
    """What the sender makes of a sentence that answers this."""
    return Outgoing(
        row=7, kind=Said.ANSWER, form=Form.CARD, lane=Lane.NORMAL, text=text, outside=incoming.sender, title="工单 0302-1",
        buttons=buttons, task_id="t1-7", reply=incoming.reply, settled=settled,
    )  # fmt: skip


T = TypeVar("T")


async def seen(look: Callable[[], Awaitable[T]], wanted: Callable[[T], object]) -> T:
    """What the emulator shows, once it is as wanted."""
    async with asyncio.timeout(10):
        while True:
            found = await look()
            if wanted(found):
                return found
            await asyncio.sleep(0.01)


def keys(card: dict[str, Any]) -> list[str]:
    return [button["key"] for button in card.get("button_list", [])]


def shown(said: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["text"], one["streaming"]) for one in said]


NEXT = (Button("done", "办结"), Button("return", "退回", 4))


class House:
    """Takes what a door brings, and answers it as it was told to."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.answer: Told | None = None
        self.arrived = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        if incoming.id not in {one.id for one in self.heard}:
            self.heard.append(incoming)
            if self.answer is not None:
                task = asyncio.ensure_future(self._say(self.answer, incoming))
                self._tasks.add(task)
        async with self.arrived:
            self.arrived.notify_all()

    async def _say(self, answer: Told, incoming: Incoming) -> None:
        await asyncio.sleep(0)
        await answer(incoming)

    async def until(self, count: int) -> list[Incoming]:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.heard) >= count)
        return self.heard


class Rig:
    def __init__(self, wecom: Emulated, house: House, answers: PassiveAnswers, client: WeComClient) -> None:
        self.wecom, self.house, self.answers, self.client = wecom, house, answers, client
        self.mouth = AppMouth(client, int(wecom.said["agent_id"]), MemoryMeter(now))
        self.doors = LiveDoors(bot=None, app=self.mouth, webhook=None, mass=None, passive=answers)

    async def ledger(self, endpoint: str) -> list[dict[str, object]]:
        return [one for one in await self.wecom.look("/ledger?limit=5000") if one["endpoint"] == endpoint]

    async def card(self, task: str, person: str) -> dict[str, object]:
        cards = (await self.wecom.state())["cards"]
        assert isinstance(cards, dict)
        card = next(one for one in cards.values() if one["task_id"] == task)
        return dict(card["own"].get(person, card["body"]))

    async def said_to(self, person: str) -> list[str]:
        people = (await self.wecom.state())["people"]
        assert isinstance(people, list)
        return [m["text"] for one in people if one["id"] == person for m in one["messages"] if m["sender"] == "bot"]


@asynccontextmanager
async def app_rig(*, within: float = 4.0) -> AsyncIterator[Rig]:
    said, house, answers = make_credentials(1), House(), PassiveAnswers(within=within, grace=0.0)
    cipher = Cipher(said.app_token, said.app_aes_key, said.corp_id)
    door = AppDoor(cipher, said.corp_id, house.accept, answers=answers)
    app = web.Application()
    app.add_routes(door.routes())
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}/wecom/app"
        async with (
            emulated("--callback-url", url, "--clock", "real") as wecom,
            WeComClient(wecom.said["base_url"], said.corp_id, said.app_secret, now) as client,
        ):
            yield Rig(wecom, house, answers, client)


def sent_card(task: str = "T-1", person: str = "ul-01") -> Outgoing:
    return Outgoing(
        row=1, kind=Said.CARD, form=Form.CARD, lane=Lane.NORMAL, text="三号楼水管漏水，请受理。", outside=person,
        title="工单 0302-1", buttons=(Button("accept", "受理"), Button("return", "退回", 4)), task_id=task,
    )  # fmt: skip


@pytest.mark.parametrize("late", [False, True], ids=["in time", "late"])
async def test_a_click_changes_the_clicked_card_by_reply_or_by_code(late: bool) -> None:
    async with app_rig(within=0.0 if late else 4.0) as rig:
        assert isinstance(await rig.mouth.send_card(sent_card()), Sent)
        outcomes: list[Outcome] = []

        async def accepted(incoming: Incoming) -> None:
            if late:
                assert incoming.reply is not None
                await rig.answers.wait(incoming.reply.ref, 0.0)
            outcomes.append(await rig.doors.to_person(answer_to(incoming, "好的，由您接单了。", buttons=NEXT)))

        rig.house.answer = accepted
        await rig.wecom.act("/click", person="ul-01", card="T-1", key="accept")
        await seen(lambda: rig.card("T-1", "ul-01"), lambda card: keys(card) == ["done", "return"])
        assert isinstance(outcomes[0], Sent)
        assert outcomes[0].on_card is not None
        assert (outcomes[0].on_card.task_id, outcomes[0].on_card.settled) == ("T-1", False)
        assert bool(outcomes[0].on_card.code) is late, "a code is used up only by a call"
        assert len(await rig.ledger("message/update_template_card")) == int(late)
        assert len(await rig.ledger("message/send")) == 1, "the answer stands on the card"


async def test_a_refusal_leaves_the_card_or_greys_it_and_is_said_in_words() -> None:
    async with app_rig() as rig:
        assert isinstance(await rig.mouth.send_card(sent_card()), Sent)
        lines = iter(["", "已有人接单"])

        async def refused(incoming: Incoming) -> None:
            await rig.doors.to_person(answer_to(incoming, "这件事已由别人接单，没有改动。", settled=next(lines)))
            if incoming.reply is not None:
                rig.answers.decided(incoming.reply.ref)

        rig.house.answer = refused
        await rig.wecom.act("/click", person="ul-01", card="T-1", key="accept")
        await rig.house.until(1)
        await seen(lambda: rig.said_to("ul-01"), lambda said: len(said) >= 2)
        assert "replace_text" not in await rig.card("T-1", "ul-01"), "a question leaves the buttons"
        await rig.wecom.act("/click", person="ul-01", card="T-1", key="return")
        await seen(lambda: rig.card("T-1", "ul-01"), lambda card: card.get("replace_text") == "已有人接单")


async def test_words_to_the_app_are_answered_in_the_reply_and_by_message_when_late() -> None:
    async with app_rig() as rig:

        async def answered(incoming: Incoming) -> None:
            assert isinstance(await rig.doors.to_person(answer_to(incoming, "您有 2 件没办。")), Sent)

        rig.house.answer = answered
        await rig.wecom.act("/say", person="um-01", text="我的单", to="app")
        await seen(lambda: rig.said_to("um-01"), lambda said: said == ["您有 2 件没办。"])
        assert await rig.ledger("message/send") == []
        rig.answers.within = 0.0

        async def late(incoming: Incoming) -> None:
            assert incoming.reply is not None
            await rig.answers.wait(incoming.reply.ref, 0.0)
            await answered(incoming)

        rig.house.answer = late
        await rig.wecom.act("/say", person="um-01", text="我的单", to="app")
        await seen(lambda: rig.said_to("um-01"), lambda said: len(said) >= 2)
        assert len(await rig.ledger("message/send")) == 1


async def test_every_kind_and_event_of_the_app_is_heard() -> None:
    async with app_rig(within=0.0) as rig:
        act = rig.wecom.act
        await act("/voice", person="um-01", to="app", text="三号楼漏水")
        await act("/location", person="um-01", to="app", title="东门", latitude=31.5, longitude=104.25)
        await act("/link", person="um-01", to="app", title="停水通知", description="明早", url="https://example.com/n")
        heard = await rig.house.until(3)
        assert [one.kind for one in heard] == [MessageKind.VOICE, MessageKind.LOCATION, MessageKind.LINK]
        assert (heard[1].words.text, heard[1].media[0].ref) == ("东门", "31.5,104.25"), "X is the latitude"
        assert (heard[2].words.text, heard[2].media[0].ref) == ("停水通知 明早", "https://example.com/n")
        names = ("subscribe", "enter_agent", "inactive_alert", "low_active_alert", "low_active", "close_inactive_agent", "active_restored")
        for name in names:
            await act("/test/event", event=name, person="um-01", fields={"EffectTime": 1790000000})
        heard = await rig.house.until(3 + len(names))
        assert [one.action.key for one in heard[3:] if one.action is not None] == list(names)
        assert heard[-1].action is not None
        assert heard[-1].action.choices["EffectTime"] == ("1790000000",)
        await act("/test/event", event="subscribe", person="um-01")
        await act("/test/event", event="subscribe", person="gm-01")
        heard = await rig.house.until(5 + len(names))
        assert [one.sender for one in heard[-2:]] == ["um-01", "gm-01"], "two events of the same second are two"


# the long connection ------------------------------------------------------------


@asynccontextmanager
async def with_bot(wecom: Emulated, house: House) -> AsyncIterator[AiBot]:
    links: asyncio.Queue[Link] = asyncio.Queue()
    bot = AiBot(
        wecom.said["ws_url"], wecom.said["bot_id"], wecom.said["bot_secret"], house.accept, now, MemoryMeter(now),
        on_link=lambda link, _: links.put_nowait(link), ack_within=2,
    )  # fmt: skip
    run = asyncio.create_task(bot.run())
    try:
        assert await asyncio.wait_for(links.get(), 10) is Link.UP
        yield bot
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def test_a_file_is_uploaded_in_chunks_and_sent() -> None:
    async with emulated("--clock", "real", "--addressed") as wecom, with_bot(wecom, House()) as bot:
        data = bytes(range(256)) * 5000  # 1.28 MB: three chunks
        uploaded = await bot.upload("file", "名册.xlsx", data)
        assert isinstance(uploaded, Sent)
        assert isinstance(await bot.send_media("um-01", SINGLE, "file", uploaded.msgid), Sent)
        ledger = await wecom.look("/ledger?limit=1000")
        assert len([one for one in ledger if one["endpoint"] == "aibot_upload_media_chunk"]) == 3
        await wecom.act("/test/faults", kind="drop_answer", endpoint="aibot_upload_media_chunk")
        assert isinstance(await bot.upload("file", "名册.xlsx", data[:1000]), Sent), "a chunk may come twice"
        assert isinstance(await bot.upload("file", "空", b""), Failed)
        assert isinstance(await bot.send_media("um-01", SINGLE, "file", "NONE"), Failed)


async def test_a_chat_that_nobody_opened_is_left_alone_until_somebody_talks() -> None:
    async with emulated("--clock", "real") as wecom:
        house = House()
        async with with_bot(wecom, house) as bot:
            groups = (await wecom.state())["groups"]
            assert isinstance(groups, list)
            chat = next(str(one["addresses"]["aibot"]) for one in groups if one["id"] == "g-coord-01")
            for _ in range(5):
                assert isinstance(await bot.send(chat, GROUP, "请受理"), Failed)
            pushes = [one for one in await wecom.look("/ledger?limit=1000") if one["endpoint"] == "aibot_send_msg"]
            assert len(pushes) == 1
            assert isinstance(await bot.send(chat.upper(), GROUP, "x"), Failed), "ids are compared letter by letter"
            await wecom.act("/say", person="gm-01", group="g-coord-01", text="@小格 在吗")
            await house.until(1)
            assert isinstance(await bot.send(chat, GROUP, "请受理"), Sent)
            assert bot.silent_for() < 60


async def test_four_questions_at_once_are_all_answered() -> None:
    async with emulated("--clock", "real") as wecom:
        house = House()
        async with with_bot(wecom, house) as bot:

            async def answered(incoming: Incoming) -> None:
                assert incoming.reply is not None
                assert isinstance(await bot.respond(incoming.reply, "在"), Sent)

            for number in range(3):
                await wecom.act("/say", person="gm-01", group="g-coord-01", text=f"@小格 第{number}问")
            await house.until(3)
            house.answer = answered
            await wecom.act("/say", person="gm-01", group="g-coord-01", text="@小格 第四问")
            for waiting in list(house.heard[:3]):
                await answered(waiting)
            heard = await house.until(4)
            assert heard[3].words.text == "第四问", "it is let through once one of the others is answered"


# the AI bot in URL mode -----------------------------------------------------------


@asynccontextmanager
async def url_rig(*, within: float = 4.0) -> AsyncIterator[tuple[Rig, BotDoor]]:
    said, house, answers = make_credentials(1), House(), PassiveAnswers(within=within, grace=0.0)
    door = BotDoor(Cipher(said.bot_token, said.bot_aes_key, ""), house.accept, now, answers=answers)
    app = web.Application()
    app.add_routes(door.routes())
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}/wecom/bot"
        async with (
            emulated("--bot-callback-url", url, "--clock", "real") as wecom,
            WeComClient(wecom.said["base_url"], said.corp_id, said.app_secret, now) as client,
        ):
            rig = Rig(wecom, house, answers, client)
            rig.doors = LiveDoors(
                bot=None, app=None, webhook=None, mass=None, url=UrlMouth(client), passive=answers, streams=door.streams
            )
            yield rig, door


async def group_texts(wecom: Emulated) -> list[dict[str, object]]:
    groups = (await wecom.state())["groups"]
    assert isinstance(groups, list)
    return [m for one in groups if one["id"] == "g-coord-01" for m in one["messages"] if m["sender"] == "bot"]


async def test_url_mode_verifies_answers_in_time_and_greets() -> None:
    async with url_rig() as (rig, door):
        assert (await rig.wecom.act("/test/bot_verify"))["ok"] is True
        assert door.counts["verified"] == 1

        async def answered(incoming: Incoming) -> None:
            assert isinstance(await rig.doors.to_person(answer_to(incoming, "收到，已登记 0302-1。")), Sent)

        rig.house.answer = answered
        await rig.wecom.act("/say", person="gm-01", group="g-coord-01", text="@小格 三号楼漏水")
        await seen(lambda: group_texts(rig.wecom), lambda said: shown(said) == [("收到，已登记 0302-1。", False)])
        await rig.wecom.act("/enter", person="um-01")
        await seen(lambda: rig.said_to("um-01"), bool)
        assert not [one for one in await rig.wecom.look("/ledger?limit=1000") if one["errcode"] and one["direction"] == "sent"]


async def test_url_mode_finishes_late_answers_by_stream_and_uses_the_url_once() -> None:
    async with url_rig(within=0.0) as (rig, _):
        await rig.wecom.act("/say", person="gm-01", group="g-coord-01", text="@小格 三号楼漏水")
        heard = await rig.house.until(1)
        await seen(lambda: group_texts(rig.wecom), bool)
        assert shown(await group_texts(rig.wecom)) == [("正在办，请稍等…", True)]
        assert isinstance(await rig.doors.to_person(answer_to(heard[0], "收到，已登记 0302-1。")), Sent)
        await seen(lambda: group_texts(rig.wecom), lambda said: not said[0]["streaming"])
        assert (await group_texts(rig.wecom))[0]["text"] == "收到，已登记 0302-1。"
        again = answer_to(heard[0], "接单了。", buttons=NEXT)
        assert isinstance(await rig.doors.to_person(again), Sent), "the stream is over: a card goes by the message's own URL"
        assert not isinstance(await rig.doors.to_person(again), Sent), "which takes one post"
        assert len(await group_texts(rig.wecom)) == 2
        assert [one["errcode"] for one in await rig.ledger("response_url")] == [0, 846605]


async def test_url_mode_changes_a_clicked_card_in_its_reply() -> None:
    async with url_rig() as (rig, _):

        async def answered(incoming: Incoming) -> None:
            assert incoming.reply is not None
            if incoming.kind is MessageKind.CLICK:
                await rig.doors.to_person(answer_to(incoming, "好的。", buttons=NEXT))
            else:
                rig.answers.put(incoming.reply.ref, PassiveAnswer("card", card=card_of(sent_card("B-1"))))

        rig.house.answer = answered
        await rig.wecom.act("/say", person="gm-01", group="g-coord-01", text="@小格 给我卡片")
        await seen(lambda: group_texts(rig.wecom), bool)
        await rig.wecom.act("/click", person="um-01", card="B-1", key="accept")
        await seen(lambda: rig.card("B-1", "um-01"), lambda card: keys(card) == ["done", "return"])
