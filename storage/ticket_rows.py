"""Tickets as rows: the mapping both ways, and the statements on the table `tickets`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, or_, select, update

from registry.terms import Category, DangerKind, Outcome, Status, TicketKind, Urgency
from storage.dialect import InsertNew
from storage.tables import ticket_groups, tickets
from tickets.model import Ticket

#: How long a closed ticket keeps its spoken number (design, section 7).
SPOKEN_FOR = timedelta(days=300)

#: In the order of a ticket's fields.
_COLUMNS = [tickets.c["group_id" if field.name == "group" else field.name] for field in fields(Ticket)]
ALL: Select[Any] = select(*_COLUMNS)
_BY_ID = ALL.where(tickets.c.id == bindparam("id"))
_BY_NUMBER = ALL.where(tickets.c.number == bindparam("number"))
_SPOKEN = (
    ALL.where(tickets.c.aloud == bindparam("aloud"))
    .where(or_(tickets.c.is_open, tickets.c.touched_at >= bindparam("since")))
    .order_by(tickets.c.is_open.desc(), tickets.c.opened_at.desc())
    .limit(1)
)
_INSERT = insert(tickets).returning(tickets.c.id)
_UPDATE = update(tickets).where(tickets.c.id == bindparam("which"))
_GROUPS = select(tickets.c.groups).where(tickets.c.id == bindparam("id"))
_ADD_GROUP = InsertNew(ticket_groups)
_DROP_GROUPS = (
    delete(ticket_groups)
    .where(ticket_groups.c.ticket == bindparam("which"))
    .where(ticket_groups.c.group_id.not_in(bindparam("kept", expanding=True)))
)

_KINDS = {kind.value: kind for kind in TicketKind}
_CATEGORIES = {category.value: category for category in Category}
_URGENCIES = {urgency.value: urgency for urgency in Urgency}
_DANGERS: dict[str | None, DangerKind | None] = {None: None, **{kind.value: kind for kind in DangerKind}}
_STATUSES = {status.value: status for status in Status}
_OUTCOMES: dict[str | None, Outcome | None] = {None: None, **{outcome.value: outcome for outcome in Outcome}}


def to_ticket(row: Mapping[Any, Any]) -> Ticket:
    """The ticket of a row that holds the columns of `ALL` by name, and perhaps more."""
    return from_values([row[column.name] for column in _COLUMNS])


def from_values(values: Sequence[Any]) -> Ticket:
    """The ticket of a row of just `ALL`."""
    (
        key, number, kind, category, urgency, danger, doubt, group, groups, area, township, place, summary, status, owner,
        policy, opened_at, last_at, outcome, *more,
    ) = values
    return Ticket(
        key, number, _KINDS[kind], _CATEGORIES[category], _URGENCIES[urgency], _DANGERS[danger], doubt, group, tuple(groups),
        area, township, place, summary, _STATUSES[status], owner, policy, opened_at, last_at, _OUTCOMES[outcome], *more,
    )


def to_row(ticket: Ticket) -> dict[str, Any]:
    """The columns of a ticket, without its id."""
    return {
        "number": ticket.number,
        "aloud": ticket.aloud,
        "kind": ticket.kind.value,
        "category": ticket.category.value,
        "urgency": ticket.urgency.value,
        "danger": ticket.danger.value if ticket.danger else None,
        "doubt": ticket.doubt,
        "group_id": ticket.group,
        "groups": list(ticket.groups),
        "area": ticket.area,
        "township": ticket.township,
        "place": ticket.place,
        "summary": ticket.summary,
        "status": ticket.status.value,
        "is_open": ticket.is_open,
        "owner": ticket.owner,
        "policy": ticket.policy,
        "opened_at": ticket.opened_at,
        "last_at": ticket.last_at,
        "touched_at": max(ticket.last_at, ticket.closed_at or ticket.last_at),
        "outcome": ticket.outcome.value if ticket.outcome else None,
        "unit": ticket.unit,
        "round": ticket.round,
        "step": ticket.step,
        "returns": ticket.returns,
        "voices": ticket.voices,
        "accepted_at": ticket.accepted_at,
        "acknowledged_at": ticket.acknowledged_at,
        "done_at": ticket.done_at,
        "closed_at": ticket.closed_at,
        "danger_ended_at": ticket.danger_ended_at,
        "merged_into": ticket.merged_into,
        "linked_to": ticket.linked_to,
        "missing": ticket.missing,
        "late": ticket.late,
        "leader": ticket.leader,
    }


def add(connection: Connection, ticket: Ticket) -> int:
    """Insert a ticket and give its id."""
    ticket_id = int(connection.execute(_INSERT, to_row(ticket)).scalar_one())
    _add_groups(connection, ticket_id, ticket.groups)
    return ticket_id


def save(connection: Connection, ticket: Ticket) -> None:
    """Write all columns of a ticket; LookupError when there is none."""
    before = connection.execute(_GROUPS, {"id": ticket.id}).one_or_none()
    if before is None:
        raise LookupError(f"no ticket {ticket.id}")
    connection.execute(_UPDATE, {"which": ticket.id, **to_row(ticket)})
    if before[0] != list(ticket.groups):
        connection.execute(_DROP_GROUPS, {"which": ticket.id, "kept": list(ticket.groups)})
        _add_groups(connection, ticket.id, ticket.groups)


def get(connection: Connection, ticket_id: int) -> Ticket:
    """LookupError when there is none."""
    row = connection.execute(_BY_ID, {"id": ticket_id}).one_or_none()
    if row is None:
        raise LookupError(f"no ticket {ticket_id}")
    return from_values(row)


def find(connection: Connection, number: str, now: datetime) -> Ticket | None:
    """By full number (2026-0302-17), or as said aloud (0302-17): an open one before a closed one, the newest first."""
    if number.count("-") > 1:
        row = connection.execute(_BY_NUMBER, {"number": number}).one_or_none()
    else:
        row = connection.execute(_SPOKEN, {"aloud": number, "since": now - SPOKEN_FOR}).one_or_none()
    return None if row is None else from_values(row)


def open_ones(
    connection: Connection,
    *,
    owner: str | None,
    unit: str | None,
    group: str | None,
    areas: Collection[str] | None,
    limit: int,
) -> list[Ticket]:
    """Open tickets by conditions, oldest first."""
    query = ALL.where(tickets.c.is_open)
    if owner is not None:
        query = query.where(tickets.c.owner == owner)
    if unit is not None:
        query = query.where(tickets.c.unit == unit)
    if areas is not None:
        query = query.where(tickets.c.area.in_(sorted(areas)))
    if group is not None:
        query = query.join(
            ticket_groups, and_(ticket_groups.c.ticket == tickets.c.id, ticket_groups.c.group_id == group)
        )
    query = query.order_by(tickets.c.opened_at, tickets.c.id).limit(limit)
    return [from_values(row) for row in connection.execute(query)]


def many(connection: Connection, ids: Collection[int]) -> Mapping[int, Ticket]:
    """The tickets of these ids."""
    query = ALL.where(tickets.c.id.in_(sorted(ids)))
    return {row.id: from_values(row) for row in connection.execute(query)}


def _add_groups(connection: Connection, ticket_id: int, groups: tuple[str, ...]) -> None:
    for group in dict.fromkeys(groups):
        _ADD_GROUP(connection, {"ticket": ticket_id, "group_id": group})


def versions_in_use(connection: Connection) -> dict[str, int]:
    """How many open tickets each policy version has."""
    query = select(tickets.c.policy, func.count()).where(tickets.c.is_open)
    rows = connection.execute(query.group_by(tickets.c.policy).order_by(tickets.c.policy))
    return {str(version): int(count) for version, count in rows}
