"""How many wrong binding codes somebody outside has said, kept as a bucket (storage.limits), so that a restart forgets
nothing and the nightly retention clears it."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from storage import limits
from storage.tables import buckets
from storage.work_base import OnConnection

#: After so long without a wrong code the count begins anew. Counted from the last, so that no hour holds more.
FORGOTTEN_AFTER = timedelta(hours=1)


def wrong(work: OnConnection, channel: str, external: str, now: datetime) -> int:
    """Wrong codes with less than an hour between them and until now."""
    kept = limits.level(work, _key(channel, external))
    return int(kept[0]) if kept is not None and now - kept[1] < FORGOTTEN_AFTER else 0


def count_wrong(work: OnConnection, channel: str, external: str, now: datetime) -> None:
    """One more."""
    limits.set_level(work, _key(channel, external), wrong(work, channel, external, now) + 1, now)


def forget(work: OnConnection, channel: str, external: str) -> None:
    """He said a right one."""
    work.connection.execute(delete(buckets).where(buckets.c.destination == _key(channel, external)))


def _key(channel: str, external: str) -> str:
    return f"binding code:{channel}:{external}"
