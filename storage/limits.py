"""Token buckets in rows, one a destination, so that all senders together keep WeCom's limits (reliability R9)."""

from datetime import datetime, timedelta

from sqlalchemy import select

from storage.dialect import upsert
from storage.tables import buckets
from storage.work_base import OnConnection

_SET = upsert(buckets, ("destination",), "tokens", "at")


def take(
    work: OnConnection, destination: str, now: datetime, *, capacity: int, per_minute: float, keep: int = 0
) -> datetime | None:
    """Take one token of a bucket that holds `capacity` and gains `per_minute`; None when there was one, else the time
    from which there will be one. `keep` tokens are left for more urgent sentences."""
    row = work.connection.execute(select(buckets).where(buckets.c.destination == destination)).one_or_none()
    tokens = float(capacity)
    if row is not None:
        gained = max(0.0, (now - row.at).total_seconds()) * per_minute / 60
        tokens = min(float(capacity), row.tokens + gained)
    if tokens < 1 + keep:
        return now + timedelta(seconds=(1 + keep - tokens) * 60 / per_minute)
    values = {"destination": destination, "tokens": tokens - 1, "at": now}
    work.connection.execute(_SET.on(work.connection), values)
    return None
