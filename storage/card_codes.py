"""The one-use codes by which sent cards can still be changed: one comes with each card and one with each click, each
holds 72 hours (path/90236). What is used or over is deleted."""

from datetime import datetime

from sqlalchemy import delete, select

from storage.dialect import InsertNew
from storage.tables import card_codes
from storage.work_base import OnConnection

_c = card_codes.c
_ADD = InsertNew(card_codes)


def keep(work: OnConnection, row: int, code: str, until: datetime, now: datetime) -> None:
    """Remember a code of the card that outbox row `row` sent. A code known before changes nothing."""
    work.connection.execute(delete(card_codes).where(_c.until <= now))
    _ADD(work.connection, {"code": code, "row": row, "until": until})


def take(work: OnConnection, row: int, now: datetime) -> str | None:
    """A code that still holds, the one that ends first, used up by this; None where none is left."""
    query = select(_c.code).where(_c.row == row, _c.until > now).order_by(_c.until).limit(1)
    code = work.connection.execute(query).scalar_one_or_none()
    if code is not None:
        spend(work, code)
    return code


def spend(work: OnConnection, code: str) -> bool:
    """A code is used up; False when it had been before."""
    return work.connection.execute(delete(card_codes).where(_c.code == code)).rowcount == 1
