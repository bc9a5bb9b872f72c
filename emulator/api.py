"""The server API under ``/cgi-bin``: tokens, faults and the ledger around each call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from emulator.customer_groups import group_get, group_list
from emulator.errors import ApiError
from emulator.wecom import WeCom

Body = dict[str, Any]
Answer = tuple[Body, tuple[str, ...]]
Call = Callable[[WeCom, Body], Answer]

MOST_UPLOAD_BYTES = 20 * 1024 * 1024
MEDIA_LIFE = timedelta(days=3)


def _plain(answer: Body | None) -> Answer:
    return answer or {}, ()


def _openuserid_to_userid(wecom: WeCom, body: Body) -> Answer:
    asked = body.get("open_userid_list")
    if not isinstance(asked, list) or not 0 < len(asked) <= 1000:
        raise ApiError(40058, "open_userid_list: 1 to 1000")
    found: list[Body] = []
    invalid: list[str] = []
    for open_userid in asked:
        person = wecom.aibot.person_by_open_userid(str(open_userid))
        if person and person.wecom:
            found.append({"open_userid": open_userid, "userid": person.wecom})
        else:
            invalid.append(str(open_userid))
    return {"userid_list": found, "invalid_open_userid_list": invalid}, ()


CALLS: dict[str, Call] = {
    "message/send": lambda w, b: w.app.send(b),
    "message/update_template_card": lambda w, b: _plain(w.app.update_card(b)),
    "message/recall": lambda w, b: _plain(w.app.recall(b)),  # type: ignore[func-returns-value]
    "externalcontact/add_msg_template": lambda w, b: _plain(w.mass.add(b)),
    "externalcontact/get_groupmsg_task": lambda w, b: _plain(w.mass.task_list(b)),
    "externalcontact/get_groupmsg_send_result": lambda w, b: _plain(w.mass.send_result(b)),
    "externalcontact/remind_groupmsg_send": lambda w, b: _plain(w.mass.remind(b)),  # type: ignore[func-returns-value]
    "externalcontact/cancel_groupmsg_send": lambda w, b: _plain(w.mass.cancel(b)),  # type: ignore[func-returns-value]
    "externalcontact/groupchat/list": lambda w, b: _plain(group_list(w.world, b)),
    "externalcontact/groupchat/get": lambda w, b: _plain(group_get(w.world, b)),
    "batch/openuserid_to_userid": _openuserid_to_userid,
}


def summary_of(body: Body) -> str:
    """A short line of what a request says and to whom."""
    to = str(body.get("touser") or body.get("sender") or body.get("msgid") or body.get("chat_id") or "")
    part = body.get(str(body.get("msgtype"))) or body.get("text")
    text = ""
    if isinstance(part, dict):
        title = part.get("main_title")
        text = str(part.get("content") or (title.get("title") if isinstance(title, dict) else "") or "")
    return f"{to} {text}".strip()[:80]


def cut(request: web.Request) -> web.Response:
    """Cut the connection: the caller gets no answer."""
    if request.transport:
        request.transport.abort()
    raise asyncio.CancelledError


async def guarded(
    wecom: WeCom,
    request: web.Request,
    name: str,
    door: str,
    carry_out: Callable[[Body], Awaitable[Answer] | Answer],
) -> web.StreamResponse:
    """Carry out one call with faults before and after it, and write it into the ledger."""
    body: Body = {}
    flags: tuple[str, ...] = ()
    answer: Body
    status = 200
    wecom.clock.alive()
    try:
        raw = await request.read() if request.content_type != "multipart/form-data" else b""
        slow = wecom.faults.strike("slow", name)
        if slow:
            await asyncio.sleep(slow.seconds)
        if wecom.faults.strike("drop_request", name):
            wecom.ledger.add("sent", door, name, "连接中断，没有执行", errcode=-1, flags=("按设定",))
            return cut(request)
        broken = wecom.faults.strike("http", name)
        if broken:
            wecom.ledger.add("sent", door, name, f"HTTP {broken.status}", errcode=broken.status, flags=("按设定",))
            return web.Response(status=broken.status, text="bad gateway")
        refused = wecom.faults.strike("errcode", name)
        if refused:
            flags = ("按设定",)
            # 60020 names the caller, as WeCom does
            where = f", from ip: {request.remote}" if refused.errcode == 60020 else ""
            raise ApiError(refused.errcode, f"[emulator] by switch{where}")
        body = _json(raw)
        result = carry_out(body)
        answer, flags = await result if isinstance(result, Awaitable) else result
        answer = {"errcode": 0, "errmsg": "ok", **answer}
    except ApiError as error:
        answer = {"errcode": error.errcode, "errmsg": error.errmsg}
    wecom.ledger.add(
        "sent", door, name, summary_of(body), errcode=answer["errcode"], request=body, answer=answer, flags=flags
    )
    if wecom.faults.strike("drop_answer", name):
        return cut(request)
    return web.json_response(answer, status=status)


def _json(raw: bytes) -> Body:
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ApiError(40035, "wrong json format") from error
    if not isinstance(body, dict):
        raise ApiError(40035, "wrong json format")
    return body


def add_routes(app: web.Application, wecom: WeCom) -> None:
    """All ``/cgi-bin`` paths."""

    async def gettoken(request: web.Request) -> web.StreamResponse:
        def fetch(_: Body) -> Answer:
            token, seconds, too_often = wecom.tokens.fetch(
                request.query.get("corpid", ""), request.query.get("corpsecret", "")
            )
            flags = ("一秒内取了两次 token",) if too_often else ()
            return {"access_token": token, "expires_in": seconds}, flags

        return await guarded(wecom, request, "gettoken", "http", fetch)

    def with_token(name: str, call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            def carry_out(body: Body) -> Answer:
                wecom.tokens.check(request.query.get("access_token"))
                return call(wecom, body)

            return await guarded(wecom, request, name, "http", carry_out)

        return handler

    async def webhook_send(request: web.Request) -> web.StreamResponse:
        def send(body: Body) -> Answer:
            wecom.webhook.send(request.query.get("key", ""), body)
            return {}, ()

        return await guarded(wecom, request, "webhook/send", "webhook", send)

    async def media_upload(request: web.Request) -> web.StreamResponse:
        async def upload(_: Body) -> Answer:
            wecom.tokens.check(request.query.get("access_token"))
            form = await request.post()
            field = form.get("media")
            if not isinstance(field, web.FileField):
                raise ApiError(41005, "media data missing")
            data = field.file.read()
            if not 5 < len(data) <= MOST_UPLOAD_BYTES:
                raise ApiError(40006, "invalid media size")
            kept = wecom.world.add_file(field.filename, field.content_type, data)
            answer = {"type": request.query.get("type", "file"), "media_id": kept.id}
            return {**answer, "created_at": str(int(kept.at.timestamp()))}, ()

        return await guarded(wecom, request, "media/upload", "http", upload)

    async def media_get(request: web.Request) -> web.StreamResponse:
        try:
            wecom.tokens.check(request.query.get("access_token"))
            kept = wecom.world.files.get(request.query.get("media_id", ""))
            if kept is None or wecom.clock.now() - kept.at > MEDIA_LIFE:
                raise ApiError(40007, "invalid media_id")
        except ApiError as error:
            return web.json_response({"errcode": error.errcode, "errmsg": error.errmsg})
        return web.Response(body=kept.data, content_type=kept.mime)

    async def unknown(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        wecom.ledger.add("sent", "http", name, "模拟器没有这个接口", errcode=48002)
        return web.json_response({"errcode": 48002, "errmsg": f"api {name} is not emulated"})

    app.router.add_get("/cgi-bin/gettoken", gettoken)
    for name, call in CALLS.items():
        app.router.add_post(f"/cgi-bin/{name}", with_token(name, call))
    addresses: Answer = ({"ip_list": ["127.0.0.1"]}, ())
    app.router.add_get("/cgi-bin/getcallbackip", with_token("getcallbackip", lambda _w, _b: addresses))
    app.router.add_post("/cgi-bin/webhook/send", webhook_send)
    app.router.add_post("/cgi-bin/media/upload", media_upload)
    app.router.add_get("/cgi-bin/media/get", media_get)
    app.router.add_route("*", "/cgi-bin/{name:.+}", unknown)
