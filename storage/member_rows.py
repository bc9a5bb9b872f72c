"""Which registered officials are in which groups, from WeCom's member lists. Residents are never kept here.

A stay runs from the list that first had the person to the last list that had him.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, func, insert, select, update

from storage.dialect import upsert
from storage.tables import group_members, member_lists
from storage.work_base import OnConnection

_m, _l = group_members.c, member_lists.c
_READ = upsert(member_lists, ("group_id",), "seen_at")


def joined(work: OnConnection, group: str, people: Collection[str], seen_at: datetime) -> None:
    """A group's member list was read: these registered officials are in it now, and no others.

    `people` are the registry's ids; the caller leaves out everybody who is not an official. A list that is older than
    the last one read is left out of account.
    """
    connection = work.connection
    before = connection.execute(select(_l.seen_at).where(_l.group_id == group)).scalar_one_or_none()
    if before is not None and seen_at <= before:
        return
    # a stay goes on while each list has the person: its end is the time of the list before
    staying = and_(_m.group_id == group, _m.until == (before or seen_at))
    known = set(connection.execute(select(_m.person).where(staying)).scalars())
    stay_on = sorted(known.intersection(people))
    if stay_on:
        connection.execute(update(group_members).where(staying, _m.person.in_(stay_on)).values(until=seen_at))
    new = [
        {"group_id": group, "person": person, "since": seen_at, "until": seen_at}
        for person in dict.fromkeys(people)
        if person not in known
    ]
    if new:
        connection.execute(insert(group_members), new)
    connection.execute(_READ.on(connection), {"group_id": group, "seen_at": seen_at})


def seen_between(work: OnConnection, start: datetime, end: datetime) -> frozenset[tuple[str, str]]:
    """(person, group) of everybody whose stay touches the time from `start` to before `end`."""
    query = select(_m.person, _m.group_id).where(_m.since < end, _m.until >= start)
    return frozenset((row.person, row.group_id) for row in work.connection.execute(query))


def lists_read(work: OnConnection) -> Mapping[str, datetime]:
    """When each group's member list was last read; a group without one is not in it."""
    query = select(_l.group_id, func.max(_l.seen_at).label("seen_at")).group_by(_l.group_id)
    return {row.group_id: row.seen_at for row in work.connection.execute(query)}
