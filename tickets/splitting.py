"""拆分: messages that tell another matter leave the ticket and become one of their own; both know of each other."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import Act, Category, Role, Tier, Urgency, What
from tickets import opening
from tickets.correcting import first_words
from tickets.errors import RefusedError
from tickets.model import Ticket, TicketMessage
from tickets.rounds import refresh_cards
from tickets.summary import summarise
from tickets.told import Told
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work

_TELLS = (Act.REPORT, Act.ECHO, Act.SUPPLEMENT)


def do_split(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, ids: Collection[str], *, because: str,
    category: Category | None = None, place: str | None = None,
) -> Ticket:
    """Lay these messages into a new ticket and give it back; its limits count from now. `category` and `place` are what
    the messages themselves say, where that is known.

    Raises RefusedError where none of them lies in the ticket, where nothing would be left that tells the old matter, or
    where it is of one person.
    """
    check_allowed(Deed.SPLIT, ticket)
    moved = [message for message in work.messages(ticket.id) if message.id in ids and message.act in _TELLS]
    if not moved:
        raise RefusedError("split_which", ticket.id)
    moved_ids = {message.id for message in moved}
    if not any(m.act is Act.REPORT and m.id not in moved_ids for m in work.messages(ticket.id)):
        raise RefusedError("split_all", ticket.id)
    new = opening.do_open(work, rules, now, _told(rules, ticket, moved, category, place))
    work.move_messages(ticket.id, new.id, moved_ids)
    for one in moved:
        if one.act is Act.SUPPLEMENT and one.id == moved[0].id:
            # Who is moved first tells the new matter.
            work.change_message(one.id, Act.REPORT, one.words)
    new = replace(new, voices=len(work.voices(new.id)), linked_to=ticket.id, last_at=moved[-1].at)
    work.save(new)
    words = first_words(work, ticket)
    old = replace(ticket, voices=len(work.voices(ticket.id)), summary=summarise(ticket.category, ticket.place, words))
    work.save(old)
    work.record(old.id, now, What.SPLIT, by.id, new.number, {"messages": len(moved), "voices": old.voices, "because": because})
    work.record(new.id, now, What.SPLIT, by.id, None, {"from": old.number, "voices": new.voices})
    refresh_cards(work, now, old, because=because)
    return new


def _told(rules: Rules, ticket: Ticket, moved: list[TicketMessage], category: Category | None, place: str | None) -> Told:
    """What the first of the moved messages tells, as far as it is kept."""
    first = moved[0]
    group = rules.registry.group(first.group) if first.group else None
    return Told(
        message=first.id, at=first.at, sender=first.sender, role=Role.RESIDENT, tier=group.tier if group else Tier.BASIC,
        group=first.group, area=ticket.area, township=ticket.township, act=Act.REPORT, category=category or ticket.category,
        urgency=Urgency.NORMAL, place=place, words=first.words or "",
    )
