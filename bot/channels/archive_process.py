"""The helper process around the native archive library (design §3, reliability R16).

    python -m bot.channels.archive_process     started by `ArchiveKeeper`, never by hand

Its first line on standard input is `{"library","corp_id","secret","proxy","password","socket"}`; it then answers on
that local socket: `POST /fetch`, `/decrypt`, `/media` as `bot/channels/archive_helper.py` says. It has no database and
no position, and ends when its standard input ends, so that it never outlives the bot. One thread calls the library,
whose safety for several is not documented.
"""

import asyncio
import base64
import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from bot.channels.archive_library import PARAMETER, ArchiveLibrary, LibraryError, LibraryUnusableError

T = TypeVar("T")

READY = b"ready\n"
"""The only line on standard output, unless the library can't be used: then a Chinese sentence that says why."""

_LARGEST = 64 * 1024 * 1024


class _Answers:
    """The three paths over one library."""

    def __init__(self, library: ArchiveLibrary) -> None:
        self._library = library
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive-library")

    async def fetch(self, request: web.Request) -> web.Response:
        body = await _object(request)
        seq, limit = body.get("seq"), body.get("limit")
        if not isinstance(seq, int) or not isinstance(limit, int) or seq < 0 or not 1 <= limit <= 1000:
            return _error(PARAMETER)
        try:
            return _json(await self._call(lambda: self._library.fetch(seq, limit)))
        except LibraryError as error:
            return _error(error.errcode)

    async def decrypt(self, request: web.Request) -> web.Response:
        pairs = json.loads(await request.read())
        return _json(await self._call(lambda: _opened(self._library, pairs)))

    async def media(self, request: web.Request) -> web.Response:
        body = await _object(request)
        file_id, index = str(body.get("sdkfileid", "")), str(body.get("indexbuf", ""))
        try:
            chunk = await self._call(lambda: self._library.media(file_id, index))
        except LibraryError as error:
            return _error(error.errcode)
        return web.json_response({
            "errcode": 0,
            "data": base64.b64encode(chunk.data).decode("ascii"),
            "outindexbuf": chunk.following,
            "is_finish": int(chunk.is_last),
        })  # fmt: skip

    async def _call(self, f: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, f)


def _opened(library: ArchiveLibrary, pairs: object) -> bytes:
    """A JSON list of the records as they came, with an error object for each that could not be opened."""
    records: list[bytes] = []
    for pair in pairs if isinstance(pairs, list) else []:
        try:
            record = library.decrypt(str(pair["random_key"]), str(pair["encrypt_chat_msg"]))
            # a record that is no JSON object would spoil the list
            records.append(record if isinstance(json.loads(record), dict) else b'{"errcode":10002}')
        except LibraryError as error:
            records.append(b'{"errcode":%d}' % error.errcode)
        except (ValueError, TypeError, KeyError, RecursionError):
            records.append(b'{"errcode":10002}')
    return b"[" + b",".join(records) + b"]"


async def _object(request: web.Request) -> dict[str, object]:
    body = json.loads(await request.read())
    return body if isinstance(body, dict) else {}


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def _error(code: int) -> web.Response:
    return web.json_response({"errcode": code})


async def _serve(library: ArchiveLibrary, socket: str) -> None:
    answers = _Answers(library)
    app = web.Application(client_max_size=_LARGEST)
    for name, handler in (("fetch", answers.fetch), ("decrypt", answers.decrypt), ("media", answers.media)):
        app.router.add_post(f"/{name}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.UnixSite(runner, socket).start()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    await asyncio.Event().wait()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    # at once, whatever the library is doing
    os._exit(0)


def main() -> None:
    """Read what to open, open it, answer until standard input ends."""
    told = json.loads(sys.stdin.buffer.readline())
    try:
        library = ArchiveLibrary(
            Path(told["library"]), told["corp_id"], told["secret"], proxy=told["proxy"], password=told["password"]
        )
    except LibraryUnusableError as error:
        sys.stdout.buffer.write(f"{error}（{error.errcode}）\n".encode())
        sys.stdout.buffer.flush()
        sys.exit(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    asyncio.run(_serve(library, told["socket"]))


if __name__ == "__main__":
    main()
