"""The join QR codes, one for each grid: which groups it leads to, and its picture for the office page."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select

from storage.dialect import upsert
from storage.tables import join_ways
from storage.work_base import OnConnection

_PUT = upsert(join_ways, ("area",), "config_id", "chats", "picture", "at")


@dataclass(frozen=True, slots=True)
class KeptWay:
    """A grid's join way. `chats` are the customer groups it leads to; `picture` is a PNG."""

    area: str
    config_id: str
    chats: tuple[str, ...]
    picture: bytes = field(repr=False)
    at: datetime


def put(work: OnConnection, way: KeptWay) -> None:
    """Keep a grid's join way in place of the one it had."""
    row = {
        "area": way.area, "config_id": way.config_id, "chats": list(way.chats), "picture": way.picture, "at": way.at,
    }  # fmt: skip
    work.connection.execute(_PUT.on(work.connection), row)


def get(work: OnConnection, area: str) -> KeptWay | None:
    """The grid's join way; None where none was made."""
    row = work.connection.execute(select(join_ways).where(join_ways.c.area == area)).one_or_none()
    return KeptWay(row.area, row.config_id, tuple(row.chats), bytes(row.picture), row.at) if row is not None else None


def made(work: OnConnection) -> dict[str, datetime]:
    """The areas that have one, and since when."""
    query = select(join_ways.c.area, join_ways.c.at)
    return {row.area: row.at for row in work.connection.execute(query)}


def forget(work: OnConnection, area: str) -> None:
    """The grid has none any more."""
    work.connection.execute(delete(join_ways).where(join_ways.c.area == area))
