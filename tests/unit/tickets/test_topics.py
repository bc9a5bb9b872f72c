"""专题: onto the list for the standing meeting, its opinion, and off it."""

from __future__ import annotations

import pytest

from registry.terms import ClockKind
from tests.builders.desk import MORNING, lost, person_danger, rules, told, who
from tests.unit.tickets.looking import hearers, said
from tests.unit.tickets.memory import MemoryWork
from tickets import correcting, opening, topics
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()


def opened(work: MemoryWork) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told())


def raised(work: MemoryWork, ticket: Ticket, by: str = "county") -> None:
    topics.do_raise_topic(work, RULES, MORNING, ticket, who(by), because="x", words="全县都有，要定个办法")


def test_a_leader_raises_it_and_it_goes_on_as_before() -> None:
    work = MemoryWork()
    ticket = opened(work)
    clocks = work.clocks(ticket.id)
    raised(work, ticket)
    topic = work.topic(ticket.id)
    assert topic is not None
    assert (topic.by, topic.at, topic.is_listed) == ("county", MORNING, True)
    assert work.get_ticket(ticket.id) == ticket
    assert work.clocks(ticket.id) == clocks
    assert ClockKind.ACCEPT in clocks
    assert hearers(work, "topic.raised") == {"g-cmd"}
    assert hearers(work, "card.topic") == {"office"}


def test_the_opinion_is_kept_with_its_line_and_told_to_holder_and_groups() -> None:
    work = MemoryWork()
    ticket = opened(work)
    raised(work, ticket)
    topic = topics.do_note_opinion(work, RULES, MORNING, ticket, who("office"), "由水务牵头，月底前改完", because="y")
    assert topic.opinion_line is not None
    assert work.line_words(ticket.id, topic.opinion_line) == "由水务牵头，月底前改完"
    assert hearers(work, "topic.opinion") == {"g-coord", "g-cmd"}
    assert hearers(work, "card.opinion") == {"sponsor"}
    assert said(work, "card.opinion")[0].args["line"] == topic.opinion_line


def test_it_can_be_taken_off_and_raised_anew() -> None:
    work = MemoryWork()
    ticket = opened(work)
    raised(work, ticket)
    with pytest.raises(RefusedError, match="already_topic"):
        raised(work, ticket, "office")
    topic = topics.do_withdraw_topic(work, RULES, MORNING, ticket, who("office"), because="x")
    assert (topic.withdrawn_by, topic.is_listed) == ("office", False)
    with pytest.raises(RefusedError, match="not_topic"):
        topics.do_withdraw_topic(work, RULES, MORNING, ticket, who("office"), because="x")
    with pytest.raises(RefusedError, match="not_topic"):
        topics.do_note_opinion(work, RULES, MORNING, ticket, who("office"), "再议", because="x")
    raised(work, ticket, "office")
    assert work.topic(ticket.id) is not None


def test_what_is_no_topic() -> None:
    work = MemoryWork()
    private = opening.do_open(work, RULES, MORNING, person_danger())
    missing = opening.do_open(work, RULES, MORNING, lost())
    excluded = correcting.do_exclude(work, RULES, MORNING, opened(work), who("member"), because="x")
    for ticket, reason in ((private, "private"), (missing, "no_topic"), (excluded, "finished")):
        with pytest.raises(RefusedError, match=reason):
            raised(work, ticket)
    ticket = opened(work)
    raised(work, ticket)
    with pytest.raises(RefusedError, match="opinion_missing"):
        topics.do_note_opinion(work, RULES, MORNING, ticket, who("office"), "  ", because="x")
