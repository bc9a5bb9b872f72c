"""What the callback addresses of the app and of the AI bot have in common (path/90930, 91144).

What is answered 200 is on disk: a door waits for `accept`. When that fails or is late the connection is cut without
an answer, because WeCom repeats a call only after a network failure, never after a wrong status (path/90930).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.channels.crypto import Cipher
from bot.channels.errors import BadCipher, BadShape, BadSignature, ChannelError, TooLarge, WrongReceiver, WrongSource
from bot.channels.passive import PassiveAnswer, PassiveAnswers
from bot.channels.source import from_anywhere
from bot.channels.stored import to_body
from bot.messages import Incoming

log = structlog.get_logger(__name__)

Accept = Callable[[Incoming, str, bytes], Awaitable[None]]
"""Commits an incoming to the inbox: (incoming, unique key, body in ASCII). Returns when it is on disk, repeats too."""

MAX_BODY = 1024 * 1024
HARD_STOP = 4.0
"""Seconds; WeCom cuts the connection after 5."""


class CallbackDoor:
    """Handlers of one callback address; a kind of door says how its bodies are read and its replies are written.

    With `answers` a callback that may be answered in its own reply waits for that, 4 s at most. `allowed` says whether
    an address may call; without it everybody may, for the signature decides.

    `counts` tells what came: "accepted", "verified", "storage", or the code of a refusal.
    """

    def __init__(
        self,
        cipher: Cipher,
        accept: Accept,
        *,
        hard_stop: float = HARD_STOP,
        answers: PassiveAnswers | None = None,
        allowed: Callable[[str], bool] = from_anywhere,
    ) -> None:
        self._cipher = cipher
        self._accept = accept
        self._hard_stop = hard_stop
        self._answers = answers
        self._allowed = allowed
        self.counts: Counter[str] = Counter()

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the console's test: the bare plaintext of echostr."""
        try:
            self._check_source(request)
            # a plus sign that somebody between decoded to a space is put back
            plain = self._opened(request, request.query.get("echostr", "").replace(" ", "+"))
        except ChannelError as error:
            return self._refusal(error)
        self.counts["verified"] += 1
        return web.Response(body=plain, content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """Take one callback: 200 when it is on disk, 403 or 400 when it is refused."""
        arrived = asyncio.get_running_loop().time()
        try:
            self._check_source(request)
            incoming = self._read(request, await _read_body(request))
        except ChannelError as error:
            return self._refusal(error)
        if incoming is None:
            return self._unheard(request)
        answers = self._answers
        ref = incoming.reply.ref if answers is not None and incoming.reply is not None else None
        if answers is not None and ref is not None:
            answers.open(ref)
        try:
            async with asyncio.timeout(self._hard_stop):
                await self._accept(incoming, f"{incoming.channel}:{incoming.id}", to_body(incoming))
        except Exception as error:
            log.error("callback_not_kept", channel=incoming.channel, error=type(error).__name__)
            self.counts["storage"] += 1
            if answers is not None and ref is not None:
                answers.drop(ref)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        self.counts["accepted"] += 1
        if answers is None or ref is None:
            return web.Response()
        elapsed = asyncio.get_running_loop().time() - arrived
        return self._reply(request, incoming, await answers.wait(ref, answers.within - elapsed))

    def _check_source(self, request: web.Request) -> None:
        if not self._allowed(request.remote or ""):
            raise WrongSource

    def _unheard(self, request: web.Request) -> web.Response:
        """The reply to what is nobody's saying."""
        return web.Response()

    def _reply(self, request: web.Request, incoming: Incoming, answer: PassiveAnswer | None) -> web.Response:
        """The reply to a callback; empty where there is no answer yet."""
        raise NotImplementedError

    def _read(self, request: web.Request, body: bytes) -> Incoming | None:
        """What was heard; None for what is answered and forgotten. Raises ChannelError."""
        raise NotImplementedError

    def _opened(self, request: web.Request, encrypted: str) -> bytes:
        query = request.query
        self._cipher.verify(
            query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), encrypted
        )
        return self._cipher.decrypt(encrypted)

    def _refusal(self, error: ChannelError) -> web.Response:
        """403 for what isn't WeCom's or isn't ours, 400 for what can't be read; the sentence says which."""
        self.counts[error.code] += 1
        status = 403 if isinstance(error, BadSignature | WrongReceiver | BadCipher | WrongSource) else 400
        return web.Response(status=status, text=error.sentence)


async def _read_body(request: web.Request) -> bytes:
    """The body. Raises TooLarge, BadShape."""
    announced = request.content_length
    if announced is not None and announced > MAX_BODY:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    try:
        if announced is not None:
            # the parser lets no more through than was announced
            return await request.content.read()
        async for part in request.content.iter_any():
            size += len(part)
            if size > MAX_BODY:
                raise TooLarge
            parts.append(part)
    except (web.RequestPayloadError, ValueError) as error:
        raise BadShape("回调内容没有收完整，已拒绝。") from error
    return b"".join(parts)
