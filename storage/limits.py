"""Token buckets in rows, one a destination, so that all senders together keep WeCom's limits and a restart forgets
nothing (reliability R9). How a bucket fills is the channels' business."""

from datetime import datetime

from sqlalchemy import select

from storage.dialect import upsert
from storage.tables import buckets
from storage.work_base import OnConnection

_b = buckets.c
_SET = upsert(buckets, ("destination",), "tokens", "at")


def level(work: OnConnection, destination: str) -> tuple[float, datetime] | None:
    """What a destination's bucket held and when; None for one never used. Read it in the unit that sets it: where two
    senders meet, one of them runs again."""
    query = select(_b.tokens, _b.at).where(_b.destination == destination).with_for_update()
    row = work.connection.execute(query).one_or_none()
    return None if row is None else (row.tokens, row.at)


def set_level(work: OnConnection, destination: str, tokens: float, at: datetime) -> None:
    """What the bucket holds as of `at`."""
    values = {"destination": destination, "tokens": tokens, "at": at}
    work.connection.execute(_SET.on(work.connection), values)
