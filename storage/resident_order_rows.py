"""Which report of 居民上报 is which ticket, and how many of its steps have been told; and how far it was read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.dialect import upsert
from storage.meta_rows import get_note, put_note
from storage.tables import resident_orders
from storage.times import from_micros, to_micros
from storage.work_base import OnConnection

_PUT = upsert(resident_orders, ("order_id",), "ticket", "steps")
_READ_UPTO = "resident_orders_read"


@dataclass(frozen=True, slots=True)
class TakenOrder:
    """An order that became a ticket; its first `steps` steps lie in the ticket's history."""

    order_id: str
    ticket: int
    steps: int


def get(work: OnConnection, order_id: str) -> TakenOrder | None:
    """None where the order has not become a ticket."""
    row = work.connection.execute(
        select(resident_orders).where(resident_orders.c.order_id == order_id)
    ).one_or_none()
    return TakenOrder(row.order_id, row.ticket, row.steps) if row is not None else None


def put(work: OnConnection, taken: TakenOrder) -> None:
    """Keep what became of an order."""
    row = {"order_id": taken.order_id, "ticket": taken.ticket, "steps": taken.steps}
    work.connection.execute(_PUT.on(work.connection), row)


def read_upto(work: OnConnection) -> datetime | None:
    """From when on orders are asked for; None before the first reading."""
    note = get_note(work, _READ_UPTO)
    return from_micros(int(note)) if note is not None else None


def set_read_upto(work: OnConnection, at: datetime) -> None:
    """Everything changed before this moment has been taken over."""
    put_note(work, _READ_UPTO, str(to_micros(at)))
