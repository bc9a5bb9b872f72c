"""What has an hour of the day (digest, proof, morning lines, recount, retention, backup): one row each."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from storage.dialect import upsert
from storage.tables import agenda

_SET = upsert(agenda, ("name",), "due_at")


def due(connection: Connection, now: datetime) -> list[tuple[str, datetime]]:
    """Due at or before `now`, earliest first."""
    query = select(agenda).where(agenda.c.due_at <= now).order_by(agenda.c.due_at, agenda.c.name)
    return [(row.name, row.due_at) for row in connection.execute(query)]


def names(connection: Connection) -> set[str]:
    """Entries that have a next time."""
    return set(connection.execute(select(agenda.c.name)).scalars())


def put(connection: Connection, name: str, due_at: datetime | None) -> None:
    """Set the next time, or take it away."""
    if due_at is None:
        connection.execute(delete(agenda).where(agenda.c.name == name))
    else:
        connection.execute(_SET.on(connection), {"name": name, "due_at": due_at})


def earliest(connection: Connection) -> datetime | None:
    found = connection.execute(select(func.min(agenda.c.due_at))).scalar_one_or_none()
    return found if isinstance(found, datetime) else None
