"""The nightly recount as a chore of the process: an entry of the agenda says when, the sweep (S12) tells what differed.

Counting reads the whole history, so it is done beside the writer; only its result is written.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import delete, insert, select

from storage import agenda, figures
from storage.tables import meta
from storage.times import SHANGHAI
from storage.work_base import OnConnection
from tickets.daily import RECOUNT

#: After the anchors (03:30), when little is said.
RECOUNT_AT = time(3, 40)
#: Before the name of a figure that differed, in `meta`.
DIFFERS = "differs:"


def plan(work: OnConnection, now: datetime) -> None:
    """At start: set the next recount where there is none."""
    if RECOUNT not in agenda.names(work.connection):
        agenda.put(work.connection, RECOUNT, next_time(now))


def next_time(now: datetime) -> datetime:
    """The first 03:40 after a moment."""
    at = datetime.combine(now.astimezone(SHANGHAI).date(), RECOUNT_AT, SHANGHAI)
    return at if at > now else at + timedelta(days=1)


def is_due(work: OnConnection, now: datetime) -> bool:
    return any(name == RECOUNT for name, _ in agenda.due(work.connection, now))


def count(work: OnConnection, now: datetime) -> Mapping[str, tuple[int, int]]:
    """What differs for the day before: the dashboard's figure and the recount's, by the figure's name."""
    today = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    return figures.differences(work, today - timedelta(days=1), today)


def keep(work: OnConnection, now: datetime, differing: Mapping[str, tuple[int, int]]) -> None:
    """Put the result in the place of the last night's and set the next time."""
    connection = work.connection
    connection.execute(delete(meta).where(meta.c.name.startswith(DIFFERS, autoescape=True)))
    for name, (shown, counted) in sorted(differing.items()):
        connection.execute(insert(meta), {"name": f"{DIFFERS}{name}", "value": f"{shown}/{counted}"})
    agenda.put(connection, RECOUNT, next_time(now))


def last(work: OnConnection) -> Mapping[str, str]:
    """What differed in the last recount: `shown/counted` by figure."""
    rows = work.connection.execute(select(meta.c.name, meta.c.value).where(meta.c.name.startswith(DIFFERS, autoescape=True)))
    return {row.name.removeprefix(DIFFERS): row.value for row in rows}
