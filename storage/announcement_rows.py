"""Announced outages and works: published speech, kept."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from registry.terms import Category
from storage import word_rows
from storage.tables import announcements, words
from tickets.model import Announcement

#: An announcement still answers questions for this long after its end.
AFTERWARDS = timedelta(hours=12)

_a = announcements.c
_ALL = select(announcements, words.c.body).join(words, words.c.id == _a.words_id)


def add(connection: Connection, announcement: Announcement, make_salt: Callable[[], str]) -> Announcement:
    """Store it and give it back with its id."""
    words_id = word_rows.keep(connection, make_salt(), announcement.words)
    values = {
        "group_id": announcement.group,
        "area": announcement.area,
        "category": announcement.category.value,
        "message_id": announcement.message,
        "actor": announcement.by,
        "at": announcement.at,
        "starts_at": announcement.starts_at,
        "ends_at": announcement.ends_at,
        "words_id": words_id,
        "ticket": announcement.ticket,
    }
    made = connection.execute(insert(announcements).returning(_a.id), values).scalar_one()
    return replace(announcement, id=int(made))


def running(connection: Connection, areas: Collection[str], at: datetime) -> list[Announcement]:
    """Made, and not ended or ended less than 12 h before; one without an end runs until it is given one. One that has
    not begun is among them: it answers who asks when it will."""
    query = (
        _ALL.where(_a.area.in_(sorted(areas)), _a.at <= at)
        .where(or_(_a.ends_at.is_(None), _a.ends_at > at - AFTERWARDS))
        .order_by(_a.id)
    )
    return [_to_announcement(row) for row in connection.execute(query)]


def get(connection: Connection, announcement_id: int) -> Announcement:
    """LookupError when there is none."""
    row = connection.execute(_ALL.where(_a.id == announcement_id)).one_or_none()
    if row is None:
        raise LookupError(f"no announcement {announcement_id}")
    return _to_announcement(row)


def save(connection: Connection, announcement: Announcement) -> None:
    """Store what may change: area, category, when, and its ticket."""
    connection.execute(
        update(announcements)
        .where(_a.id == announcement.id)
        .values(
            area=announcement.area, category=announcement.category.value, starts_at=announcement.starts_at,
            ends_at=announcement.ends_at, ticket=announcement.ticket,
        )
    )


def _to_announcement(row: Any) -> Announcement:
    return Announcement(
        id=row.id, group=row.group_id, area=row.area, category=Category(row.category), message=row.message_id,
        by=row.actor, at=row.at, starts_at=row.starts_at, ends_at=row.ends_at, words=row.body or "", ticket=row.ticket,
    )
