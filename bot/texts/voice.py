"""One sentence in the making: who listens, and what may be said to them about a ticket (promises P12, P13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.texts.context import Context
from bot.texts.emergency import advice, called, hazard_of, numbers
from bot.texts.sentences import Sentences
from bot.texts.words import ROLES, instant, mark, moment, one_line
from registry.model import Person
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, DISCREET, Role, Status, Tier, Urgency
from tickets.masking import clip, mask_numbers, without_rooms
from tickets.model import Ticket

PRIVATE = "个人事项"
_NAMED = 3
#: How much of the first report a card shows; the rest is on the ticket's page.
_CARD_WORDS = 200


class Audience(Enum):
    """Who listens. Names of officials are for those who work; summaries for those who must know."""

    RESIDENTS = "basic group, or a resident alone"
    WORKING_GROUP = "coordination or command group"
    HEAD = "a household head alone"
    OFFICIAL = "an official alone"


@dataclass(frozen=True, slots=True)
class Voice:
    """The sentence's event with its context; the values that fill its blanks are made here."""

    event: str
    context: Context
    sentences: Sentences

    @property
    def ticket(self) -> Ticket | None:
        return self.context.ticket

    @property
    def args(self) -> Mapping[str, Any]:
        return self.context.args

    @property
    def registry(self) -> Registry:
        return self.context.registry

    @property
    def audience(self) -> Audience:
        group, person = self.context.group, self.context.person
        if group is not None:
            return Audience.RESIDENTS if group.tier is Tier.BASIC else Audience.WORKING_GROUP
        if person is None or person.role is Role.RESIDENT:
            return Audience.RESIDENTS
        return Audience.HEAD if person.role is Role.HOUSEHOLD_HEAD else Audience.OFFICIAL

    @property
    def is_card(self) -> bool:
        """Sent to a person so that he acts; only such may name a person danger's words, and only to a confidant."""
        return self.event.startswith(("card.", "step.card", "supervised.card"))

    @property
    def knows_private(self) -> bool:
        """Whether the person may read what a person danger is about."""
        ticket, person = self.ticket, self.context.person
        if ticket is None or person is None or self.context.group is not None or not self.is_card:
            return False
        return person.id in {confidant.id for confidant in self.registry.confidants(ticket.area)}

    def fill(self, name: str, **values: str) -> str:
        """A sentence with the blanks that every event can fill, and those given."""
        return self.sentences.fill(name, {**self.common(), **values})

    def common(self) -> dict[str, str]:
        """What can be said of any ticket and of the facts that many events share."""
        hazard = hazard_of(self.ticket)
        values = called(self.sentences) | self.of(self.ticket)
        values |= {"numbers": numbers(self.sentences, hazard), "advice": advice(self.sentences, hazard)}
        at = instant(self.args.get("limit_at"))
        due = instant(self.args.get("due_at")) or at
        return values | {
            "by": self.who(self.args.get("by")),
            "limit": moment(at, self.context.now) + "前" if at else "时限内",
            "due": f"，时限{moment(due, self.context.now)}前" if due else "",
            "unit": self.unit_name(self.args.get("unit")) or values["unit"],
            "owner": self.who(self.args["owner"]) if self.args.get("owner") else values["owner"],
        }

    def of(self, ticket: Ticket | None) -> dict[str, str]:
        """What fills the blanks about one ticket; harmless words where there is none."""
        if ticket is None:
            return {"mark": "这一件", "number": "编号", "matter": "这件事", "category": "事项", "area": "本网格",
                    "taker": "网格员", "owner": "网格员", "unit": "承办单位", "rank": "", "round": "1", "voices": "1",
                    "told_at": "早些时候"}
        area = self.registry.area(ticket.area)
        return {
            "mark": mark(ticket.aloud, self.step_of(ticket)),
            "number": ticket.aloud,
            "matter": self.matter(ticket),
            "category": PRIVATE if ticket.is_private else CATEGORY_NAMES[ticket.category],
            "area": area.name if area else "本网格",
            "taker": self.taker(ticket),
            "owner": self.who(ticket.owner),
            "unit": self.unit_name(ticket.unit) or "承办单位",
            "rank": rank(ticket),
            "round": str(ticket.round),
            "voices": str(self.args.get("voices") if isinstance(self.args.get("voices"), int) else ticket.voices),
            "told_at": moment(ticket.last_at, self.context.now),
        }

    def step_of(self, ticket: Ticket) -> int:
        """The step that a call belongs to: the row's own where the sender gives it."""
        step = self.args.get("step", ticket.step if self.event.startswith("step.") else 0)
        return step if isinstance(step, int) and ticket is self.ticket else 0

    def matter(self, ticket: Ticket) -> str:
        """What it is about, as far as this audience may hear it."""
        category = CATEGORY_NAMES[ticket.category]
        if ticket.is_apart and self.audience is Audience.WORKING_GROUP:
            return PRIVATE
        if ticket.is_private:
            return self.whole(ticket) if self.knows_private and ticket is self.ticket else PRIVATE
        if self.audience is Audience.OFFICIAL:
            return self.whole(ticket)
        if ticket.missing:
            return "寻人"
        if ticket.category in DISCREET:
            area = self.registry.area(ticket.area)
            if self.audience is Audience.WORKING_GROUP and area is not None:
                return f"{category}·{area.name}"
            return category
        if self.audience is Audience.RESIDENTS:
            place = without_rooms(mask_numbers(one_line(ticket.place))) if ticket.place else ""
            return f"{category}·{clip(place, 30)}" if place else category
        return mask_numbers(ticket.summary)

    def whole(self, ticket: Ticket) -> str:
        """The summary; on a card with the first report's words, where the sender looked them up, at greater length."""
        words = self.context.words if self.event.startswith("card.") and ticket is self.ticket else None
        if not words or not words.strip():
            return mask_numbers(ticket.summary)
        head = CATEGORY_NAMES[ticket.category] + (f"·{ticket.place}" if ticket.place else "")
        return clip(mask_numbers(f"{head}：{one_line(words)}").rstrip("。"), _CARD_WORDS)

    def taker(self, ticket: Ticket) -> str:
        """Who does it, without a person's name: the unit, else the owner's role."""
        if ticket.is_private:
            return "值班员"
        return self.unit_name(ticket.unit) or self.role_of(ticket.owner)

    def unit_name(self, unit_id: object) -> str:
        unit = self.registry.unit(unit_id) if isinstance(unit_id, str) else None
        return unit.name if unit else ""

    def person(self, person_id: object) -> Person | None:
        return self.registry.person(person_id) if isinstance(person_id, str) else None

    def role_of(self, person_id: object) -> str:
        """The unit or the role of an official, never a name."""
        person = self.person(person_id)
        if person is None:
            return "网格员"
        return self.unit_name(person.unit) or ROLES[person.role]

    def who(self, person_id: object) -> str:
        """An official: for residents by unit or role, for those who work by name too. Residents are never named."""
        person = self.person(person_id)
        if person is None:
            return "工作人员"
        office = self.role_of(person_id)
        if person.role in (Role.RESIDENT, Role.HOUSEHOLD_HEAD) or self.audience in (Audience.RESIDENTS, Audience.HEAD):
            return office
        return office + person.name

    def names(self, person_ids: Iterable[object]) -> str:
        """`江一帆、白杨等5人`; for residents and for nobody 负责的同志."""
        people = [person for one in person_ids if (person := self.person(one)) is not None]
        if not people or self.audience is Audience.RESIDENTS:
            return "负责的同志"
        named = "、".join(person.name for person in people[:_NAMED])
        return f"{named}等{len(people)}人" if len(people) > _NAMED else named

    def quoted(self, before: str = "", after: str = "") -> str:
        """The words that the sender looked up, masked, where this audience may hear them; else nothing."""
        ticket, words = self.ticket, self.context.words
        if not words or not words.strip():
            return ""
        if ticket is not None and ticket.is_private and not self.knows_private:
            return ""
        hidden = ticket is not None and (ticket.category in DISCREET or ticket.missing)
        if hidden and self.audience is not Audience.OFFICIAL:
            return ""
        told = mask_numbers(one_line(words)).rstrip("。")
        return f"{before}{clip(told, 120)}{after}"

    def state(self, ticket: Ticket) -> str:
        """The state in a few words: `已由县水务局接单`."""
        if ticket.is_private:
            return self.sentences.fill("state.private" if ticket.is_open else "state.private_ended", {})
        name = "danger" if ticket.in_danger and ticket.status in _UNDONE else ticket.status.value
        return self.sentences.fill(f"state.{name}", self.of(ticket))


_UNDONE = frozenset({Status.OPEN, Status.ASSIGNED})


def rank(ticket: Ticket) -> str:
    """`险情·`, `紧急·` or nothing, before a headline."""
    if ticket.in_danger:
        return "险情·"
    return "" if ticket.urgency is Urgency.NORMAL else "紧急·"
