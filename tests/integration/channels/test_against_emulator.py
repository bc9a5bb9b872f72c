"""The real channels against the emulated WeCom, which runs as its own program and knows nothing of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.aibot import GROUP, AiBot, Link
from bot.channels.app_door import AppDoor
from bot.channels.app_mouth import AppMouth
from bot.channels.archive import ArchiveEar
from bot.channels.archive_helper import ArchiveHelper
from bot.channels.cards import card_of, settled_card
from bot.channels.client import WeComClient
from bot.channels.crypto import Cipher
from bot.channels.limits import MemoryMeter
from bot.channels.mass_send import MassSend, SendStatus
from bot.channels.media import fetch_app_media, fetch_archive_media, fetch_bot_media
from bot.channels.outcomes import Failed, Limited, Partial, Retry, Sent, Unclear
from bot.channels.times import CHINA
from bot.channels.webhook import Webhook
from bot.messages import Button, Incoming, Media, MessageKind, Outgoing
from registry.terms import Form, Lane, Said
from tests.builders.emulated import Emulated, emulated


def now() -> datetime:
    return datetime.now(CHINA)


class Ear:
    """Where doors and sockets bring what they hear."""

    def __init__(self) -> None:
        self.heard: dict[str, Incoming] = {}
        self._arrived = asyncio.Condition()

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        async with self._arrived:
            self.heard.setdefault(key, incoming)
            self._arrived.notify_all()

    async def wait(self, kind: MessageKind, count: int = 1) -> list[Incoming]:
        def of_kind() -> list[Incoming]:
            return [one for one in self.heard.values() if one.kind is kind]

        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(of_kind()) >= count)
        return of_kind()


def outgoing(task_id: str = "T-1", *, form: Form = Form.CARD, outside: str = "ul-01") -> Outgoing:
    return Outgoing(
        row=1,
        kind=Said.CARD,
        form=form,
        lane=Lane.NORMAL,
        text="桃园小区三号楼水管漏水，请受理。",
        outside=outside,
        title="工单 0302-1",
        facts=(("地点", "三号楼"),),
        buttons=(Button("accept", "受理"), Button("return", "退回", 2)),
        task_id=task_id,
    )


def client_of(wecom: Emulated) -> WeComClient:
    said = wecom.said
    return WeComClient(said["base_url"], said["corp_id"], said["app_secret"], now)


@asynccontextmanager
async def with_door(ear: Ear) -> AsyncIterator[tuple[Emulated, AppDoor, WeComClient, AppMouth]]:
    app = web.Application()
    holder: list[AppDoor] = []

    async def receive(request: web.Request) -> web.Response:
        return await (holder[0].verify(request) if request.method == "GET" else holder[0].receive(request))

    app.router.add_get("/wecom/app", receive)
    app.router.add_post("/wecom/app", receive)
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}/wecom/app"
        async with emulated("--callback-url", url, "--clock", "real") as wecom, client_of(wecom) as client:
            said = wecom.said
            cipher = Cipher(said["app_token"], said["app_aes_key"], said["corp_id"])
            holder.append(AppDoor(cipher, said["corp_id"], ear.accept))
            mouth = AppMouth(client, int(said["agent_id"]), MemoryMeter(now))
            yield wecom, holder[0], client, mouth


@asynccontextmanager
async def with_bot(wecom: Emulated, ear: Ear, links: "asyncio.Queue[Link] | None" = None) -> AsyncIterator[AiBot]:
    said = wecom.said
    told: asyncio.Queue[Link] = links or asyncio.Queue()
    bot = AiBot(
        said["ws_url"],
        said["bot_id"],
        said["bot_secret"],
        ear.accept,
        now,
        MemoryMeter(now),
        on_link=lambda link, _: told.put_nowait(link),
        ack_within=2,
    )
    run = asyncio.create_task(bot.run())
    try:
        assert await asyncio.wait_for(told.get(), 10) is Link.UP
        yield bot
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def test_the_console_verifies_the_door() -> None:
    async with with_door(Ear()) as (wecom, door, _, _):
        assert (await wecom.act("/test/verify"))["ok"] is True
        assert door.counts["verified"] == 1


async def test_a_card_goes_out_a_click_comes_in_and_the_card_is_settled() -> None:
    ear = Ear()
    async with with_door(ear) as (wecom, door, _, mouth):
        sent = await mouth.send_card(outgoing())
        assert isinstance(sent, Sent)
        assert sent.response_code
        await wecom.act("/click", person="ul-01", card="T-1", key="accept")
        click = (await ear.wait(MessageKind.CLICK))[0]
        assert click.action is not None
        assert (click.sender, click.action.key, click.action.task_id) == ("ul-01", "accept", "T-1")
        assert click.reply is not None
        assert isinstance(await mouth.update_card([click.sender], click.reply.ref, said="已受理"), Sent)
        assert isinstance(await mouth.update_card([click.sender], click.reply.ref, said="已受理"), Failed), "one use"
        card = settled_card(outgoing(), "已办结")
        assert isinstance(await mouth.update_card([], sent.response_code, card=card), Sent)
        assert isinstance(await mouth.recall(sent.msgid), Sent)
        assert door.counts["accepted"] == 1


async def test_a_callback_that_was_not_committed_comes_again_and_a_double_one_is_known() -> None:
    ear = Ear()
    failures = 1

    async def accept(incoming: Incoming, key: str, body: bytes) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise OSError("locked")
        await ear.accept(incoming, key, body)

    async with with_door(ear) as (wecom, door, client, _):
        door._accept = accept
        await wecom.act("/say", person="um-01", text="我的单", to="app")
        heard = await ear.wait(MessageKind.TEXT)
        assert heard[0].words.text == "我的单"
        assert door.counts["storage"] == 1
        await wecom.act("/test/faults", kind="deliver_twice", endpoint="app")
        await wecom.act("/say", person="um-01", text="办好了", to="app")
        await wecom.act("/picture", person="um-01", to="app")
        picture = (await ear.wait(MessageKind.IMAGE))[0]
        assert (await fetch_app_media(client, picture.media[0]) or b"").startswith(b"\x89PNG")
        assert await fetch_app_media(client, Media("image", "NONE")) is None
        assert len(ear.heard) == 3
        assert door.counts["accepted"] == 4


async def test_a_member_change_of_a_customer_group_is_heard() -> None:
    ear = Ear()
    async with with_door(ear) as (wecom, _, _, _):
        await wecom.act("/leave", person="re-02", group="g-basic-01")
        event = (await ear.wait(MessageKind.SYSTEM))[0]
        assert event.channel == "customer"
        assert event.action is not None
        assert event.action.choices["UpdateDetail"] == ("del_member",)
        assert len(event.action.choices["MemChangeList/Item"]) == 1


async def test_a_token_that_ends_early_is_replaced_once() -> None:
    async with with_door(Ear()) as (wecom, _, client, mouth):
        assert isinstance(await mouth.send_text("ul-01", "一"), Sent)
        await wecom.act("/test/faults", kind="end_token", errcode=42001, times=1)
        results = await asyncio.gather(*(mouth.send_text(f"{who}", "二") for who in ("ul-01", "um-01", "gl-01")))
        assert all(isinstance(result, Sent) for result in results)
        assert client.fetches == 2
        await wecom.act("/test/faults", kind="end_token", errcode=40014, times=None)
        for _ in range(5):
            result = await mouth.send_text("ul-01", "三")
            assert isinstance(result, Failed)
            assert result.alert
        assert client.fetches <= 4, "a server that refuses for ever is left alone"


async def test_faults_of_the_way_out() -> None:
    async with with_door(Ear()) as (wecom, _, _, mouth):
        await wecom.act("/test/faults", kind="errcode", endpoint="message/send", errcode=45009)
        assert isinstance(await mouth.send_text("ul-01", "一"), Limited)
        await wecom.act("/test/faults", kind="drop_answer", endpoint="message/send")
        assert isinstance(await mouth.send_card(outgoing("T-2", outside="gl-01")), Unclear)
        assert isinstance(await mouth.send_card(outgoing("T-2", outside="gl-01")), Sent), "swallowed as a double"
        await wecom.act("/test/faults", kind="http", endpoint="message/send", status=502)
        assert isinstance(await mouth.send_text("gl-01", "二"), Unclear)
        assert isinstance(await mouth.send_text("nobody", "三"), Failed)
        cards = [entry for entry in await wecom.look("/ledger?limit=1000") if "重复消息" in str(entry["flags"])]
        assert len(cards) == 1


async def test_a_text_to_paste_comes_as_text_and_on_its_card() -> None:
    async with with_door(Ear()) as (wecom, _, _, mouth):
        text = "各位邻居：三号楼水管已修好，仍有问题请在群里说。" * 5
        card = replace(outgoing("P-1", form=Form.PASTE, outside="gm-01"), text=text)
        assert isinstance(await mouth.send_card(card), Sent)
        await wecom.act("/paste", person="gm-01", group="g-basic-01", card="P-1", key="accept")
        groups = (await wecom.state())["groups"]
        assert isinstance(groups, list)
        assert [said["text"] for one in groups if one["id"] == "g-basic-01" for said in one["messages"]] == [text]


async def test_a_webhook_speaks_and_mentions() -> None:
    async with emulated("--clock", "real") as wecom, client_of(wecom) as client:
        webhook = Webhook(client, MemoryMeter(now))
        key = await address(wecom, "g-coord-01", "webhook")
        assert isinstance(await webhook.send_text(key, "请受理 0302-1", mentions=("ul-01",)), Sent)
        results = [await webhook.send_text(key, f"第{number}条") for number in range(200)]
        assert all(isinstance(result, Sent | Limited) for result in results)
        assert not [one for one in await wecom.look("/ledger?limit=1000") if one["errcode"] == 45009]
        refused = await webhook.send_text("WRONG", "x")
        assert isinstance(refused, Failed)
        assert refused.alert


async def test_ten_times_over_the_limit_wecom_never_sees_an_excess() -> None:
    async with with_door(Ear()) as (wecom, _, _, mouth):
        results = [await mouth.send_text("ul-01", f"第{number}条") for number in range(300)]
        assert sum(isinstance(result, Sent) for result in results) >= 10
        assert all(isinstance(result, Sent | Limited) for result in results)
        assert isinstance(await mouth.send_text("ul-01", "险情", lane=Lane.DANGER), Sent)
        ledger = await wecom.look("/ledger?limit=1000")
        assert not [entry for entry in ledger if entry["errcode"] == 45009 or "超过" in str(entry["flags"])]


async def test_the_ai_bot_hears_answers_pushes_and_updates_a_card() -> None:
    ear = Ear()
    async with emulated("--clock", "real") as wecom, with_bot(wecom, ear) as bot:
        chat = await address(wecom, "g-coord-01", "aibot")
        assert isinstance(await bot.send(chat, GROUP, "先说话"), Failed), "nobody has talked to it here"
        await wecom.act("/say", person="gm-01", group="g-coord-01", text="@小格 三号楼漏水")
        heard = (await ear.wait(MessageKind.TEXT))[0]
        assert (heard.words.text, heard.group, heard.sender) == ("三号楼漏水", chat, "gm-01")
        assert heard.reply is not None
        assert isinstance(await bot.respond(heard.reply, "收到，已登记 0302-1。"), Sent)
        assert isinstance(await bot.send(chat, GROUP, "**请受理** 0302-1"), Sent)
        card = card_of(outgoing("B-1"))
        assert isinstance(await bot.send_card(chat, GROUP, card), Sent)
        await wecom.act("/click", person="ul-01", card="B-1", key="accept")
        click = (await ear.wait(MessageKind.CLICK))[0]
        assert click.action is not None
        assert click.action.key == "accept"
        assert click.reply is not None
        assert isinstance(await bot.update_card(click.reply, settled_card(outgoing("B-1"), "已受理")), Sent)
        await wecom.act("/picture", person="gm-01", group="g-coord-01", text="@小格 这里")
        mixed = (await ear.wait(MessageKind.TEXT, 2))[1]
        assert mixed.words.text == "这里"
        async with client_of(wecom) as client:
            picture = await fetch_bot_media(client, mixed.media[0])
            assert picture is not None
            assert picture.startswith(b"\x89PNG")
        await wecom.act("/say", person="um-01", text="我还有啥没办")
        single = (await ear.wait(MessageKind.TEXT, 3))[2]
        assert (single.group, single.mentions_bot) == (None, False)
        assert (await ear.wait(MessageKind.SYSTEM))[0].reply is not None


async def test_the_bot_comes_back_when_cut_and_stays_away_when_displaced() -> None:
    ear, links = Ear(), asyncio.Queue[Link]()
    async with emulated("--clock", "real") as wecom, with_bot(wecom, ear, links) as bot:
        await wecom.act("/test/cut_socket")
        assert [await asyncio.wait_for(links.get(), 10) for _ in range(2)] == [Link.DOWN, Link.UP]
        async with with_bot(wecom, Ear()):
            assert await asyncio.wait_for(links.get(), 10) is Link.DISPLACED
            assert bot.link is Link.DISPLACED
            assert isinstance(await bot.send("wr", GROUP, "x"), Retry)


async def test_a_lost_ack_is_unclear() -> None:
    async with emulated("--clock", "real", "--addressed") as wecom, with_bot(wecom, Ear()) as bot:
        chat = await address(wecom, "g-cmd-01", "aibot")
        await wecom.act("/test/faults", kind="drop_answer", endpoint="aibot_send_msg")
        assert isinstance(await bot.send(chat, GROUP, "x"), Unclear)
        await wecom.act("/test/faults", kind="errcode", endpoint="aibot_send_msg", errcode=45009)
        assert isinstance(await bot.send(chat, GROUP, "x"), Limited)


async def test_a_mass_send_waits_for_its_owner() -> None:
    async with emulated("--clock", "real") as wecom, client_of(wecom) as client:
        mass = MassSend(client)
        group = await address(wecom, "g-basic-01", "customer")
        task = await mass.create("gm-01", [group], "今日小结：三号楼水管已修好。")
        assert isinstance(task, Sent)
        presses = await mass.presses(task.msgid)
        assert isinstance(presses, tuple)
        assert [(press.userid, press.sent) for press in presses] == [("gm-01", False)]
        assert await mass.sends(task.msgid, "gm-01") == ()
        assert isinstance(await mass.remind(task.msgid), Sent)
        await wecom.act("/confirm", owner="gm-01")
        presses = await mass.presses(task.msgid)
        assert isinstance(presses, tuple)
        assert presses[0].sent
        assert presses[0].at is not None
        sends = await mass.sends(task.msgid, "gm-01")
        assert isinstance(sends, tuple)
        assert [(send.group, send.status) for send in sends] == [(group, SendStatus.SENT)]
        other = await mass.create("gm-01", [group, "wrNONE"], "明早停水。")
        assert isinstance(other, Partial)
        assert other.invalid == ("wrNONE",)
        assert isinstance(await mass.cancel(other.msgid), Sent)


async def test_the_archive_is_heard_in_order_with_both_key_versions(tmp_path: Path) -> None:
    async with emulated("--clock", "real", "--keys-dir", str(tmp_path)) as wecom:
        group = await address(wecom, "g-basic-01", "archive")
        first = await wecom.act("/say", person="re-01", group="g-basic-01", text="三号楼水管漏水")
        await wecom.act("/say", person="re-02", group="g-basic-01", text="我家也是", quote=first["message"])
        await wecom.act("/picture", person="re-01", group="g-basic-01")
        await wecom.act("/location", person="re-01", group="g-basic-01", title="三号楼", address="桃园小区")
        await wecom.act("/say", person="re-02", group="g-basic-01", text="劳驾@小格 看看")
        await wecom.act("/recall", person="re-01", message=first["message"])
        await wecom.act("/test/switch", person="gm-01")
        async with ArchiveHelper(wecom.said["archive_url"]) as helper:
            ear = ArchiveEar(helper, tmp_path)
            batch = await ear.batch(0)
            assert batch.set_aside == ()
            heard = batch.heard
            assert [one.kind.value for one in heard] == ["text", "text", "image", "location", "text", "recall"]
            assert {one.group for one in heard} == {group}
            assert heard[0].words.text == "三号楼水管漏水"
            assert heard[1].words.text == "我家也是"
            assert heard[1].quoted_words == heard[0].words
            assert heard[4].mentions_bot
            assert heard[5].recalls == heard[0].id
            assert batch.dropped == {"switch": 1}
            assert (await fetch_archive_media(helper, heard[2].media[0]) or b"").startswith(b"\x89PNG")
            assert await fetch_archive_media(helper, Media("image", "NONE")) is None
            assert (await ear.batch(batch.cursor)).records == 0
            half = await ear.batch(0, 3)
            rest = await ear.batch(half.cursor)
            assert (*half.heard, *rest.heard) == heard
            ear.close()


async def address(wecom: Emulated, group: str, kind: str) -> str:
    groups = (await wecom.state())["groups"]
    assert isinstance(groups, list)
    return str(next(one for one in groups if one["id"] == group)["addresses"][kind])
