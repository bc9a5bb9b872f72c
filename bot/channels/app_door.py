"""The address at which WeCom calls the self-built app: `/wecom/app` (path/90930, 91144).

What is answered 200 is on disk: the door waits for `accept`. When that fails or is late the connection is cut without
an answer, because WeCom repeats a call only after a network failure, never after a wrong status (path/90930).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.channels.app_messages import ARCHIVE_NOTICE, read_app_message
from bot.channels.crypto import Cipher
from bot.channels.errors import BadCipher, BadShape, BadSignature, ChannelError, TooLarge, WrongReceiver
from bot.channels.stored import to_body
from bot.channels.xml import first, parse_xml
from bot.messages import Incoming

Accept = Callable[[Incoming, str, bytes], Awaitable[None]]
"""Commits an incoming to the inbox: (incoming, unique key, body). Returns when it is on disk, also for a repeat."""

MAX_BODY = 1024 * 1024
HARD_STOP = 4.0
"""Seconds; WeCom cuts the connection after 5."""


class AppDoor:
    """Handlers of the app's callback address.

    `counts` tells what came: "accepted", "verified", "archive_notice", "storage", or the code of a refusal.
    `wake_archive` is called when the archive says that there is something new (msgaudit_notify carries no data).
    """

    def __init__(
        self,
        cipher: Cipher,
        corp_id: str,
        accept: Accept,
        *,
        wake_archive: Callable[[], None] | None = None,
        hard_stop: float = HARD_STOP,
    ) -> None:
        self._cipher = cipher
        self._corp_id = corp_id
        self._accept = accept
        self._wake_archive = wake_archive
        self._hard_stop = hard_stop
        self.counts: Counter[str] = Counter()

    def routes(self, path: str = "/wecom/app") -> list[web.RouteDef]:
        """Routes for the web application."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the console's test: the bare plaintext of echostr."""
        try:
            plain = self._opened(request, request.query.get("echostr", "").replace(" ", "+"))
        except ChannelError as error:
            return self._refusal(error)
        self.counts["verified"] += 1
        return web.Response(body=plain, content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """Take one callback: 200 when it is on disk, 403 or 400 when it is refused."""
        try:
            incoming = self._read(request, await read_body(request))
        except ChannelError as error:
            return self._refusal(error)
        if incoming is None:
            return web.Response()
        try:
            async with asyncio.timeout(self._hard_stop):
                await self._accept(incoming, f"{incoming.channel}:{incoming.id}", to_body(incoming))
        except Exception:
            self.counts["storage"] += 1
            cut(request)
            return web.Response(status=500)
        self.counts["accepted"] += 1
        return web.Response()

    def _read(self, request: web.Request, body: bytes) -> Incoming | None:
        envelope = parse_xml(body)
        if first(envelope, "ToUserName") != self._corp_id:
            raise WrongReceiver
        tag = parse_xml(self._opened(request, first(envelope, "Encrypt")))
        if first(tag, "ToUserName") not in ("", self._corp_id):
            raise WrongReceiver
        if first(tag, "Event") == ARCHIVE_NOTICE:
            self.counts["archive_notice"] += 1
            if self._wake_archive is not None:
                self._wake_archive()
            return None
        return read_app_message(tag)

    def _opened(self, request: web.Request, encrypted: str) -> bytes:
        query = request.query
        self._cipher.verify(
            query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), encrypted
        )
        return self._cipher.decrypt(encrypted)

    def _refusal(self, error: ChannelError) -> web.Response:
        self.counts[error.code] += 1
        return refusal(error)


def refusal(error: ChannelError) -> web.Response:
    """403 for what isn't WeCom's or isn't ours, 400 for what can't be read; the sentence says which."""
    status = 403 if isinstance(error, BadSignature | WrongReceiver | BadCipher) else 400
    return web.Response(status=status, text=error.sentence)


async def read_body(request: web.Request, limit: int = MAX_BODY) -> bytes:
    """The body, at most `limit` bytes. Raises TooLarge, BadShape."""
    if (request.content_length or 0) > limit:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.content.iter_any():
            size += len(part)
            if size > limit:
                raise TooLarge
            parts.append(part)
    except (web.RequestPayloadError, ValueError) as error:
        raise BadShape("回调内容没有收完整，已拒绝。") from error
    return b"".join(parts)


def cut(request: web.Request) -> None:
    """Cut the connection, so that WeCom calls again."""
    if request.transport is not None:
        request.transport.abort()
