"""A group's webhook robot: text with @, send only (path/99110). Its key lets anybody post, so it is never shown."""

from collections.abc import Sequence

from bot.channels.client import WeComClient
from bot.channels.limits import WEBHOOK, Meter
from bot.channels.outcomes import Failed, Limited, Outcome, Retry, Sent, Unclear
from bot.channels.pieces import split_bytes
from registry.terms import Lane

TEXT_BYTES = 2048


class Webhook:
    """Posts to webhooks by their keys; `meter` keeps each below 20 a minute."""

    def __init__(self, client: WeComClient, meter: Meter) -> None:
        self._client = client
        self._meter = meter

    async def send_text(
        self,
        key: str,
        text: str,
        *,
        mentions: Sequence[str] = (),
        mobiles: Sequence[str] = (),
        lane: Lane = Lane.NORMAL,
    ) -> Outcome:
        """A text, in pieces of 2,048 bytes; the last piece carries the @ by userid (`@all` for everyone) or mobile."""
        pieces = split_bytes(text, TEXT_BYTES)
        if not pieces:
            return Failed(44004, "内容是空的。")
        destination = f"webhook:{key}"
        seconds = await self._meter.wait(destination, WEBHOOK, lane, count=len(pieces))
        if seconds:
            return Limited(seconds)
        outcome: Outcome = Sent()
        for number, piece in enumerate(pieces, start=1):
            content: dict[str, object] = {"content": piece}
            if number == len(pieces):
                content |= {"mentioned_list": list(mentions)} if mentions else {}
                content |= {"mentioned_mobile_list": list(mobiles)} if mobiles else {}
            outcome = await self._client.post_with_key("webhook/send", key, {"msgtype": "text", "text": content})
            if isinstance(outcome, Limited):
                await self._meter.drain(destination, WEBHOOK)
            if not isinstance(outcome, Sent):
                if number > 1 and isinstance(outcome, Limited | Retry):
                    return Unclear("前一段已发出，后一段没有发出。")
                return outcome
        return outcome
