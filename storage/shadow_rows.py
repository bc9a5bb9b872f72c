"""A list or model on trial beside those in use: what was ordered, and the counts of each day. No words, no ids."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select

from storage.dialect import upsert
from storage.meta_rows import get_note, put_note
from storage.tables import shadow_days
from storage.work_base import OnConnection

_NAME = "shadow"
COUNTS = ("heard", "same", "added", "lost", "changed", "added_danger", "lost_danger")
_PUT = upsert(shadow_days, ("day",), *COUNTS)


@dataclass(frozen=True, slots=True)
class ShadowOrder:
    """Lists or a model, by their path where the service runs, from when until when they stand beside those in use.
    `trouble` says why they do not."""

    lists: str
    since: datetime
    until: datetime
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ShadowDay:
    """Counts of a day (ISO): messages heard; tickets opened alike, more, fewer, otherwise; dangers raised more, fewer."""

    day: str
    heard: int
    same: int
    added: int
    lost: int
    changed: int
    added_danger: int
    lost_danger: int


def put_order(work: OnConnection, order: ShadowOrder | None) -> None:
    """Begin a trial, whose days are counted anew; None ends the one that runs and keeps its counts."""
    data = None
    if order is not None:
        work.connection.execute(delete(shadow_days))
        data = {"lists": order.lists, "since": order.since.isoformat(), "until": order.until.isoformat(), "trouble": order.trouble}
    put_note(work, _NAME, json.dumps(data, ensure_ascii=False))


def note_trouble(work: OnConnection, order: ShadowOrder, trouble: str) -> None:
    """Why the ordered lists do not stand beside those in use."""
    if get_order(work) == order:
        data = {"lists": order.lists, "since": order.since.isoformat(), "until": order.until.isoformat(), "trouble": trouble}
        put_note(work, _NAME, json.dumps(data, ensure_ascii=False))


def get_order(work: OnConnection) -> ShadowOrder | None:
    """The trial that was ordered last; None where none was, or it was ended."""
    data = json.loads(get_note(work, _NAME) or "null")
    if data is None:
        return None
    return ShadowOrder(data["lists"], datetime.fromisoformat(data["since"]), datetime.fromisoformat(data["until"]), data["trouble"])


def put_days(work: OnConnection, days: list[ShadowDay]) -> None:
    """Keep the counts of days, in place of earlier ones."""
    if days:
        work.connection.execute(_PUT.on(work.connection), [asdict(day) for day in days])


def days(work: OnConnection) -> list[ShadowDay]:
    """The counts of every day of the last trial, in order."""
    query = select(shadow_days).order_by(shadow_days.c.day)
    return [ShadowDay(row.day, *(getattr(row, name) for name in COUNTS)) for row in work.connection.execute(query)]
