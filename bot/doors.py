"""Which door a sentence leaves by: the AI bot's connection, a webhook, the app's cards, a mass send (design, section 4)."""

from bot.channels.aibot import GROUP, SINGLE, AiBot
from bot.channels.aibot_frames import RESPOND, RESPONSE_URL
from bot.channels.app_messages import APP_RESPONSE_CODE
from bot.channels.app_mouth import AppMouth
from bot.channels.bot_door import UrlMouth
from bot.channels.cards import card_of
from bot.channels.mass_send import MassSend
from bot.channels.outcomes import Failed, Outcome, Partial, Sent
from bot.channels.webhook import Webhook
from bot.messages import Outgoing
from registry.model import Group


class LiveDoors:
    """The channels that are switched on; None stands for one that is off."""

    def __init__(
        self, *, bot: AiBot | None, app: AppMouth | None, webhook: Webhook | None, mass: MassSend | None,
        url: UrlMouth | None = None,
    ) -> None:
        self._bot, self._app, self._webhook, self._mass, self._url = bot, app, webhook, mass, url

    async def _answer(self, outgoing: Outgoing) -> Outcome | None:
        """Answer the message itself while its way back holds; None where there is none or it has failed."""
        way = outgoing.reply
        outcome: Outcome | None = None
        if way is not None and way.kind == RESPOND and self._bot is not None:
            outcome = await self._bot.respond(way, outgoing.text, lane=outgoing.lane)
        elif way is not None and way.kind == RESPONSE_URL and self._url is not None:
            outcome = await self._url.respond(way, outgoing.text)
        return outcome if isinstance(outcome, Sent) else None

    async def to_person(self, outgoing: Outgoing) -> Outcome:
        """Answer by the way back where one holds; else a card by the app; else the AI bot's 1:1 chat."""
        way = outgoing.reply
        answered = await self._answer(outgoing)
        if answered is not None:
            return answered
        if way is not None and way.kind == APP_RESPONSE_CODE and self._app is not None:
            # A click is answered on the clicked card itself: by the next card in its place, or in words beside it.
            card = card_of(outgoing) if outgoing.buttons else None
            changed = await self._app.update_card([outgoing.outside], way.ref, said=outgoing.text[:20], card=card)
            if card is not None and isinstance(changed, Sent):
                return changed
        if self._app is not None:
            if outgoing.buttons:
                return await self._app.send_card(outgoing)
            return await self._app.send_text(outgoing.outside, outgoing.text, lane=outgoing.lane)
        if self._bot is not None:
            if outgoing.buttons:
                return await self._bot.send_card(outgoing.outside, SINGLE, card_of(outgoing), lane=outgoing.lane)
            return await self._bot.send(outgoing.outside, SINGLE, outgoing.text, lane=outgoing.lane)
        return Failed(0, "没有开通能发给个人的通道（自建应用或智能机器人）。")

    async def to_group(self, outgoing: Outgoing, group: Group) -> Outcome:
        """Answer by the way back; a call that names people by webhook, which can @; else the AI bot, else webhook."""
        answered = await self._answer(outgoing)
        if answered is not None:
            return answered
        key, chat = group.addresses.get("webhook"), group.addresses.get("aibot")
        if key and self._webhook is not None and (outgoing.mentions or self._bot is None or not chat):
            return await self._webhook.send_text(key, outgoing.text, mentions=outgoing.mentions, lane=outgoing.lane)
        if chat and self._bot is not None:
            outcome = await self._bot.send(chat, GROUP, outgoing.text, lane=outgoing.lane)
            if isinstance(outcome, Failed) and key and self._webhook is not None:
                # Nobody has @-ed the bot in this group yet: the webhook needs no such thing.
                return await self._webhook.send_text(key, outgoing.text, mentions=outgoing.mentions, lane=outgoing.lane)
            return outcome
        return Failed(0, f"{group.name}没有登记能发言的地址（智能机器人或群机器人）。")

    async def ask_owner(self, outgoing: Outgoing, group: Group, owner: str, request: str) -> Outcome:
        """A mass-send task for the owner, who must press; `request` tells him so. `Sent.msgid` is the task's id."""
        if self._mass is None:
            return Failed(0, "没有开通客户联系，发不出群发任务。")
        chat = group.addresses.get("customer")
        if not chat:
            return Failed(0, f"{group.name}没有登记客户群编号。")
        outcome = await self._mass.create(owner, [chat], outgoing.text)
        if isinstance(outcome, Sent) and self._app is not None:
            await self._app.send_text(owner, request, lane=outgoing.lane)
        return outcome if not isinstance(outcome, Partial) else Failed(0, f"{group.name}这次不能群发。")

    async def cancel_task(self, task: str) -> Outcome:
        return await self._mass.cancel(task) if self._mass is not None else Sent()

    async def task_is_done(self, task: str, owner: str) -> bool:
        """Whether the owner has pressed send."""
        if self._mass is None:
            return False
        presses = await self._mass.presses(task)
        return isinstance(presses, tuple) and any(press.userid == owner and press.sent for press in presses)

    async def update_card(self, outside: str, code: str, said: str, card: Outgoing | None = None) -> Outcome:
        """Change a sent card: `card` in its place, or a grey line over its buttons."""
        if self._app is None:
            return Sent()
        return await self._app.update_card([outside], code, said=said, card=card_of(card) if card is not None else None)

