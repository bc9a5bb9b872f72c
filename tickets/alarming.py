"""Alarms for the grid office: into its own group where it has one, else to its people by card."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from registry.terms import Lane, Role, Said
from tickets.model import Ticket, ToSay
from tickets.telling import may_reach_groups
from tickets.work import Rules, Work


def tell_office(
    work: Work, rules: Rules, now: datetime, event: str, *, because: str, ticket: Ticket | None = None,
    args: Mapping[str, Any] | None = None, still: str = "always", area: str | None = None, kind: Said = Said.ALARM,
    lane: Lane = Lane.URGENT,
) -> bool:
    """Queue an alarm, or something else, for the grid office; False where the county has neither group nor people for it.

    A ticket that no group may hear of goes to a person of the office by its number alone.
    """
    registry = rules.registry
    group = registry.office_group()
    row = ToSay(kind=kind, event=event, lane=lane, ticket=ticket.id if ticket else None, because=because,
                args=dict(args or {}), round=ticket.round if ticket else 0, still=still)
    if group is not None and (ticket is None or may_reach_groups(ticket, event)):
        work.say(replace(row, group=group.id), now)
        return True
    where = (ticket.area if ticket else None) or area or next(iter(registry.areas), None)
    office = registry.officials(Role.GRID_OFFICE, where) if where else ()
    if not office:
        return False
    work.say(replace(row, person=office[0].id), now)
    return True
