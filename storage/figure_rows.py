"""Counts for 今日情况 and the 08:00 lines, and what is overdue, from tickets and clocks.

Person danger is in no figure and no list here (promise P13).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, or_, select

from registry.terms import DangerKind, Status, TicketKind, Urgency, What
from storage.clock_rows import running
from storage.tables import clocks, history, tickets
from storage.ticket_rows import ALL, to_ticket
from tickets.model import Ticket

_t = tickets.c
#: A ticket that turned out to be none of its own.
NOT_COUNTED = (Status.MERGED.value, Status.EXCLUDED.value, Status.WITHDRAWN.value)
#: Clocks whose passing is told as overdue. Written as the index over them says it.
_limit_passed = clocks.c.kind.in_([literal_column("'accept'"), literal_column("'done'")])


def figures(
    connection: Connection, areas: Collection[str] | None, since: datetime, until: datetime
) -> Mapping[str, int]:
    """new, settled, dangers, repeated, unreasonable: within [since, until); overdue: at `until`; open: now. Matters only."""

    def count(conditions: list[ColumnElement[bool]]) -> int:
        return int(connection.execute(select(func.count()).select_from(tickets).where(*conditions)).scalar_one())

    return {name: count(conditions) for name, conditions in _conditions(areas, since, until, until).items()}


def behind(
    connection: Connection, areas: Collection[str] | None, since: datetime, until: datetime, now: datetime
) -> Mapping[str, list[Ticket]]:
    """The tickets that each figure counts, the oldest first; overdue: at `now`."""
    return {
        name: [
            to_ticket(row) for row in connection.execute(ALL.where(*conditions).order_by(_t.opened_at, _t.id)).mappings()
        ]
        for name, conditions in _conditions(areas, since, until, now).items()
    }


def _conditions(
    areas: Collection[str] | None, since: datetime, until: datetime, now: datetime
) -> Mapping[str, list[ColumnElement[bool]]]:
    """Which tickets each figure counts."""
    counted = [*public(areas), _t.status.not_in(NOT_COUNTED)]
    opened = (_t.opened_at >= since, _t.opened_at < until)
    closed = (_t.closed_at >= since, _t.closed_at < until)
    reopened = select(history.c.ticket).where(
        history.c.what == What.REOPENED.value, history.c.at >= since, history.c.at < until
    )
    confirmed = select(history.c.ticket).where(history.c.what == What.SET_ASIDE.value, history.c.target.is_not(None))
    return {
        "new": [*counted, *opened],
        "settled": [*counted, _t.status == Status.CLOSED.value, *closed],
        "overdue": [*counted, _t.is_open, _t.id.in_(passed(now))],
        "dangers": [*counted, *opened, _t.urgency == Urgency.DANGER.value],
        "repeated": [*counted, _t.id.in_(reopened)],
        "open": [*counted, _t.is_open],
        # 不合理诉求: excluded by a second person. What the bot misread is not among them.
        "unreasonable": [*public(areas), _t.status == Status.EXCLUDED.value, *closed, _t.id.in_(confirmed)],
    }


def passed(at: datetime) -> Select[tuple[int]]:
    """Tickets whose accept or done limit had passed then."""
    return select(clocks.c.ticket).where(running, _limit_passed, clocks.c.limit_at <= at)


def overdue(
    connection: Connection, areas: Collection[str] | None, now: datetime, limit: int
) -> list[tuple[Ticket, datetime]]:
    """Open tickets whose accept or done limit has passed, with that time, most overdue first."""
    late = (
        select(clocks.c.ticket, func.min(clocks.c.limit_at).label("passed_at"))
        .where(running, _limit_passed, clocks.c.limit_at <= now)
        .group_by(clocks.c.ticket)
        .subquery()
    )
    query = (
        ALL.add_columns(late.c.passed_at)
        .join(late, late.c.ticket == _t.id)
        .where(_t.is_open, *public(areas))
        .order_by(late.c.passed_at, _t.id)
        .limit(limit)
    )
    found: list[tuple[Ticket, datetime]] = []
    for row in connection.execute(query).mappings():
        values: dict[Any, Any] = dict(row)
        passed_at = values.pop("passed_at")
        found.append((to_ticket(values), passed_at))
    return found


def public(areas: Collection[str] | None) -> list[ColumnElement[bool]]:
    """Matters of these areas without person danger."""
    conditions: list[ColumnElement[bool]] = [
        _t.kind == TicketKind.MATTER.value,
        or_(_t.danger.is_(None), _t.danger != DangerKind.PERSON.value),
    ]
    if areas is not None:
        conditions.append(_t.area.in_(sorted(areas)))
    return conditions
