"""The self-built app speaks to one member: text, cards, card updates, recall (path/90236, 94888, 94867).

These arrive in the member's session with the app, never in a group. A card's `response_code` (72 h, one use) comes
back in `Sent`; a click brings another one in its `WayBack`.
"""

from collections.abc import Sequence

from bot.channels.cards import Card, card_of, fits, replaced_button
from bot.channels.client import WeComClient
from bot.channels.limits import MEMBER, Meter
from bot.channels.outcomes import Failed, Limited, Outcome, Partial, Retry, Sent, Unclear
from bot.channels.pieces import split_bytes
from bot.messages import Outgoing
from registry.terms import Form, Lane

TEXT_BYTES = 2048


class AppMouth:
    """Speaks through one app. `agent_id` is the app's number, `meter` counts what each member gets."""

    def __init__(self, client: WeComClient, agent_id: int, meter: Meter) -> None:
        self._client = client
        self._agent_id = agent_id
        self._meter = meter

    async def send_card(self, outgoing: Outgoing) -> Outcome:
        """A card to `outgoing.outside` (a userid). A text to be pasted, or too long for a card, goes before it as text.

        Both ask WeCom to swallow repeats for 30 minutes, so an Unclear card may be sent again.
        """
        card = card_of(outgoing)
        ahead = outgoing.form is Form.PASTE or not fits(outgoing)
        pieces = split_bytes(outgoing.text, TEXT_BYTES) if ahead else []
        seconds = await self._meter.wait(_key(outgoing.outside), MEMBER, outgoing.lane, count=len(pieces) + 1)
        if seconds:
            return Limited(seconds)
        if pieces:
            outcome = await self._texts(outgoing.outside, pieces, once=True)
            if not isinstance(outcome, Sent):
                return outcome
        outcome = await self._send(outgoing.outside, {"msgtype": "template_card", "template_card": card}, once=True)
        return _after(outcome, started=bool(pieces))

    async def send_text(self, userid: str, text: str, *, lane: Lane = Lane.NORMAL, once: bool = False) -> Outcome:
        """A text, in pieces of 2,048 bytes. `once`: WeCom swallows the same text within 30 minutes."""
        pieces = split_bytes(text, TEXT_BYTES)
        if not pieces:
            return Failed(44004, "内容是空的。")
        seconds = await self._meter.wait(_key(userid), MEMBER, lane, count=len(pieces))
        if seconds:
            return Limited(seconds)
        return await self._texts(userid, pieces, once=once)

    async def update_card(
        self, userids: Sequence[str], response_code: str, *, said: str = "", card: Card | None = None
    ) -> Outcome:
        """Change a sent card for these members: grey its buttons with `said`, or put `card` in its place.

        Uses the code up. With no userids every receiver's copy changes.
        """
        change = replaced_button(said) if card is None else {"template_card": card}
        people: dict[str, object] = {"userids": list(userids)} if userids else {"atall": 1}
        body = {"agentid": self._agent_id, "response_code": response_code, **people, **change}
        return await self._client.post("message/update_template_card", body)

    async def recall(self, msgid: str) -> Outcome:
        """Take a message back within 24 hours."""
        return await self._client.post("message/recall", {"msgid": msgid}, repeatable=True)

    async def _texts(self, userid: str, pieces: Sequence[str], *, once: bool) -> Outcome:
        outcome: Outcome = Sent()
        for number, piece in enumerate(pieces):
            outcome = await self._send(userid, {"msgtype": "text", "text": {"content": piece}}, once=once)
            if not isinstance(outcome, Sent):
                return _after(outcome, started=number > 0)
        return outcome

    async def _send(self, userid: str, content: dict[str, object], *, once: bool) -> Outcome:
        body: dict[str, object] = {"touser": userid, "agentid": self._agent_id, **content}
        if once:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": 1800}
        outcome = await self._client.post("message/send", body)
        if isinstance(outcome, Partial):
            # to one member, partly means not at all
            return Failed(60111, "接收人收不到应用消息，请检查他的 userid、可见范围和许可。")
        if isinstance(outcome, Limited):
            await self._meter.drain(_key(userid), MEMBER)
        return outcome


def _after(outcome: Outcome, *, started: bool) -> Outcome:
    """A part was sent before: what would be 'nothing was sent' is unclear for the whole."""
    if started and isinstance(outcome, Limited | Retry):
        return Unclear("前一段已发出，后一段没有发出。")
    return outcome


def _key(userid: str) -> str:
    return f"app:{userid}"
