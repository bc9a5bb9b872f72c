"""The AI bot in URL mode: `/wecom/bot` (path/101033, 101138; wire §2.3, §2.4).

A callback is answered in its own reply when the decision is there in 4 s: a message by a finished stream or a card, a
click by the card that takes the clicked one's place, a greeting by text. When it is not, a message gets the stream
「正在办」, which WeCom asks for again and again until it is finished (6 minutes at most); a click is answered empty.
What can't leave so goes to the message's own `response_url`, which takes one post within an hour and needs no token.
Nothing can be pushed in this mode.
"""

import asyncio
import json
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.channels.aibot_frames import RESPONSE_URL, read_body, stream_polled
from bot.channels.cards import Card
from bot.channels.client import WeComClient
from bot.channels.crypto import Cipher
from bot.channels.door import HARD_STOP, Accept, CallbackDoor
from bot.channels.errors import BadShape
from bot.channels.limits import Now
from bot.channels.outcomes import Failed, Outcome
from bot.channels.passive import GRACE, PassiveAnswer, PassiveAnswers
from bot.channels.pieces import clip_bytes
from bot.channels.source import from_anywhere
from bot.messages import Incoming, MessageKind, WayBack

MARKDOWN_BYTES = 20480
STREAM_LIFE = timedelta(minutes=6)
STREAMS = 10_000
BUSY = "正在办，请稍等…"
_POLLED = web.RequestKey("stream", str)

NOTHING = "小格看到了。"
"""Finishes a stream whose message needed no answer, so that it doesn't stay open."""


@dataclass(slots=True)
class _Stream:
    """An answer that WeCom asks for: `ref` is the message's way back, `said` what there is to say, None so far."""

    ref: str
    began: datetime
    said: str | None = None


class Streams:
    """Open streams by id and by their message's way back."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._by_id: OrderedDict[str, _Stream] = OrderedDict()
        self._by_ref: dict[str, _Stream] = {}

    def begin(self, ref: str) -> str:
        """Open one for a message; gives its id."""
        number = uuid.uuid4().hex
        self._by_id[number] = self._by_ref[ref] = _Stream(ref, self._now())
        if len(self._by_id) > STREAMS:
            _, old = self._by_id.popitem(last=False)
            self._by_ref.pop(old.ref, None)
        return number

    def put(self, ref: str, text: str) -> bool:
        """Say this by the message's stream at its next poll; False where it has none that is still asked for."""
        stream = self._by_ref.get(ref)
        if stream is None or stream.said is not None or self._now() - stream.began >= STREAM_LIFE:
            return False
        stream.said = text
        return True

    def decided(self, ref: str) -> None:
        """The message was decided: when the sender has nothing to say about it either, its stream is finished."""
        if ref in self._by_ref:
            asyncio.get_running_loop().call_later(GRACE, self.put, ref, NOTHING)

    def polled(self, number: str) -> tuple[str, bool]:
        """What the stream says now, and whether that is all. One that nobody knows (a restart) is ended."""
        stream = self._by_id.get(number)
        if stream is None:
            return NOTHING, True
        if stream.said is None:
            return BUSY, False
        del self._by_id[number]
        self._by_ref.pop(stream.ref, None)
        return stream.said, True


class BotDoor(CallbackDoor):
    """`cipher` has an empty receiveid; `names` are the names under which people @ the bot."""

    def __init__(
        self,
        cipher: Cipher,
        accept: Accept,
        now: Now,
        *,
        names: tuple[str, ...] = ("小格",),
        hard_stop: float = HARD_STOP,
        answers: PassiveAnswers | None = None,
        allowed: Callable[[str], bool] = from_anywhere,
    ) -> None:
        super().__init__(cipher, accept, hard_stop=hard_stop, answers=answers, allowed=allowed)
        self._now = now
        self._names = names
        self.streams = Streams(now)

    def routes(self, path: str = "/wecom/bot") -> list[web.RouteDef]:
        """Routes for the web application."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    def _read(self, request: web.Request, body: bytes) -> Incoming | None:
        envelope = _json(body)
        encrypted = envelope.get("encrypt") if isinstance(envelope, dict) else None
        if not isinstance(encrypted, str):
            raise BadShape("回调内容缺少 encrypt，已拒绝。")
        said = _json(self._opened(request, encrypted))
        stream = stream_polled(said)
        if stream is not None:
            request[_POLLED] = stream
        return read_body(said, self._now(), self._names)

    def _unheard(self, request: web.Request) -> web.Response:
        stream = request.get(_POLLED)
        if stream is None:
            return web.Response()
        text, finish = self.streams.polled(stream)
        return self._sealed(request, _stream(stream, text, finish=finish))

    def _reply(self, request: web.Request, incoming: Incoming, answer: PassiveAnswer | None) -> web.Response:
        click = incoming.kind is MessageKind.CLICK
        if answer is not None and answer.card is not None:
            shown: dict[str, object] = {"template_card": answer.card}
            how = {"response_type": "update_template_card"} if click else {"msgtype": "template_card"}
            return self._sealed(request, how | shown)
        if click:
            return web.Response()
        event = incoming.kind is MessageKind.SYSTEM
        if answer is not None:
            text = clip_bytes(answer.text, MARKDOWN_BYTES)
            if event:
                return self._sealed(request, {"msgtype": "text", "text": {"content": text}})
            return self._sealed(request, _stream(uuid.uuid4().hex, text, finish=True))
        if event or incoming.reply is None or not self._undecided(incoming.reply.ref):
            return web.Response()
        return self._sealed(request, _stream(self.streams.begin(incoming.reply.ref), BUSY, finish=False))

    def _undecided(self, ref: str) -> bool:
        return self._answers is not None and not self._answers.was_decided(ref)

    def _sealed(self, request: web.Request, plain: dict[str, object]) -> web.Response:
        """The reply's envelope: lower-case names, seconds as a number, the nonce of the call (path/101033)."""
        self.counts["answered"] += 1
        nonce, second = request.query.get("nonce", ""), int(self._now().timestamp())
        encrypted = self._cipher.encrypt(json.dumps(plain, ensure_ascii=False).encode(errors="replace"))
        signature = self._cipher.sign(str(second), nonce, encrypted)
        return web.json_response(
            {"encrypt": encrypted, "msgsignature": signature, "timestamp": second, "nonce": nonce}
        )


class UrlMouth:
    """Answers by `response_url`."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def respond(self, way: WayBack, text: str) -> Outcome:
        """Answer in markdown, once. In a group it appears as a reply to the asking message."""
        content = {"content": clip_bytes(text, MARKDOWN_BYTES)}
        return await self._post(way, {"msgtype": "markdown", "markdown": content})

    async def respond_card(self, way: WayBack, card: Card) -> Outcome:
        """Answer by a card, once."""
        return await self._post(way, {"msgtype": "template_card", "template_card": card})

    async def _post(self, way: WayBack, body: dict[str, object]) -> Outcome:
        if way.kind != RESPONSE_URL:
            return Failed(846605, "这次回应的凭据不能用来回话。")
        return await self._client.post_to(way.ref, body)


def _stream(number: str, text: str, *, finish: bool) -> dict[str, object]:
    return {"msgtype": "stream", "stream": {"id": number, "finish": finish, "content": text}}


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadShape("回调内容不是完整的 JSON，已拒绝。") from error
