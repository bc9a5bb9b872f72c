"""专题: matters of county-wide import, raised from the command group to the list for the standing meeting."""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import Role, Said, What
from tickets.called_in import Topic
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.telling import command_group, coordination_group, tell_group, tell_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_raise_topic(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str, words: str | None = None
) -> Topic:
    """上专题 by a county leader or the grid office. The matter goes on as before, whoever has it."""
    check_allowed(Deed.TOPIC, ticket)
    known = work.topic(ticket.id)
    if known is not None and known.is_listed:
        raise RefusedError("already_topic", ticket.id)
    topic = Topic(ticket.id, by.id, now)
    work.put_topic(topic)
    work.record(ticket.id, now, What.RAISED, by.id, None, {"topic": True, "message": because}, words)
    args = {"by": by.id}
    tell_group(work, now, ticket, command_group(rules, ticket), Said.STATUS, "topic.raised", because=because, args=args)
    office = [one for one in rules.registry.officials(Role.GRID_OFFICE, ticket.area) if one.id != by.id]
    tell_people(work, rules, now, ticket, office[:1], Said.CARD, "card.topic", because=because, args=args)
    return topic


def do_withdraw_topic(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Topic:
    """撤专题: off the list; what the meeting said of it before stays in its history."""
    topic = _listed(work, ticket)
    topic = replace(topic, withdrawn_at=now, withdrawn_by=by.id)
    work.put_topic(topic)
    work.record(ticket.id, now, What.RAISED, by.id, None, {"topic": False, "message": because})
    tell_group(work, now, ticket, command_group(rules, ticket), Said.STATUS, "topic.withdrawn", because=because, args={"by": by.id})
    return topic


def do_note_opinion(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, words: str, *, because: str
) -> Topic:
    """会议意见, noted by the grid office in the meeting's words; who holds the matter and both groups hear it."""
    topic = _listed(work, ticket)
    if not words.strip():
        raise RefusedError("opinion_missing", ticket.id)
    work.record(ticket.id, now, What.SUPERVISED, by.id, ticket.owner, {"opinion": True, "message": because}, words)
    line = len(work.history(ticket.id))
    topic = replace(topic, opinion_at=now, opinion_by=by.id, opinion_line=line)
    work.put_topic(topic)
    args = {"by": by.id, "line": line}
    for group in (coordination_group(rules, ticket), command_group(rules, ticket)):
        tell_group(work, now, ticket, group, Said.STATUS, "topic.opinion", because=because, args=args)
    owner = rules.registry.person(ticket.owner) if ticket.owner and ticket.is_open else None
    tell_people(work, rules, now, ticket, [owner], Said.CARD, "card.opinion", because=because, args=args, still="open")
    return topic


def _listed(work: Work, ticket: Ticket) -> Topic:
    topic = work.topic(ticket.id)
    if topic is None or not topic.is_listed:
        raise RefusedError("not_topic", ticket.id)
    return topic
