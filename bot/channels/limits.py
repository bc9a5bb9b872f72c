"""How fast a destination may be spoken to: token buckets as plain values; a table keeps them (storage.limits).

A bucket that starts full and refills lets `burst + refill` through in its first minute. WeCom counts sent messages in
any minute and any hour (path/101463, 99110, 90236), so burst and refill together stay below its figures:
30 a minute and 1,000 an hour for a conversation of the AI bot and for a member of an app: burst 15, refill 14 a minute,
so at most 29 in any minute and 855 in any hour. 20 a minute for a webhook: burst 10, refill 9 a minute.
The last part of a bucket is kept for danger.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from registry.terms import Lane


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` messages at once, `per_minute` after that; `reserve` of the burst is kept for danger."""

    burst: int
    per_minute: int
    reserve: int


CONVERSATION = Limit(burst=15, per_minute=14, reserve=5)
"""AI bot, replies and pushes together: 30/min and 1,000/h (path/101463)."""

MEMBER = Limit(burst=15, per_minute=14, reserve=5)
"""One member, from one app: 30/min and 1,000/h, the excess is dropped in silence (path/90236)."""

WEBHOOK = Limit(burst=10, per_minute=9, reserve=3)
"""One webhook: 20/min, then 45009 (path/99110)."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a destination's burst, as of `at`."""

    level: float
    at: datetime


def take(
    bucket: Bucket | None, limit: Limit, now: datetime, *, count: int = 1, danger: bool = False
) -> tuple[Bucket, float]:
    """Take `count` messages out of a bucket; None is a full one.

    Gives the bucket afterwards and the seconds to wait: 0 means taken, more means that nothing was taken.
    A clock that goes back refills nothing.
    """
    level = float(limit.burst)
    if bucket is not None:
        elapsed = max((now - bucket.at).total_seconds(), 0.0)
        level = min(level, bucket.level + elapsed * limit.per_minute / 60)
        now = max(now, bucket.at)
    floor = 0 if danger else limit.reserve
    missing = min(count, limit.burst - floor) + floor - level
    if missing > 1e-6:
        # rounded up to a millisecond, so that the time named is always enough
        return Bucket(level, now), math.ceil(missing * 60_000 / limit.per_minute) / 1000
    return Bucket(level - count, now), 0.0


class Meter(Protocol):
    """Who keeps the buckets: a table for the service, memory for a run without a database."""

    async def wait(self, destination: str, limit: Limit, lane: Lane, *, count: int = 1) -> float:
        """Take `count` messages for a destination: 0 when taken, else the seconds to wait and nothing is taken."""
        ...

    async def drain(self, destination: str, limit: Limit) -> None:
        """WeCom said 45009: the destination is empty now, whatever we counted."""
        ...


class Now(Protocol):
    """The clock of this process: an aware datetime."""

    def __call__(self) -> datetime: ...


class MemoryMeter:
    """Buckets in memory, for one process that keeps nothing; full ones are forgotten, oldest first, beyond `keep` destinations."""

    def __init__(self, now: Now, *, keep: int = 100_000) -> None:
        self._now = now
        self._keep = keep
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    async def wait(self, destination: str, limit: Limit, lane: Lane, *, count: int = 1) -> float:
        bucket, seconds = take(
            self._buckets.get(destination), limit, self._now(), count=count, danger=lane is Lane.DANGER
        )
        self._keep_bucket(destination, bucket)
        return seconds

    async def drain(self, destination: str, limit: Limit) -> None:
        self._keep_bucket(destination, Bucket(0.0, self._now()))

    def _keep_bucket(self, destination: str, bucket: Bucket) -> None:
        self._buckets[destination] = bucket
        self._buckets.move_to_end(destination)
        while len(self._buckets) > self._keep:
            self._buckets.popitem(last=False)
