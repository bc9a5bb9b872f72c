"""How far each ear has been decided, where it stood in each minute, and what had to be set aside. No text."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from storage.dialect import InsertNew, upsert
from storage.tables import cursors, ear_marks, set_aside
from storage.work_base import OnConnection

#: How far before the cursor is read back at a start.
READ_BACK = timedelta(minutes=10)
#: Marks are kept a little longer than WeCom keeps the archive (5 days).
MARKS_KEPT = timedelta(days=6)

_CURSOR = upsert(cursors, ("ear",), "seq")
_MARK = upsert(ear_marks, ("ear", "minute"), "seq")
_SET_ASIDE = InsertNew(set_aside)


def cursor(work: OnConnection, ear: str) -> int | None:
    """The last seq decided; None before the first."""
    return work.connection.execute(select(cursors.c.seq).where(cursors.c.ear == ear)).scalar_one_or_none()


def set_cursor(work: OnConnection, ear: str, seq: int) -> None:
    """Everything up to here is decided; in the transaction of its effects."""
    work.connection.execute(_CURSOR.on(work.connection), {"ear": ear, "seq": seq})


def mark(work: OnConnection, ear: str, at: datetime, seq: int | None = None) -> None:
    """The ear hears at this time; one row a minute with the last seq (None for a socket)."""
    minute = at.replace(second=0, microsecond=0)
    work.connection.execute(_MARK.on(work.connection), {"ear": ear, "minute": minute, "seq": seq})


def mark_before(work: OnConnection, ear: str, at: datetime) -> int | None:
    """The seq where the ear stood ten minutes before; None when no mark is that old."""
    query = (
        select(ear_marks.c.seq)
        .where(ear_marks.c.ear == ear, ear_marks.c.minute <= at - READ_BACK, ear_marks.c.seq.is_not(None))
        .order_by(ear_marks.c.minute.desc())
        .limit(1)
    )
    return work.connection.execute(query).scalar_one_or_none()


def away_since(work: OnConnection, ear: str, now: datetime) -> datetime | None:
    """The last minute in which the ear heard, up to `now`; None when it never did."""
    query = select(func.max(ear_marks.c.minute)).where(ear_marks.c.ear == ear, ear_marks.c.minute <= now)
    found = work.connection.execute(query).scalar_one_or_none()
    return found if isinstance(found, datetime) else None


def lay_aside(work: OnConnection, ear: str, place: str, error_class: str, at: datetime) -> bool:
    """A message that can't be decided: its seq or key, and the name of the error; False when it was noted before."""
    return _SET_ASIDE(work.connection, {"ear": ear, "place": place, "error_class": error_class, "at": at})


def forget_old(work: OnConnection, now: datetime) -> int:
    """Drop marks older than 6 days; gives how many."""
    return int(work.connection.execute(delete(ear_marks).where(ear_marks.c.minute < now - MARKS_KEPT)).rowcount)
