"""Orders from above and from beside: 吹哨, 报到, 督办 and its answer, 领办, 专题, 会议意见."""

import re
from dataclasses import replace

from bot.handlers.heard import Heard, answer
from bot.handlers.orders import Asked, Order
from bot.handlers.whistle_words import read_whistle
from registry.model import Person
from registry.terms import Role, Speaks, Urgency
from tickets import leading, reporting_in, supervising, topics, whistling
from tickets.called_in import Grade, WhistleKind
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.telling import coordination_group
from tickets.work import Rules, Work

_URGENT = ("特急", "一级", "立即", "马上")
_REMINDER = re.compile("提醒|催")


def hears_answer(rules: Rules, heard: Heard, ticket: Ticket) -> bool:
    """Whether the answer will stand in the matter's own coordination group: then nothing else need tell it there."""
    group = coordination_group(rules, ticket)
    return heard.group is not None and group is not None and heard.group.id == group.id and heard.group.speaks is Speaks.DIRECT


def answer_once(
    work: Work, rules: Rules, heard: Heard, event: str, ticket: Ticket, told_as: str, **args: object
) -> None:
    """Answer the speaker; where his answer stands in the coordination group the line for that group is not said beside it."""
    if hears_answer(rules, heard, ticket):
        work.cancel(ticket.id, heard.now, events={told_as})
    answer(work, rules, heard, event, ticket, **args)


def for_helper(work: Work, heard: Heard, asked: Asked, ticket: Ticket) -> Asked:
    """A whistled unit that does not lead accepts by reporting in, closes its part only, and has nothing to return."""
    if asked.order not in _HELPER or not reporting_in.helps(work, ticket, heard.person):
        return asked
    if asked.order is Order.RETURN:
        raise RefusedError("whistled_return", ticket.id)
    return replace(asked, order=_HELPER[asked.order])


_HELPER = {Order.ACCEPT: Order.REPORT_IN, Order.DONE: Order.PART_DONE, Order.RETURN: Order.RETURN}


def _must_be_above(rules: Rules, person: Person, order: Order, ticket: Ticket) -> None:
    """Of the units' leads only the sponsor's stands above the units."""
    sponsor = rules.registry.sponsor_lead(ticket.area)
    if person.role is Role.UNIT_LEAD and (sponsor is None or sponsor.id != person.id):
        raise RefusedError("no_right", ticket.id, action=order.value)


def whistle(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """吹哨: the units named in the words; 联动哨 where the words or the matter are urgent."""
    _must_be_above(rules, heard.person, Order.WHISTLE, ticket)
    called = read_whistle(heard.told.words, rules.registry, ticket.area)
    if called.unknown:
        raise RefusedError("whistle_unknown", ticket.id, name="、".join(called.unknown))
    kind = called.kind or (WhistleKind.DAILY if ticket.urgency is Urgency.NORMAL else WhistleKind.JOINT)
    ticket = whistling.do_whistle(work, rules, heard.now, ticket, heard.person, called.units, called.lead, kind,
                                  because=heard.because, words=heard.told.words or None)
    whistled = reporting_in.of_round(work, ticket)
    lead = next((one.unit for one in whistled if one.lead), None)
    due_at = max(one.due_at for one in whistled)
    answer_once(work, rules, heard, "answer.whistled", ticket, "whistled", units=[one.unit for one in whistled], lead=lead,
                limit_at=due_at.isoformat())
    return ticket


def report_in(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = reporting_in.do_report_in(work, rules, heard.now, ticket, heard.person, because=heard.because)
    awaited = [one.unit for one in reporting_in.of_round(work, ticket) if one.reported_at is None]
    answer_once(work, rules, heard, "answer.reported_in", ticket, "coord.reported_in", by=heard.person.id, units=awaited)
    return ticket


def part_done(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = reporting_in.do_part_done(work, rules, heard.now, ticket, heard.person, because=heard.because,
                                       words=heard.told.words or None)
    answer_once(work, rules, heard, "answer.part_done", ticket, "coord.part_done", by=heard.person.id)
    return ticket


def supervise(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """督办 or 批示 in the leader's own words; 提醒 and 催办 are the first grade, 约谈 the last."""
    _must_be_above(rules, heard.person, Order.SUPERVISE, ticket)
    words = heard.told.words
    grade = Grade.CALL_UP if "约谈" in words else Grade.REMINDER if _REMINDER.search(words) and "督办" not in words else Grade.NOTICE
    urgent = any(word in words for word in _URGENT)
    ticket = supervising.do_supervise(work, rules, heard.now, ticket, heard.person, words, because=heard.because, urgent=urgent,
                                      grade=grade, but_not=_answered_here(heard))
    due_at = supervising.answer_due(rules, ticket, grade, heard.now)
    answer(work, rules, heard, "answer.supervised", ticket, grade=grade.value, limit_at=due_at.isoformat())
    return ticket


def answer_supervision(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """督办回复 with what is done and by when."""
    ticket = supervising.do_answer(work, rules, heard.now, ticket, heard.person, asked.rest, because=heard.because)
    answer_once(work, rules, heard, "answer.answered", ticket, "coord.answered")
    return ticket


def take_lead(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """我来领办 by a county leader, 领办 and a leader's name by the grid office."""
    named = next((one for one in rules.registry.people.values()
                  if one.role is Role.COUNTY_LEADER and one.name in asked.rest), None)
    if heard.person.role is Role.COUNTY_LEADER:
        if named is not None and named.id != heard.person.id:
            raise RefusedError("no_right", ticket.id, action=Order.TAKE_LEAD.value)
        named = heard.person
    if named is None:
        raise RefusedError("leader_unknown", ticket.id)
    ticket = leading.do_take_lead(work, rules, heard.now, ticket, named, heard.person, because=heard.because,
                                  but_not=_answered_here(heard))
    answer(work, rules, heard, "answer.led", ticket, by=named.id)
    return ticket


def raise_topic(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    topics.do_raise_topic(work, rules, heard.now, ticket, heard.person, because=heard.because, words=heard.told.words or None,
                          but_not=_answered_here(heard))
    answer(work, rules, heard, "answer.topic", ticket)
    return ticket


def withdraw_topic(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    topics.do_withdraw_topic(work, rules, heard.now, ticket, heard.person, because=heard.because, but_not=_answered_here(heard))
    answer(work, rules, heard, "answer.topic_off", ticket)
    return ticket


def note_opinion(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """会议意见 in the meeting's words, by the grid office."""
    topics.do_note_opinion(work, rules, heard.now, ticket, heard.person, asked.rest, because=heard.because,
                           but_not=_answered_here(heard))
    answer(work, rules, heard, "answer.opinion", ticket)
    return ticket


def _answered_here(heard: Heard) -> str | None:
    """The group in which the answer stands: it is not told the same thing beside it."""
    return heard.group.id if heard.group is not None and heard.group.speaks is Speaks.DIRECT else None

