"""Ticket numbers: 2026-0302-17, counted over the whole county and day."""

from datetime import date, datetime, time

from sqlalchemy import Connection, bindparam, or_, select

from storage.dialect import PerDialect
from storage.tables import counters, tickets
from storage.ticket_rows import SPOKEN_FOR
from storage.times import SHANGHAI

_TAKE = PerDialect(
    counters,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["day"], set_={"taken": counters.c.taken + 1}
    ).returning(counters.c.taken),
)
_IN_USE = (
    select(tickets.c.id)
    .where(tickets.c.aloud == bindparam("aloud"))
    .where(or_(tickets.c.is_open, tickets.c.touched_at >= bindparam("since")))
    .limit(1)
)


def take(connection: Connection, day: date) -> str:
    """The day's next number. One that is still said aloud for a ticket of an earlier year is passed over."""
    since = datetime.combine(day, time(), SHANGHAI) - SPOKEN_FOR
    while True:
        taken = connection.execute(_TAKE.on(connection), {"day": day, "taken": 1}).scalar_one()
        number = f"{day:%Y-%m%d}-{taken}"
        if connection.execute(_IN_USE, {"aloud": number[5:], "since": since}).first() is None:
            return number
