"""The AI bot's long connection: hears @-messages and clicks, answers, pushes (path/101463; wire §2.7).

One connection per bot. It subscribes, pings every 30 s, comes back with back-off and jitter when it is cut, and stays
away when another connection of the same bot has taken over: two that fight would both be deaf half of the time.

Order and concurrency:
1. The reader only sorts frames: acks go to whoever waits, callbacks into a queue. It never waits for the store.
2. One worker takes the queue in order of arrival to `accept`, which commits to the inbox.
3. Frames that use the same req_id leave one after the other, each after the ack of the one before.
"""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from weakref import WeakValueDictionary

import aiohttp
import structlog

from bot.channels import aibot_upload
from bot.channels.aibot_frames import RESPOND, UPDATE, WELCOME, is_displaced, read_body
from bot.channels.cards import Card
from bot.channels.client import Pause
from bot.channels.door import Accept
from bot.channels.errors import ChannelError
from bot.channels.limits import CONVERSATION, Meter, Now
from bot.channels.outcomes import Failed, Limited, Outcome, Retry, Sent, Unclear, outcome_of
from bot.channels.pieces import clip_bytes
from bot.channels.stored import to_body
from bot.messages import Incoming, WayBack
from registry.terms import Lane

log = structlog.get_logger(__name__)

PING_EVERY = 30.0
MISSED_PINGS = 2
ACK_WITHIN = 5.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
REFUSED_PAUSE = 60.0
"""Subscribing is rate-protected: after a refused secret nothing is tried sooner."""

MARKDOWN_BYTES = 20480
MAX_FRAME = 4 * 1024 * 1024
WAITING = 1000
NOT_ADDRESSED = frozenset({93001, 93008})
"""The bot is not in the chat, or nobody has talked to it there: both end when somebody does."""

REMEMBERED = 10_000
"""Ways back whose conversation is remembered, so that answers count towards its limit."""

SINGLE, GROUP = 1, 2
"""`chat_type` of a push."""


class Link(StrEnum):
    """State of the connection."""

    DOWN = "down"
    UP = "up"
    REFUSED = "refused"
    """Bot id or secret are wrong; tried again every minute."""
    DISPLACED = "displaced"
    """Another connection of the same bot has taken over; this one is finished."""


class AiBot:
    """`await run()` holds the connection; everything else may be called from other tasks of the same loop.

    `accept` commits an incoming to the inbox. `on_link(state, at)` is told every change of state. `names` are the
    names under which people @ the bot. `last_heard` is when the last frame came, pongs too; `counts` what came and
    what was refused; `alarm` what an administrator has to mend.
    """

    def __init__(
        self,
        url: str,
        bot_id: str,
        secret: str,
        accept: Accept,
        now: Now,
        meter: Meter,
        *,
        names: tuple[str, ...] = ("小格",),
        on_link: Callable[[Link, datetime], None] | None = None,
        pause: Pause = asyncio.sleep,
        ack_within: float = ACK_WITHIN,
    ) -> None:
        self._url = url
        self._bot_id = bot_id
        self._secret = secret
        self._accept = accept
        self._now = now
        self._meter = meter
        self._names = names
        self._on_link = on_link
        self._pause = pause
        self._ack_within = ack_within
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._acks: dict[str, asyncio.Future[Mapping[str, object]]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._heard: asyncio.Queue[Incoming] = asyncio.Queue(WAITING)
        self._conversations: OrderedDict[str, str] = OrderedDict()
        self._unspoken: dict[str, Failed] = {}
        """Chats that refused a push because nobody has talked to the bot there: left alone until somebody does."""
        self._alive_at = time.monotonic()
        self.link = Link.DOWN
        self.last_heard: datetime | None = None
        self.counts: Counter[str] = Counter()
        self.alarm: Failed | None = None

    async def run(self) -> None:
        """Hold the connection until cancelled or displaced."""
        worker = asyncio.create_task(self._take_in())
        delay = FIRST_PAUSE
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=10)) as session:
                while True:
                    was = await self._hold(session)
                    if was is Link.DISPLACED:
                        return
                    if was is Link.UP:
                        delay = FIRST_PAUSE
                    longest = max(delay, REFUSED_PAUSE) if was is Link.REFUSED else delay
                    await self._pause(longest * random.uniform(0.5, 1.0))
                    delay = min(delay * 2, LONGEST_PAUSE)
        finally:
            # what was heard but not yet committed has its last chance
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await self._heard.join()
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            if self.link is Link.UP:
                self._set(Link.DOWN)

    async def send(self, chatid: str, chat_type: int, markdown: str, *, lane: Lane = Lane.NORMAL) -> Outcome:
        """Push markdown to a group (`GROUP`) or a member (`SINGLE`) who has talked to the bot before.

        It can't @ anybody. Text beyond 20,480 bytes is cut.
        """
        content = {"msgtype": "markdown", "markdown": {"content": clip_bytes(markdown, MARKDOWN_BYTES)}}
        return await self._push(chatid, chat_type, content, lane)

    async def send_card(self, chatid: str, chat_type: int, card: Card, *, lane: Lane = Lane.NORMAL) -> Outcome:
        """Push a template card."""
        return await self._push(chatid, chat_type, {"msgtype": "template_card", "template_card": card}, lane)

    async def upload(self, kind: str, filename: str, data: bytes) -> Outcome:
        """Upload a picture, voice, video or file; `Sent.msgid` is its media_id, valid 3 days for this bot.

        A chunk that got no answer is sent once more: chunks may repeat (path/101463). At most 50 MB.
        """
        first = aibot_upload.begin(kind, filename, data)
        if first is None:
            return Failed(45001, "文件太小或太大，没有上传。")
        begun = await self._uploading("aibot_upload_media_init", first)
        upload_id = _field(begun, "upload_id")
        if upload_id is None:
            return begun if not isinstance(begun, Sent) else Unclear(_NO_ANSWER)
        for chunk in aibot_upload.chunks(upload_id, data):
            outcome = await self._uploading("aibot_upload_media_chunk", chunk)
            if not isinstance(outcome, Sent):
                return outcome
        finished = await self._uploading("aibot_upload_media_finish", {"upload_id": upload_id})
        media_id = _field(finished, "media_id")
        if media_id is None:
            return finished if not isinstance(finished, Sent) else Unclear(_NO_ANSWER)
        return Sent(msgid=media_id)

    async def send_media(
        self, chatid: str, chat_type: int, kind: str, media_id: str, *, lane: Lane = Lane.NORMAL
    ) -> Outcome:
        """Push what was uploaded: `kind` is image, voice, video or file."""
        return await self._push(chatid, chat_type, {"msgtype": kind, kind: {"media_id": media_id}}, lane)

    def silent_for(self) -> float:
        """Seconds since the last frame of a living connection, pongs too; since the start where none has come. By a
        clock of its own: a demo's time may jump."""
        return time.monotonic() - self._alive_at

    async def _uploading(self, cmd: str, body: Mapping[str, object]) -> Outcome:
        outcome = await self._call(cmd, uuid.uuid4().hex, body)
        return await self._call(cmd, uuid.uuid4().hex, body) if isinstance(outcome, Unclear) else outcome

    async def respond(self, way: WayBack, text: str, *, lane: Lane = Lane.NORMAL) -> Outcome:
        """Answer the message or greeting that `way` came with: at once and once. The group sees a reply to it."""
        if way.kind == WELCOME:
            # a text reply is allowed here only (path/101031)
            body: dict[str, object] = {"msgtype": "text", "text": {"content": clip_bytes(text, MARKDOWN_BYTES)}}
            return await self._answer("aibot_respond_welcome_msg", way, body, lane)
        # a stream that is finished by its first frame frees one of the speaker's three interactions at once
        stream = {"id": uuid.uuid4().hex, "finish": True, "content": clip_bytes(text, MARKDOWN_BYTES)}
        return await self._answer("aibot_respond_msg", way, {"msgtype": "stream", "stream": stream}, lane)

    async def respond_card(self, way: WayBack, card: Card, *, lane: Lane = Lane.NORMAL) -> Outcome:
        """Answer the message that `way` came with by a card."""
        body = {"msgtype": "template_card", "template_card": card}
        return await self._answer("aibot_respond_msg", way, body, lane)

    async def update_card(self, way: WayBack, card: Card) -> Outcome:
        """Put `card` (same task_id) in the clicked card's place, for everyone; only within 5 s of the click."""
        if way.kind != UPDATE:
            return Failed(846605, "这次回应的凭据不能用来更新卡片。")
        if self._now() > way.until:
            return _TOO_LATE
        body = {"response_type": "update_template_card", "template_card": card}
        return await self._in_turn("aibot_respond_update_msg", way.ref, body)

    async def _push(self, chatid: str, chat_type: int, content: Mapping[str, object], lane: Lane) -> Outcome:
        if self.link is not Link.UP:
            return _NOT_CONNECTED
        if chatid in self._unspoken:
            return self._unspoken[chatid]
        seconds = await self._meter.wait(_key(chatid), CONVERSATION, lane)
        if seconds:
            return Limited(seconds)
        body = {"chatid": chatid, "chat_type": chat_type, **content}
        outcome = await self._call("aibot_send_msg", uuid.uuid4().hex, body)
        if isinstance(outcome, Failed) and outcome.code in NOT_ADDRESSED:
            self._unspoken[chatid] = outcome
        return await self._drained(_key(chatid), outcome)

    async def _answer(self, cmd: str, way: WayBack, body: Mapping[str, object], lane: Lane) -> Outcome:
        if way.kind not in (RESPOND, WELCOME):
            return Failed(846605, "这次回应的凭据不能用来回话。")
        if self._now() > way.until:
            return _TOO_LATE
        if self.link is not Link.UP:
            return _NOT_CONNECTED
        chat = self._conversations.get(way.ref)
        seconds = await self._meter.wait(_key(chat), CONVERSATION, lane) if chat else 0.0
        if seconds:
            return Limited(seconds)
        outcome = await self._in_turn(cmd, way.ref, body)
        return await self._drained(_key(chat), outcome) if chat else outcome

    async def _drained(self, destination: str, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Limited):
            await self._meter.drain(destination, CONVERSATION)
        return outcome

    async def _in_turn(self, cmd: str, req_id: str, body: Mapping[str, object]) -> Outcome:
        turn = self._turns.setdefault(req_id, asyncio.Lock())
        async with turn:
            return await self._call(cmd, req_id, body)

    async def _call(self, cmd: str, req_id: str, body: Mapping[str, object] | None) -> Outcome:
        """Send a frame and wait for its ack."""
        socket = self._socket
        if socket is None or socket.closed:
            return _NOT_CONNECTED
        frame: dict[str, object] = {"cmd": cmd, "headers": {"req_id": req_id}}
        if body is not None:
            frame["body"] = body
        ack: asyncio.Future[Mapping[str, object]] = asyncio.get_running_loop().create_future()
        self._acks[req_id] = ack
        try:
            try:
                await socket.send_str(json.dumps(frame, ensure_ascii=False))
            except (ConnectionError, aiohttp.ClientError, RuntimeError):
                return _NOT_CONNECTED
            async with asyncio.timeout(self._ack_within):
                return outcome_of(await ack)
        except (TimeoutError, ConnectionError):
            return Unclear(_NO_ANSWER)
        finally:
            del self._acks[req_id]

    async def _hold(self, session: aiohttp.ClientSession) -> Link:
        """One connection from first frame to last: UP when it had been subscribed, else why not."""
        was = Link.DOWN
        try:
            close = aiohttp.ClientWSTimeout(ws_close=2)
            async with session.ws_connect(self._url, timeout=close, max_msg_size=MAX_FRAME) as socket:
                self._socket = socket
                keeper = asyncio.create_task(self._keep(socket))
                try:
                    was = await self._read(socket)
                finally:
                    keeper.cancel()
                    await asyncio.gather(keeper, return_exceptions=True)
        except (TimeoutError, ConnectionError, aiohttp.ClientError):
            self.counts["connection_error"] += 1
        finally:
            self._socket = None
            for ack in self._acks.values():
                if not ack.done():
                    ack.set_exception(ConnectionError())
            had = self.link
            if had is Link.UP and was is not Link.DISPLACED:
                self._set(Link.DOWN)
        if was is Link.DISPLACED:
            self._set(Link.DISPLACED)
            return was
        return had

    async def _keep(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Subscribe, then ping; close the socket when either fails."""
        body = {"bot_id": self._bot_id, "secret": self._secret}
        outcome = await self._call("aibot_subscribe", uuid.uuid4().hex, body)
        if isinstance(outcome, Failed):
            self.alarm = outcome
            self._set(Link.REFUSED)
        elif not isinstance(outcome, Unclear | Retry | Limited):
            self.alarm = None
            self._set(Link.UP)
            missed = 0
            while missed < MISSED_PINGS:
                await self._pause(PING_EVERY)
                answered = not isinstance(await self._call("ping", uuid.uuid4().hex, None), Unclear)
                missed = 0 if answered else missed + 1
            self.counts["silent"] += 1
        await socket.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> Link:
        async for message in socket:
            self.last_heard = self._now()
            self._alive_at = time.monotonic()
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                frame = json.loads(message.data)
                if await self._sort(frame):
                    return Link.DISPLACED
            except (ChannelError, ValueError, RecursionError) as error:
                self.counts[error.code if isinstance(error, ChannelError) else "bad_json"] += 1
        return Link.DOWN

    async def _sort(self, frame: object) -> bool:
        """An ack has no cmd; everything else is a callback. True when we are displaced."""
        if not isinstance(frame, dict):
            self.counts["bad_frame"] += 1
            return False
        headers = frame.get("headers")
        req_id = headers.get("req_id") if isinstance(headers, dict) else None
        if not isinstance(req_id, str):
            req_id = ""
        if "cmd" not in frame:
            ack = self._acks.get(req_id)
            if ack is not None and not ack.done():
                ack.set_result(frame)
            return False
        body = frame.get("body")
        if is_displaced(body):
            return True
        incoming = read_body(body, self._now(), self._names, req_id=req_id or None)
        if incoming is not None:
            self._unspoken.pop(incoming.group or incoming.sender, None)
            if incoming.reply is not None:
                self._conversations[incoming.reply.ref] = incoming.group or incoming.sender
                if len(self._conversations) > REMEMBERED:
                    self._conversations.popitem(last=False)
            await self._heard.put(incoming)
        return False

    async def _take_in(self) -> None:
        while True:
            incoming = await self._heard.get()
            try:
                await self._commit(incoming)
            finally:
                self._heard.task_done()

    async def _commit(self, incoming: Incoming) -> None:
        """WeCom says a socket's message once: when the store fails it is offered again before it is given up."""
        key, body = f"{incoming.channel}:{incoming.id}", to_body(incoming)
        for seconds in (0.2, 1.0, 5.0, None):
            try:
                await self._accept(incoming, key, body)
            except Exception as error:
                log.error("message_not_kept", channel=incoming.channel, error=type(error).__name__)
                self.counts["storage"] += 1
                if seconds is not None:
                    await self._pause(seconds)
            else:
                self.counts["accepted"] += 1
                return
        self.counts["lost"] += 1

    def _set(self, link: Link) -> None:
        if link is not self.link:
            self.link = link
            if self._on_link is not None:
                self._on_link(link, self._now())


_NO_ANSWER = "长连接上没有等到回答，不知道有没有发出。"
_TOO_LATE = Failed(846608, "回应的时间已过。")
_NOT_CONNECTED = Retry(0, "智能机器人的长连接没有连上，没有发出，稍后再试。")


def _key(chatid: str) -> str:
    return f"aibot:{chatid}"


def _field(outcome: Outcome, name: str) -> str | None:
    """A text of the body that the ack of an upload command brings."""
    body = outcome.data.get("body") if isinstance(outcome, Sent) else None
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, str) and value else None
