"""Which tickets a new message might belong to: two indexed look-ups and one for their messages."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    literal_column,
    select,
    union_all,
)

from registry.terms import Act, Category, Status
from storage.in_list import filled, length_for, one_of
from storage.message_rows import VOICE_ACTS
from storage.tables import ticket_messages, tickets, words
from storage.ticket_rows import ALL, from_values
from tickets.model import Candidate

#: Acts whose words say what the matter is.
_TELLING = frozenset(act.value for act in (Act.REPORT, Act.SUPPLEMENT, Act.COMMAND))
_MERGED = Status.MERGED.value
#: A merged ticket speaks through another, an excluded one is no matter.
_LEFT_OUT = (_MERGED, Status.EXCLUDED.value)

_limit: BindParameter[int] = bindparam("limit")

_speaks_for_itself = and_(*(tickets.c.status != literal_column(f"'{status}'") for status in _LEFT_OUT))


@cache
def _near(length: int) -> CompoundSelect[Any]:
    here = one_of(tickets.c.area, "areas", length)
    open_near = ALL.where(tickets.c.is_open, here).order_by(tickets.c.last_at.desc(), tickets.c.id.desc()).limit(_limit)
    closed_near = (
        ALL.where(~tickets.c.is_open, here, tickets.c.touched_at >= bindparam("since"))
        .where(tickets.c.status != literal_column(f"'{Status.EXCLUDED.value}'"))
        .order_by(tickets.c.last_at.desc(), tickets.c.id.desc())
        .limit(_limit)
    )
    return union_all(select(open_near.subquery("open_near")), select(closed_near.subquery("closed_near")))


@cache
def _wide(length: int) -> Select[Any]:
    return (
        ALL.where(tickets.c.township == bindparam("township"), one_of(tickets.c.category, "wide", length))
        .where(tickets.c.last_at >= bindparam("wide_since"), _speaks_for_itself)
        .order_by(tickets.c.last_at.desc(), tickets.c.id.desc())
        .limit(_limit)
    )


@cache
def _messages(length: int) -> Select[Any]:
    return (
        select(
            ticket_messages.c.ticket, ticket_messages.c.message_id, ticket_messages.c.sender, ticket_messages.c.act,
            words.c.body,
        )
        .outerjoin(words, words.c.id == ticket_messages.c.words_id)
        .where(one_of(ticket_messages.c.ticket, "ids", length))
        .order_by(ticket_messages.c.ticket, ticket_messages.c.at, ticket_messages.c.id)
    )


def find(
    connection: Connection,
    *,
    areas: Collection[str],
    since: datetime,
    township: str | None,
    wide: Collection[Category],
    wide_since: datetime | None,
    limit: int,
) -> list[Candidate]:
    """See `tickets.work.Work.candidates`."""
    found: dict[int, Row[Any]] = {}
    alike: dict[int, list[tuple[Category, str | None]]] = defaultdict(list)
    if areas:
        length = length_for(len(areas))
        near = {"since": since, "limit": limit, **filled("areas", sorted(areas), length)}
        for row in connection.execute(_near(length), near).all():
            if row.status == _MERGED:
                alike[row.merged_into].append((Category(row.category), row.place))
            else:
                found[row.id] = row
    if township is not None and wide and wide_since is not None:
        values = {
            "township": township, "wide_since": wide_since, "limit": limit,
            **filled("wide", [category.value for category in wide], length_for(len(wide))),
        }
        found.update((row.id, row) for row in connection.execute(_wide(length_for(len(wide))), values).all())
    rows = sorted(found.values(), key=lambda row: (row.last_at, row.id), reverse=True)[:limit]
    if not rows:
        return []
    heard: dict[int, list[Any]] = defaultdict(list)
    ids = filled("ids", [row.id for row in rows], length_for(len(rows)))
    for message in connection.execute(_messages(length_for(len(rows))), ids).all():
        heard[message.ticket].append(message)
    return [_candidate(row, heard[row.id], tuple(alike[row.id])) for row in rows]


def _candidate(row: Row[Any], messages: list[Any], alike: tuple[tuple[Category, str | None], ...]) -> Candidate:
    return Candidate(
        ticket=from_values(row),
        messages=frozenset(message.message_id for message in messages),
        voices=frozenset(message.sender for message in messages if message.act in VOICE_ACTS),
        words=tuple(message.body for message in messages if message.body is not None and message.act in _TELLING),
        alike=alike,
    )
