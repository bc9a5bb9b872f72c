import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.channels.archive_helper import ArchiveHelper, ArchiveUnavailable
from bot.channels.media import fetch_archive_media
from bot.messages import Media


class Far:
    """A helper process: one bad record spoils its whole list; media come in chunks of three bytes."""

    def __init__(self) -> None:
        self.fetch: dict[str, object] = {"errcode": 0, "chatdata": [{"seq": 1}, "junk"]}
        self.calls = 0
        self.file = b"0123456789"

    async def handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        body = await request.json()
        match request.match_info["name"]:
            case "fetch":
                return web.json_response(self.fetch)
            case "decrypt":
                if any(one["random_key"] == "bad" for one in body):
                    return web.json_response({"errcode": 10006, "errmsg": "decrypt"})
                return web.json_response([{"msgid": one["encrypt_chat_msg"]} for one in body])
            case _:
                start = int(body["indexbuf"] or 0)
                end = min(start + 3, len(self.file))
                data = base64.b64encode(self.file[start:end]).decode()
                return web.json_response(
                    {"data": data, "outindexbuf": str(end), "is_finish": int(end == len(self.file))}
                )


@asynccontextmanager
async def reached(far: Far) -> AsyncIterator[ArchiveHelper]:
    app = web.Application()
    app.router.add_post("/archive/{name}", far.handle)
    async with TestServer(app) as server, ArchiveHelper(f"http://127.0.0.1:{server.port}/archive/") as helper:
        yield helper


async def test_records_and_errors() -> None:
    far = Far()
    async with reached(far) as helper:
        assert await helper.fetch(0, 10) == [{"seq": 1}]
        for code, words in ((10009, "可信 IP"), (10010, "超过 5 天"), (10003, "10003")):
            far.fetch = {"errcode": code, "chatdata": []}
            with pytest.raises(ArchiveUnavailable, match=words) as caught:
                await helper.fetch(0, 10)
            assert caught.value.errcode == code


async def test_one_bad_record_is_found_among_many_in_a_few_calls() -> None:
    far = Far()
    async with reached(far) as helper:
        sealed = [("bad" if number == 37 else "good", str(number)) for number in range(64)]
        opened = await helper.decrypt(sealed)
        assert [one and one["msgid"] for one in opened] == [
            None if number == 37 else str(number) for number in range(64)
        ]
        assert far.calls <= 13
        assert await helper.decrypt([("bad", "1")]) == [None]
        assert await helper.decrypt([]) == []


async def test_media_in_chunks_up_to_a_limit() -> None:
    async with reached(Far()) as helper:
        assert await fetch_archive_media(helper, Media("image", "F")) == b"0123456789"
        for limit in (5, 9):
            assert await helper.media("F", limit=limit) is None
        assert await helper.media("F", limit=10) == b"0123456789"


async def test_a_helper_that_is_away_is_said_so() -> None:
    async with ArchiveHelper(f"http://127.0.0.1:{unused_port()}/archive") as helper:
        with pytest.raises(ArchiveUnavailable, match="没有回答"):
            await helper.fetch(0, 10)
        assert await fetch_archive_media(helper, Media("image", "F")) is None
