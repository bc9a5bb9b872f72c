"""督办: three grades, each with its own deadline; an answer stops it, silence raises it and names it to who ordered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.terms import ClockKind, Lane, Urgency, What
from tests.builders.desk import MORNING, at, person_danger, rules, told, who
from tests.unit.tickets.looking import hearers, run_until, said
from tests.unit.tickets.memory import MemoryWork
from tickets import correcting, opening, rating, supervising
from tickets.called_in import Grade
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()
HOURS = {Grade.REMINDER: 24, Grade.NOTICE: 24, Grade.CALL_UP: 12}


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**{"urgency": Urgency.URGENT, **changes}))


def supervised(work: MemoryWork, ticket: Ticket, grade: Grade = Grade.NOTICE, by: str = "county") -> Ticket:
    return supervising.do_supervise(work, RULES, MORNING, ticket, who(by), "今晚以前要有办法", because="x", grade=grade)


def grades(work: MemoryWork, ticket: Ticket) -> list[Grade]:
    return [one.grade for one in work.supervisions(ticket.id) if one.is_awaited]


@pytest.mark.parametrize("grade", Grade)
def test_each_grade_has_its_own_deadline(grade: Grade) -> None:
    work = MemoryWork()
    ticket = supervised(work, opened(work), grade)
    due = MORNING + timedelta(hours=HOURS[grade])
    assert work.clocks(ticket.id)[ClockKind.SUPERVISION].due_at == due
    assert [(one.grade, one.by, one.due_at) for one in work.supervisions(ticket.id)] == [(grade, "county", due)]


def test_the_higher_the_grade_the_more_hear_it() -> None:
    told_by = {}
    for grade in Grade:
        work = MemoryWork()
        supervised(work, opened(work), grade)
        told_by[grade] = hearers(work, "supervised.group") | hearers(work, "supervised.card")
    assert told_by[Grade.REMINDER] == {"sponsor", "water-lead"}
    assert told_by[Grade.NOTICE] == {"sponsor", "water-lead", "water", "g-coord"}
    assert told_by[Grade.CALL_UP] == told_by[Grade.NOTICE] | {"g-cmd"}


def test_two_supervisions_run_beside_each_other_and_the_clock_stands_at_the_earlier() -> None:
    work = MemoryWork()
    ticket = supervised(work, opened(work), Grade.NOTICE)
    ticket = supervised(work, ticket, Grade.CALL_UP, by="office")
    assert work.clocks(ticket.id)[ClockKind.SUPERVISION].due_at == MORNING + timedelta(hours=12)
    assert grades(work, ticket) == [Grade.NOTICE, Grade.CALL_UP]


def test_a_normal_matters_deadline_does_not_fall_into_the_night() -> None:
    ticket = opening.do_open(MemoryWork(), RULES, MORNING, told())
    due = supervising.answer_due(RULES, ticket, Grade.CALL_UP, at("03-02 14:00"))
    assert due == RULES.calendar.after_quiet(at("03-03 02:00"))
    assert due.hour >= 6


def test_an_answer_by_the_holder_stops_all_and_tells_who_ordered() -> None:
    work = MemoryWork()
    ticket = supervised(work, opened(work), Grade.REMINDER, by="leader")
    ticket = supervised(work, ticket)
    supervising.do_answer(work, RULES, MORNING, ticket, who("water"), "今晚八点前通水", because="y")
    assert grades(work, ticket) == []
    assert ClockKind.SUPERVISION not in work.clocks(ticket.id)
    assert hearers(work, "card.answered") == {"county", "leader"}
    line = work.history(ticket.id)[-1]
    assert (line.what, line.by, line.facts["answer"]) == (What.SUPERVISED, "water", True)
    assert said(work, "card.answered")[0].args["line"] == line.line
    assert work.line_words(ticket.id, line.line) == "今晚八点前通水"
    run_until(work, MORNING + timedelta(hours=60))
    assert said(work, "card.unanswered") == []


@pytest.mark.parametrize(
    ("by", "words", "reason"),
    [("power", "在办", "not_holder"), ("member", "在办", "not_holder"), ("water", " ", "answer_missing")],
)
def test_who_may_answer_and_with_what(by: str, words: str, reason: str) -> None:
    work = MemoryWork()
    ticket = supervised(work, opened(work))
    with pytest.raises(RefusedError, match=reason):
        supervising.do_answer(work, RULES, MORNING, ticket, who(by), words, because="y")
    assert grades(work, ticket) == [Grade.NOTICE]


def test_without_a_supervision_there_is_nothing_to_answer() -> None:
    work = MemoryWork()
    with pytest.raises(RefusedError, match="no_supervision"):
        supervising.do_answer(work, RULES, MORNING, opened(work), who("water"), "在办", because="y")


def test_silence_raises_it_grade_by_grade_and_names_it_to_who_ordered() -> None:
    work = MemoryWork()
    ticket = supervised(work, opened(work), Grade.REMINDER)
    run_until(work, MORNING + timedelta(hours=24))
    assert grades(work, ticket) == [Grade.NOTICE]
    run_until(work, MORNING + timedelta(hours=48))
    assert grades(work, ticket) == [Grade.CALL_UP]
    assert [say.args for say in said(work, "card.unanswered")] == [
        {"lapsed": "reminder", "grade": "notice"}, {"lapsed": "notice", "grade": "call_up"},
    ]
    assert hearers(work, "card.unanswered") == {"county"}
    assert "g-cmd" in hearers(work, "supervised.group")
    assert said(work, "supervised.group")[-1].lane is Lane.URGENT
    run_until(work, MORNING + timedelta(hours=60))
    assert grades(work, ticket) == []
    assert ClockKind.SUPERVISION not in work.clocks(ticket.id)
    assert said(work, "card.unanswered")[-1].args == {"lapsed": "call_up", "grade": None}
    assert hearers(work, "supervised.silent") == {"g-coord", "g-cmd"}
    assert said(work, "card.lead")[0].args == {"reason": "unanswered"}
    run_until(work, MORNING + timedelta(hours=120))
    assert len(said(work, "card.unanswered")) == 3


def test_done_is_an_answer_and_the_next_round_awaits_none() -> None:
    work = MemoryWork()
    ticket = supervised(work, opened(work))
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="y")
    assert grades(work, ticket) == []
    ticket = rating.do_reopen(work, RULES, MORNING, ticket, by="r-1", because="y")
    assert ClockKind.SUPERVISION not in work.clocks(ticket.id)


def test_a_merged_matters_supervision_is_awaited_at_the_head() -> None:
    work = MemoryWork()
    source, into = supervised(work, opened(work)), opened(work, place="9栋")
    into = correcting.do_merge(work, RULES, MORNING, source, into, who("member"), because="x")
    assert (grades(work, source), grades(work, into)) == ([], [Grade.NOTICE])
    assert ClockKind.SUPERVISION in work.clocks(into.id)


def test_of_a_person_danger_only_confidants_hear() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger())
    ticket = supervised(work, ticket, Grade.CALL_UP, by="duty-night")
    heard = hearers(work, "supervised.group") | hearers(work, "supervised.card")
    assert heard <= {"duty-day", "duty-night", "police"}
    run_until(work, MORNING + timedelta(hours=13))
    assert hearers(work, "supervised.silent") == hearers(work, "card.lead") == set()


def test_what_is_answered_here_is_not_said_here() -> None:
    work = MemoryWork()
    supervising.do_supervise(work, RULES, MORNING, opened(work), who("county"), "抓紧", because="x", grade=Grade.CALL_UP,
                             but_not="g-coord")
    assert hearers(work, "supervised.group") == {"g-cmd"}
