"""What people put right, as examples to learn from: derived from the tickets' history, so nothing is kept twice and what
is erased there is gone here. Neither person danger nor the missing; no line says who did it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from registry.terms import Act, Category, DangerKind, Status, TicketKind, What
from storage.tables import history, ticket_messages, tickets, words
from storage.work_base import OnConnection
from tickets.learned import Correction

_t, _h = tickets.c, history.c
_LEARNED = (_t.danger.is_distinct_from(DangerKind.PERSON.value), _t.missing.is_(False), _t.kind != TicketKind.PRIVATE.value)


@dataclass(frozen=True, slots=True)
class Corrected:
    """One example. `category` is what the words tell (None: no matter). `other` are the words of the ticket that it was
    merged into, so the same matter, or split from, so another. Words as they lie in the tables, not masked."""

    kind: Correction
    at: datetime
    words: str = field(repr=False)
    category: Category | None
    other: str = field(default="", repr=False)


def counts(work: OnConnection, since: datetime) -> Mapping[Correction, int]:
    """How many of each kind since then."""
    excluded = select(func.count()).where(_t.status == Status.EXCLUDED.value, _t.closed_at >= since, *_LEARNED)
    found = dict.fromkeys(Correction, 0)
    found[Correction.NO_MATTER] = int(work.connection.execute(excluded).scalar_one())
    for kind, _ in _lines(work, since):
        found[kind] += 1
    return found


def examples(work: OnConnection, since: datetime) -> list[Corrected]:
    """Every correction since then whose words are still there, the oldest first. Of several of one ticket the last
    category counts; a ticket that is no matter is that alone."""
    found: list[Corrected] = []
    excluded = select(_t.id, _t.closed_at).where(_t.status == Status.EXCLUDED.value, _t.closed_at >= since, *_LEARNED)
    found += [
        Corrected(Correction.NO_MATTER, gone.closed_at, _words_of(work, gone.id), None)
        for gone in work.connection.execute(excluded.order_by(_t.closed_at, _t.id))
    ]
    latest: dict[int, Corrected] = {}
    for kind, row in _lines(work, since):
        if row.status == Status.EXCLUDED.value:
            continue
        if kind is Correction.CATEGORY:
            latest[row.id] = Corrected(kind, row.at, _words_of(work, row.id) or _told(row.summary), Category(row.facts["to"]))
            continue
        number = row.target if kind is Correction.MERGED else row.facts["from"]
        other = work.connection.execute(_by_number(number)).first()
        if other is None:
            continue
        # the messages of a merged ticket lie in the other by now: its summary has its own words
        said = _told(row.summary) if kind is Correction.MERGED else _words_of(work, row.id)
        category = Category(other.category if kind is Correction.MERGED else row.category)
        found.append(Corrected(kind, row.at, said, category, _words_of(work, other.id)))
    return sorted((one for one in (*found, *latest.values()) if one.words), key=lambda one: one.at)


def _lines(work: OnConnection, since: datetime) -> list[tuple[Correction, Any]]:
    """Lines in which a person changed a category, merged or split, each with the ticket that was wrong."""
    query = (
        select(_h.at, _h.what, _h.target, _h.facts, _t.id, _t.status, _t.category, _t.summary)
        .join(tickets, _t.id == _h.ticket)
        .where(_h.what.in_([what.value for what in (What.CORRECTED, What.MERGED, What.SPLIT)]), _h.at >= since)
        .where(_h.actor.is_not(None), *_LEARNED)
        .order_by(_h.at, _h.id)
    )
    found: list[tuple[Correction, Any]] = []
    for row in work.connection.execute(query):
        if row.what == What.CORRECTED.value and "to" in row.facts:
            found.append((Correction.CATEGORY, row))
        elif row.what == What.MERGED.value and row.target is not None:
            found.append((Correction.MERGED, row))
        elif row.what == What.SPLIT.value and row.target is None:
            found.append((Correction.SPLIT, row))
    return found


def _by_number(number: str) -> Select[tuple[int, str]]:
    return select(_t.id, _t.category).where(_t.number == number, *_LEARNED)


def _words_of(work: OnConnection, ticket: int) -> str:
    """The words of the first report that still has any."""
    m = ticket_messages.c
    query = (
        select(words.c.body)
        .join(ticket_messages, m.words_id == words.c.id)
        .where(m.ticket == ticket, m.act.in_((Act.REPORT.value, Act.COMMAND.value)), words.c.body.is_not(None))
        .order_by(m.at, m.id)
        .limit(1)
    )
    return str(work.connection.execute(query).scalar_one_or_none() or "")


def _told(summary: str) -> str:
    """The report's words in a summary: `供水排水·3栋：没水了`."""
    return summary.partition("：")[2]
