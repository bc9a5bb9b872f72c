"""Whistled units: one row for each ticket, round and unit."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage.dialect import upsert
from storage.tables import whistles
from tickets.called_in import Whistle, WhistleKind

_w = whistles.c
_PUT = upsert(
    whistles, ("ticket", "round", "unit"), "kind", "is_lead", "actor", "at", "due_at", "reported_at", "reported_by", "named_at",
    "part_done_at",
)
_OF_TICKET = select(whistles).where(_w.ticket == bindparam("ticket")).order_by(_w.round, _w.at, _w.unit)


def put(connection: Connection, whistle: Whistle) -> None:
    """Store a whistle, or what became of one."""
    row = {
        "ticket": whistle.ticket,
        "round": whistle.round,
        "unit": whistle.unit,
        "kind": whistle.kind.value,
        "is_lead": whistle.lead,
        "actor": whistle.by,
        "at": whistle.at,
        "due_at": whistle.due_at,
        "reported_at": whistle.reported_at,
        "reported_by": whistle.reported_by,
        "named_at": whistle.named_at,
        "part_done_at": whistle.part_done_at,
    }
    connection.execute(_PUT.on(connection), row)


def of_ticket(connection: Connection, ticket_id: int) -> list[Whistle]:
    """All rounds, oldest first."""
    return [to_whistle(row) for row in connection.execute(_OF_TICKET, {"ticket": ticket_id})]


def to_whistle(row: Any) -> Whistle:
    """The value of a row of the table."""
    return Whistle(
        ticket=row.ticket, round=row.round, unit=row.unit, kind=WhistleKind(row.kind), lead=row.is_lead, by=row.actor,
        at=row.at, due_at=row.due_at, reported_at=row.reported_at, reported_by=row.reported_by, named_at=row.named_at,
        part_done_at=row.part_done_at,
    )
