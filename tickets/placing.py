"""A matter that was told without a place finds its grid: whoever is near it takes it over."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from registry.registry import Registry
from registry.terms import Level, Said, Status, TicketKind, Urgency, What
from tickets import danger
from tickets.assigning import dispatch
from tickets.model import Ticket
from tickets.work import Rules, Work

#: While its place is asked for, a matter that is not urgent waits so long before it goes to a unit of the county.
WAITS = timedelta(minutes=3)
_HELD = frozenset({Said.ASSIGNED, Said.CARD})


def do_wait_for_place(work: Work, now: datetime, ticket: Ticket) -> None:
    """The resident was asked where it is: what the desk would tell units waits for his answer a little."""
    if ticket.urgency is Urgency.NORMAL:
        work.delay(ticket.id, _HELD, now + WAITS)


def is_unplaced(registry: Registry, ticket: Ticket) -> bool:
    """Told by somebody who had not said where he lives, and not taken by anybody yet."""
    area = registry.area(ticket.area)
    waits = ticket.status in (Status.OPEN, Status.ASSIGNED)
    return waits and ticket.group is None and area is not None and area.level is Level.COUNTY


def do_place(work: Work, rules: Rules, now: datetime, ticket: Ticket, area: str, *, because: str) -> Ticket:
    """The matter lies in this grid: its grid member owns it and it is handed on from there. A danger is told anew to those
    who answer for the grid."""
    registry = rules.registry
    if ticket.missing:
        return ticket
    owner = registry.grid_member_of(area) or registry.grid_leader_of(area)
    before = ticket.area
    ticket = replace(ticket, area=area, township=registry.township_of(area))
    if owner is not None and not ticket.is_private:
        ticket = replace(ticket, owner=owner.id)
    work.save(ticket)
    work.record(ticket.id, now, What.CORRECTED, None, None, {"field": "area", "from": before, "to": area})
    if ticket.kind is TicketKind.CONSULTATION:
        return ticket
    if ticket.is_private:
        return danger.alarm_confidants(work, rules, now, ticket, because=because)
    ticket = dispatch(work, rules, now, ticket, because=because)
    if ticket.in_danger:
        return danger.raise_alarm(work, rules, now, ticket, because=because, by=None)
    if ticket.doubt:
        danger.ask_doubt(work, rules, now, ticket, because=because)
    return ticket


def unplaced(registry: Registry, tickets: Collection[Ticket]) -> list[Ticket]:
    """Those of a resident's matters that wait for their place."""
    return [ticket for ticket in tickets if is_unplaced(registry, ticket)]
