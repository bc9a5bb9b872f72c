"""Who refused or agreed that the archive holds what he says, by room; erased when he leaves the room.

A pair of ids and a yes or no: nothing else of a resident stands here.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import and_, delete, func, select

from storage.dialect import PerDialect
from storage.tables import consents
from storage.work_base import OnConnection

_c = consents.c
#: The later word counts; the same moment told twice changes nothing.
_LATEST = PerDialect(
    consents,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["room", "external"],
        set_={"agreed": insert.excluded.agreed, "at": insert.excluded.at},
        where=_c.at <= insert.excluded.at,
    ),
)


def put(work: OnConnection, rows: Iterable[tuple[str, str, bool, datetime]]) -> None:
    """Keep (room, external id, agreed, at); an older word does not undo a later one."""
    values = [{"room": room, "external": who, "agreed": agreed, "at": at} for room, who, agreed, at in rows]
    if values:
        work.connection.execute(_LATEST.on(work.connection), values)


def refusers(work: OnConnection) -> set[tuple[str, str]]:
    """(room, external id) of all who have refused."""
    query = select(_c.room, _c.external).where(_c.agreed.is_(False))
    return {(row.room, row.external) for row in work.connection.execute(query)}


def rooms_of(work: OnConnection, external: str) -> list[str]:
    """The rooms about which this resident has said something."""
    return list(work.connection.execute(select(_c.room).where(_c.external == external)).scalars())


def stayed(work: OnConnection, room: str, external: Collection[str]) -> int:
    """Erase everybody of the room but these, who are still in it; gives how many."""
    known = set(work.connection.execute(select(_c.external).where(_c.room == room)).scalars())
    left = sorted(known.difference(external))
    for one in left:
        work.connection.execute(delete(consents).where(and_(_c.room == room, _c.external == one)))
    return len(left)


def refused_counts(work: OnConnection) -> dict[str, int]:
    """How many have refused, by room; rooms without any are left out."""
    query = select(_c.room, func.count().label("many")).where(_c.agreed.is_(False)).group_by(_c.room)
    return {row.room: row.many for row in work.connection.execute(query)}
