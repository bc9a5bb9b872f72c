"""Moments in the database: whole microseconds since 1970 in UTC, which sort and compare the same everywhere.

They come back as aware datetimes in China's time (UTC+8, no daylight saving).
"""

from datetime import UTC, datetime, timedelta, timezone

#: China's time as one fixed offset: the same as Asia/Shanghai since 1991, and independent of the machine's zone files.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_HERE = _EPOCH.astimezone(SHANGHAI)


def to_micros(at: datetime) -> int:
    """Microseconds since 1970-01-01 UTC; ValueError for a datetime without offset."""
    if at.tzinfo is None:
        raise ValueError("a moment needs an offset")
    gone = at - _EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


def from_micros(micros: int) -> datetime:
    """The moment in China's time."""
    return _EPOCH_HERE + timedelta(microseconds=micros)
