"""What a handler gets: one message, who said it where, how it was read, and the ticket it belongs to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from bot.messages import Line, Verdict
from registry.model import Group, Person
from registry.terms import Act, Lane, Role, Said, Speaks, Tier
from tickets.merging import Attached
from tickets.model import Candidate, Ticket, ToSay
from tickets.telling import is_muted, may_reach_groups, quiet_lane_of, tell_person
from tickets.told import Told
from tickets.work import Rules, Work

#: The one sentence that a group hears after it was silenced.
_MUTED = "answer.muted"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message on its way through the handlers. `group` is None in a 1:1 chat."""

    line: Line
    verdict: Verdict
    told: Told
    person: Person
    group: Group | None
    attached: Attached
    candidates: tuple[Candidate, ...] = ()
    before: tuple[Line, ...] = ()
    now: datetime = datetime.min  # noqa: DTZ901 - always given; a default keeps builders short

    @property
    def ticket(self) -> Ticket | None:
        """The ticket that the message was found to belong to."""
        return self.attached.candidate.ticket if self.attached.candidate else None

    @property
    def because(self) -> str:
        return self.line.id

    def with_told(self, told: Told, attached: Attached) -> Self:
        """The same message, told otherwise (代报 for another group)."""
        return replace(self, told=told, attached=attached)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a message: its act after `attach`, the ticket it lies in or speaks of, and earlier messages of the
    talk that came to lie in the ticket with it."""

    act: Act
    ticket: Ticket | None = None
    amended: tuple[tuple[str, Act], ...] = ()


def answer(
    work: Work, rules: Rules, heard: Heard, event: str, ticket: Ticket | None = None, kind: Said = Said.ANSWER,
    /, **args: object,
) -> None:
    """Answer where the person spoke: in the group where it hears us, else by a card or in the 1:1 chat.

    The sender uses the message's way back where it still holds.
    """
    lane = quiet_lane_of(ticket) if ticket else Lane.NORMAL
    facts = {**args, "reply_to": heard.line.id}
    group = heard.group
    if group is not None and event != _MUTED and is_muted(work, group, heard.now):
        # Silence is silence; those who have a card get it.
        if heard.person.role is not Role.RESIDENT:
            tell_person(work, rules, heard.now, ticket, heard.person, kind, event, because=heard.because, args=facts)
        return
    if group is not None and (group.speaks is Speaks.DIRECT or heard.person.role is Role.RESIDENT):
        if ticket is not None and not may_reach_groups(ticket, event):
            if group.tier is not Tier.BASIC:
                tell_person(work, rules, heard.now, ticket, heard.person, kind, event, because=heard.because, args=facts)
            return
        work.say(ToSay(kind=kind, event=event, lane=lane, ticket=ticket.id if ticket else None, because=heard.because,
                       group=group.id, args=facts, round=ticket.round if ticket else 0, tier=group.tier), heard.now)
        return
    if group is None:
        work.say(ToSay(kind=kind, event=event, lane=lane, ticket=ticket.id if ticket else None, because=heard.because,
                       person=heard.person.id, args=facts, round=ticket.round if ticket else 0), heard.now)
        return
    tell_person(work, rules, heard.now, ticket, heard.person, kind, event, because=heard.because, args=facts)

