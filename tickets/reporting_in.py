"""报到: whistled units report in by their deadline or are named; what one that does not lead calls done is its part."""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import ClockKind, Said, Status, What
from tickets.called_in import Whistle
from tickets.errors import RefusedError
from tickets.model import Clock, Ticket
from tickets.telling import command_group, coordination_group, tell_group, tell_people, tell_person
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work

#: In these the work itself is still to be done.
_UNDONE = frozenset({Status.OPEN, Status.ASSIGNED, Status.ACCEPTED})


def of_round(work: Work, ticket: Ticket) -> list[Whistle]:
    """The units whistled in the ticket's present round."""
    return [one for one in work.whistles(ticket.id) if one.round == ticket.round]


def helps(work: Work, ticket: Ticket, by: Person) -> bool:
    """Whether the person's unit was whistled to help and another unit has the matter."""
    if by.unit is None or ticket.unit is None or by.unit == ticket.unit:
        return False
    return any(one.unit == by.unit for one in of_round(work, ticket))


def is_awaited_of(work: Work, ticket: Ticket, by: Person) -> bool:
    """Whether the person's unit was whistled and has not reported in."""
    return any(one.unit == by.unit and one.reported_at is None for one in of_round(work, ticket))


def do_report_in(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """报到: the person's unit is here. Raises RefusedError where it was not whistled or has reported in before."""
    check_allowed(Deed.REPORT_IN, ticket)
    mine = next((one for one in of_round(work, ticket) if one.unit == by.unit), None)
    if mine is None:
        raise RefusedError("not_whistled", ticket.id)
    if mine.reported_at is not None:
        raise RefusedError("already_reported", ticket.id)
    _arrive(work, now, ticket, mine, by)
    awaited = [one.unit for one in of_round(work, ticket) if one.reported_at is None]
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.reported_in", because=because,
               args={"by": by.id, "units": awaited}, still="undone")
    return ticket


def note_arrival(work: Work, now: datetime, ticket: Ticket, by: Person) -> None:
    """Who accepts is here: the lead's 接单 counts as its 报到."""
    mine = next((one for one in of_round(work, ticket) if one.unit == by.unit and one.reported_at is None), None)
    if mine is not None:
        _arrive(work, now, ticket, mine, by)


def _arrive(work: Work, now: datetime, ticket: Ticket, mine: Whistle, by: Person) -> None:
    work.put_whistle(replace(mine, reported_at=now, reported_by=by.id))
    work.record(ticket.id, now, What.REPORTED_IN, by.id, None, {"unit": mine.unit, "late": now > mine.due_at})
    watch_arrivals(work, ticket)


def do_part_done(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str, words: str | None = None
) -> Ticket:
    """办结 by a whistled unit that does not lead: 「我们这部分完成」, noted; the lead closes the matter."""
    check_allowed(Deed.PART_DONE, ticket)
    mine = next((one for one in of_round(work, ticket) if one.unit == by.unit), None)
    if mine is None:
        raise RefusedError("not_whistled", ticket.id)
    if mine.part_done_at is not None:
        raise RefusedError("part_done_before", ticket.id)
    work.put_whistle(replace(mine, part_done_at=now, reported_at=mine.reported_at or now, reported_by=mine.reported_by or by.id))
    work.record(ticket.id, now, What.REPORTED_IN, by.id, None,
                {"unit": mine.unit, "part_done": True, "late": mine.reported_at is None and now > mine.due_at}, words)
    watch_arrivals(work, ticket)
    lead = [person for person in rules.registry.unit_people(ticket.unit or "") if person.id != by.id]
    owner = rules.registry.person(ticket.owner) if ticket.owner else None
    args = {"by": by.id, "line": len(work.history(ticket.id))}
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.part_done", because=because, args=args,
               still="undone")
    tell_people(work, rules, now, ticket, [owner, *lead[:1]], Said.CARD, "card.part_done", because=because, args=args,
                still="undone")
    return ticket


def do_absent(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> Ticket:
    """The deadline passed: who has not reported in is named to coordination and command, to the units' leads and to
    who whistled."""
    absent = [one for one in of_round(work, ticket) if one.is_awaited and one.due_at <= now]
    for one in absent:
        work.put_whistle(replace(one, named_at=now))
    watch_arrivals(work, ticket)
    if not absent or ticket.status not in _UNDONE:
        return ticket
    because = "clock:whistle"
    units = [one.unit for one in absent]
    work.record(ticket.id, now, What.RAISED, None, None, {"absent": units})
    args = {"units": units, "limit_at": absent[0].due_at.isoformat()}
    for group in (coordination_group(rules, ticket), command_group(rules, ticket)):
        tell_group(work, now, ticket, group, Said.STEP, "whistle.absent", because=because, args=args, still="undone")
    for one in absent:
        tell_person(work, rules, now, ticket, rules.registry.unit_lead(one.unit), Said.STEP, "card.absent", because=because,
                    args={"unit": one.unit, "limit_at": one.due_at.isoformat()}, still="undone")
    whistlers = map(rules.registry.person, dict.fromkeys(one.by for one in absent))
    tell_people(work, rules, now, ticket, whistlers, Said.STEP, "card.whistle_absent", because=because, args=args, still="undone")
    return ticket


def carry_over(work: Work, source: Ticket, into: Ticket) -> None:
    """并案: units whistled to a merged ticket are whistled to the head, where they were not before."""
    there = {one.unit for one in of_round(work, into)}
    for one in of_round(work, source):
        if one.unit not in there:
            work.put_whistle(replace(one, ticket=into.id, round=into.round, lead=one.unit == into.unit))
    watch_arrivals(work, into)


def watch_arrivals(work: Work, ticket: Ticket) -> None:
    """The clock stands at the earliest deadline that is still awaited."""
    due = min((one.due_at for one in of_round(work, ticket) if one.is_awaited), default=None)
    if due is None or ticket.status not in _UNDONE:
        work.stop_clocks(ticket.id, ClockKind.WHISTLE)
    else:
        work.set_clock(Clock(ticket.id, ClockKind.WHISTLE, due, due))
