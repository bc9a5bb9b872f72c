"""Residents who speak with the bot alone: where to answer, how often, and the grid that they named. Nothing else is kept."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from storage.dialect import upsert
from storage.message_rows import VOICE_ACTS
from storage.tables import kf_cursors, outbox, residents, ticket_messages, tickets
from storage.ticket_rows import to_ticket
from storage.work_base import OnConnection
from tickets.model import Ticket
from tickets.resident import Resident

#: Who has not said a word for so long is forgotten.
KEPT = timedelta(days=180)
#: `error` of a row that waits until the resident says something.
NO_WORD = "no_word"

_r, _m, _o = residents.c, ticket_messages.c, outbox.c
_PUT = upsert(
    residents, ("person",), "channel", "external", "account", "until", "turns", "area", "asked_at", "forgotten"
)
_ONE = select(residents).where(_r.person == bindparam("person"))
_ALONE = (
    select(_m.sender)
    .join(residents, _r.person == _m.sender)
    .where(_m.ticket == bindparam("ticket"), _m.group_id.is_(None), _m.act.in_(VOICE_ACTS), _r.forgotten.is_(False))
    .order_by(_m.at, _m.id)
)
_PUT_CURSOR = upsert(kf_cursors, ("account",), "cursor", "at")


def get(connection: Connection, person: str) -> Resident | None:
    """None for who never spoke with the bot alone, or had himself forgotten."""
    row = connection.execute(_ONE, {"person": person}).mappings().one_or_none()
    return Resident(**row) if row is not None else None


def put(connection: Connection, resident: Resident) -> None:
    connection.execute(_PUT.on(connection), asdict(resident))


def alone(connection: Connection, ticket_id: int) -> list[str]:
    """Residents who told a matter to the bot alone, in order of telling."""
    return list(dict.fromkeys(connection.execute(_ALONE, {"ticket": ticket_id}).scalars()))


def told_by(connection: Connection, person: str, limit: int) -> list[Ticket]:
    """The tickets in which words of a person lie, the latest first."""
    mine = select(_m.ticket).where(_m.sender == person)
    query = select(tickets).where(tickets.c.id.in_(mine)).order_by(tickets.c.last_at.desc(), tickets.c.id.desc())
    return [to_ticket(dict(row)) for row in connection.execute(query.limit(limit)).mappings()]


def word_came(connection: Connection, person: str, now: datetime) -> None:
    """What waited for a word of this person may leave."""
    connection.execute(
        update(outbox)
        .where(_o.person == person, _o.state == "waiting", _o.error == NO_WORD)
        .values(not_before=now, error=None)
    )


def take_turn(work: OnConnection, person: str, now: datetime) -> bool:
    """Use up one of the sentences that may be sent; False where none may be."""
    query = update(residents).where(_r.person == person, _r.until > now, _r.turns > 0).values(turns=_r.turns - 1)
    return work.connection.execute(query).rowcount == 1


def no_turn_left(work: OnConnection, person: str) -> None:
    """WeChat says that nothing more may be sent, whatever was counted here."""
    work.connection.execute(update(residents).where(_r.person == person).values(turns=0))


def forget_old(connection: Connection, now: datetime) -> int:
    """Who wished to be forgotten goes when his answer can no longer be under way; who is silent, after half a year."""
    query = delete(residents).where(or_(_r.forgotten & (_r.until < now), _r.until < now - KEPT))
    return int(connection.execute(query).rowcount)


def cursor(work: OnConnection, account: str) -> str:
    """How far a 客服 account was read; "" before the first reading."""
    query = select(kf_cursors.c.cursor).where(kf_cursors.c.account == account)
    return str(work.connection.execute(query).scalar_one_or_none() or "")


def set_cursor(work: OnConnection, account: str, value: str, now: datetime) -> None:
    """Everything up to here lies in the inbox: in the transaction that puts it there."""
    work.connection.execute(
        _PUT_CURSOR.on(work.connection), {"account": account, "cursor": value, "at": now}
    )


def accounts(work: OnConnection) -> Sequence[str]:
    """The 客服 accounts that were ever read."""
    return list(work.connection.execute(select(kf_cursors.c.account).order_by(kf_cursors.c.account)).scalars())
