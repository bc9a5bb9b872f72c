"""On which days each group was heard, as one row a group: how many days, the first and the last. No text, no speaker.

The sweep tells by it which group has fallen silent for far longer than it usually does (S9).
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, delete

from storage.dialect import PerDialect
from storage.tables import group_hearing
from storage.times import SHANGHAI

_NOTE = PerDialect(
    group_hearing,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["group_id"],
        set_={"days": group_hearing.c.days + 1, "last_day": insert.excluded.last_day},
        where=group_hearing.c.last_day < insert.excluded.last_day,
    ),
)


def note(connection: Connection, groups: Mapping[str, datetime]) -> None:
    """These groups (ids) were heard at these times. A day counts once."""
    rows = [
        {"group_id": group, "first_day": day, "last_day": day, "days": 1}
        for group, at in groups.items()
        for day in (datetime.combine(at.astimezone(SHANGHAI).date(), time(), SHANGHAI),)
    ]
    if rows:
        connection.execute(_NOTE.on(connection), rows)


def keep_only(connection: Connection, registry: Mapping[str, Any]) -> None:
    """Groups that a new registry (plain data) has no longer are missed no longer."""
    ids = [group["id"] for group in registry.get("groups") or ()]
    connection.execute(delete(group_hearing).where(group_hearing.c.group_id.not_in(ids)))
