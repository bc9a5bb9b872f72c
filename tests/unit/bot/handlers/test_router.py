"""From a read message to one use case: numbers, dangers in odd words, ratings that come late, refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.handlers import router
from bot.handlers.heard import Heard, Outcome
from bot.messages import Line, Verdict, Words
from registry.terms import Act, Category, DangerKind, Said, Status, Tier, Urgency, What
from tests.builders.desk import MORNING, echo, place_danger, rules, told, who
from tests.unit.tickets.looking import events, hearers, said
from tests.unit.tickets.memory import MemoryWork
from tickets import opening, rating
from tickets.merging import Attached, Bond, attach
from tickets.model import Candidate, Ticket
from tickets.told import Told

RULES = rules()
COORD = {"group": "g-coord", "tier": Tier.COORDINATION, "act": Act.COMMAND, "to_bot": True, "category": None, "urgency": None,
         "place": None}


def heard(work: MemoryWork, one: Told, *known: Ticket, before: tuple[Line, ...] = ()) -> Outcome:
    """The router's answer to a told message, with these tickets as its candidates."""
    candidates = tuple(
        Candidate(ticket, frozenset(m.id for m in work.messages(ticket.id)), frozenset(work.voices(ticket.id)))
        for ticket in known
    )
    person = who(one.sender)
    one = replace(one, role=person.role)
    line = Line(one.message, one.at, one.sender, person.role, one.tier, one.group, words=Words(one.words), mentions_bot=one.to_bot)
    verdict = Verdict(one.act, one.category, one.urgency, one.danger, one.doubt, one.place, satisfied=one.satisfied)
    group = RULES.registry.groups[one.group] if one.group else None
    return router.hear(work, RULES, Heard(line, verdict, one, person, group, attach(one, candidates), candidates, before, one.at))


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


def test_a_number_finds_its_ticket_outside_the_talk() -> None:
    work = MemoryWork()
    ticket = opened(work)
    heard(work, told("0302-1 我们接了", sender="water", numbers=("0302-1",), **COORD))
    assert work.get_ticket(ticket.id).status is Status.ACCEPTED


def test_a_wrong_number_moves_no_other_ticket() -> None:
    work = MemoryWork()
    ticket = opened(work)
    heard(work, told("0302-9 办好了", sender="water", numbers=("0302-9",), **COORD), ticket)
    assert work.get_ticket(ticket.id) == ticket
    assert said(work, "refusal.not_found")[0].args["number"] == "0302-9"


def test_a_number_of_another_place_is_refused() -> None:
    work = MemoryWork()
    ticket = opened(work)
    at_home = {**COORD, "group": "g-3", "tier": Tier.BASIC}
    heard(work, told("0302-1 办好了", sender="head-3", numbers=("0302-1",), **at_home))
    assert work.get_ticket(ticket.id) == ticket
    assert "refusal.not_your_area" in events(work)


def test_a_danger_in_a_supplement_of_nothing_opens_a_matter() -> None:
    work = MemoryWork()
    outcome = heard(work, place_danger(act=Act.SUPPLEMENT))
    assert outcome.ticket is not None
    assert outcome.ticket.in_danger
    assert "g-cmd" in hearers(work, "danger.group")


def test_what_says_that_a_danger_is_over_opens_none() -> None:
    work = MemoryWork()
    assert heard(work, place_danger(words="火灭了", act=Act.RECOVERY)).ticket is None
    assert work.all_tickets == []


def test_an_echo_of_nothing_is_chat() -> None:
    work = MemoryWork()
    assert heard(work, echo()) == Outcome(Act.CHAT)


def test_not_settled_long_after_closing_opens_a_linked_matter_that_holds_the_message() -> None:
    work = MemoryWork()
    old = rating.do_done(work, RULES, MORNING, opened(work), who("water"), because="x")
    old = rating.close(work, MORNING, old, None, by=None)
    later = MORNING + timedelta(days=9)
    complaint = told("水管还是漏", message="late", act=Act.RATING, at=later, category=None, urgency=None, place="3栋",
                     satisfied=False, quote=work.messages(old.id)[0].id)
    outcome = heard(work, complaint, old)
    assert outcome.ticket is not None
    assert outcome.ticket.linked_to == old.id
    assert work.ticket_of_message("late") == outcome.ticket.id


def test_not_settled_within_the_week_opens_the_next_round() -> None:
    work = MemoryWork()
    old = rating.do_done(work, RULES, MORNING, opened(work), who("water"), because="x")
    heard(work, told("还没好", act=Act.RATING, category=None, urgency=None, place=None, satisfied=False), old)
    assert work.get_ticket(old.id).round == 2


def test_a_resident_can_not_end_or_accept_whatever_he_is_called() -> None:
    work = MemoryWork()
    fire = opening.do_open(work, RULES, MORNING, place_danger())
    for words in ("解除", "我们接了"):
        heard(work, told(words, sender="r-3", group="g-1", act=Act.COMMAND, to_bot=True, category=None, urgency=None), fire)
    assert work.get_ticket(fire.id) == fire
    assert {say.kind for say in work.said if say.event.startswith("refusal.")} == {Said.REFUSAL}
    assert hearers(work, "refusal.nickname") == {"g-1"}, "his nickname says that he is an official, the registry does not"


def test_a_head_tells_and_hands_on_in_one_breath() -> None:
    work = MemoryWork()
    outcome = heard(work, told("槐苑3栋没水了，转给供电公司", sender="head", to_bot=True))
    assert outcome.ticket is not None
    assert outcome.ticket.unit == "un-power"
    assert [line.what for line in work.history(outcome.ticket.id)].count(What.HANDED_OVER) == 1


def test_an_order_without_a_matter_says_that_there_is_none() -> None:
    work = MemoryWork()
    heard(work, told("办好了", sender="water", **COORD))
    assert "refusal.not_found" in events(work)


def test_which_of_several_is_asked() -> None:
    work = MemoryWork()
    one, other = opened(work), opened(work, place="9栋")
    heard(work, told("我们接了", sender="water", **COORD), one, other)
    assert said(work, "question.which")[0].args["tickets"] == [one.id, other.id]
    assert {t.status for t in work.all_tickets} == {Status.ASSIGNED}


def test_danger_in_a_group_is_never_silenced_by_its_reading() -> None:
    work = MemoryWork()
    question = place_danger(words="着火了咋办", act=Act.QUESTION, category=Category.HAZARD)
    outcome = heard(work, question)
    assert outcome.ticket is not None
    assert (outcome.ticket.urgency, outcome.ticket.danger) == (Urgency.DANGER, DangerKind.PLACE)
    assert Attached(Bond.NONE) == attach(question, ())
