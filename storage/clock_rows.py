"""A ticket's clocks: one row a kind, running or stopped. What is due is read from an index over the running ones."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ScalarResult, and_, bindparam, case, func, literal_column, select, update

from registry.terms import WARNING_OF, ClockKind, Urgency
from storage.dialect import upsert
from storage.tables import clocks, tickets
from tickets.model import Clock

_c = clocks.c
#: Written into statements, not bound: a partial index is used only where the condition can be seen.
running = _c.state == literal_column("'running'")

_COLUMNS = (_c.ticket, _c.kind, _c.due_at, _c.limit_at, _c.rung)
_SET = upsert(clocks, ("ticket", "kind"), "due_at", "limit_at", "rung", "state")
_STOP_ALL = update(clocks).where(_c.ticket == bindparam("which"), running).values(state="stopped")
_STOP = _STOP_ALL.where(_c.kind.in_(bindparam("kinds", expanding=True)))
_OF_TICKET = select(*_COLUMNS).where(_c.ticket == bindparam("ticket"), running)
_danger_first = case(
    (and_(tickets.c.urgency == Urgency.DANGER.value, tickets.c.danger_ended_at.is_(None)), 0), else_=1
)
_DUE = (
    select(*_COLUMNS)
    .join(tickets, tickets.c.id == _c.ticket)
    .where(running, _c.due_at <= bindparam("now"))
    .order_by(_danger_first, _c.due_at, _c.ticket, _c.kind)
    .limit(bindparam("limit"))
)
_NEXT = select(func.min(_c.due_at)).where(running)


def set_clock(connection: Connection, clock: Clock) -> None:
    """Start or move a clock."""
    row = {
        "ticket": clock.ticket,
        "kind": clock.kind.value,
        "due_at": clock.due_at,
        "limit_at": clock.limit_at,
        "rung": clock.rung,
        "state": "running",
    }
    connection.execute(_SET.on(connection), row)


def stop(connection: Connection, ticket_id: int, kinds: Collection[ClockKind]) -> None:
    """Stop the running clocks of these kinds with their warnings; all of them when none is named."""
    if kinds:
        warnings = (WARNING_OF[kind] for kind in kinds if kind in WARNING_OF)
        connection.execute(_STOP, {"which": ticket_id, "kinds": [kind.value for kind in (*kinds, *warnings)]})
    else:
        connection.execute(_STOP_ALL, {"which": ticket_id})


def of_ticket(connection: Connection, ticket_id: int) -> dict[ClockKind, Clock]:
    """The running ones."""
    found = (_to_clock(row) for row in connection.execute(_OF_TICKET, {"ticket": ticket_id}))
    return {clock.kind: clock for clock in found}


def due(connection: Connection, now: datetime, limit: int) -> list[Clock]:
    """Running and due at or before `now`: danger's first, then by due time."""
    return [_to_clock(row) for row in connection.execute(_DUE, {"now": now, "limit": limit})]


def next_due(connection: Connection) -> datetime | None:
    """The earliest due time of all running clocks."""
    found: ScalarResult[datetime | None] = connection.execute(_NEXT).scalars()
    return found.one()


def _to_clock(row: Any) -> Clock:
    return Clock(row.ticket, ClockKind(row.kind), row.due_at, row.limit_at, row.rung)
