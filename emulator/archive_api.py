"""The archive's library boundary over loopback HTTP: ``/archive/fetch``, ``/archive/decrypt``, ``/archive/media``."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from emulator.api import cut
from emulator.archive import decrypt
from emulator.errors import ApiError
from emulator.wecom import WeCom


def add_routes(app: web.Application, wecom: WeCom) -> None:
    """The three paths of the archive."""

    async def fetch(request: web.Request) -> web.StreamResponse:
        if wecom.faults.strike("drop_request", "archive/fetch") or wecom.faults.strike("drop_answer", "archive/fetch"):
            return cut(request)
        try:
            fault = wecom.faults.strike("errcode", "archive/fetch")
            if fault:
                raise ApiError(fault.errcode, "[emulator] by switch")
            body = await _object(request)
            seq, limit = body.get("seq"), body.get("limit", 1000)
            if not isinstance(seq, int) or not isinstance(limit, int):
                raise ApiError(10000, "seq and limit must be integers")
            rows = wecom.archive.fetch(seq, limit)
        except ApiError as error:
            answer = {"errcode": error.errcode, "errmsg": error.errmsg, "chatdata": []}
            wecom.ledger.add("sent", "archive", "fetch", error.errmsg, errcode=error.errcode)
            return web.json_response(answer)
        if rows:
            summary = f"取走 {len(rows)} 条（seq {rows[0]['seq']}–{rows[-1]['seq']}）"
            wecom.ledger.add("sent", "archive", "fetch", summary)
        return web.json_response({"errcode": 0, "errmsg": "ok", "chatdata": rows})

    async def open_record(request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
            if isinstance(body, list):
                return web.json_response([_opened(one) for one in body])
            return web.json_response(_opened(body))
        except ApiError as error:
            return web.json_response({"errcode": error.errcode, "errmsg": error.errmsg})
        except ValueError:
            return web.json_response({"errcode": 10002, "errmsg": "parse"})

    async def media(request: web.Request) -> web.StreamResponse:
        try:
            body = await _object(request)
            chunk = wecom.archive.media(str(body.get("sdkfileid", "")), str(body.get("indexbuf", "")))
            return web.json_response(chunk)
        except ApiError as error:
            return web.json_response({"errcode": error.errcode, "errmsg": error.errmsg})

    app.router.add_post("/archive/fetch", fetch)
    app.router.add_post("/archive/decrypt", open_record)
    app.router.add_post("/archive/media", media)


def _opened(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ApiError(10000, "random_key and encrypt_chat_msg")
    return decrypt(str(body.get("random_key", "")), str(body.get("encrypt_chat_msg", "")))


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise ApiError(10002, "parse") from error
    if not isinstance(body, dict):
        raise ApiError(10000, "parameter")
    return body
