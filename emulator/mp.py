"""A 公众号 in safe mode (wire §9.2): callbacks with a passive reply within 5 s, 客服消息 within limits, a menu of three.

After a person's word 5 messages may be sent within 48 h, after a tap or a subscription 3 within a minute.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from emulator.api import MEDIA_LIFE, Answer, Body, guarded
from emulator.callbacks import ANSWER_SECONDS, DELIVERIES
from emulator.cipher import CallbackCipher
from emulator.credentials import derived
from emulator.errors import ApiError, CipherError, DriveError
from emulator.pictures import make_png
from emulator.registry import Person
from emulator.tokens import Tokens
from emulator.wecom import WeCom
from emulator.xml import from_xml, to_xml

WORD, TAP = (5, timedelta(hours=48)), (3, timedelta(minutes=1))
ACCOUNT = "gh_emulated0001"
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(slots=True)
class Follower:
    """One person's chat with the account."""

    person: Person
    openid: str
    follows: bool = True
    left: int = 0
    until: datetime | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)

    def may(self, now: datetime, grant: tuple[int, timedelta]) -> None:
        """An act of his lets so many messages be sent for so long."""
        self.left, self.until = max(self.left, grant[0]), max(self.until or now, now + grant[1])


class Mp:
    """The account. ``url`` is the developer's address; without it nothing is delivered."""

    def __init__(self, wecom: WeCom, url: str | None, retry_seconds: float) -> None:
        seed = wecom.seed
        self._wecom, self.url, self._retry_seconds = wecom, url, retry_seconds
        self.app_id, self.secret = "wx" + derived(seed, "mp app id", 16).lower(), derived(seed, "mp secret", 32)
        self.token, self.aes_key = derived(seed, "mp token", 24), derived(seed, "mp aes key", 43)
        self.tokens = Tokens(self.app_id, self.secret, seed + 1, wecom.clock.now, wecom.clock.real, wecom.faults)
        self._cipher = CallbackCipher(self.token, self.aes_key, self.app_id)
        self._random = random.Random(seed)
        self._followers: dict[str, Follower] = {}
        self.menu: list[dict[str, Any]] = []
        self._count = 0
        self._last: tuple[Follower, dict[str, Any]] | None = None

    def follower(self, person: str) -> Follower:
        """Somebody on WeChat; raises DriveError."""
        found = self._wecom.world.person(person)
        if not found.wechat:
            raise DriveError(f"{found.shown}不在微信上")
        openid = "o" + hashlib.sha256(f"{self.app_id}{found.wechat}".encode()).hexdigest()[:27]
        return self._followers.setdefault(openid, Follower(found, openid))

    # what people do

    async def say(self, data: dict[str, Any]) -> dict[str, Any]:
        """A person writes: ``kind`` text (default), image, voice (with ``recognition``), location; ``tap`` a menu's id."""
        follower = self.follower(str(data.get("person", "")))
        kind, text = str(data.get("kind") or "text"), str(data.get("text") or "")
        fields: dict[str, Any] = {"MsgType": kind}
        if data.get("tap"):
            taps = {tap["id"]: tap["content"] for said in follower.seen for tap in said.get("menu", ())}
            if data["tap"] not in taps:
                raise DriveError("没有这个可点的选项")
            fields |= {"Content": taps[data["tap"]], "bizmsgmenuid": data["tap"]}
        elif kind == "text":
            fields["Content"] = text
        elif kind == "image":
            fields |= {"PicUrl": "https://example.com/p", "MediaId": self._file("image/png", make_png(1))}
        elif kind == "voice":
            fields |= {"MediaId": self._file("audio/amr", b"#!AMR\n" + bytes(64)), "Format": "amr", "Recognition": text}
        elif kind == "location":
            fields |= {"Location_X": "33.9", "Location_Y": "108.5", "Scale": "16", "Label": text}
        else:
            raise DriveError("公众号里不能发这种消息", 400)
        self._count += 1
        fields["MsgId"] = 24_000_000_000_000_000 + self._count
        follower.may(self._wecom.clock.now(), TAP if data.get("tap") else WORD)
        follower.seen.append({"from": "person", "kind": kind, "text": fields.get("Content", text)})
        return await self._deliver_all(follower, fields)

    def _file(self, mime: str, data: bytes) -> str:
        """What a person sends is a temporary file of the account; gives its media_id."""
        return self._wecom.world.add_file("mp", mime, data).id

    async def click(self, data: dict[str, Any]) -> dict[str, Any]:
        """A tap on the menu under the chat, by its ``key``."""
        follower = self.follower(str(data.get("person", "")))
        if data.get("key") not in {button.get("key") for button in self.menu}:
            raise DriveError("菜单里没有这一项")
        follower.may(self._wecom.clock.now(), TAP)
        return await self._deliver_all(follower, {"MsgType": "event", "Event": "CLICK", "EventKey": str(data["key"])})

    async def subscribe(self, data: dict[str, Any]) -> dict[str, Any]:
        """A person follows, or with ``off`` no longer."""
        follower = self.follower(str(data.get("person", "")))
        follower.follows = not data.get("off")
        if follower.follows:
            follower.may(self._wecom.clock.now(), TAP)
        name = "subscribe" if follower.follows else "unsubscribe"
        return await self._deliver_all(follower, {"MsgType": "event", "Event": name, "EventKey": ""})

    async def again(self, _: dict[str, Any]) -> dict[str, Any]:
        """The last callback once more, as WeChat repeats what it thinks unanswered."""
        if self._last is None:
            raise DriveError("还没有投递过")
        return await self._deliver_all(*self._last)

    async def verify(self, data: dict[str, Any]) -> dict[str, Any]:
        """The GET that WeChat makes when the address is saved: plain, with a signature over three strings."""
        stamp, nonce, echo = "1790000000", str(self._random.randrange(10**9)), str(self._random.randrange(10**18))
        signature = str(data.get("signature") or self._plain_signature(stamp, nonce))
        query = urlencode({"signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": echo})
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}?{query}") as answer:
            return {"accepted": answer.status == 200 and await answer.text() == echo}

    def _plain_signature(self, stamp: str, nonce: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, stamp, nonce])).encode()).hexdigest()

    # callbacks

    async def _deliver_all(self, follower: Follower, fields: dict[str, Any]) -> dict[str, Any]:
        """Deliver, three times at most while nobody answers; a passive reply appears in the chat."""
        now = int(self._wecom.clock.now().timestamp())
        head = {"ToUserName": ACCOUNT, "FromUserName": follower.openid, "CreateTime": now}
        fields = fields if "ToUserName" in fields else {**head, **fields}
        self._last = (follower, fields)
        for attempt in range(1, DELIVERIES + 1):
            status, body = await self._deliver(fields)
            if status is not None:
                self._take(follower, fields, status, body)
                return {"status": status, "deliveries": attempt}
            await asyncio.sleep(self._retry_seconds)
        follower.seen.append({"from": "wechat", "kind": "notice", "text": OUT_OF_ORDER})
        return {"status": None, "deliveries": DELIVERIES}

    async def _deliver(self, fields: dict[str, Any]) -> tuple[int | None, str]:
        if self.url is None:
            return 200, ""
        encrypted = self._cipher.encrypt(to_xml(fields), self._random.randbytes(16))
        stamp, nonce = str(int(self._wecom.clock.now().timestamp())), str(self._random.randrange(10**9, 10**10))
        query = {
            "signature": self._plain_signature(stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": fields["FromUserName"],
            "encrypt_type": "aes", "msg_signature": self._cipher.sign(stamp, nonce, encrypted),
        }  # fmt: skip
        envelope = to_xml({"ToUserName": ACCOUNT, "Encrypt": encrypted})
        try:
            async with aiohttp.ClientSession() as session, session.post(
                f"{self.url}?{urlencode(query)}", data=envelope.encode(), headers={"Content-Type": "text/xml"},
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
            ) as answer:
                return answer.status, await answer.text()
        except (TimeoutError, aiohttp.ClientError):
            return None, ""

    def _take(self, follower: Follower, fields: dict[str, Any], status: int, body: str) -> None:
        reply = None
        if status == 200 and body not in ("", "success"):
            reply = self._opened(body)
            if reply is None:
                follower.seen.append({"from": "wechat", "kind": "notice", "text": OUT_OF_ORDER})
            elif reply.get("ToUserName") == follower.openid and reply.get("FromUserName") == ACCOUNT:
                follower.seen.append({"from": "account", "kind": str(reply.get("MsgType")), "text": str(reply.get("Content", "")), "how": "passive"})
        self._wecom.ledger.add("received", "mp", str(fields["MsgType"]), follower.person.shown, errcode=0 if status == 200 else status,
                               request=fields, answer=reply)

    def _opened(self, body: str) -> dict[str, Any] | None:
        try:
            outer = from_xml(body)
            self._cipher.verify(str(outer["MsgSignature"]), str(outer["TimeStamp"]), str(outer["Nonce"]), str(outer["Encrypt"]))
            return from_xml(self._cipher.decrypt(str(outer["Encrypt"])))
        except (CipherError, KeyError, UnicodeDecodeError):
            return None

    # what the developer calls

    def send(self, body: Body) -> Body:
        """message/custom/send; raises ApiError."""
        follower = self._followers.get(str(body.get("touser", "")))
        if follower is None:
            raise ApiError(40003, "invalid openid")
        if not follower.follows:
            raise ApiError(43004, "require subscribe")
        kind = body.get("msgtype")
        part = body.get(str(kind))
        if kind not in ("text", "msgmenu") or not isinstance(part, dict):
            raise ApiError(40008, "invalid message type (the emulator has text and msgmenu)")
        text = str(part.get("content" if kind == "text" else "head_content") or "")
        if not text:
            raise ApiError(44004, "empty content")
        if len(text.encode()) > 2048:
            raise ApiError(45002, "content size out of limit")
        if follower.until is None or self._wecom.clock.now() > follower.until:
            raise ApiError(45015, "response out of time limit or subscription is canceled")
        if follower.left <= 0:
            raise ApiError(45047, "out of response count limit")
        follower.left -= 1
        taps = [tap for tap in part.get("list", []) if isinstance(tap, dict)] if kind == "msgmenu" else []
        follower.seen.append({"from": "account", "kind": kind, "text": text, "how": "custom", **({"menu": taps} if taps else {})})
        return {}

    def set_menu(self, body: Body) -> Body:
        """menu/create; raises ApiError."""
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 0 < len(buttons) <= 3:
            raise ApiError(40017, "invalid button size")
        if any(b.get("type") != "click" or not b.get("key") or not 0 < len(str(b.get("name", "")).encode()) <= 16 for b in buttons):
            raise ApiError(40018, "invalid button (the emulator has click, name at most 16 bytes)")
        self.menu = buttons
        return {}


def add_routes(app: web.Application, wecom: WeCom, mp: Mp) -> None:
    """The API under ``/mp/cgi-bin``, and what tests and the page do."""

    async def token(request: web.Request) -> web.StreamResponse:
        def fetch(_: Body) -> Answer:
            if request.query.get("grant_type") != "client_credential":
                raise ApiError(40002, "invalid grant_type")
            value, seconds, _often = mp.tokens.fetch(request.query.get("appid", ""), request.query.get("secret", ""))
            return {"access_token": value, "expires_in": seconds}, ()

        return await guarded(wecom, request, "mp/token", "http", fetch)

    def with_token(name: str, call: Any) -> Any:
        async def handler(request: web.Request) -> web.StreamResponse:
            def carry_out(body: Body) -> Answer:
                mp.tokens.check(request.query.get("access_token"))
                return call(body), ()

            return await guarded(wecom, request, f"mp/{name}", "http", carry_out)

        return handler

    def act(do: Any) -> Any:
        async def handler(request: web.Request) -> web.Response:
            return web.json_response({"ok": True, **await do(await request.json())})

        return handler

    async def chat(request: web.Request) -> web.Response:
        return web.json_response(mp.follower(request.query.get("person", "")).seen)

    async def media_get(request: web.Request) -> web.StreamResponse:
        try:
            mp.tokens.check(request.query.get("access_token"))
            kept = wecom.world.files.get(request.query.get("media_id", ""))
            if kept is None or kept.name != "mp" or wecom.clock.now() - kept.at > MEDIA_LIFE:
                raise ApiError(40007, "invalid media_id")
        except ApiError as error:
            return web.json_response({"errcode": error.errcode, "errmsg": error.errmsg})
        return web.Response(body=kept.data, content_type=kept.mime)

    app.router.add_get("/mp/cgi-bin/token", token)
    app.router.add_get("/mp/cgi-bin/media/get", media_get)
    app.router.add_post("/mp/cgi-bin/message/custom/send", with_token("message/custom/send", mp.send))
    app.router.add_get("/mp/cgi-bin/getcallbackip", with_token("getcallbackip", lambda _: {"ip_list": ["127.0.0.1"]}))
    app.router.add_post("/mp/cgi-bin/menu/create", with_token("menu/create", mp.set_menu))
    for path, do in (("say", mp.say), ("click", mp.click), ("subscribe", mp.subscribe), ("again", mp.again), ("verify", mp.verify)):
        app.router.add_post(f"/mp/{path}", act(do))
    app.router.add_get("/mp/chat", chat)
