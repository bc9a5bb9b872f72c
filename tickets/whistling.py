"""吹哨报到: units are whistled to one matter under one lead, report in by a deadline, and are named where they do not.

The lead owns the matter and closes it; what another whistled unit calls done is its part.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from registry.model import Person, Unit
from registry.terms import Lane, Said, What
from tickets import assigning
from tickets.called_in import Whistle, WhistleKind
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.reporting_in import of_round, watch_arrivals
from tickets.telling import coordination_group, tell_group, tell_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_whistle(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, units: Sequence[Unit], lead: Unit | None,
    kind: WhistleKind, *, because: str, words: str | None = None,
) -> Ticket:
    """日常哨 or 联动哨: call units to the matter. Without a named lead the unit that has it leads, else the first.

    Raises RefusedError where it is over, private, nobody is named, or a unit has no people.
    """
    check_allowed(Deed.WHISTLE, ticket)
    registry = rules.registry
    holds = registry.unit(ticket.unit) if ticket.unit else None
    lead = lead or holds or next(iter(units), None)
    if lead is None or not units:
        raise RefusedError("whistle_units", ticket.id)
    called = list({unit.id: unit for unit in (lead, *units)}.values())
    for unit in called:
        if not registry.unit_people(unit.id):
            raise RefusedError("unit_empty", ticket.id, unit=unit.id)
    due_at = report_due(rules, ticket, kind, now)
    facts = {"kind": kind.value, "units": [unit.id for unit in called], "lead": lead.id, "due_at": due_at.isoformat(),
             "message": because}
    work.record(ticket.id, now, What.WHISTLED, by.id, lead.id, facts, words)
    if ticket.unit != lead.id:
        ticket = assigning.do_hand_over(work, rules, now, ticket, by, lead, because=because)
        # The whistle says the same in the same group and to the same people.
        work.cancel(ticket.id, now, events={"assigned", "card.assigned"})
    before = {one.unit: one for one in of_round(work, ticket)}
    for unit in called:
        known = before.get(unit.id)
        here = known is not None and known.reported_at is not None
        arrived = known if here else Whistle(ticket.id, ticket.round, unit.id, kind, False, by.id, now, due_at)
        assert arrived is not None
        work.put_whistle(replace(arrived, lead=unit.id == lead.id))
    for unit_id, one in before.items():
        if one.lead and unit_id != lead.id and unit_id not in {unit.id for unit in called}:
            work.put_whistle(replace(one, lead=False))
    watch_arrivals(work, ticket)
    _tell_whistled(work, rules, now, ticket, by, called, lead, kind, due_at, because=because)
    return ticket


def report_due(rules: Rules, ticket: Ticket, kind: WhistleKind, now: datetime) -> datetime:
    """By when the whistled units report in."""
    limits = rules.policy_of(ticket).whistle
    if kind is WhistleKind.DAILY:
        return rules.calendar.add_working(now, limits.daily_within_working_minutes)
    return now + timedelta(minutes=limits.joint_within_minutes)


def _tell_whistled(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, called: Sequence[Unit], lead: Unit, kind: WhistleKind,
    due_at: datetime, *, because: str,
) -> None:
    """One line in the coordination group, @-ing the units' people there, and a card for each person of each unit."""
    registry, group = rules.registry, coordination_group(rules, ticket)
    lane = Lane.URGENT if kind is WhistleKind.JOINT else None
    args = {"by": by.id, "units": [unit.id for unit in called], "lead": lead.id, "kind": kind.value, "limit_at": due_at.isoformat()}
    there = [person.id for unit in called for person in (registry.unit_people_in(unit.id, group.id) if group else ())]
    tell_group(work, now, ticket, group, Said.ASSIGNED, "whistled", because=because, lane=lane, args={**args, "people": there},
               still="undone")
    for unit in called:
        tell_people(work, rules, now, ticket, registry.unit_people(unit.id), Said.CARD, "card.whistled", because=because, lane=lane,
                    args={**args, "unit": unit.id}, still="undone")
