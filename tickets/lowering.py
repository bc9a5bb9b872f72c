"""降级 / 不用再叫: an official of the area says, with a reason, that a matter need not be pressed so hard."""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import Urgency, What
from tickets.acknowledging import CALLS, LADDERS, stale_at
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.rounds import relax_clocks
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_lower(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, reason: str, *, because: str) -> Ticket:
    """What is urgent becomes normal, with limits counted anew; of what is normal already each ladder that has called
    goes one rung back and rests as after an acknowledgement. A danger is lowered by 解除 or 误报 alone.

    RefusedError: finished, danger_not_lowered, lower_reason.
    """
    check_allowed(Deed.LOWER, ticket)
    if not reason.strip():
        raise RefusedError("lower_reason", ticket.id)
    work.cancel(ticket.id, now, events=CALLS)
    facts = {"lowered": True, "from": ticket.urgency.value, "message": because}
    work.record(ticket.id, now, What.CORRECTED, by.id, None, facts, reason)
    if ticket.urgency is Urgency.URGENT:
        ticket = replace(ticket, urgency=Urgency.NORMAL)
        work.save(ticket)
        relax_clocks(work, rules, now, ticket)
        return ticket
    rest = stale_at(rules, ticket, now)
    running = work.clocks(ticket.id)
    for kind in LADDERS:
        clock = running.get(kind)
        if clock is not None and clock.rung:
            work.set_clock(replace(clock, rung=clock.rung - 1, due_at=max(clock.due_at, rest)))
    return ticket
