"""Supervisions (督办), each with its own deadline for an answer."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.tables import supervisions
from tickets.called_in import Grade, Supervision

_s = supervisions.c
_INSERT = insert(supervisions).returning(_s.id)
_OF_TICKET = select(supervisions).where(_s.ticket == bindparam("ticket")).order_by(_s.id)


def add(connection: Connection, supervision: Supervision) -> Supervision:
    """Store a new one (its `id` is 0) and give it back with its id."""
    made = connection.execute(_INSERT, {"ticket": supervision.ticket, **_values(supervision)}).scalar_one()
    return replace(supervision, id=int(made))


def save(connection: Connection, supervision: Supervision) -> None:
    """Store what became of one."""
    values = {"ticket": supervision.ticket, **_values(supervision)}
    connection.execute(update(supervisions).where(_s.id == supervision.id).values(**values))


def of_ticket(connection: Connection, ticket_id: int) -> list[Supervision]:
    """In the order in which they were ordered."""
    return [to_supervision(row) for row in connection.execute(_OF_TICKET, {"ticket": ticket_id})]


def _values(supervision: Supervision) -> dict[str, Any]:
    return {
        "grade": supervision.grade.value,
        "actor": supervision.by,
        "at": supervision.at,
        "due_at": supervision.due_at,
        "answered_at": supervision.answered_at,
        "answered_by": supervision.answered_by,
        "lapsed_at": supervision.lapsed_at,
    }


def to_supervision(row: Any) -> Supervision:
    """The value of a row of the table."""
    return Supervision(
        id=row.id, ticket=row.ticket, grade=Grade(row.grade), by=row.actor, at=row.at, due_at=row.due_at,
        answered_at=row.answered_at, answered_by=row.answered_by, lapsed_at=row.lapsed_at,
    )
