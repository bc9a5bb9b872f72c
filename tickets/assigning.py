"""交办, 转办, 接单, 退回: a matter goes to those who do the work and always has one owner."""

from dataclasses import replace
from datetime import datetime, timedelta

from escalation.ladder import limits_of
from registry.model import Person, Unit
from registry.terms import ClockKind, Role, Said, Status, Urgency, What
from tickets import leading, reporting_in
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.rounds import present_urgency, refresh_cards
from tickets.telling import coordination_group, tell_assigned, tell_basic, tell_group, tell_people
from tickets.transitions import LEADERS, Deed, check_allowed
from tickets.warning import set_limit
from tickets.work import Rules, Work


def dispatch(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str, unit: Unit | None = None,
    by: str | None = None,
) -> Ticket:
    """Hand the matter to a unit (100 % 转办): the named one, else by category and area, else the fallback unit. The
    sponsor's lead owns it until the unit has accepted; where there is no fallback either it stays with the grid member
    and is shown to the grid office."""
    registry = rules.registry
    if unit is None:
        fitting = registry.units_for(ticket.category, ticket.area, ticket.group)
        unit = fitting[0] if fitting else registry.fallback_unit(ticket.area)
    work.cancel(ticket.id, now, kinds={Said.ASSIGNED})
    work.cancel(ticket.id, now, events={"card.assigned", "card.no_unit"})
    not_before = _when(rules, now, ticket)
    if unit is None:
        office = registry.officials(Role.GRID_OFFICE, ticket.area)
        owner = registry.person(ticket.owner) if ticket.owner else None
        tell_people(work, rules, now, ticket, [registry.grid_member_of(ticket.area), owner, *office[:1]], Said.CARD,
                    "card.no_unit", because=because, still="unaccepted", not_before=not_before)
        return ticket
    holder = registry.sponsor_lead(ticket.area) or registry.unit_lead(unit.id)
    ticket = replace(ticket, unit=unit.id, status=Status.ASSIGNED, owner=holder.id if holder else ticket.owner)
    work.save(ticket)
    work.record(ticket.id, now, What.ASSIGNED, by, unit.id, {"owner": ticket.owner})
    tell_assigned(work, rules, now, ticket, because=because, not_before=not_before)
    return ticket


def _when(rules: Rules, now: datetime, ticket: Ticket) -> datetime:
    """Normal matters wait for the speaker's last fragment and for the end of the quiet hours."""
    if ticket.urgency is not Urgency.NORMAL:
        return now
    return rules.calendar.after_quiet(now + timedelta(seconds=rules.policy_of(ticket).say.hold_seconds))


def do_accept(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """接单: who accepts owns the matter. The accept ladder stops in the same transaction (P7)."""
    check_allowed(Deed.ACCEPT, ticket)
    unit = by.unit or ticket.unit
    ticket = replace(ticket, status=Status.ACCEPTED, owner=by.id, unit=unit, accepted_at=now, acknowledged_at=now)
    work.save(ticket)
    work.stop_clocks(ticket.id, ClockKind.ACCEPT)
    work.cancel(ticket.id, now, kinds={Said.ASSIGNED})
    # The ladder's calls are moot; a supervision (督办) that has not left yet is not.
    work.cancel(ticket.id, now, events={"card.assigned", "card.no_unit", "step.group", "step.card"})
    work.record(ticket.id, now, What.ACCEPTED, by.id, None, {"unit": unit})
    reporting_in.note_arrival(work, now, ticket, by)
    if not ticket.is_private:
        tell_basic(work, rules, now, ticket, Said.STATUS, "status.accepted", because=because, still="accepted")
        tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.accepted", because=because,
                   args={"by": by.id})
    refresh_cards(work, now, ticket, because=because)
    return ticket


def do_return(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, reason: str, *, because: str) -> Ticket:
    """退回 with a reason: the clocks go on; the sponsor's lead finds another unit; after too many, the grid office judges,
    and what it decided is not returned."""
    check_allowed(Deed.RETURN, ticket)
    if not reason.strip():
        raise RefusedError("reason_missing", ticket.id)
    registry = rules.registry
    if is_arbitrated(rules, ticket):
        raise RefusedError("return_decided", ticket.id)
    returns = ticket.returns + 1
    arbiter_needed = returns > rules.policy_of(ticket).returns_at_most
    office = registry.officials(Role.GRID_OFFICE, ticket.area)
    sponsor = registry.sponsor_lead(ticket.area)
    arbiter = office[0] if (arbiter_needed or sponsor is None or sponsor.id == by.id) and office else sponsor
    if ticket.is_private:
        # Whose matter a person danger is, is no question for a sponsor or an office that may not know of it.
        arbiter = duty_officer(rules, ticket, now)
    owner = arbiter.id if arbiter else ticket.owner
    was_accepted = ticket.status is Status.ACCEPTED
    returned_by = ticket.unit
    ticket = replace(ticket, status=Status.OPEN, returns=returns, owner=owner, unit=None, accepted_at=None,
                     acknowledged_at=None)
    work.save(ticket)
    if was_accepted:
        _start_accept_clock(work, rules, now, ticket)
    work.record(ticket.id, now, What.RETURNED, by.id, owner,
                {"unit": returned_by, "returns": returns, "message": because}, reason)
    work.cancel(ticket.id, now, kinds={Said.ASSIGNED})
    work.cancel(ticket.id, now, events={"card.assigned", "status.accepted"})
    args = {"by": by.id, "unit": returned_by, "owner": owner, "arbiter": arbiter_needed}
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.returned", because=because, args=args)
    tell_people(work, rules, now, ticket, [arbiter], Said.CARD, "card.returned", because=because, args=args, still="unaccepted")
    leading.propose_if_repeated(work, rules, now, ticket, because=because)
    refresh_cards(work, now, ticket, because=because)
    return ticket


def is_arbitrated(rules: Rules, ticket: Ticket) -> bool:
    """Returned more often than units may: the grid office says who does it, and that is not returned again. Whose matter
    a person danger is, no office decides."""
    return ticket.returns > rules.policy_of(ticket).returns_at_most and not ticket.is_private


def do_hand_over(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, unit: Unit, *, because: str) -> Ticket:
    """转办某单位 / 转派: the matter goes to another unit; its done clock goes on, acceptance is asked anew."""
    check_allowed(Deed.HAND_OVER, ticket)
    if is_arbitrated(rules, ticket) and ticket.status is Status.OPEN and by.role not in LEADERS:
        raise RefusedError("arbiter_decides", ticket.id)
    if ticket.unit == unit.id and ticket.status is not Status.OPEN:
        raise RefusedError("same_unit", ticket.id, unit=unit.id)
    if not rules.registry.unit_people(unit.id):
        raise RefusedError("unit_empty", ticket.id, unit=unit.id)
    was_accepted = ticket.status is Status.ACCEPTED
    work.record(ticket.id, now, What.HANDED_OVER, by.id, unit.id, {"from": ticket.unit})
    ticket = replace(ticket, accepted_at=None, acknowledged_at=None)
    ticket = dispatch(work, rules, now, ticket, because=because, unit=unit, by=by.id)
    if was_accepted:
        _start_accept_clock(work, rules, now, ticket)
    refresh_cards(work, now, ticket, because=because)
    return ticket


def duty_officer(rules: Rules, ticket: Ticket, now: datetime) -> Person | None:
    """Who owns a person danger at this hour: the first on duty who may know of it, else the area's first confidant."""
    registry = rules.registry
    may_know = registry.confidants(ticket.area)
    on_duty = [p for p in registry.duty_officers(ticket.area, now) if p in may_know]
    return next(iter([*on_duty, *may_know]), None)


def _start_accept_clock(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> None:
    """Acceptance is waited for again; the done clock was never stopped (退单 never moves a due time later)."""
    at = limits_of(rules.policy_of(ticket), rules.calendar, present_urgency(ticket), ticket.category, now)[ClockKind.ACCEPT]
    set_limit(work, rules, now, ticket, ClockKind.ACCEPT, at)
