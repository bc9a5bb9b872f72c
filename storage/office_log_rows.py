"""The office's log: lines are added, never changed."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select

from storage import word_rows
from storage.in_list import filled, length_for, one_of
from storage.tables import office_log, words
from tickets.office_log import OfficeLine, OfficeWhat

_l = office_log.c


def add(
    connection: Connection, at: datetime, what: OfficeWhat, by: str | None, facts: Mapping[str, Any], said: str | None,
    make_salt: Callable[[], str],
) -> int:
    """Append a line and give its id."""
    words_id = None if said is None else word_rows.keep(connection, make_salt(), said)
    values = {"at": at, "what": what.value, "actor": by, "facts": dict(facts), "words_id": words_id}
    return int(connection.execute(insert(office_log).returning(_l.id), values).scalar_one())


def last(connection: Connection, whats: Collection[OfficeWhat], limit: int) -> list[OfficeLine]:
    """The latest lines of these kinds, newest first."""
    if not whats:
        return []
    length = length_for(len(whats))
    values = {"limit": limit, **filled("whats", sorted(what.value for what in whats), length)}
    return [
        OfficeLine(row.id, row.at, OfficeWhat(row.what), row.actor, row.facts)
        for row in connection.execute(_last(length), values)
    ]


@cache
def _last(length: int) -> Select[Any]:
    return (
        select(office_log).where(one_of(_l.what, "whats", length)).order_by(_l.id.desc()).limit(bindparam("limit"))
    )


def words_of(connection: Connection, line: int) -> str | None:
    """The words that belong to a line, None when there are none or they were erased."""
    query = select(words.c.body).join(office_log, office_log.c.words_id == words.c.id).where(_l.id == line)
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found
