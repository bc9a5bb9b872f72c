"""Which tickets a new message might belong to: two indexed look-ups and one for their messages."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select, union_all

from registry.terms import Act, Category, Status
from storage.message_rows import VOICE_ACTS
from storage.tables import ticket_messages, tickets, words
from storage.ticket_rows import ALL, from_values
from tickets.model import Candidate

#: Acts whose words say what the matter is.
_TELLING = frozenset(act.value for act in (Act.REPORT, Act.SUPPLEMENT, Act.COMMAND))
#: A merged ticket speaks through another, an excluded one is no matter.
_LEFT_OUT = (Status.MERGED.value, Status.EXCLUDED.value)

_areas: BindParameter[Any] = bindparam("areas", expanding=True)
_wide: BindParameter[Any] = bindparam("wide", expanding=True)
_limit: BindParameter[int] = bindparam("limit")

_open_near = (
    ALL.where(tickets.c.is_open, tickets.c.area.in_(_areas)).order_by(tickets.c.last_at.desc(), tickets.c.id.desc()).limit(_limit)
).subquery("open_near")
_closed_near = (
    ALL.where(~tickets.c.is_open, tickets.c.area.in_(_areas), tickets.c.touched_at >= bindparam("since"))
    .where(tickets.c.status.not_in(_LEFT_OUT))
    .order_by(tickets.c.last_at.desc(), tickets.c.id.desc())
    .limit(_limit)
).subquery("closed_near")
_NEAR = union_all(select(_open_near), select(_closed_near))
_WIDE = (
    ALL.where(tickets.c.township == bindparam("township"), tickets.c.category.in_(_wide))
    .where(tickets.c.last_at >= bindparam("wide_since"), tickets.c.status.not_in(_LEFT_OUT))
    .order_by(tickets.c.last_at.desc(), tickets.c.id.desc())
    .limit(_limit)
)
_MERGED = select(tickets.c.merged_into, tickets.c.category, tickets.c.place).where(
    ~tickets.c.is_open, tickets.c.area.in_(_areas), tickets.c.touched_at >= bindparam("since"),
    tickets.c.status == Status.MERGED.value,
)
_MESSAGES = (
    select(
        ticket_messages.c.ticket, ticket_messages.c.message_id, ticket_messages.c.sender, ticket_messages.c.act,
        words.c.body,
    )
    .outerjoin(words, words.c.id == ticket_messages.c.words_id)
    .where(ticket_messages.c.ticket.in_(bindparam("ids", expanding=True)))
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
    if areas:
        near = {"areas": sorted(areas), "since": since, "limit": limit}
        found.update((row.id, row) for row in connection.execute(_NEAR, near).all())
    if township is not None and wide and wide_since is not None:
        values = {
            "township": township, "wide": [category.value for category in wide], "wide_since": wide_since,
            "limit": limit,
        }
        found.update((row.id, row) for row in connection.execute(_WIDE, values).all())
    rows = sorted(found.values(), key=lambda row: (row.last_at, row.id), reverse=True)[:limit]
    if not rows:
        return []
    heard: dict[int, list[Any]] = defaultdict(list)
    for message in connection.execute(_MESSAGES, {"ids": [row.id for row in rows]}).all():
        heard[message.ticket].append(message)
    alike: dict[int, list[tuple[Category, str | None]]] = defaultdict(list)
    if areas:
        for merged in connection.execute(_MERGED, {"areas": sorted(areas), "since": since}).all():
            alike[merged.merged_into].append((Category(merged.category), merged.place))
    return [_candidate(row, heard[row.id], tuple(alike[row.id])) for row in rows]


def _candidate(row: Row[Any], messages: list[Any], alike: tuple[tuple[Category, str | None], ...]) -> Candidate:
    return Candidate(
        ticket=from_values(row),
        messages=frozenset(message.message_id for message in messages),
        voices=frozenset(message.sender for message in messages if message.act in VOICE_ACTS),
        words=tuple(message.body for message in messages if message.body is not None and message.act in _TELLING),
        alike=alike,
    )
