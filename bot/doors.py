"""Which door a sentence leaves by: the AI bot's connection, a webhook, the app's cards, a mass send (design, section 4)."""

from dataclasses import replace

from bot.channels.aibot import GROUP, SINGLE, AiBot
from bot.channels.aibot_frames import REPLY, RESPOND, RESPONSE_URL, UPDATE, WELCOME
from bot.channels.app_messages import APP_PASSIVE, APP_RESPONSE_CODE
from bot.channels.app_mouth import TEXT_BYTES, AppMouth
from bot.channels.appchat import AppChat
from bot.channels.bot_door import Streams, UrlMouth
from bot.channels.cards import card_of, group_card, said_card
from bot.channels.mass_send import MassSend, SendStatus
from bot.channels.outcomes import Failed, OnCard, Outcome, Partial, Sent
from bot.channels.passive import PassiveAnswer, PassiveAnswers
from bot.channels.webhook import Webhook
from bot.kept import KeptShutDoors
from bot.messages import Outgoing, WayBack
from registry.model import Group
from registry.terms import Form

KEY_INVALID = 93000
"""The webhook's key is wrong, or the robot was removed from its group."""


def _shut_sentence(group: Group) -> str:
    return f"{group.name}的群机器人地址已失效（机器人被移出群或地址被重置），已停用。请在群里重新添加群机器人，把新地址登记上。"


class LiveDoors:
    """The channels that are switched on; None stands for one that is off."""

    def __init__(
        self, *, bot: AiBot | None, app: AppMouth | None, webhook: Webhook | None, mass: MassSend | None,
        url: UrlMouth | None = None, appchat: AppChat | None = None, passive: PassiveAnswers | None = None,
        streams: Streams | None = None, shut: KeptShutDoors | None = None,
    ) -> None:
        self._bot, self._app, self._webhook, self._mass, self._url = bot, app, webhook, mass, url
        self._appchat, self._passive, self._streams, self._shut = appchat, passive, streams, shut
        self.shut_groups: dict[str, str] = {}
        """Groups whose webhook WeCom has refused for good, each with a sentence that says what to do."""

    async def _answer(self, outgoing: Outgoing) -> Outcome | None:
        """Answer the message itself while its way back holds; None where there is none or it has failed."""
        way = outgoing.reply
        outcome: Outcome | None = None
        if way is None or way.card:
            return None
        if way.kind in (RESPOND, WELCOME) and self._bot is not None:
            outcome = await self._bot.respond(way, outgoing.text, lane=outgoing.lane)
        elif way.kind in (APP_PASSIVE, REPLY, RESPONSE_URL):
            # A card with buttons is a message of its own.
            fits = not outgoing.buttons and len(outgoing.text.encode()) <= TEXT_BYTES
            if fits and self._put(way, PassiveAnswer("text", outgoing.text)):
                outcome = Sent()
            elif way.kind == RESPONSE_URL and self._url is not None:
                if self._streams is not None and self._streams.put(way.ref, outgoing.text):
                    outcome = Sent()
                elif outgoing.buttons:
                    outcome = await self._url.respond_card(way, card_of(outgoing))
                else:
                    outcome = await self._url.respond(way, outgoing.text)
        return outcome if isinstance(outcome, Sent) else None

    def _put(self, way: WayBack, answer: PassiveAnswer) -> bool:
        return self._passive is not None and self._passive.put(way.ref, answer)

    async def _on_card(self, outgoing: Outgoing) -> OnCard | None:
        """Answer a click on the clicked card itself: by the next card in its place, or by a grey line over its buttons.
        None where the card stays as it is."""
        way = outgoing.reply
        if way is None or not way.card or not (outgoing.buttons or outgoing.settled) or outgoing.choices:
            # A question is a card of its own: what was clicked stays beside it.
            return None
        next_card = replace(outgoing, task_id=way.card, form=Form.CARD)
        card = card_of(next_card) if outgoing.buttons else said_card(outgoing, way.card)
        done = OnCard(way.card, settled=not outgoing.buttons)
        if way.kind == APP_RESPONSE_CODE:
            button = PassiveAnswer("button", outgoing.settled)
            if self._put(way, PassiveAnswer("card", card=card) if outgoing.buttons else button):
                return done
            if self._app is None:
                return None
            shown = card if outgoing.buttons else None
            changed = await self._app.update_card([outgoing.outside], way.ref, said=outgoing.settled, card=shown)
            return replace(done, code=way.ref) if isinstance(changed, Sent) else None
        if way.kind == UPDATE and self._bot is not None:
            return done if isinstance(await self._bot.update_card(way, card), Sent) else None
        return done if self._put(way, PassiveAnswer("card", card=card)) else None

    async def to_person(self, outgoing: Outgoing) -> Outcome:
        """Answer by the way back where one holds; else a card by the app; else the AI bot's 1:1 chat."""
        answered = await self._answer(outgoing)
        if answered is not None:
            return answered
        on_card = await self._on_card(outgoing)
        if on_card is not None and outgoing.buttons:
            return Sent(on_card=on_card)
        outcome = await self._push_to_person(outgoing)
        return replace(outcome, on_card=on_card) if isinstance(outcome, Sent) else outcome

    async def _push_to_person(self, outgoing: Outgoing) -> Outcome:
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
        """Answer by the way back; a call that names people by webhook or in an app group, which can @; else the AI bot,
        else whichever of the two there is."""
        answered = await self._answer(outgoing)
        if answered is not None:
            return answered
        on_card = await self._on_card(outgoing)
        outcome = await self._push_to_group(outgoing, group)
        return replace(outcome, on_card=on_card) if isinstance(outcome, Sent) else outcome

    async def _push_to_group(self, outgoing: Outgoing, group: Group) -> Outcome:
        key, chat = group.addresses.get("webhook"), group.addresses.get("aibot")
        by_webhook = key is not None and self._webhook is not None
        by_app = "appchat" in group.addresses and self._appchat is not None
        calls = bool(outgoing.mentions or outgoing.mobiles)
        if (by_webhook or by_app) and (calls or self._bot is None or not chat):
            outcome = await self._beside_the_bot(outgoing, group)
            if not (isinstance(outcome, Failed) and outcome.code == KEY_INVALID and chat and self._bot is not None):
                return outcome
            # without an @, but said
            return await self._bot.send(chat, GROUP, outgoing.text, lane=outgoing.lane)
        if chat and self._bot is not None:
            if outgoing.buttons:
                outcome = await self._bot.send_card(chat, GROUP, group_card(outgoing), lane=outgoing.lane)
            else:
                outcome = await self._bot.send(chat, GROUP, outgoing.text, lane=outgoing.lane)
            if isinstance(outcome, Failed) and (by_webhook or by_app):
                # Nobody has @-ed the bot in this group yet: the others need no such thing.
                return await self._beside_the_bot(outgoing, group)
            return outcome
        return Failed(0, f"{group.name}没有登记能发言的地址（智能机器人或群机器人）。")

    async def _beside_the_bot(self, outgoing: Outgoing, group: Group) -> Outcome:
        """By webhook, or into the app's own group."""
        key, own = group.addresses.get("webhook"), group.addresses.get("appchat")
        if key is not None and self._webhook is not None:
            outcome = await self._by_webhook(self._webhook, key, outgoing, group)
            if not (isinstance(outcome, Failed) and outcome.code == KEY_INVALID and own):
                return outcome
        if own is not None and self._appchat is not None:
            return await self._appchat.send_text(own, outgoing.text, mentions=outgoing.mentions, lane=outgoing.lane)
        return Failed(0, f"{group.name}没有登记能发言的地址（智能机器人或群机器人）。")

    async def _by_webhook(self, webhook: Webhook, key: str, outgoing: Outgoing, group: Group) -> Outcome:
        """Say it by webhook, unless WeCom has shut it: that is not tried again for a day, and shown until it works."""
        if self._shut is not None and await self._shut.shut_with(key) is not None:
            self.shut_groups[group.id] = _shut_sentence(group)
            return Failed(KEY_INVALID, _shut_sentence(group))
        outcome = await webhook.send_text(key, outgoing.text, mentions=outgoing.mentions, mobiles=outgoing.mobiles, lane=outgoing.lane)
        if isinstance(outcome, Failed) and outcome.code == KEY_INVALID:
            self.shut_groups[group.id] = _shut_sentence(group)
            if self._shut is not None:
                await self._shut.shut(key, outcome.code)
        elif isinstance(outcome, Sent):
            self.shut_groups.pop(group.id, None)
        return outcome

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

    async def groups_refused(self, task: str, owner: str) -> frozenset[str]:
        """Chat ids that did not get a pressed task: they had as many mass sends as WeCom allows."""
        sends = await self._mass.sends(task, owner) if self._mass is not None else ()
        return frozenset(s.group for s in sends if s.status is SendStatus.OVER_QUOTA) if isinstance(sends, tuple) else frozenset()

    async def update_card(self, outside: str, code: str, said: str, card: Outgoing | None = None) -> Outcome:
        """Change a sent card: `card` in its place, or a grey line over its buttons."""
        if self._app is None:
            return Sent()
        return await self._app.update_card([outside], code, said=said, card=card_of(card) if card is not None else None)

