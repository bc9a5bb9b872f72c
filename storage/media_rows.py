"""Pictures and voices of messages that lie in tickets. A row is laid when the message is, with the address where the
file can be had; the file follows. Erased with the message's words.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.dialect import InsertNew
from storage.tables import media, ticket_messages
from storage.work_base import OnConnection

WAITING, KEPT, GONE = "waiting", "kept", "gone"

_m = media.c
_ADD = InsertNew(media)
_DUE = (
    select(_m.id, _m.door, _m.kind, _m.ref, _m.secret, _m.tries)
    .where(_m.state == WAITING, _m.next_at <= bindparam("now"))
    .order_by(_m.next_at, _m.id)
    .limit(bindparam("most"))
)
_SETTLE = update(media).where(_m.id == bindparam("which"), _m.state == WAITING)
_OF_TICKET = (
    select(_m.id, _m.message_id, _m.kind, _m.state, _m.content_type)
    .join(ticket_messages, ticket_messages.c.message_id == _m.message_id)
    .where(ticket_messages.c.ticket == bindparam("ticket"))
    .order_by(_m.id)
)
_BODY = (
    select(_m.content_type, _m.body)
    .join(ticket_messages, ticket_messages.c.message_id == _m.message_id)
    .where(ticket_messages.c.ticket == bindparam("ticket"), _m.id == bindparam("which"), _m.state == KEPT)
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is to be fetched: by which door, what, and how often it was tried."""

    id: int
    door: str
    kind: str
    ref: str = field(repr=False)
    secret: str | None = field(repr=False)
    tries: int


@dataclass(frozen=True, slots=True)
class KeptMedium:
    """A file of a ticket's message; `state` is waiting, kept or gone (could not be had)."""

    id: int
    message: str
    kind: str
    state: str
    content_type: str | None


def add(work: OnConnection, message: str, door: str, files: Sequence[tuple[str, str, str | None]], now: datetime) -> None:
    """Lay the files (kind, address, key) of a message that lies in a ticket; those laid before stay as they are."""
    for place, (kind, ref, secret) in enumerate(files):
        _ADD(work.connection, {
            "message_id": message, "place": place, "door": door, "kind": kind, "ref": ref, "secret": secret,
            "state": WAITING, "tries": 0, "next_at": now, "content_type": None, "body": None,
        })  # fmt: skip


def due(work: OnConnection, now: datetime, most: int = 10) -> list[Waiting]:
    """Files to fetch now, in the order of their times."""
    rows = work.connection.execute(_DUE, {"now": now, "most": most})
    return [Waiting(row.id, row.door, row.kind, row.ref, row.secret, row.tries) for row in rows]


def keep(work: OnConnection, which: int, content_type: str, body: bytes) -> None:
    """The file itself; its address is of no use any more. Nothing where the message was recalled meanwhile."""
    values = {"state": KEPT, "content_type": content_type, "body": body, "ref": "", "secret": None}
    work.connection.execute(_SETTLE.values(values), {"which": which})


def put_off(work: OnConnection, which: int, tries: int, next_at: datetime) -> None:
    """It could not be had now."""
    work.connection.execute(_SETTLE.values({"tries": tries, "next_at": next_at}), {"which": which})


def give_up(work: OnConnection, which: int) -> None:
    """It can't be had, or is nothing that is kept."""
    work.connection.execute(_SETTLE.values({"state": GONE, "ref": "", "secret": None}), {"which": which})


def of_ticket(work: OnConnection, ticket_id: int) -> Mapping[str, tuple[KeptMedium, ...]]:
    """A ticket's files by message."""
    found: dict[str, tuple[KeptMedium, ...]] = {}
    for row in work.connection.execute(_OF_TICKET, {"ticket": ticket_id}):
        one = KeptMedium(row.id, row.message_id, row.kind, row.state, row.content_type)
        found[one.message] = (*found.get(one.message, ()), one)
    return found


def body(work: OnConnection, ticket_id: int, which: int) -> tuple[str, bytes] | None:
    """(content type, bytes) of a kept file of this ticket; None where there is none."""
    row = work.connection.execute(_BODY, {"ticket": ticket_id, "which": which}).one_or_none()
    return None if row is None else (str(row.content_type), bytes(row.body))


def erase(connection: Connection, messages: Collection[str]) -> None:
    """The files of messages whose words are erased."""
    if messages:
        connection.execute(delete(media).where(_m.message_id.in_(sorted(messages))))


def erase_of_ticket(connection: Connection, ticket_id: int) -> None:
    """The files of all messages of a ticket."""
    of_ticket_ = select(ticket_messages.c.message_id).where(ticket_messages.c.ticket == ticket_id)
    connection.execute(delete(media).where(_m.message_id.in_(of_ticket_)))
