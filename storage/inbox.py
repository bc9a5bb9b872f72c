"""The inbox: what came by callback or socket, on disk before it is answered (promise P1), decided once (promise P2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update

from storage.dialect import InsertNew, PerDialect
from storage.tables import inbox
from storage.work_base import OnConnection

#: A key is known for this long, so that a repeated delivery changes nothing.
KEYS_KEPT = timedelta(days=30)
#: A body that could not be decided is there for this long, for a person to look at.
POISON_KEPT = timedelta(hours=24)
#: After as many failures a row is set aside and the others go on.
TRIES = 5

_i = inbox.c
_ADD = InsertNew(inbox)
_ADD_ALL = PerDialect(inbox, lambda insert: insert.on_conflict_do_nothing())
_UNDECIDED = (
    select(_i.id, _i.key, _i.channel, _i.body, _i.at, _i.tries)
    .where(_i.decided_at.is_(None), _i.set_aside.is_(None))
    .order_by(_i.id)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One kept delivery. The body is heard text: it never shows in a repr."""

    key: str
    channel: str
    at: datetime
    tries: int
    body: str = field(repr=False)


def put(work: OnConnection, key: str, channel: str, body: str, at: datetime) -> bool:
    """Keep a delivery; False when its key is known already. WeCom is answered after this has been committed."""
    return _ADD(work.connection, {"key": key, "channel": channel, "body": body, "at": at, "tries": 0})


def put_many(work: OnConnection, rows: Sequence[tuple[str, str, str, datetime]]) -> None:
    """Keep deliveries (key, channel, body, at) at once; those whose key is known already change nothing."""
    values = [{"key": key, "channel": channel, "body": body, "at": at, "tries": 0} for key, channel, body, at in rows]
    if values:
        work.connection.execute(_ADD_ALL.on(work.connection), values)


def undecided(work: OnConnection, limit: int = 200) -> list[InboxRow]:
    """What waits for the decider, in order of arrival."""
    return [
        InboxRow(key=row.key, channel=row.channel, at=row.at, tries=row.tries, body=row.body or "")
        for row in work.connection.execute(_UNDECIDED, {"limit": limit})
    ]


def decide(
    work: OnConnection, key: str, now: datetime, *, keep_body: bool = False, message: str | None = None
) -> bool:
    """Mark a row as decided, in the transaction of its effects; False when it was decided before.

    The body is wiped, unless it became part of a ticket: then `message` names the message, so that a recall wipes it.
    """
    values = {"decided_at": now, "message_id": message}
    if not keep_body:
        values["body"] = None
    query = update(inbox).where(_i.key == key, _i.decided_at.is_(None)).values(**values)
    return work.connection.execute(query).rowcount == 1


def fail(work: OnConnection, key: str, error_class: str, now: datetime) -> bool:
    """Count a failure; True when that was the fifth and the row is set aside. `error_class` is a name, never a text."""
    query = update(inbox).where(_i.key == key).values(tries=_i.tries + 1).returning(_i.tries)
    tries = work.connection.execute(query).scalar_one()
    if tries < TRIES:
        return False
    work.connection.execute(update(inbox).where(_i.key == key).values(set_aside=error_class, set_aside_at=now))
    return True


def try_again(work: OnConnection, key: str) -> bool:
    """A person lets a row that was set aside be decided once more; False when its body is gone."""
    query = (
        update(inbox)
        .where(_i.key == key, _i.set_aside.is_not(None), _i.body.is_not(None))
        .values(set_aside=None, set_aside_at=None, tries=0)
    )
    return work.connection.execute(query).rowcount == 1


def forget_old(work: OnConnection, now: datetime) -> int:
    """Wipe bodies set aside more than 24 h ago and keys older than 30 days; gives how many keys went."""
    work.connection.execute(
        update(inbox).where(_i.body.is_not(None), _i.set_aside_at < now - POISON_KEPT).values(body=None)
    )
    gone = delete(inbox).where(_i.at < now - KEYS_KEPT, (_i.decided_at.is_not(None)) | (_i.set_aside.is_not(None)))
    return int(work.connection.execute(gone).rowcount)
