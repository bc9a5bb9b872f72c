"""专题: matters of county-wide import, raised from the command group to the list for the standing meeting."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from registry.model import Group, Person
from registry.terms import Role, Said, What
from tickets.called_in import Topic
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.telling import command_group, coordination_group, tell_group, tell_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_raise_topic(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str, words: str | None = None,
    but_not: str | None = None,
) -> Topic:
    """上专题 by a county leader or the grid office. The matter goes on as before, whoever has it. The group `but_not` was
    answered and hears nothing else."""
    check_allowed(Deed.TOPIC, ticket)
    known = work.topic(ticket.id)
    if known is not None and known.is_listed:
        raise RefusedError("already_topic", ticket.id)
    topic = Topic(ticket.id, by.id, now)
    work.put_topic(topic)
    work.record(ticket.id, now, What.RAISED, by.id, None, {"topic": True, "message": because}, words)
    args = {"by": by.id}
    _tell(work, rules, now, ticket, "topic.raised", (command_group(rules, ticket),), args, because=because, but_not=but_not)
    office = [one for one in rules.registry.officials(Role.GRID_OFFICE, ticket.area) if one.id != by.id]
    tell_people(work, rules, now, ticket, office[:1], Said.CARD, "card.topic", because=because, args=args)
    return topic


def do_withdraw_topic(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str, but_not: str | None = None
) -> Topic:
    """撤专题: off the list; what the meeting said of it before stays in its history."""
    topic = _listed(work, ticket)
    topic = replace(topic, withdrawn_at=now, withdrawn_by=by.id)
    work.put_topic(topic)
    work.record(ticket.id, now, What.RAISED, by.id, None, {"topic": False, "message": because})
    _tell(work, rules, now, ticket, "topic.withdrawn", (command_group(rules, ticket),), {"by": by.id}, because=because,
          but_not=but_not)
    return topic


def do_note_opinion(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, words: str, *, because: str, but_not: str | None = None
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
    groups = (coordination_group(rules, ticket), command_group(rules, ticket))
    _tell(work, rules, now, ticket, "topic.opinion", groups, args, because=because, but_not=but_not)
    owner = rules.registry.person(ticket.owner) if ticket.owner and ticket.is_open else None
    tell_people(work, rules, now, ticket, [owner], Said.CARD, "card.opinion", because=because, args=args, still="open")
    return topic


def _tell(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, event: str, groups: tuple[Group | None, ...], args: Mapping[str, Any], *,
    because: str, but_not: str | None,
) -> None:
    for group in groups:
        if group is not None and group.id != but_not:
            tell_group(work, now, ticket, group, Said.STATUS, event, because=because, args=args)


def _listed(work: Work, ticket: Ticket) -> Topic:
    topic = work.topic(ticket.id)
    if topic is None or not topic.is_listed:
        raise RefusedError("not_topic", ticket.id)
    return topic
