"""An event of the outbox becomes what is said: text, card, buttons, mentions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.messages import Button
from bot.texts.context import Context, Rendered
from bot.texts.emergency import Hazard, advice, numbers
from bot.texts.events import EVENTS, Saying
from bot.texts.sentences import Sentences, overlaid
from bot.texts.voice import Audience, Voice
from bot.texts.words import clip_bytes
from registry.registry import Registry
from registry.terms import DISCREET, Role, Status
from tickets.masking import clip, mask_numbers
from tickets.model import Ticket

TEXT_BYTES = 2048
TITLE_CHARACTERS = 26
#: What a button holds (path/90236).
BUTTON_CHARACTERS = 10
FACT_CHARACTERS = 26
FACTS = 6
#: Only the card's way to a button of this key is grave (wire: style 2) or beside the point (style 4).
_STYLES = {"end": 2, "withdraw": 2, "false": 4, "return": 4, "calling": 4, "keep": 4, "not_yet": 4}

#: The wording for a resident in his own chat, where an event has one.
_ALONE = "alone"
#: Variants that a resident hears in his own chat as his neighbours do in the group.
_ALSO_ALONE = frozenset({"doubt", "none"})

#: Cards whose buttons are replaced by a line: the row has no sentence of its own.
REFRESH = "cards.refresh"


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one county. Build it with `Texts.load`."""

    sentences: Sentences

    @classmethod
    def load(cls, overlay: Mapping[str, str] | None = None) -> Self:
        """The shipped sentences with a county's wording over them (the data of `texts.yaml`).

        Raises TextsError with every error at once, in Chinese: an unknown name, a blank that can't be filled there, a
        blank that must stay, too long.
        """
        return cls(overlaid(overlay or {}))

    def render(self, event: str, context: Context) -> Rendered:
        """What is said for an event. Raises LookupError for an event that has no sentence."""
        if event == REFRESH:
            return Rendered(self.state_line(context.ticket, context.registry) if context.ticket else "")
        saying = EVENTS.get(event)
        if saying is None:
            raise LookupError(f"no sentence for the event {event}")
        voice = Voice(event, context, self.sentences)
        variant = saying.variant(voice)
        values = {**voice.common(), **saying.values(voice)}
        name = f"{event}.{variant}" if variant else event
        if variant not in _ALSO_ALONE and _is_alone(context) and self.sentences.has(f"{event}.{_ALONE}"):
            # In a resident's own chat nothing is promised "in the group".
            name = f"{event}.{_ALONE}"
        text = self.sentences.fill(name, values)
        if event == "digest" and not values["lines"]:
            return Rendered("")
        if saying.title and context.group is None:
            return self._card(voice, saying, text, values)
        if context.group is None:
            text = self._relayed(voice, text)
        return Rendered(clip_bytes(text, TEXT_BYTES), mentions=saying.mentions(voice))

    def state_line(self, ticket: Ticket, registry: Registry) -> str:
        """The line that replaces the buttons of a card: `已由县水务局接单`."""
        line = _plain_voice(ticket, registry, self.sentences).state(ticket)
        if len(line) > BUTTON_CHARACTERS:
            # a name cut in the middle would take the verb with it
            line = self.sentences.by_name.get(f"state.short.{ticket.status.value}", line)
        return clip(line, TITLE_CHARACTERS)

    @property
    def emergency_lines(self) -> Mapping[Hazard, str]:
        """Per kind of danger: what to do first and whom to call."""
        return {hazard: advice(self.sentences, hazard) for hazard in Hazard}

    @property
    def numbers(self) -> Mapping[Hazard, str]:
        """Per kind of danger: whom to call."""
        return {hazard: numbers(self.sentences, hazard) for hazard in Hazard}

    def warnings(self) -> tuple[str, ...]:
        """What a county should still write, for `gridbot check`."""
        if any(sign.isdigit() for sign in self.sentences.by_name["number.gas"]):
            return ()
        return ("texts.yaml：还没有写本县的燃气抢修电话（number.gas），险情里只能让居民看燃气卡上的号码",)

    def _relayed(self, voice: Voice, text: str) -> str:
        """What is for a head who has no WeCom goes to the grid member, with the head's name on it."""
        head = voice.person(voice.args.get("stands_for"))
        return self.sentences.fill("relay", {"head": head.name, "said": text}) if head is not None else text

    def _card(self, voice: Voice, saying: Saying, text: str, values: Mapping[str, str]) -> Rendered:
        title = f"{saying.title}.title"
        if voice.ticket is not None and voice.ticket.is_private and self.sentences.has(f"{title}_private"):
            title = f"{title}_private"
        text = self._relayed(voice, text)
        pairs = saying.buttons_of(voice) if saying.buttons_of else saying.buttons
        facts = card_facts(voice)
        return Rendered(
            clip_bytes(text, TEXT_BYTES),
            title=clip(self.sentences.fill(title, values), TITLE_CHARACTERS),
            facts=facts,
            buttons=tuple(
                Button(key, self.sentences.by_name[f"button.{name}"], _STYLES.get(key, 1)) for key, name in pairs
            ),
            mentions=saying.mentions(voice),
            choices=saying.choices(voice),
        )


def _is_alone(context: Context) -> bool:
    """A resident in his own chat with the bot."""
    return context.group is None and context.person is not None and context.person.role is Role.RESIDENT


def card_facts(voice: Voice) -> tuple[tuple[str, str], ...]:
    """The lines under a card's title: number, place, grid, unit, holder, voices."""
    ticket = voice.ticket
    if ticket is None or voice.event in ("confirm.send", "paste.send"):
        return ()
    values = voice.of(ticket)
    facts = [("编号", values["mark"])]
    if not ticket.is_private or voice.knows_private:
        open_place = voice.audience is Audience.OFFICIAL or ticket.category not in DISCREET
        if ticket.place and open_place:
            facts.append(("地点", mask_numbers(ticket.place)))
        facts.append(("网格", values["area"]))
    if not ticket.is_private:
        if ticket.unit:
            facts.append(("承办", values["unit"]))
        if ticket.owner and ticket.status is not Status.CLOSED:
            facts.append(("负责", values["owner"]))
        if ticket.voices > 1:
            facts.append(("反映", f"{ticket.voices}人"))
    return tuple((name, clip(value, FACT_CHARACTERS)) for name, value in facts[:FACTS])


def _plain_voice(ticket: Ticket, registry: Registry, sentences: Sentences) -> Voice:
    """A voice that nobody in particular hears: no name is said."""
    context = Context(ticket, {}, {}, registry, ticket.opened_at, None, None)
    return Voice("cards.refresh", context, sentences)
