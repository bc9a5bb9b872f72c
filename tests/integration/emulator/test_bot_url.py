"""The AI bot in URL mode, as the emulator plays it: what it refuses of an answer, and what it delivers again (wire §11)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.crypto import Cipher
from tests.builders.emulated import Emulated, emulated

Json = dict[str, Any]
TOKEN, KEY = "botToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
STREAM = {"msgtype": "stream", "stream": {"id": "s1", "finish": True, "content": "收到"}}


class Bot:
    """A bot whose answers a test shapes: `answer` gives what is inside, `shape` bends the envelope."""

    def __init__(self) -> None:
        self.cipher = Cipher(TOKEN, KEY, "")
        self.heard: list[Json] = []
        self.arrived = asyncio.Condition()
        self.answer: Json | None = None
        self.shape: Callable[[Json], Json] = lambda envelope: envelope
        self.cuts = False

    async def receive(self, request: web.Request) -> web.Response:
        encrypted = (await request.json())["encrypt"]
        query = request.query
        self.cipher.verify(query["msg_signature"], query["timestamp"], query["nonce"], encrypted)
        async with self.arrived:
            self.heard.append(json.loads(self.cipher.decrypt(encrypted)))
            self.arrived.notify_all()
        if self.cuts:
            assert request.transport is not None
            request.transport.abort()
        if self.answer is None:
            return web.Response()
        sealed = self.cipher.encrypt(json.dumps(self.answer).encode())
        second = 1790000000
        envelope = {"encrypt": sealed, "timestamp": second, "nonce": query["nonce"]}
        shaped = self.shape(envelope)
        signature = self.cipher.sign(str(second), str(shaped.get("nonce", "")), sealed)
        return web.json_response(shaped | {"msgsignature": signature})

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.heard) >= count)


@asynccontextmanager
async def with_bot() -> AsyncIterator[tuple[Emulated, Bot]]:
    bot = Bot()
    app = web.Application()
    app.router.add_post("/wecom/bot", bot.receive)
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}/wecom/bot"
        options = ("--clock", "real", "--bot-callback-url", url, "--bot-token", TOKEN, "--bot-aes-key", KEY, "--addressed")
        async with emulated(*options) as wecom:
            yield wecom, bot


async def ask(wecom: Emulated, bot: Bot, text: str = "在吗") -> None:
    await wecom.act("/say", person="um-01", group="g-coord-01", text=text, mentions=["bot"])
    await bot.wait(1)


async def ledger_line(wecom: Emulated, found: Callable[[Json], bool]) -> Json:
    """The first line of the ledger that fits, when it is there."""
    async with asyncio.timeout(10):
        while True:
            for line in await wecom.look("/ledger?limit=1000"):
                if found(line):
                    return line
            await asyncio.sleep(0.02)


async def said(wecom: Emulated) -> list[str]:
    groups: Any = (await wecom.state())["groups"]
    return [one["text"] for group in groups for one in group["messages"] if one["sender"] == "bot"]


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda envelope: {"Encrypt": envelope["encrypt"], **{k: envelope[k] for k in ("timestamp", "nonce")}}, id="capital"),
        pytest.param(lambda envelope: envelope | {"nonce": "another"}, id="nonce"),
        pytest.param(lambda envelope: envelope | {"timestamp": "1790000000"}, id="timestamp is a number"),
        pytest.param(lambda envelope: envelope | {"more": 1}, id="fields"),
    ],
)
async def test_an_answer_in_another_envelope_is_refused(shape: Callable[[Json], Json]) -> None:
    async with with_bot() as (wecom, bot):
        bot.answer, bot.shape = STREAM, shape
        await ask(wecom, bot)
        line = await ledger_line(wecom, lambda one: one["summary"] == "URL 回调")
        assert line["flags"], line
        assert await said(wecom) == []


async def test_text_answers_a_greeting_only() -> None:
    async with with_bot() as (wecom, bot):
        bot.answer = {"msgtype": "text", "text": {"content": "您好"}}
        await ask(wecom, bot)
        await ledger_line(wecom, lambda one: one["errcode"] == 40008)
        assert await said(wecom) == []


async def test_a_good_answer_is_shown() -> None:
    async with with_bot() as (wecom, bot):
        bot.answer = STREAM
        await ask(wecom, bot)
        await ledger_line(wecom, lambda one: one["endpoint"] == "aibot_respond_msg" and one["errcode"] == 0)
        assert await said(wecom) == ["收到"]


async def test_a_response_url_takes_one_post() -> None:
    async with with_bot() as (wecom, bot), aiohttp.ClientSession() as session:
        await ask(wecom, bot)
        url = bot.heard[0]["response_url"]
        codes = []
        for kind in ("text", "markdown", "markdown"):
            async with session.post(url, json={"msgtype": kind, kind: {"content": "一次"}}) as answer:
                codes.append((await answer.json())["errcode"])
        assert codes == [40008, 0, 846605]
        assert await said(wecom) == ["一次"]


async def test_a_message_comes_three_times_and_a_click_once() -> None:
    async with with_bot() as (wecom, bot):
        bot.answer = {"msgtype": "template_card", "template_card": {
            "card_type": "button_interaction", "main_title": {"title": "工单"}, "task_id": "T-1",
            "button_list": [{"text": "受理", "key": "accept"}],
        }}  # fmt: skip
        await ask(wecom, bot)
        await ledger_line(wecom, lambda one: one["endpoint"] == "aibot_respond_msg" and one["errcode"] == 0)
        bot.cuts, bot.heard = True, []
        await wecom.act("/click", person="um-01", card="T-1", key="accept")
        await wecom.act("/say", person="gl-01", group="g-coord-01", text="还在吗", mentions=["bot"])
        await bot.wait(4)
        clicks = [one for one in bot.heard if one["msgtype"] == "event"]
        messages = [one for one in bot.heard if one["msgtype"] == "text"]
        assert len(clicks) == 1
        assert len(messages) == 3
        assert len({one["msgid"] for one in messages}) == 1
