"""微信客服 (wire §9.1): customers write to an account; the app is told that there is something and fetches it by cursor.

Within 48 h of a customer's last message at most 5 can be sent to him. Who opens the chat and has heard nothing for 48 h
brings a code for one greeting within 20 s. Messages are kept 3 days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from emulator.api import Answer, Body, guarded
from emulator.callbacks import Callback
from emulator.credentials import derived
from emulator.errors import ApiError, DriveError
from emulator.pictures import make_png
from emulator.registry import Person
from emulator.wecom import WeCom

KEPT = timedelta(days=3)
WINDOW, MOST = timedelta(hours=48), 5
TOKEN_LIFE, WELCOME_LIFE = timedelta(minutes=10), timedelta(seconds=20)
WITHOUT_TOKEN_A_MINUTE = 5
TEXT_BYTES, MENU_ROWS, MENU_TAPS = 2048, 50, 10
_MSGID = re.compile(r"[0-9A-Za-z_-]{1,32}")
CUSTOMER, SYSTEM = 3, 4


@dataclass(slots=True)
class Customer:
    """One customer's chat: what he sees, his last word, how many were sent since."""

    person: Person
    seen: list[dict[str, Any]] = field(default_factory=list)
    last_word: datetime | None = None
    sent: int = 0
    greeted: datetime | None = None


class Kf:
    """One 客服 account with its customers."""

    def __init__(self, wecom: WeCom) -> None:
        self._wecom = wecom
        self.account = "wk" + derived(wecom.seed, "kf account", 20)
        self._records: list[dict[str, Any]] = []
        self._customers: dict[str, Customer] = {}
        self._tokens: dict[str, datetime] = {}
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._used: set[str] = set()
        self._bare: list[datetime] = []
        self._count = 0
        self.page = 1000
        """The most records of one answer; a test lowers it."""
        self.empty_first = False
        """The next answer is empty and says that there is more, as WeCom's may be."""
        self.silently = 0
        """So many messages are taken and not delivered: WeCom tells it by an event afterwards (fail_type)."""

    # what customers do

    def customer(self, person: str) -> Customer:
        """The chat of somebody on WeChat; raises DriveError."""
        found = self._wecom.world.person(person)
        if not found.wechat:
            raise DriveError(f"{found.shown}不在微信上，不能找微信客服")
        return self._customers.setdefault(found.wechat, Customer(found))

    def say(self, data: dict[str, Any]) -> dict[str, Any]:
        """A customer writes: ``kind`` text (default), image, voice, location, link; ``tap`` is a menu's id."""
        customer = self.customer(str(data.get("person", "")))
        kind, text = str(data.get("kind") or "text"), str(data.get("text") or "")
        part = self._content(customer, kind, text, data)
        customer.last_word, customer.sent = self._wecom.clock.now(), 0
        number = self._record(customer, CUSTOMER, kind, {kind: part})
        customer.seen.append({"id": number, "from": "customer", "kind": kind, "text": text or part.get("content", f"[{kind}]")})
        self._notify(customer)
        return {"message": number}

    def _content(self, customer: Customer, kind: str, text: str, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("tap"):
            taps = {tap["id"]: tap["content"] for said in customer.seen for tap in said.get("menu", ())}
            if data["tap"] not in taps:
                raise DriveError("没有这个可点的选项")
            return {"content": taps[data["tap"]], "menu_id": data["tap"]}
        if kind == "text":
            if not text.strip():
                raise DriveError("还没有写内容", 400)
            return {"content": text}
        if kind in ("image", "voice"):
            png = kind == "image"
            file = self._wecom.world.add_file("kf", "image/png" if png else "audio/amr", make_png(1) if png else b"#!AMR\n" + bytes(64))
            return {"media_id": file.id}
        if kind == "location":
            return {"latitude": 33.9, "longitude": 108.5, "name": text or "位置", "address": str(data.get("address") or "")}
        if kind == "link":
            return {"title": text, "desc": "", "url": "https://example.com/", "pic_url": ""}
        raise DriveError("微信客服里不能发这种消息", 400)

    def recall(self, data: dict[str, Any]) -> dict[str, Any]:
        """A customer takes a message back."""
        customer = self.customer(str(data.get("person", "")))
        message = str(data.get("message", ""))
        if not any(said["id"] == message and said["from"] == "customer" for said in customer.seen):
            raise DriveError("只能撤回自己的消息", 403)
        self._event(customer, {"event_type": "user_recall_msg", "recall_msgid": message})
        return {}

    def enter(self, data: dict[str, Any]) -> dict[str, Any]:
        """A customer opens the chat."""
        customer = self.customer(str(data.get("person", "")))
        now = self._wecom.clock.now()
        event: dict[str, Any] = {"event_type": "enter_session", "scene": str(data.get("scene") or ""), "scene_param": ""}
        heard_lately = customer.last_word is not None and now - customer.last_word < WINDOW
        if not heard_lately and (customer.greeted is None or now - customer.greeted >= WINDOW):
            self._count += 1
            event["welcome_code"] = derived(self._wecom.seed, f"kf welcome {self._count}", 32)
            self._codes[event["welcome_code"]] = (customer.person.wechat or "", now + WELCOME_LIFE)
        self._event(customer, event)
        return {}

    def chat(self, person: str) -> list[dict[str, Any]]:
        """What the customer sees."""
        return self.customer(person).seen

    def again(self, _: dict[str, Any]) -> dict[str, Any]:
        """WeCom tells the app once more that there is something."""
        self._tell()
        return {}

    # records and callbacks

    def _record(self, customer: Customer | None, origin: int, kind: str, parts: dict[str, Any]) -> str:
        self._count += 1
        number = derived(self._wecom.seed, f"kf message {self._count}", 24)
        record = {"msgid": number, "send_time": int(self._wecom.clock.now().timestamp()), "origin": origin, "msgtype": kind, **parts}
        if customer is not None:
            record |= {"open_kfid": self.account, "external_userid": customer.person.wechat, "servicer_userid": ""}
        self._records.append(record)
        return number

    def _event(self, customer: Customer, event: dict[str, Any]) -> None:
        """In events the ids stand inside ``event`` alone."""
        inside = {**event, "open_kfid": self.account, "external_userid": customer.person.wechat}
        self._record(None, SYSTEM, "event", {"event": inside})
        self._notify(customer)

    def _notify(self, customer: Customer) -> None:
        self._tell(f"{customer.person.shown} 找微信客服")

    def _tell(self, summary: str = "微信客服有消息") -> None:
        self._count += 1
        token = "ENC" + derived(self._wecom.seed, f"kf token {self._count}", 20)
        now = self._wecom.clock.now()
        self._tokens[token] = now + TOKEN_LIFE
        fields = {
            "ToUserName": self._wecom.credentials.corp_id,
            "CreateTime": int(now.timestamp()),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token,
            "OpenKfId": self.account,
        }
        self._wecom.callbacks.tell(Callback("kf_msg_or_event", fields, summary, None))

    # what the app calls

    def sync(self, body: Body) -> Body:
        """kf/sync_msg; raises ApiError."""
        now = self._wecom.clock.now()
        self._check_account(body)
        token = body.get("token")
        if token:
            if now >= self._tokens.get(str(token), now):
                raise ApiError(95007, "invalid msg token")
        else:
            self._bare = [at for at in self._bare if now - at < timedelta(minutes=1)]
            if len(self._bare) >= WITHOUT_TOKEN_A_MINUTE:
                raise ApiError(45009, "api freq out of limit")
            self._bare.append(now)
        limit = body.get("limit", 1000)
        if not isinstance(limit, int) or not 0 < limit <= 1000:
            raise ApiError(40058, "limit: 1 to 1000")
        start = self._position(body.get("cursor"))
        if self.empty_first:
            self.empty_first = False
            return {"next_cursor": f"c{start}" if start else "c0", "has_more": 1, "msg_list": []}
        oldest = int((now - KEPT).timestamp())
        while start < len(self._records) and self._records[start]["send_time"] < oldest:
            start += 1
        end = min(start + min(limit, self.page), len(self._records))
        return {"next_cursor": f"c{end}", "has_more": int(end < len(self._records)), "msg_list": self._records[start:end]}

    def _position(self, cursor: object) -> int:
        if not cursor:
            return 0
        if not isinstance(cursor, str) or not re.fullmatch(r"c\d+", cursor) or int(cursor[1:]) > len(self._records):
            raise ApiError(40058, "cursor invalid")
        return int(cursor[1:])

    def send(self, body: Body) -> Body:
        """kf/send_msg: within 48 h of the customer's last word, at most 5; raises ApiError."""
        self._check_account(body)
        customer = self._customers.get(str(body.get("touser", "")))
        if customer is None or customer.last_word is None:
            raise ApiError(40096, "invalid external_userid")
        msgid = self._msgid(body)
        said = self._said(body)
        if self._wecom.clock.now() - customer.last_word > WINDOW:
            raise ApiError(95002, "send msg time limit")
        if customer.sent >= MOST:
            raise ApiError(95001, "send msg count limit")
        customer.sent += 1
        if self.silently:
            fail_type, self.silently = self.silently, 0
            self._event(customer, {"event_type": "msg_send_fail", "fail_msgid": msgid, "fail_type": fail_type})
            return {"msgid": msgid}
        customer.seen.append({"id": msgid, "from": "account", **said})
        self._wecom.world.changed()
        return {"msgid": msgid}

    def send_on_event(self, body: Body) -> Body:
        """kf/send_msg_on_event: one greeting by a code within 20 s; raises ApiError."""
        person, until = self._codes.pop(str(body.get("code", "")), ("", self._wecom.clock.now()))
        if self._wecom.clock.now() >= until:
            raise ApiError(40058, "code invalid or expired")
        customer = self._customers[person]
        customer.greeted = self._wecom.clock.now()
        customer.seen.append({"id": self._msgid(body), "from": "account", **self._said(body)})
        return {"msgid": customer.seen[-1]["id"]}

    def accounts(self) -> Body:
        """kf/account/list (path/94661)."""
        return {"account_list": [{"open_kfid": self.account, "name": "小格", "avatar": "", "manage_privilege": True}]}

    def contact_way(self, body: Body) -> Body:
        """kf/add_contact_way: the address behind the account's QR code; raises ApiError."""
        self._check_account(body)
        scene = str(body.get("scene", ""))
        if scene and not _MSGID.fullmatch(scene):
            raise ApiError(40058, "scene: at most 32 of 0-9A-Za-z_-")
        return {"url": f"https://work.weixin.qq.com/kf/{self.account}?enc_scene={scene}"}

    def _check_account(self, body: Body) -> None:
        if body.get("open_kfid") != self.account:
            raise ApiError(95000, "invalid open_kfid")

    def _msgid(self, body: Body) -> str:
        given = body.get("msgid")
        if given is None:
            self._count += 1
            return derived(self._wecom.seed, f"kf sent {self._count}", 24)
        if not isinstance(given, str) or not _MSGID.fullmatch(given) or given in self._used:
            raise ApiError(40058, "msgid: 1 to 32 of 0-9A-Za-z_-, not used before")
        self._used.add(given)
        return given

    def _said(self, body: Body) -> dict[str, Any]:
        kind = body.get("msgtype")
        part = body.get(str(kind))
        if kind not in ("text", "msgmenu") or not isinstance(part, dict):
            raise ApiError(40008, "invalid message type (the emulator has text and msgmenu)")
        text = str(part.get("content" if kind == "text" else "head_content") or "")
        if kind == "text" and not text:
            raise ApiError(44004, "empty content")
        if len(text.encode()) > (TEXT_BYTES if kind == "text" else 1024):
            raise ApiError(45002, "content too long")
        rows = part.get("list") or []
        taps = [row["click"] for row in rows if isinstance(row, dict) and row.get("type") == "click" and isinstance(row.get("click"), dict)]
        if len(rows) > MENU_ROWS or len(taps) > MENU_TAPS or any(len(str(tap.get("id", "")).encode()) > 128 for tap in taps):
            raise ApiError(40058, "msgmenu: at most 50 rows, 10 of them clickable, id at most 128 bytes")
        return {"kind": kind, "text": text, **({"menu": taps} if taps else {})}


def add_routes(app: web.Application, wecom: WeCom, kf: Kf) -> None:
    """The API's paths, and what tests and the page do."""

    def with_token(name: str, call: Any) -> Any:
        async def handler(request: web.Request) -> web.StreamResponse:
            def carry_out(body: Body) -> Answer:
                wecom.tokens.check(request.query.get("access_token"))
                return call(body), ()

            return await guarded(wecom, request, name, "http", carry_out)

        return handler

    def act(do: Any) -> Any:
        async def handler(request: web.Request) -> web.Response:
            return web.json_response({"ok": True, **do(await request.json())})

        return handler

    def switch(data: dict[str, Any]) -> dict[str, Any]:
        kf.page = int(data.get("page", kf.page))
        kf.empty_first = bool(data.get("empty_first", kf.empty_first))
        kf.silently = int(data.get("silently", kf.silently))
        return {}

    async def chat(request: web.Request) -> web.Response:
        return web.json_response(kf.chat(request.query.get("person", "")))

    for name, call in (
        ("kf/sync_msg", kf.sync), ("kf/send_msg", kf.send), ("kf/send_msg_on_event", kf.send_on_event),
        ("kf/add_contact_way", kf.contact_way), ("kf/account/list", lambda _: kf.accounts()),
    ):
        app.router.add_post(f"/cgi-bin/{name}", with_token(name, call))
    for path, do in (
        ("say", kf.say), ("recall", kf.recall), ("enter", kf.enter), ("again", kf.again), ("switch", switch),
    ):
        app.router.add_post(f"/kf/{path}", act(do))
    app.router.add_get("/kf/chat", chat)
