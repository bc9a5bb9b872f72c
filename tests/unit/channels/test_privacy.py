"""What was heard is shown nowhere when a channel fails: not in logs, not in errors, not in counters."""

import asyncio
import io
import logging
import traceback

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.app_door import AppDoor
from bot.channels.archive_records import read_record
from bot.channels.errors import ChannelError
from bot.channels.stored import to_body
from bot.channels.together import Together
from bot.messages import Incoming
from tests.builders.wecom import CORP, app_xml, cipher, sealed

MARK = "MARKED-13800000000"


async def test_a_store_that_fails_shows_no_text(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lines = io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))

    async def accept(incoming: Incoming, key: str, body: bytes) -> None:
        raise RuntimeError(f"insert failed: {body!r}")

    door = AppDoor(cipher(), CORP, accept)
    app = web.Application()
    app.add_routes(door.routes())
    try:
        async with TestClient(TestServer(app)) as client:
            for plain in (
                app_xml("text", f"<Content>{MARK}</Content><MsgId>1</MsgId>"),
                app_xml("text", f"<Content>{MARK}</Content>"),
                f"<xml>{MARK}",
                f"<!DOCTYPE {MARK}><xml/>",
            ):
                query, body = sealed(plain)
                try:
                    answer = await client.post("/wecom/app", params=query, data=body)
                    assert MARK not in await answer.text()
                except aiohttp.ClientError:
                    continue
    finally:
        structlog.reset_defaults()
    captured = capsys.readouterr()
    assert "callback_not_kept" in lines.getvalue()
    for shown in (captured.out, captured.err, caplog.text, lines.getvalue(), repr(door.counts)):
        assert MARK not in shown


@pytest.mark.parametrize(
    "record",
    [
        {"msgid": "A", "from": "wm1", "msgtype": "text", "roomid": "wr1", "text": {"content": MARK}},
        {"msgid": "A", "from": "wm1", "msgtype": "mixed", "roomid": "wr1", "mixed": {"item": [
            {"type": "text", "content": "{" + MARK}]}},
    ],
)  # fmt: skip
def test_a_bad_record_shows_no_text(record: dict[str, object]) -> None:
    with pytest.raises(ChannelError) as caught:
        read_record(record, 1, frozenset(), ("小格",))
    assert MARK not in "".join(traceback.format_exception(caught.value))


def test_an_incoming_shows_its_length_only() -> None:
    heard = read_record(
        {"msgid": "A", "from": "wm1", "msgtype": "text", "roomid": "wr1", "msgtime": 1, "text": {"content": MARK}},
        1,
        frozenset(),
        ("小格",),
    )
    assert isinstance(heard, Incoming)
    assert MARK not in repr(heard)
    assert MARK in to_body(heard).decode()

    async def commit(deliveries: object) -> None:
        raise RuntimeError(repr(deliveries))

    async def accept() -> None:
        await Together(commit).accept(heard, "k", to_body(heard))

    with pytest.raises(RuntimeError) as caught:
        asyncio.run(accept())
    assert MARK not in str(caught.value)
