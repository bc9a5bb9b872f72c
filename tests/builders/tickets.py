"""A ticket, its messages and its sentences, with everything filled in but what a test says."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from registry.terms import Act, Category, Lane, Said, Status, TicketKind, Urgency
from tickets.model import Ticket, TicketMessage, ToSay

CHINA = timezone(timedelta(hours=8))
#: A Monday morning.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_ticket(number: str = "2026-0302-1", **changes: Any) -> Ticket:
    """An open matter about water in group g1 of grid 7701."""
    values: dict[str, Any] = {
        "id": 0,
        "number": number,
        "kind": TicketKind.MATTER,
        "category": Category.WATER,
        "urgency": Urgency.NORMAL,
        "danger": None,
        "doubt": False,
        "group": "g1",
        "groups": ("g1",),
        "area": "7701",
        "township": "77",
        "place": "三号院",
        "summary": "供水 三号院 水管漏水",
        "status": Status.OPEN,
        "owner": "m1",
        "policy": "v1",
        "opened_at": NOW,
        "last_at": NOW,
    }
    return Ticket(**(values | changes))


def a_message(message: str, ticket: int, **changes: Any) -> TicketMessage:
    """A resident's report."""
    values: dict[str, Any] = {"id": message, "ticket": ticket, "sender": "r1", "group": "g1", "at": NOW}
    values |= {"act": Act.REPORT, "words": "三号院水管漏水"}
    return TicketMessage(**(values | changes))


def a_sentence(ticket: int | None, **changes: Any) -> ToSay:
    """A status for group g1 in the normal lane."""
    values: dict[str, Any] = {"kind": Said.STATUS, "event": "accepted", "lane": Lane.NORMAL, "ticket": ticket}
    values |= {"because": "x1", "group": "g1"}
    return ToSay(**(values | changes))
