"""What is forgotten, each night: only what the design says (section 3; domain.md on missing persons)."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Delete, delete, or_, select, update

from storage import duty_rows, ears, inbox, mass_send_rows, media_rows, resident_rows, word_rows
from storage.tables import announcements, binding_codes, buckets, history, set_aside, ticket_messages, tickets
from storage.work_base import OnConnection

#: A missing person's words are erased this long after 找到了.
MISSING_KEPT = timedelta(hours=24)
#: What is left of a missing person's ticket where words stood.
MISSING_SUMMARY = "寻人"


def forget(work: OnConnection, now: datetime) -> dict[str, int]:
    """Run all rules; gives how many rows each took."""
    connection = work.connection
    return {
        "inbox": inbox.forget_old(work, now),
        "ear_marks": ears.forget_old(work, now),
        "set_aside": _drop(connection, delete(set_aside).where(set_aside.c.at < now - inbox.KEYS_KEPT)),
        "binding_codes": _drop(connection, delete(binding_codes).where(binding_codes.c.expires_at <= now)),
        "buckets": _drop(connection, delete(buckets).where(buckets.c.at < now - timedelta(days=1))),
        "mass_reminders": mass_send_rows.forget_old(work, now),
        "missing": _erase_missing(connection, now),
        "handover_notes": duty_rows.forget(connection, now),
        "residents": resident_rows.forget_old(connection, now),
    }


def _drop(connection: Connection, query: Delete) -> int:
    return int(connection.execute(query).rowcount)


def _erase_missing(connection: Connection, now: datetime) -> int:
    """Erase all words of missing persons found more than a day ago."""
    found = connection.execute(
        select(tickets.c.id)
        .where(tickets.c.missing, tickets.c.summary != MISSING_SUMMARY)
        .where(or_(tickets.c.done_at < now - MISSING_KEPT, tickets.c.closed_at < now - MISSING_KEPT))
    ).scalars().all()
    for ticket in found:
        ids: set[int] = set()
        for table in (ticket_messages, history, announcements):
            query = select(table.c.words_id).where(table.c.ticket == ticket, table.c.words_id.is_not(None))
            ids.update(connection.execute(query).scalars())
        word_rows.erase(connection, ids)
        media_rows.erase_of_ticket(connection, ticket)
        connection.execute(
            update(tickets).where(tickets.c.id == ticket).values(summary=MISSING_SUMMARY, place=None)
        )
    return len(found)
