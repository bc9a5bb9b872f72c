"""专题: the list for the standing meeting, one row for each ticket that was ever on it."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage.dialect import upsert
from storage.tables import topics
from tickets.called_in import Topic

_t = topics.c
_PUT = upsert(
    topics, ("ticket",), "actor", "at", "withdrawn_at", "withdrawn_by", "opinion_at", "opinion_by", "opinion_line"
)
_OF_TICKET = select(topics).where(_t.ticket == bindparam("ticket"))


def put(connection: Connection, topic: Topic) -> None:
    """Put a ticket on the list, or store what became of it there."""
    row = {
        "ticket": topic.ticket,
        "actor": topic.by,
        "at": topic.at,
        "withdrawn_at": topic.withdrawn_at,
        "withdrawn_by": topic.withdrawn_by,
        "opinion_at": topic.opinion_at,
        "opinion_by": topic.opinion_by,
        "opinion_line": topic.opinion_line,
    }
    connection.execute(_PUT.on(connection), row)


def of_ticket(connection: Connection, ticket_id: int) -> Topic | None:
    """None when the ticket was never on the list."""
    row = connection.execute(_OF_TICKET, {"ticket": ticket_id}).one_or_none()
    return None if row is None else to_topic(row)


def listed(connection: Connection, *, with_withdrawn: bool) -> list[Topic]:
    """The list, the latest first."""
    query = select(topics) if with_withdrawn else select(topics).where(_t.withdrawn_at.is_(None))
    return [to_topic(row) for row in connection.execute(query.order_by(_t.at.desc(), _t.ticket.desc()))]


def to_topic(row: Any) -> Topic:
    """The value of a row of the table."""
    return Topic(
        ticket=row.ticket, by=row.actor, at=row.at, withdrawn_at=row.withdrawn_at, withdrawn_by=row.withdrawn_by,
        opinion_at=row.opinion_at, opinion_by=row.opinion_by, opinion_line=row.opinion_line,
    )
