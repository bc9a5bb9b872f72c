"""What the desk's tests look at: sentences by event, who hears them, lines of history, clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from registry.terms import WARNED_OF, ClockKind, What
from tests.builders.desk import rules
from tests.unit.tickets.memory import MemoryWork
from tickets.due import do_pass
from tickets.model import Ticket, ToSay


def events(work: MemoryWork) -> list[str]:
    """Events queued and not cancelled, in order."""
    return [say.event for say in work.said]


def said(work: MemoryWork, event: str) -> list[ToSay]:
    return [say for say in work.said if say.event == event]


def hearers(work: MemoryWork, event: str) -> set[str]:
    """People and groups for whom an event is queued."""
    return {say.group or say.person or "" for say in said(work, event)}


def whats(work: MemoryWork, ticket: Ticket) -> list[What]:
    return [line.what for line in work.history(ticket.id)]


def now_of(work: MemoryWork, ticket: Ticket) -> Ticket:
    """The ticket as it is stored now."""
    return work.get_ticket(ticket.id)


def run_until(work: MemoryWork, until: datetime) -> None:
    """Walk from due time to due time, as the process does, and let every sentence leave at once."""
    for _ in range(2000):
        send_all(work, until)
        due = min((d for d in (work.next_due(), work.next_agenda()) if d is not None), default=None)
        if due is None or due > until:
            return
        do_pass(work, rules(), due)
    raise AssertionError("the clocks do not come to an end")


def send_all(work: MemoryWork, now: datetime) -> None:
    """Everything that may leave has left."""
    for row in work.leaving(now):
        work.mark(row.id, "sent")


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def clocks_of(work: MemoryWork, ticket: Ticket) -> set[ClockKind]:
    """The kinds that run, their warnings left out."""
    return set(work.clocks(ticket.id)) - set(WARNED_OF)
