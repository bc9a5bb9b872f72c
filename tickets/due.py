"""The engine's pass: what fell due is decided, oldest and gravest first. Level-triggered: it reads rows, no timer."""

from dataclasses import replace
from datetime import datetime

from registry.terms import ClockKind, Said, Status
from tickets import daily, danger, rating, reporting_in, shelving, silencing, supervising, warning
from tickets.acknowledging import held_by_progress
from tickets.model import Clock, Ticket
from tickets.rounds import decide_step
from tickets.silencing import silent_until
from tickets.telling import tell_person
from tickets.work import Rules, Work

#: Rows taken in one pass (reliability R5).
BATCH = 100


def do_pass(work: Work, rules: Rules, now: datetime) -> int:
    """Decide everything due at or before `now`, at most one batch; gives how many. Call again while it is not 0."""
    entries = [(name, due_at) for name, due_at in work.agenda_due(now) if name != daily.RECOUNT]
    if any(name == daily.ANCHOR for name, _ in entries):
        # An anchor covers all lines written so far, so it is a unit of its own.
        daily.do_entry(work, rules, now, daily.ANCHOR, now)
        return 1
    clocks = work.due_clocks(now, BATCH)
    for clock in clocks:
        do_due(work, rules, now, clock)
    for name, due_at in entries:
        daily.do_entry(work, rules, now, name, due_at)
    return len(clocks) + len(entries)


def do_due(work: Work, rules: Rules, now: datetime, clock: Clock) -> Ticket:
    """One clock fell due."""
    ticket = work.get_ticket(clock.ticket)
    if not ticket.is_open:
        work.stop_clocks(ticket.id)
        return ticket
    match clock.kind:
        case ClockKind.ACCEPT | ClockKind.DONE:
            if ticket.status is Status.DONE or (clock.kind is ClockKind.ACCEPT and ticket.status is Status.ACCEPTED):
                work.stop_clocks(ticket.id, clock.kind)
                return ticket
            held = max(filter(None, (silent_until(work, ticket), held_by_progress(work, rules, ticket))), default=now)
            if held > now:
                work.set_clock(replace(clock, due_at=held))
                return ticket
            return decide_step(work, rules, now, ticket, clock)
        case ClockKind.FIRST_CONTACT:
            work.stop_clocks(ticket.id, ClockKind.FIRST_CONTACT)
            owner = rules.registry.person(ticket.owner) if ticket.owner else None
            tell_person(work, rules, now, ticket, owner, Said.CARD, "card.contact", because="clock:first_contact",
                        still="undone")
            return ticket
        case ClockKind.RATING:
            return rating.do_rating_due(work, rules, now, ticket, clock)
        case ClockKind.DOUBT:
            return danger.do_silence(work, rules, now, ticket)
        case ClockKind.STEP:
            work.stop_clocks(ticket.id, ClockKind.STEP)
            if ticket.in_danger:
                danger.tell_command(work, rules, now, ticket, because="clock:step")
            return ticket
        case ClockKind.SILENCE:
            return silencing.do_silence_over(work, rules, now, ticket)
        case ClockKind.WHISTLE:
            return reporting_in.do_absent(work, rules, now, ticket)
        case ClockKind.SUPERVISION:
            return supervising.do_unanswered(work, rules, now, ticket)
        case ClockKind.WARN_ACCEPT | ClockKind.WARN_FIRST_CONTACT | ClockKind.WARN_DONE:
            return warning.do_warn(work, rules, now, ticket, clock)
        case ClockKind.REVIEW:
            return shelving.do_review_due(work, rules, now, ticket, clock)
    raise ValueError(f"unknown clock {clock.kind}")
