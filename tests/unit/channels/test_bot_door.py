import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.bot_door import BotDoor, UrlMouth
from bot.channels.client import WeComClient
from bot.channels.outcomes import Failed, Sent
from bot.channels.times import CHINA
from bot.messages import Incoming, WayBack
from tests.builders.wecom import cipher

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)
MESSAGE = {
    "msgid": "m1",
    "chatid": "wrC1",
    "chattype": "group",
    "from": {"userid": "zhang"},
    "response_url": "https://once",
    "msgtype": "text",
    "text": {"content": "@小格 路灯坏了"},
}


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[BotDoor, TestClient[web.Request, web.Application], dict[str, Incoming]]]:
    heard: dict[str, Incoming] = {}

    async def accept(incoming: Incoming, key: str, body: bytes) -> None:
        heard[key] = incoming

    door = BotDoor(cipher(""), accept, lambda: NOW)
    app = web.Application()
    app.add_routes(door.routes())
    async with TestClient(TestServer(app)) as client:
        yield door, client, heard


def sealed(plain: str, receive_id: str = "") -> tuple[dict[str, str], bytes]:
    box = cipher(receive_id)
    encrypted = box.encrypt(plain.encode())
    query = {"timestamp": "1", "nonce": "2", "msg_signature": box.sign("1", "2", encrypted)}
    return query, json.dumps({"encrypt": encrypted}).encode()


async def test_verification_and_a_message() -> None:
    async with opened() as (door, client, heard):
        query, body = sealed("echo")
        answer = await client.get("/wecom/bot", params=query | {"echostr": json.loads(body)["encrypt"]})
        assert await answer.read() == b"echo"
        query, body = sealed(json.dumps(MESSAGE))
        answer = await client.post("/wecom/bot", params=query, data=body)
        assert (answer.status, await answer.read()) == (200, b"")
        assert heard["aibot:m1"].words.text == "路灯坏了"
        assert heard["aibot:m1"].reply == WayBack("aibot_url", "https://once", NOW + timedelta(hours=1))
    assert door.counts == {"verified": 1, "accepted": 1}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"Encrypt":"x"}', 400),
        (b'{"encrypt":7}', 400),
        (b"[" * 100_000, 400),
        (sealed("[]")[1], 403),
    ],
    # a sealed body is another one each time, and the tests of several workers need the same names
    ids=["empty", "list", "capital", "number", "deep", "unsigned"],
)
async def test_broken_envelopes_are_refused(body: bytes, status: int) -> None:
    async with opened() as (_, client, heard):
        assert (await client.post("/wecom/bot", data=body)).status == status
    assert heard == {}


@pytest.mark.parametrize("plain", ["", "[]", "{}", '{"msgid":1}', json.dumps(MESSAGE | {"from": None})])
async def test_broken_contents_are_refused(plain: str) -> None:
    async with opened() as (door, client, heard):
        query, body = sealed(plain)
        assert (await client.post("/wecom/bot", params=query, data=body)).status == 400
        query, body = sealed(json.dumps(MESSAGE), "wwFOREIGN")
        assert (await client.post("/wecom/bot", params=query, data=body)).status == 403
    assert heard == {}
    assert door.counts == {"bad_shape": 1, "wrong_receiver": 1}


async def test_the_answer_goes_to_the_messages_own_address_without_a_token() -> None:
    bodies: list[object] = []

    async def once(request: web.Request) -> web.Response:
        assert not request.query
        bodies.append(await request.json())
        return web.json_response({"errcode": 0 if len(bodies) == 1 else 846605, "errmsg": "x"})

    app = web.Application()
    app.router.add_post("/once", once)
    async with TestServer(app) as server, WeComClient("http://127.0.0.1", "ww", "S", lambda: NOW) as client:
        mouth = UrlMouth(client)
        way = WayBack("aibot_url", f"http://127.0.0.1:{server.port}/once", NOW)
        assert isinstance(await mouth.respond(way, "收到"), Sent)
        assert isinstance(await mouth.respond_card(way, {"task_id": "T"}), Failed)
        assert isinstance(await mouth.respond(WayBack("aibot_respond", "R", NOW), "x"), Failed)
    assert bodies == [
        {"msgtype": "markdown", "markdown": {"content": "收到"}},
        {"msgtype": "template_card", "template_card": {"task_id": "T"}},
    ]
