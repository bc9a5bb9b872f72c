"""督办, 批示, 上报: what leaders and heads add to a matter from above or push up from below."""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import ClockKind, Said, Urgency, What
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.rounds import decide_step, raise_urgency
from tickets.telling import coordination_group, tell_group, tell_people, unit_people
from tickets.work import Rules, Work


def do_supervise(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, words: str, *, because: str, urgent: bool = False
) -> Ticket:
    """督办 or 批示: logged, told to holder, unit and coordination group. `urgent` (特急) also lifts its rank."""
    if not ticket.is_open:
        raise RefusedError("finished", ticket.id)
    work.record(ticket.id, now, What.SUPERVISED, by.id, ticket.owner, {"urgent": urgent, "message": because}, words)
    if urgent:
        ticket = raise_urgency(work, rules, now, ticket, Urgency.URGENT, because=because, by=by.id)
    owner = rules.registry.person(ticket.owner) if ticket.owner else None
    args = {"by": by.id}
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STEP, "supervised.group", because=because, args=args,
               still="open")
    tell_people(work, rules, now, ticket, [owner, *unit_people(rules, ticket)], Said.STEP, "supervised.card", because=because,
                args=args, still="open")
    return ticket


def do_lift(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """上报: a head or official lifts the matter one rung now, whatever its clock says."""
    if not ticket.is_open:
        raise RefusedError("finished", ticket.id)
    clocks = work.clocks(ticket.id)
    clock = clocks.get(ClockKind.ACCEPT) or clocks.get(ClockKind.DONE)
    if clock is None:
        raise RefusedError("already_done", ticket.id)
    work.record(ticket.id, now, What.RAISED, by.id, None, {"by_hand": True, "because": because})
    # The first rung only repeats what the unit already knows; a lift by hand goes at least to the second.
    ticket = decide_step(work, rules, now, ticket, replace(clock, rung=max(clock.rung, 1)))
    lifted = work.clocks(ticket.id)[clock.kind]
    # It is not late yet: after the lift its limit counts as before, so that nobody is called daily before it passes.
    work.set_clock(replace(lifted, due_at=max(lifted.due_at, clock.due_at)))
    return ticket


def do_contact(work: Work, now: datetime, ticket: Ticket, by: Person) -> Ticket:
    """首次联系: the holder has spoken to the people who told it."""
    work.stop_clocks(ticket.id, ClockKind.FIRST_CONTACT)
    work.record(ticket.id, now, What.CONTACTED, by.id)
    return ticket
