import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.app_door import AppDoor
from bot.channels.stored import from_body
from bot.messages import Incoming
from tests.builders.wecom import CORP, SECOND, app_xml, cipher, sealed

TEXT = app_xml("text", "<Content>东门路灯不亮</Content><MsgId>456</MsgId>")

Client = TestClient[web.Request, web.Application]


class Inbox:
    """Keeps what was accepted, by key, like the table does."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.broken = False

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        if self.broken:
            raise OSError("disk full")
        self.rows.setdefault(key, body)


@asynccontextmanager
async def opened(inbox: Inbox, **options: object) -> AsyncIterator[tuple[AppDoor, Client]]:
    door = AppDoor(cipher(), CORP, inbox.accept, **options)  # type: ignore[arg-type]
    app = web.Application()
    app.add_routes(door.routes())
    async with TestClient(TestServer(app)) as client:
        yield door, client


async def test_verification_answers_the_bare_plaintext() -> None:
    encrypted = cipher().encrypt(b"1616140317555161061")
    query = {"timestamp": "1", "nonce": "2", "msg_signature": cipher().sign("1", "2", encrypted), "echostr": encrypted}
    async with opened(Inbox()) as (door, client):
        answer = await client.get("/wecom/app", params=query)
        assert (answer.status, await answer.read()) == (200, b"1616140317555161061")
        lost_plus = "&".join(f"{name}={value}" for name, value in query.items())
        answer = await client.get(f"/wecom/app?{lost_plus}")
        assert await answer.read() == b"1616140317555161061", "a plus sign lost to a space is put back"
        answer = await client.get("/wecom/app", params=query | {"msg_signature": "0" * 40})
        assert answer.status == 403
        assert "签名" in await answer.text()
        assert (await client.get("/wecom/app")).status == 403
    assert door.counts == {"verified": 2, "bad_signature": 2}


async def test_what_is_answered_200_is_in_the_inbox_once() -> None:
    inbox = Inbox()
    async with opened(inbox) as (door, client):
        for _ in range(3):
            query, body = sealed(TEXT)
            answer = await client.post("/wecom/app", params=query, data=body)
            assert (answer.status, await answer.read()) == (200, b"")
    assert list(inbox.rows) == ["app:456"]
    assert from_body(inbox.rows["app:456"]).words.text == "东门路灯不亮"
    assert door.counts == {"accepted": 3}


async def test_foreign_corps_are_refused_and_nothing_is_kept() -> None:
    inbox = Inbox()
    async with opened(inbox) as (door, client):
        for query, body in (
            sealed(TEXT, corp="wwFOREIGN"),
            sealed(TEXT, receive_id="wwFOREIGN"),
            sealed(TEXT.replace(CORP, "wwFOREIGN")),
        ):
            answer = await client.post("/wecom/app", params=query, data=body)
            assert answer.status == 403
            assert "别的企业" in await answer.text()
    assert inbox.rows == {}
    assert door.counts == {"wrong_receiver": 3}


@pytest.mark.parametrize("plain", ["", "<xml>", "not xml", app_xml("text", ""), "<!DOCTYPE x><xml/>", b"\xff\xfe"])
async def test_broken_contents_are_400(plain: str | bytes) -> None:
    inbox = Inbox()
    async with opened(inbox) as (door, client):
        query, body = sealed(plain)
        assert (await client.post("/wecom/app", params=query, data=body)).status == 400
    assert inbox.rows == {}
    assert door.counts == {"bad_shape": 1}


async def test_two_megabytes_are_refused_announced_or_not() -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield bytes(65536)

    inbox = Inbox()
    async with opened(inbox) as (door, client):
        for body in (io.BytesIO(bytes(2 * 1024 * 1024)), unannounced()):
            try:
                answer = await client.post("/wecom/app", data=body)
            except aiohttp.ClientError:
                continue  # the answer may come while we still write; then the connection is cut
            assert answer.status == 400
            assert "1 MB" in await answer.text()
    assert door.counts == {"too_large": 2}
    assert inbox.rows == {}


async def test_without_a_commit_there_is_no_answer_so_that_wecom_calls_again() -> None:
    inbox = Inbox()
    inbox.broken = True
    async with opened(inbox) as (door, client):
        query, body = sealed(TEXT)
        with pytest.raises(aiohttp.ClientError):
            await client.post("/wecom/app", params=query, data=body)
        inbox.broken = False
        assert (await client.post("/wecom/app", params=query, data=body)).status == 200
    assert list(inbox.rows) == ["app:456"]
    assert door.counts == {"storage": 1, "accepted": 1}


async def test_a_commit_that_is_late_is_no_answer_either() -> None:
    async def never(incoming: Incoming, key: str, body: bytes) -> None:
        await asyncio.Event().wait()

    door = AppDoor(cipher(), CORP, never, hard_stop=0)
    app = web.Application()
    app.add_routes(door.routes())
    async with TestClient(TestServer(app)) as client:
        query, body = sealed(TEXT)
        with pytest.raises(aiohttp.ClientError):
            await client.post("/wecom/app", params=query, data=body)
    assert door.counts == {"storage": 1}


async def test_the_archive_notice_wakes_the_archive_and_is_not_kept() -> None:
    woken: list[bool] = []
    inbox = Inbox()
    async with opened(inbox, wake_archive=lambda: woken.append(True)) as (_, client):
        query, body = sealed(app_xml("event", "<Event>msgaudit_notify</Event>", sender="sys"))
        assert (await client.post("/wecom/app", params=query, data=body)).status == 200
    assert woken == [True]
    assert inbox.rows == {}


XML_PIECES = st.lists(
    st.sampled_from(
        [
            "<xml>", "</xml>", "<ToUserName>", "</ToUserName>", CORP, "<MsgType>", "text", "</MsgType>", "<Encrypt>",
            "</Encrypt>", "<![CDATA[", "]]>", "&lt;", "&a;", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<?xml version='1.0'?>",
            "<MsgId>1</MsgId>", f"<CreateTime>{SECOND}</CreateTime>", "<FromUserName>li</FromUserName>", "路灯", "\x00",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    plain=XML_PIECES | st.binary(max_size=200) | st.builds(lambda a, b: a + TEXT + b, XML_PIECES, XML_PIECES),
    damage=st.none() | st.tuples(st.integers(0, 10_000), st.integers(0, 255)),
    raw=st.booleans(),
)
def test_nothing_that_is_posted_brings_the_door_down(
    plain: str | bytes, damage: tuple[int, int] | None, raw: bool
) -> None:
    async def post() -> None:
        inbox = Inbox()
        async with opened(inbox) as (door, client):
            query, body = sealed(plain)
            if raw:
                body = plain.encode() if isinstance(plain, str) else plain
            if damage is not None and body:
                changed = bytearray(body)
                changed[damage[0] % len(body)] = damage[1]
                body = bytes(changed)
            answer = await client.post("/wecom/app", params=query, data=body)
            assert answer.status in (200, 400, 403)
            assert (answer.status == 200) == bool(inbox.rows or door.counts["archive_notice"])
            assert door.counts["storage"] == 0

    asyncio.run(post())


async def test_a_body_that_breaks_off_is_no_accident() -> None:
    inbox = Inbox()
    async with opened(inbox) as (door, client):
        _, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(b"POST /wecom/app HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<xml>")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        query, body = sealed(TEXT)
        assert (await client.post("/wecom/app", params=query, data=body)).status == 200
    assert list(inbox.rows) == ["app:456"]
    assert door.counts["accepted"] == 1
