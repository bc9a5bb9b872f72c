"""Messages that lie in tickets. A message lies in at most one; recalled, it leaves it and its words are erased."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from registry.terms import Act, Category, TicketKind, Urgency
from storage import media_rows, word_rows
from storage.dialect import InsertNew
from storage.tables import announcements, history, inbox, ticket_messages, tickets, words
from tickets.model import TicketMessage

#: Whoever tells or echoes a matter is a voice.
VOICE_ACTS = (Act.REPORT.value, Act.ECHO.value)

_m = ticket_messages.c
_INSERT = InsertNew(ticket_messages)
_ONE = select(_m.ticket, _m.words_id).where(_m.message_id == bindparam("message_id"))
_OF_TICKET = (
    select(_m.message_id, _m.ticket, _m.sender, _m.group_id, _m.at, _m.act, words.c.body, _m.media)
    .outerjoin(words, words.c.id == _m.words_id)
    .where(_m.ticket == bindparam("ticket"))
    .order_by(_m.at, _m.id)
)
_VOICES = (
    select(_m.sender)
    .where(_m.ticket == bindparam("ticket"), _m.act.in_(VOICE_ACTS))
    .order_by(_m.at, _m.id)
)
_LATELY = (
    select(
        _m.id, _m.message_id, _m.ticket, _m.sender, _m.group_id, _m.at, _m.act, words.c.body, tickets.c.category, tickets.c.urgency,
        tickets.c.place,
    )
    .join(tickets, tickets.c.id == _m.ticket)
    .outerjoin(words, words.c.id == _m.words_id)
    .where(_m.group_id.is_not(None), tickets.c.kind == TicketKind.MATTER.value, _m.at >= bindparam("since"))
    .order_by(_m.id.desc())
    .limit(bindparam("limit"))
)
_CHANGE = update(ticket_messages).where(_m.message_id == bindparam("which"))
_DROP = delete(ticket_messages).where(_m.message_id == bindparam("message_id"))
_LINES_OF_MESSAGE = select(history.c.words_id).where(
    history.c.message_id == bindparam("message_id"), history.c.words_id.is_not(None)
)
_LINES_WITH_WORDS = (
    select(history.c.words_id)
    .join(words, words.c.id == history.c.words_id)
    .where(history.c.ticket == bindparam("ticket"), words.c.body == bindparam("body"))
)
_ANNOUNCED = select(announcements.c.words_id).where(announcements.c.message_id == bindparam("message_id"))
_WIPE_INBOX = update(inbox).where(inbox.c.message_id == bindparam("which")).values(body=None)


@dataclass(frozen=True, slots=True)
class HeardOf:
    """A message of a group that lies in a ticket, with what the ticket is about."""

    message: TicketMessage
    category: Category
    urgency: Urgency
    place: str | None


def lately(connection: Connection, since: datetime, limit: int) -> list[HeardOf]:
    """The newest `limit` messages that groups said since then and that lie in tickets, oldest first."""
    rows = connection.execute(_LATELY, {"since": since, "limit": limit}).all()
    return [
        HeardOf(
            TicketMessage(id=row.message_id, ticket=row.ticket, sender=row.sender, group=row.group_id, at=row.at, act=Act(row.act),
                          words=row.body, media=None),
            Category(row.category), Urgency(row.urgency), row.place,
        )
        for row in reversed(rows)
    ]


def add(connection: Connection, message: TicketMessage, make_salt: Callable[[], str]) -> bool:
    """Lay a message in its ticket; False when it lies in one already."""
    row = {
        "message_id": message.id,
        "ticket": message.ticket,
        "sender": message.sender,
        "group_id": message.group,
        "at": message.at,
        "act": message.act.value,
        "words_id": None,
        "media": message.media,
    }
    if not _INSERT(connection, row):
        return False
    if message.words is not None:
        _set(connection, message.id, message.act, word_rows.keep(connection, make_salt(), message.words))
    return True


def of_ticket(connection: Connection, ticket_id: int) -> list[TicketMessage]:
    """In order of time."""
    return [
        TicketMessage(
            id=row.message_id, ticket=row.ticket, sender=row.sender, group=row.group_id, at=row.at, act=Act(row.act),
            words=row.body, media=row.media,
        )
        for row in connection.execute(_OF_TICKET, {"ticket": ticket_id})
    ]


def ticket_of(connection: Connection, message_id: str) -> int | None:
    row = connection.execute(_ONE, {"message_id": message_id}).one_or_none()
    return None if row is None else int(row.ticket)


def voices(connection: Connection, ticket_id: int) -> list[str]:
    """Distinct senders of report and echo in order of first telling."""
    return list(dict.fromkeys(connection.execute(_VOICES, {"ticket": ticket_id}).scalars()))


def move(connection: Connection, source: int, target: int, ids: Collection[str] | None) -> None:
    """Lay messages (all, or those named) of one ticket into another."""
    query = update(ticket_messages).where(_m.ticket == source).values(ticket=target)
    if ids is not None:
        query = query.where(_m.message_id.in_(sorted(ids)))
    connection.execute(query)


def change(
    connection: Connection, message_id: str, act: Act, body: str | None, make_salt: Callable[[], str]
) -> None:
    """Another act, other words; the words before are erased."""
    row = connection.execute(_ONE, {"message_id": message_id}).one_or_none()
    if row is None:
        return
    if row.words_id is not None:
        word_rows.erase(connection, [row.words_id])
    words_id = None if body is None else word_rows.keep(connection, make_salt(), body)
    _set(connection, message_id, act, words_id)


def erase(connection: Connection, message_id: str) -> int | None:
    """A recalled message leaves its ticket. Erased are its words, those of the history lines and announcements that
    came from it (by its id, or by the same words in the same ticket), its pictures, and the body of its inbox row."""
    ids: set[int] = set()
    ids.update(connection.execute(_LINES_OF_MESSAGE, {"message_id": message_id}).scalars())
    ids.update(connection.execute(_ANNOUNCED, {"message_id": message_id}).scalars())
    row = connection.execute(_ONE, {"message_id": message_id}).one_or_none()
    if row is not None and row.words_id is not None:
        ids.add(row.words_id)
        body = word_rows.body_of(connection, row.words_id)
        if body is not None:
            ids.update(connection.execute(_LINES_WITH_WORDS, {"ticket": row.ticket, "body": body}).scalars())
    media_rows.erase(connection, [message_id])
    connection.execute(_DROP, {"message_id": message_id})
    word_rows.erase(connection, ids)
    connection.execute(_WIPE_INBOX, {"which": message_id})
    return None if row is None else int(row.ticket)


def _set(connection: Connection, message_id: str, act: Act, words_id: int | None) -> None:
    connection.execute(_CHANGE, {"which": message_id, "act": act.value, "words_id": words_id})
