"""Refusals of wire §11 that our own care keeps away from WeCom, met all the same: each is a sentence, none an error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.channels.aibot import GROUP, AiBot, Link
from bot.channels.aibot_frames import RESPOND
from bot.channels.client import Upload, WeComClient
from bot.channels.limits import MemoryMeter
from bot.channels.outcomes import Failed, Limited, Outcome, Sent
from bot.channels.times import CHINA
from bot.channels.webhook import Webhook
from bot.messages import Incoming, WayBack
from registry.terms import Lane
from tests.builders.emulated import Emulated, emulated


def now() -> datetime:
    return datetime.now(CHINA)


class Careless(MemoryMeter):
    """A meter that lets everything through, so that WeCom itself refuses."""

    async def wait(self, *_: Any, **__: Any) -> float:
        return 0.0


@asynccontextmanager
async def with_bot(wecom: Emulated, heard: "asyncio.Queue[Incoming]") -> AsyncIterator[AiBot]:
    said, links = wecom.said, asyncio.Queue[Link]()

    async def accept(incoming: Incoming, key: str, body: bytes) -> None:
        heard.put_nowait(incoming)

    bot = AiBot(
        said["ws_url"], said["bot_id"], said["bot_secret"], accept, now, Careless(now),
        on_link=lambda link, _: links.put_nowait(link),
    )  # fmt: skip
    run = asyncio.create_task(bot.run())
    try:
        assert await asyncio.wait_for(links.get(), 10) is Link.UP
        yield bot
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def chat_of(wecom: Emulated, group: str, kind: str) -> str:
    groups: Any = (await wecom.state())["groups"]
    return str(next(one["addresses"][kind] for one in groups if one["id"] == group))


def code(outcome: Outcome) -> int:
    assert isinstance(outcome, Failed), outcome
    assert outcome.sentence.endswith("。")
    return outcome.code


async def test_the_bots_ways_back_and_chats_are_exact() -> None:
    heard: asyncio.Queue[Incoming] = asyncio.Queue()
    async with emulated("--clock", "real") as wecom, with_bot(wecom, heard) as bot:
        chat = await chat_of(wecom, "g-coord-01", "aibot")
        assert code(await bot.send(chat, GROUP, "先开口")) == 93008
        await wecom.act("/say", person="um-01", group="g-coord-01", text="在吗", mentions=["bot"])
        way = (await asyncio.wait_for(heard.get(), 10)).reply
        assert way is not None
        assert isinstance(await bot.respond(way, "在"), Sent)
        assert code(await bot.respond(way, "再答一次")) in (846605, 846608)
        unknown = WayBack(RESPOND, "reqNONE", now() + timedelta(hours=1))
        assert code(await bot.respond(unknown, "答谁")) == 846605
        assert code(await bot.respond(replace(way, until=now() - timedelta(seconds=1)), "晚了")) == 846608
        assert code(await bot.send(chat.swapcase(), GROUP, "大小写")) == 93006
        assert isinstance(await bot.send(chat, GROUP, "有人说过话了"), Sent)


async def test_the_31st_push_and_the_21st_post_of_a_minute_wait() -> None:
    heard: asyncio.Queue[Incoming] = asyncio.Queue()
    async with emulated("--clock", "real", "--addressed") as wecom, with_bot(wecom, heard) as bot:
        chat = await chat_of(wecom, "g-coord-01", "aibot")
        pushed = [await bot.send(chat, GROUP, f"第{number}条", lane=Lane.DANGER) for number in range(31)]
        assert all(isinstance(one, Sent) for one in pushed[:30])
        assert isinstance(pushed[30], Limited)
        said = wecom.said
        async with WeComClient(said["base_url"], said["corp_id"], said["app_secret"], now) as client:
            key = await chat_of(wecom, "g-coord-01", "webhook")
            posted = [await Webhook(client, Careless(now)).send_text(key, f"第{number}条") for number in range(21)]
            assert all(isinstance(one, Sent) for one in posted[:20])
            assert isinstance(posted[20], Limited)


async def test_media_of_another_webhook_and_of_a_wrong_size_are_refused() -> None:
    async with emulated("--clock", "real") as wecom:
        said = wecom.said
        async with WeComClient(said["base_url"], said["corp_id"], said["app_secret"], now) as client:
            one, other = await chat_of(wecom, "g-coord-01", "webhook"), await chat_of(wecom, "g-cmd-01", "webhook")
            file = await client.upload_with_key("file", one, Upload("名单.txt", b"0123456789"))
            assert isinstance(file, Sent)
            body = {"msgtype": "file", "file": {"media_id": file.data["media_id"]}}
            assert code(await client.post_with_key("webhook/send", other, body)) == 40007
            assert isinstance(await client.post_with_key("webhook/send", one, body), Sent)
            assert code(await client.upload("file", Upload("a.txt", b"12345"))) == 40006
            assert isinstance(await client.upload("file", Upload("名单.txt", b"0123456789")), Sent)
