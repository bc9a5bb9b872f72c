"""The office page's own list of open tickets, and the few rows that it writes beside the use cases.

A person danger is in the list, since it must be worked on; what is shown of it is the page's care (promise P13). It is
not found by its place. Pages reach this through `storage.queries`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, true

from registry.terms import ClockKind, DangerKind, Status, Urgency
from storage import bindings, outbox, ticket_rows
from storage.clock_rows import running
from storage.tables import binding_codes, clocks, strangers, tickets
from storage.work_base import OnConnection
from tickets.model import Ticket

_t = tickets.c
#: Clocks whose limit a list shows: until acceptance, until done, until the rating is closed.
SHOWN_CLOCKS = (ClockKind.ACCEPT, ClockKind.DONE, ClockKind.RATING)
_limits = (
    select(clocks.c.ticket, func.min(clocks.c.limit_at).label("next_limit"))
    .where(running, clocks.c.kind.in_([kind.value for kind in SHOWN_CLOCKS]))
    .group_by(clocks.c.ticket)
    .subquery("limits")
)
_with_limits = tickets.outerjoin(_limits, _limits.c.ticket == _t.id)
_in_danger = and_(_t.urgency == Urgency.DANGER.value, _t.danger_ended_at.is_(None))
_public = or_(_t.danger.is_(None), _t.danger != DangerKind.PERSON.value)


class Tab(StrEnum):
    """The parts of the open tickets that the page shows."""

    ALL = "all"
    DANGER = "danger"
    OVERDUE = "overdue"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class OpenTickets:
    """One page of open tickets, each with the limit that runs out next, and how many there are on all pages."""

    tickets: tuple[tuple[Ticket, datetime | None], ...]
    total: int


def open_tickets(work: OnConnection, tab: Tab, search: str, page: int, size: int, now: datetime) -> OpenTickets:
    """Open tickets of a tab whose number begins with the words or whose place holds them: danger first, then doubt,
    then the limit that runs out next. Pages begin at 1."""
    conditions = [_t.is_open, _in_tab(tab, now)]
    if search:
        by_place = and_(_t.place.contains(search, autoescape=True), _public)
        by_number = or_(_t.aloud.startswith(search, autoescape=True), _t.number == search)
        conditions.append(or_(by_number, by_place))
    total = work.connection.execute(select(func.count()).select_from(_with_limits).where(*conditions)).scalar_one()
    query = (
        ticket_rows.ALL.add_columns(_limits.c.next_limit)
        .select_from(_with_limits)
        .where(*conditions)
        .order_by(
            case((_in_danger, 0), (_t.doubt, 1), else_=2),
            _limits.c.next_limit.is_(None),
            _limits.c.next_limit,
            _t.id,
        )
        .limit(size)
        .offset((page - 1) * size)
    )
    found: list[tuple[Ticket, datetime | None]] = []
    for row in work.connection.execute(query).mappings():
        values: dict[Any, Any] = dict(row)
        limit = values.pop("next_limit")
        found.append((ticket_rows.to_ticket(values), limit))
    return OpenTickets(tuple(found), int(total))


def tab_counts(work: OnConnection, now: datetime) -> Mapping[Tab, int]:
    """How many open tickets each tab has."""
    sums = [func.coalesce(func.sum(case((_in_tab(tab, now), 1), else_=0)), 0) for tab in Tab]
    row = work.connection.execute(select(*sums).select_from(_with_limits).where(_t.is_open)).one()
    return {tab: int(count) for tab, count in zip(Tab, row, strict=True)}


def mark_seen(work: OnConnection, row: int, now: datetime) -> None:
    """A person has taken care of a row that failed or is unclear."""
    outbox.seen(work, row, now)


def give_code(work: OnConnection, make: Callable[[], str], person: str, expires_at: datetime, now: datetime) -> str:
    """A binding code that nobody else has now; the person's older one stops working."""
    connection = work.connection
    connection.execute(delete(binding_codes).where(binding_codes.c.expires_at <= now))
    taken = set(connection.execute(select(binding_codes.c.code)).scalars())
    code = make()
    while code in taken:
        code = make()
    bindings.add_code(connection, code, person, expires_at)
    return code


def forget_stranger(work: OnConnection, channel: str, group: str | None, sender: str | None) -> None:
    """It is known who it is now: a chat with all who spoke in it, or, without a chat, a person."""
    found = delete(strangers).where(strangers.c.channel == channel, strangers.c.group_id == (group or ""))
    work.connection.execute(found if group else found.where(strangers.c.sender == (sender or "")))


def _in_tab(tab: Tab, now: datetime) -> ColumnElement[bool]:
    match tab:
        case Tab.DANGER:
            return _in_danger
        case Tab.OVERDUE:
            return and_(_t.status != Status.DONE.value, _limits.c.next_limit <= now)
        case Tab.WAITING:
            return _t.status.in_((Status.OPEN.value, Status.ASSIGNED.value))
        case Tab.ACCEPTED:
            return _t.status == Status.ACCEPTED.value
        case Tab.RATING:
            return _t.status == Status.DONE.value
        case Tab.ALL:
            return true()
