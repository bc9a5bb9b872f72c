"""智能机器人 in URL mode (wire §2.3, §2.4): encrypted JSON callbacks, passive replies, stream polls, response_url.

It stands where the long connection's socket stands; what a reply does is carried out by the same ``AiBot``. Points that
the documents leave open: a message without an answer comes again like the app's (three deliveries), a card's click and
a greeting once; a stream is asked for every half second until it is finished or 6 minutes old.
"""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from emulator.aibot import STREAM_LIFE, AiBot, Frame
from emulator.cipher import CallbackCipher
from emulator.clock import Clock
from emulator.credentials import derived
from emulator.errors import ApiError, CipherError
from emulator.ledger import Ledger

ANSWER_SECONDS = 5.0
VERIFY_SECONDS = 1.0
DELIVERIES = 3
POLL_SECONDS = 0.5
URL_LIFE = timedelta(hours=1)
_ENVELOPE = {"encrypt", "msgsignature", "timestamp", "nonce"}


@dataclass(slots=True)
class Code:
    """A response_url: one post, 1 hour."""

    req_id: str
    ends: datetime
    used: bool = False


class UrlBot:
    """A ``Connection`` of the AI bot that posts to the bot's door. ``base`` is the emulator's own address."""

    def __init__(
        self,
        url: str,
        cipher: CallbackCipher,
        aibot: AiBot,
        clock: Clock,
        ledger: Ledger,
        seed: int,
        retry_seconds: float,
    ) -> None:
        self.url = url
        self.base = ""
        self._cipher = cipher
        self._aibot = aibot
        self._clock = clock
        self._ledger = ledger
        self._seed = seed
        self._random = random.Random(seed)
        self._retry_seconds = retry_seconds
        self._codes: dict[str, Code] = {}
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, base: str) -> None:
        """Take the long connection's place: the two exclude each other."""
        self.base = base
        self._session = aiohttp.ClientSession()
        self._aibot.attach(self)

    async def stop(self) -> None:
        """Give up what is not delivered."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def send(self, frame: Frame) -> None:
        """Deliver a callback."""
        task = asyncio.create_task(self._deliver(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """A connection cut by the server's side means nothing here."""

    def post(self, code: str, body: Any) -> None:
        """What the bot posts to a response_url; raises ApiError."""
        known = self._codes.get(code)
        if known is None or known.used or self._clock.now() >= known.ends:
            raise ApiError(846605, "response_url is used or older than 1 hour")
        if not isinstance(body, dict) or body.get("msgtype") not in ("markdown", "template_card"):
            raise ApiError(40008, "invalid message type")
        self._aibot.post_by_url(known.req_id, body)
        known.used = True

    def note(self, answer: Frame) -> None:
        """A post to a response_url, in the ledger."""
        self._ledger.add("sent", "aibot", "response_url", "主动回复", errcode=answer["errcode"], answer=answer["errmsg"])

    async def _deliver(self, frame: Frame) -> None:
        req_id, body = str(frame["headers"]["req_id"]), dict(frame["body"])
        event = body.get("event", {}).get("eventtype") if body["msgtype"] == "event" else None
        if event != "enter_chat":
            code = derived(self._seed, f"response url {len(self._codes) + 1}", 32)
            self._codes[code] = Code(req_id, self._clock.now() + URL_LIFE)
            body["response_url"] = f"{self.base}/aibot/response/{code}"
        for attempt in range(1, 2 if event else DELIVERIES + 1):
            if attempt > 1:
                await asyncio.sleep(self._retry_seconds)
            answered, reply = await self._call(body, str(body["msgtype"]))
            if answered:
                await self._take(req_id, event, reply)
                return

    async def _take(self, req_id: str, event: str | None, reply: Frame | None) -> None:
        """Carry out a passive reply; a stream that is not finished is asked for."""
        if reply is None:
            return
        if event == "template_card_event":
            self._carry_out("aibot_respond_update_msg", req_id, reply)
        elif event == "enter_chat":
            self._carry_out("aibot_respond_welcome_msg", req_id, reply)
        elif event is None:
            kind = reply.get("msgtype")
            if kind not in ("stream", "template_card", "stream_with_template_card"):
                self._ledger.add("sent", "aibot", "reply", "被动回复的类型不合格", errcode=40008, request=reply)
                return
            self._carry_out("aibot_respond_msg", req_id, reply)
            stream = reply.get("stream")
            if isinstance(stream, dict) and stream.get("finish") is not True:
                await self._poll(req_id, str(stream.get("id")))

    async def _poll(self, req_id: str, stream: str) -> None:
        began = self._clock.now()
        while self._clock.now() - began < STREAM_LIFE:
            await asyncio.sleep(POLL_SECONDS)
            body = self._aibot.head_of(req_id) | {"msgtype": "stream", "stream": {"id": stream}}
            _, reply = await self._call(body, "stream")
            if reply is None:
                continue
            self._carry_out("aibot_respond_msg", req_id, reply)
            answer = reply.get("stream")
            if not isinstance(answer, dict) or answer.get("finish") is True:
                return

    def _carry_out(self, cmd: str, req_id: str, body: Frame) -> None:
        errcode, errmsg = 0, "ok"
        try:
            self._aibot.carry_out(self, cmd, req_id, body)
        except ApiError as error:
            errcode, errmsg = error.errcode, error.errmsg
        self._ledger.add("sent", "aibot", cmd, "被动回复", errcode=errcode, request=body, answer=errmsg)

    async def _call(self, body: Frame, name: str) -> tuple[bool, Frame | None]:
        """(whether anything was answered, the reply when it is a valid one)."""
        if self._session is None:
            return True, None
        encrypted, query = self._signed(json.dumps(body, ensure_ascii=False))
        try:
            async with self._session.post(
                f"{self.url}?{urlencode(query)}",
                json={"encrypt": encrypted},
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
            ) as answer:
                status, raw = answer.status, await answer.read()
        except (TimeoutError, aiohttp.ClientError) as error:
            why = type(error).__name__
            silent = ("无应答",)
            self._ledger.add("received", "aibot", name, "URL 回调", errcode=-1, request=body, answer=why, flags=silent)
            return False, None
        reply, fault = self._opened(raw, query["nonce"]) if status == 200 and raw else (None, "")
        if status != 200:
            fault = f"HTTP {status}"
        code = 0 if status == 200 else status
        flags = (fault,) if fault else ()
        self._ledger.add("received", "aibot", name, "URL 回调", errcode=code, request=body, answer=reply, flags=flags)
        return True, reply

    def _opened(self, raw: bytes, nonce: str) -> tuple[Frame | None, str]:
        """The reply inside its envelope, or why it is refused."""
        try:
            outer = json.loads(raw)
        except ValueError:
            return None, "应答不是 JSON"
        if not isinstance(outer, dict) or set(outer) != _ENVELOPE:
            return None, "应答的字段不合格"
        if type(outer["timestamp"]) is not int:
            return None, "timestamp 应是整数秒"
        if outer["nonce"] != nonce:
            return None, "nonce 应是回调里的那个"
        try:
            encrypted = str(outer["encrypt"])
            self._cipher.verify(str(outer["msgsignature"]), str(outer["timestamp"]), nonce, encrypted)
            plain = json.loads(self._cipher.decrypt(encrypted))
        except (CipherError, ValueError) as error:
            return None, f"应答解不开：{type(error).__name__}"
        return (plain, "") if isinstance(plain, dict) else (None, "应答内容不合格")

    def _signed(self, text: str) -> tuple[str, dict[str, str]]:
        encrypted = self._cipher.encrypt(text, self._random.randbytes(16))
        timestamp, nonce = str(int(self._clock.now().timestamp())), str(self._random.randrange(10**9, 10**10))
        query = {"msg_signature": self._cipher.sign(timestamp, nonce, encrypted), "timestamp": timestamp, "nonce": nonce}
        return encrypted, query

    async def verify(self) -> tuple[bool, str]:
        """The GET when the URL is saved in the console: (accepted, why not)."""
        if self._session is None:
            return False, "还没有启动"
        plain = str(self._random.randrange(10**18, 10**19))
        encrypted, query = self._signed(plain)
        try:
            async with self._session.get(
                f"{self.url}?{urlencode({**query, 'echostr': encrypted})}",
                timeout=aiohttp.ClientTimeout(total=VERIFY_SECONDS),
            ) as answer:
                good = answer.status == 200 and await answer.read() == plain.encode()
        except (TimeoutError, aiohttp.ClientError) as error:
            return False, f"连不上或超过 1 秒：{type(error).__name__}"
        return good, "" if good else "应答应是解密后的原文"


def add_routes(app: web.Application, bot: UrlBot) -> None:
    """The response_urls."""

    async def respond(request: web.Request) -> web.StreamResponse:
        answer: Frame = {"errcode": 0, "errmsg": "ok"}
        try:
            bot.post(request.match_info["code"], await request.json())
        except ApiError as error:
            answer = {"errcode": error.errcode, "errmsg": error.errmsg}
        except ValueError:
            answer = {"errcode": 40035, "errmsg": "wrong json format"}
        bot.note(answer)
        return web.json_response(answer)

    app.router.add_post("/aibot/response/{code}", respond)
