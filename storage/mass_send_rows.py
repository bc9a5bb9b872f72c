"""Mass-send tasks that wait for their owner: how often he was reminded, and how many a group has had in a month."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from registry.terms import Form
from storage.dialect import upsert
from storage.tables import mass_reminders, outbox
from storage.work_base import OnConnection

_o = outbox.c
_PUT = upsert(mass_reminders, ("task_ref",), "times", "last_at")


def sent_in_month(work: OnConnection, group: str, at: datetime) -> int:
    """Tasks asked for or pressed for the group since the month of `at` began, in its own time."""
    query = select(func.count(func.distinct(_o.task_ref))).where(_o.group_id == group, _of_month(at))
    return int(work.connection.execute(query).scalar_one())


def sent_by_group(work: OnConnection, at: datetime) -> dict[str, int]:
    """The same for every group that had one."""
    query = select(_o.group_id, func.count(func.distinct(_o.task_ref)).label("many")).where(_of_month(at))
    return {row.group_id: row.many for row in work.connection.execute(query.group_by(_o.group_id)) if row.group_id}


def _of_month(at: datetime) -> ColumnElement[bool]:
    begin = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return and_(_o.form == Form.CONFIRM.value, _o.state.in_(["asked", "sent"]), _o.asked_at >= begin)


def reminded(work: OnConnection, task_ref: str) -> tuple[int, datetime | None]:
    """How often the owner was reminded of a task, and when last."""
    row = work.connection.execute(
        select(mass_reminders.c.times, mass_reminders.c.last_at).where(mass_reminders.c.task_ref == task_ref)
    ).one_or_none()
    return (row.times, row.last_at) if row is not None else (0, None)


def remind(work: OnConnection, task_ref: str, at: datetime) -> None:
    """The owner was reminded once more."""
    times, _ = reminded(work, task_ref)
    work.connection.execute(_PUT.on(work.connection), {"task_ref": task_ref, "times": times + 1, "last_at": at})


def forget_old(work: OnConnection, now: datetime, kept: timedelta = timedelta(days=31)) -> int:
    """Reminders of tasks that are long over."""
    gone = mass_reminders.delete().where(mass_reminders.c.last_at < now - kept)
    return int(work.connection.execute(gone).rowcount)
