"""Whistles, supervisions and topics as pages and ledger show them: of one ticket, of a span, and the list of topics.

Nothing is masked here, as in `storage.queries`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from registry.terms import DangerKind
from storage import chain, supervision_rows, ticket_rows, topic_rows, whistle_rows
from storage.tables import supervisions, tickets, topics, whistles
from storage.work_base import OnConnection
from tickets.called_in import CalledIn, Topic
from tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One matter of the list for the standing meeting, with the meeting's opinion in words (None: none yet, or erased)."""

    ticket: Ticket
    topic: Topic
    opinion: str | None = field(repr=False)


def of_ticket(work: OnConnection, ticket_id: int) -> CalledIn:
    """Everything of one ticket."""
    connection = work.connection
    return CalledIn(
        tuple(whistle_rows.of_ticket(connection, ticket_id)), tuple(supervision_rows.of_ticket(connection, ticket_id)),
        topic_rows.of_ticket(connection, ticket_id),
    )


def of_span(work: OnConnection, since: datetime, until: datetime) -> Mapping[int, CalledIn]:
    """Of every ticket opened within [since, until) that has any, by its id."""
    found: dict[int, CalledIn] = defaultdict(CalledIn)
    for row in _rows(work, whistles, since, until):
        one = found[row.ticket]
        found[row.ticket] = replace(one, whistles=(*one.whistles, whistle_rows.to_whistle(row)))
    for row in _rows(work, supervisions, since, until):
        one = found[row.ticket]
        found[row.ticket] = replace(one, supervisions=(*one.supervisions, supervision_rows.to_supervision(row)))
    for row in _rows(work, topics, since, until):
        found[row.ticket] = replace(found[row.ticket], topic=topic_rows.to_topic(row))
    return found


def topic_list(work: OnConnection, *, with_withdrawn: bool = False) -> list[TopicLine]:
    """The list, the latest first. A person danger is never on it."""
    listed = topic_rows.listed(work.connection, with_withdrawn=with_withdrawn)
    about = ticket_rows.many(work.connection, [topic.ticket for topic in listed])
    return [
        TopicLine(about[topic.ticket], topic, _opinion(work, topic))
        for topic in listed
        if about[topic.ticket].danger is not DangerKind.PERSON
    ]


def _opinion(work: OnConnection, topic: Topic) -> str | None:
    if topic.opinion_line is None:
        return None
    return chain.words_of_line(work.connection, topic.ticket, topic.opinion_line)


def _rows(work: OnConnection, table: Table, since: datetime, until: datetime) -> Any:
    query = (
        select(table)
        .join(tickets, tickets.c.id == table.c.ticket)
        .where(tickets.c.opened_at >= since, tickets.c.opened_at < until)
        .order_by(table.c.ticket, table.c.at)
    )
    return work.connection.execute(query)
