"""The AI bot in URL mode: `/wecom/bot` (path/101033, 101138; wire §2.3, §2.4).

Every callback is answered empty once it is on disk; what the bot has to say goes to the message's own `response_url`,
which takes one post within an hour and needs no token. Nothing can be pushed in this mode.
"""

import json

from aiohttp import web

from bot.channels.aibot_frames import RESPONSE_URL, read_body
from bot.channels.cards import Card
from bot.channels.client import WeComClient
from bot.channels.crypto import Cipher
from bot.channels.door import HARD_STOP, Accept, CallbackDoor
from bot.channels.errors import BadShape
from bot.channels.limits import Now
from bot.channels.outcomes import Failed, Outcome
from bot.channels.pieces import clip_bytes
from bot.messages import Incoming, WayBack

MARKDOWN_BYTES = 20480


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
    ) -> None:
        super().__init__(cipher, accept, hard_stop=hard_stop)
        self._now = now
        self._names = names

    def routes(self, path: str = "/wecom/bot") -> list[web.RouteDef]:
        """Routes for the web application."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    def _read(self, request: web.Request, body: bytes) -> Incoming | None:
        envelope = _json(body)
        encrypted = envelope.get("encrypt") if isinstance(envelope, dict) else None
        if not isinstance(encrypted, str):
            raise BadShape("回调内容缺少 encrypt，已拒绝。")
        return read_body(_json(self._opened(request, encrypted)), self._now(), self._names)


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


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadShape("回调内容不是完整的 JSON，已拒绝。") from error
