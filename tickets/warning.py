"""预警: before a limit passes, who holds the matter and the unit hear of it once for each time that the clock runs.

A warning is a clock of its own beside the one it warns of. It is set with it, moves with it and stops with it; a limit
that was moved without it (an extension) is noticed when the warning falls due.
"""

from dataclasses import replace
from datetime import datetime

from escalation.warning import warn_at
from registry.terms import WARNED_OF, WARNING_OF, ClockKind, Said, Urgency
from tickets.model import Clock, Ticket
from tickets.telling import quiet_lane_of, tell_people, unit_people
from tickets.work import Rules, Work

#: What must still hold when the warning leaves.
_STILL = {ClockKind.ACCEPT: "unaccepted", ClockKind.FIRST_CONTACT: "undone", ClockKind.DONE: "undone"}


def present_urgency(ticket: Ticket) -> Urgency:
    """How urgent it is now: a danger that was ended goes on as urgent."""
    return Urgency.URGENT if ticket.danger_ended_at is not None else ticket.urgency


def set_limit(work: Work, rules: Rules, now: datetime, ticket: Ticket, kind: ClockKind, limit_at: datetime) -> None:
    """A limit's clock begins at `now`, with its warning."""
    work.set_clock(Clock(ticket.id, kind, limit_at, limit_at))
    warned = _warn_at(rules, ticket, kind, now, limit_at)
    if warned is None:
        work.stop_clocks(ticket.id, WARNING_OF[kind])
    else:
        work.set_clock(Clock(ticket.id, WARNING_OF[kind], warned, limit_at))


def move_limit(work: Work, rules: Rules, now: datetime, ticket: Ticket, clock: Clock, limit_at: datetime) -> None:
    """A running limit comes earlier or later; its warning moves along unless it was given."""
    work.set_clock(replace(clock, due_at=limit_at, limit_at=limit_at))
    warning = work.clocks(ticket.id).get(WARNING_OF[clock.kind])
    if warning is not None:
        warned = _warn_at(rules, ticket, clock.kind, now, limit_at)
        if warned is None:
            work.stop_clocks(ticket.id, warning.kind)
        else:
            work.set_clock(replace(warning, due_at=warned, limit_at=limit_at))


def do_warn(work: Work, rules: Rules, now: datetime, ticket: Ticket, warning: Clock) -> Ticket:
    """A warning fell due: given once, put off where the limit was moved, dropped where the limit has passed."""
    kind = WARNED_OF[warning.kind]
    clock = work.clocks(ticket.id).get(kind)
    work.stop_clocks(ticket.id, warning.kind)
    if clock is None or clock.rung or clock.limit_at <= now:
        # The limit's own call says all that the warning would.
        return ticket
    later = _warn_at(rules, ticket, kind, now, clock.limit_at)
    if later is not None:
        work.set_clock(replace(warning, due_at=later, limit_at=clock.limit_at))
        return ticket
    owner = rules.registry.person(ticket.owner) if ticket.owner else None
    doers = unit_people(rules, ticket)
    # Once accepted it is the holder's and his lead's; before that anybody of the unit may take it.
    people = [owner, *(doers if kind is ClockKind.ACCEPT else doers[:1])]
    tell_people(work, rules, now, ticket, people, Said.CARD, "card.warning", because=f"clock:{warning.kind.value}",
                lane=quiet_lane_of(ticket), still=_STILL[kind],
                args={"clock": kind.value, "limit_at": clock.limit_at.isoformat()})
    return ticket


def _warn_at(rules: Rules, ticket: Ticket, kind: ClockKind, start: datetime, limit_at: datetime) -> datetime | None:
    policy = rules.policy_of(ticket)
    return warn_at(policy.warn_before, rules.calendar, present_urgency(ticket), kind, start, limit_at)
