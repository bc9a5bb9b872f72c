"""Single values that belong to no table of their own: by name, as text."""

from sqlalchemy import select

from storage.dialect import upsert
from storage.tables import meta
from storage.work_base import OnConnection

_PUT = upsert(meta, ("name",), "value")


def get_note(work: OnConnection, name: str) -> str | None:
    """The value; None where it was never set."""
    found = work.connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar_one_or_none()
    return str(found) if found is not None else None


def put_note(work: OnConnection, name: str, value: str) -> None:
    """Set the value."""
    work.connection.execute(_PUT.on(work.connection), {"name": name, "value": value})
