"""知道了 / 我在看: somebody called by a ladder says that he is on it. That stops the ladder's calls for a while.

An acknowledgement is no acceptance: its limit stays passed. When it grows stale, that is when nothing was done within
the policy's `ack_stale`, the ladder goes on from its next rung.
"""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import OFFICIALS, ClockKind, Said, Status, What
from tickets.errors import RefusedError
from tickets.model import Clock, HistoryLine, Ticket
from tickets.rounds import present_urgency
from tickets.telling import coordination_group, tell_group
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work

LADDERS = (ClockKind.ACCEPT, ClockKind.DONE)
#: Events by which a ladder calls.
CALLS = frozenset({"step.group", "step.card"})
#: Lines that show that somebody works on it.
_PROGRESS = frozenset({What.CONTACTED, What.REPORTED_IN, What.ASSIGNED, What.EXTENDED})


def do_acknowledge(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """The first who says so holds the ladder; its queued calls are cancelled in the same transaction (promise P7).

    Raises RefusedError for whoever comes second, naming the first. Said again by the same person it changes nothing.
    """
    check_allowed(Deed.ACKNOWLEDGE, ticket)
    if ticket.acknowledged_at is not None:
        line = last_acknowledgement(work, ticket)
        first = line.by if line is not None else ticket.owner
        if first == by.id:
            return ticket
        raise RefusedError("already_acknowledged", ticket.id, by=first)
    ladders = _called_ladders(work, ticket)
    until = stale_at(rules, ticket, now)
    for clock in ladders:
        work.set_clock(replace(clock, due_at=max(clock.due_at, until)))
    ticket = replace(ticket, acknowledged_at=now)
    work.save(ticket)
    work.cancel(ticket.id, now, events=CALLS)
    facts = {"ladders": [clock.kind.value for clock in ladders], "until": until.isoformat(), "message": because}
    work.record(ticket.id, now, What.ACKNOWLEDGED, by.id, None, facts)
    if ticket.step:
        tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.acknowledged", because=because,
                   args={"by": by.id, "until": until.isoformat()}, still="undone")
    return ticket


def stale_at(rules: Rules, ticket: Ticket, start: datetime) -> datetime:
    """Until when words that somebody is on it hold, if nothing is done."""
    return rules.policy_of(ticket).ack_stale[present_urgency(ticket)].end(start, rules.calendar)


def held_by_progress(work: Work, rules: Rules, ticket: Ticket) -> datetime | None:
    """Until when an acknowledged ladder waits because something was done since; None where nothing was.

    What was done before a later call or a raised rank does not count.
    """
    if ticket.acknowledged_at is None:
        return None
    done: HistoryLine | None = None
    for line in work.history(ticket.id):
        if line.what is What.RAISED or "ladders" in line.facts:
            done = None
        elif line.at >= ticket.acknowledged_at and _is_progress(rules, line):
            done = line
    return stale_at(rules, ticket, done.at) if done is not None else None


def last_acknowledgement(work: Work, ticket: Ticket) -> HistoryLine | None:
    """The line of the acknowledgement that holds now; None where acceptance alone does."""
    lines = (line for line in reversed(work.history(ticket.id)) if line.what is What.ACKNOWLEDGED and "ladders" in line.facts)
    line = next(lines, None)
    return line if line is not None and line.at == ticket.acknowledged_at else None


def _called_ladders(work: Work, ticket: Ticket) -> list[Clock]:
    """The ladder that runs next, and those that have called already."""
    running = work.clocks(ticket.id)
    ladders = [running[kind] for kind in LADDERS if kind in running]
    if ticket.status is Status.ACCEPTED:
        ladders = [clock for clock in ladders if clock.kind is ClockKind.DONE]
    return [clock for place, clock in enumerate(ladders) if place == 0 or clock.rung]


def _is_progress(rules: Rules, line: HistoryLine) -> bool:
    if line.what in _PROGRESS:
        return True
    person = rules.registry.person(line.by) if line.by is not None else None
    return line.what is What.SUPPLEMENT and person is not None and person.role in OFFICIALS
