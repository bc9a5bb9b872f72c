"""Addresses that WeCom has refused for good (93000: the webhook was removed), so that they are left alone for a day."""

from datetime import datetime, timedelta

from sqlalchemy import select

from storage.dialect import upsert
from storage.tables import shut_doors
from storage.work_base import OnConnection

#: After so long one call tries again whether the address has been mended.
SHUT_FOR = timedelta(hours=24)

_d = shut_doors.c
_SET = upsert(shut_doors, ("door",), "code", "at")


def shut(work: OnConnection, door: str, code: int, now: datetime) -> None:
    """WeCom refused this address with that code."""
    work.connection.execute(_SET.on(work.connection), {"door": door, "code": code, "at": now})


def shut_with(work: OnConnection, door: str, now: datetime) -> int | None:
    """The code with which it was refused within the last day; None for a door that may be tried."""
    query = select(_d.code).where(_d.door == door, _d.at > now - SHUT_FOR)
    code: int | None = work.connection.execute(query).scalar_one_or_none()
    return code
