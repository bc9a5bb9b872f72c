"""挂账: a reason, a review date that is a clock, clocks that stand still, and no way to forget it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry.terms import ClockKind, Status, Urgency, What
from tests.builders.desk import MORNING, place_danger, rules, told, who
from tests.unit.tickets.looking import events, hearers, now_of, run_until, said, send_all, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, opening, rating, shelving
from tickets.due import do_pass
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.rounds import raise_urgency

RULES = rules()
IN_TEN_DAYS = date(2026, 3, 12)


def accepted(work: MemoryWork) -> Ticket:
    ticket = opening.do_open(work, RULES, MORNING, told(message="first"))
    return assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="x")


def shelved(work: MemoryWork, ticket: Ticket | None = None, day: date = IN_TEN_DAYS) -> Ticket:
    return shelving.do_shelve(work, RULES, MORNING, ticket or accepted(work), who("leader"), day, "等材料", because="x")


def test_shelved_it_stays_open_with_its_owner_and_only_the_review_runs() -> None:
    work = MemoryWork()
    ticket = shelved(work)
    assert (ticket.status, ticket.is_open, ticket.owner) == (Status.SHELVED, True, "water")
    clocks = work.clocks(ticket.id)
    assert set(clocks) == {ClockKind.REVIEW}
    assert clocks[ClockKind.REVIEW].due_at.isoformat() == "2026-03-12T09:00:00+08:00"
    assert hearers(work, "status.shelved") == {"g-1"}
    assert hearers(work, "coord.shelved") == {"g-coord", "water"}
    assert work.line_words(ticket.id, len(work.history(ticket.id))) == "等材料"


@pytest.mark.parametrize(
    ("day", "reason", "refusal"),
    [
        (None, "等材料", "shelve_needs"),
        (IN_TEN_DAYS, " ", "shelve_needs"),
        (date(2026, 3, 2), "等材料", "shelve_day"),
        (date(2026, 6, 1), "等材料", "shelve_day"),
    ],
)
def test_a_reason_and_a_day_within_the_limit_are_needed(day: date | None, reason: str, refusal: str) -> None:
    work = MemoryWork()
    ticket = accepted(work)
    with pytest.raises(RefusedError, match=refusal):
        shelving.do_shelve(work, RULES, MORNING, ticket, who("leader"), day, reason, because="x")
    assert now_of(work, ticket) == ticket


def test_the_last_day_that_the_policy_allows_is_allowed() -> None:
    assert RULES.policy.defer.shelved_days_at_most == 90
    assert shelved(MemoryWork(), day=date(2026, 5, 31)).status is Status.SHELVED


def test_taken_up_again_the_clocks_go_on_where_they_stood() -> None:
    work = MemoryWork()
    ticket = accepted(work)
    before = work.clocks(ticket.id)
    shelved(work, ticket)
    away = timedelta(days=4, hours=3)
    ticket = shelving.do_resume(work, RULES, MORNING + away, now_of(work, ticket), who("water"), because="x")
    after = work.clocks(ticket.id)
    assert (ticket.status, ticket.owner) == (Status.ACCEPTED, "water")
    assert {kind: clock.limit_at - away for kind, clock in after.items()} == {k: c.limit_at for k, c in before.items()}
    assert hearers(work, "status.resumed") == {"g-1"}
    assert hearers(work, "coord.resumed") == {"g-coord"}


def test_what_was_not_accepted_is_waited_for_again() -> None:
    work = MemoryWork()
    ticket = shelved(work, opening.do_open(work, RULES, MORNING, told()))
    assert said(work, "assigned") == said(work, "card.assigned") == []
    ticket = shelving.do_resume(work, RULES, MORNING, ticket, who("leader"), because="x")
    assert ticket.status is Status.ASSIGNED
    assert ClockKind.ACCEPT in work.clocks(ticket.id)
    assert hearers(work, "card.assigned") == {"water-lead", "water"}


def test_no_call_comes_while_it_is_shelved() -> None:
    work = MemoryWork()
    shelved(work)
    run_until(work, MORNING + timedelta(days=9))
    assert not {"step.group", "step.card", "card.contact", "card.warning", "card.review"} & set(events(work))


def test_on_the_day_owner_and_office_are_asked_each_day_and_the_leader_from_the_third_time() -> None:
    work = MemoryWork()
    ticket = shelved(work)
    due = work.clocks(ticket.id)[ClockKind.REVIEW].due_at
    run_until(work, due)
    assert hearers(work, "card.review") == {"water", "office"}
    run_until(work, due + timedelta(days=1))
    assert "county" not in hearers(work, "card.review")
    run_until(work, due + timedelta(days=2))
    assert "county" in hearers(work, "card.review")
    assert ClockKind.REVIEW in work.clocks(ticket.id)


def test_shelved_again_it_says_how_often_and_the_clocks_still_stand_where_they_stood_first() -> None:
    work = MemoryWork()
    ticket = accepted(work)
    limit = work.clocks(ticket.id)[ClockKind.DONE].limit_at
    shelved(work, ticket)
    later = MORNING + timedelta(days=5)
    ticket = shelving.do_shelve(work, RULES, later, now_of(work, ticket), who("office"), date(2026, 3, 20), "还等", because="y")
    assert said(work, "coord.shelved")[-1].args["times"] == 2
    assert work.clocks(ticket.id)[ClockKind.REVIEW].due_at.date() == date(2026, 3, 20)
    away = timedelta(days=7)
    ticket = shelving.do_resume(work, RULES, MORNING + away, ticket, who("office"), because="z")
    assert work.clocks(ticket.id)[ClockKind.DONE].limit_at == limit + away


def test_a_danger_takes_it_up_again_at_once() -> None:
    work = MemoryWork()
    ticket = shelved(work)
    ticket = opening.do_voice(work, RULES, MORNING, ticket, place_danger(sender="r-2"))
    assert (ticket.status, ticket.in_danger) == (Status.ACCEPTED, True)
    assert ClockKind.DONE in work.clocks(ticket.id)
    assert ClockKind.REVIEW not in work.clocks(ticket.id)
    assert whats(work, ticket)[-2:] == [What.SHELVED, What.DANGER_RAISED]


def test_a_raised_urgency_asks_for_the_review_at_once() -> None:
    work = MemoryWork()
    ticket = shelved(work)
    send_all(work, MORNING)
    later = MORNING + timedelta(hours=1)
    raise_urgency(work, RULES, later, ticket, Urgency.URGENT, because="x", by=None)
    do_pass(work, RULES, later)
    assert hearers(work, "card.review") == {"water", "office"}


def test_done_while_shelved_is_done() -> None:
    work = MemoryWork()
    ticket = rating.do_done(work, RULES, MORNING, shelved(work), who("water"), because="x")
    assert (ticket.status, set(work.clocks(ticket.id))) == (Status.DONE, {ClockKind.RATING})
    assert said(work, "status.shelved") == []
