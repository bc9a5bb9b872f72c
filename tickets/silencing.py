"""静默: the calls about one matter wait until a time; danger's at most half an hour. It is logged, shown, and ends by itself.

A silence is a clock beside the ladders: `due_at` is its end, `limit_at` the latest end while the matter is a danger.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from registry.model import Person
from registry.terms import ClockKind, Said, What
from tickets.acknowledging import CALLS, LADDERS
from tickets.errors import RefusedError
from tickets.model import Clock, Ticket
from tickets.telling import tell_person
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work

#: So long at most, in danger and else.
DANGER_AT_MOST = timedelta(minutes=30)
AT_MOST = timedelta(hours=24)


def do_silence(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, wanted: timedelta, *, because: str
) -> tuple[Ticket, datetime]:
    """Hold the ladders' calls; gives until when, which may be earlier than wanted. RefusedError where no ladder runs."""
    check_allowed(Deed.SILENCE, ticket)
    running = work.clocks(ticket.id)
    if not any(kind in running for kind in LADDERS):
        raise RefusedError("already_done", ticket.id)
    latest_in_danger = now + DANGER_AT_MOST
    until = now + min(wanted, AT_MOST)
    if ticket.in_danger:
        until = min(until, latest_in_danger)
    work.set_clock(Clock(ticket.id, ClockKind.SILENCE, until, latest_in_danger))
    for kind in LADDERS:
        if kind in running:
            work.set_clock(replace(running[kind], due_at=max(running[kind].due_at, until)))
    work.cancel(ticket.id, now, events=CALLS)
    work.record(ticket.id, now, What.ACKNOWLEDGED, by.id, None, {"silent_until": until.isoformat(), "message": because})
    return ticket, until


def silent_until(work: Work, ticket: Ticket) -> datetime | None:
    """Until when the matter's calls wait; a silence asked for before it became a danger ends within half an hour of its
    start."""
    silence = work.clocks(ticket.id).get(ClockKind.SILENCE)
    if silence is None:
        return None
    return min(silence.due_at, silence.limit_at) if ticket.in_danger else silence.due_at


def do_silence_over(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> Ticket:
    """The silence ends: a line says so, whoever asked for it has a card, the ladders go on."""
    work.stop_clocks(ticket.id, ClockKind.SILENCE)
    asked = next((line for line in reversed(work.history(ticket.id)) if "silent_until" in line.facts), None)
    by = asked.by if asked is not None else None
    work.record(ticket.id, now, What.ACKNOWLEDGED, None, by, {"silence_over": True})
    tell_person(work, rules, now, ticket, rules.registry.person(by) if by is not None else None, Said.CARD, "card.silence_over",
                because="clock:silence", still="undone")
    return ticket
