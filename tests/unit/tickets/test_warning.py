"""预警: once before each limit, moved with it, dropped with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from registry.terms import WARNED_OF, ClockKind, Lane, Urgency
from tests.builders.desk import MORNING, at, person_danger, place_danger, rules, told, who
from tests.unit.tickets.looking import hearers, hours, now_of, run_until, said
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, leading, opening, rating
from tickets.due import do_pass
from tickets.model import Ticket
from tickets.rounds import raise_urgency

RULES = rules()


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


def warned_of(work: MemoryWork) -> list[str]:
    """The limits that were warned of, each once for every warning, in order."""
    found = dict.fromkeys((say.args["clock"], say.args["limit_at"], say.round) for say in said(work, "card.warning"))
    return [clock for clock, _, _ in found]


def test_unit_and_owner_hear_an_hour_of_work_before_the_accept_limit() -> None:
    work = MemoryWork()
    ticket = opened(work)
    limit = work.clocks(ticket.id)[ClockKind.ACCEPT].limit_at
    assert limit == at("03-02 15:00")
    run_until(work, at("03-02 13:59"))
    assert said(work, "card.warning") == []
    run_until(work, at("03-02 14:00"))
    assert hearers(work, "card.warning") == {"sponsor", "water", "water-lead"}
    (one, *_) = said(work, "card.warning")
    assert (one.lane, one.still, one.round) == (Lane.NORMAL, "unaccepted", 1)


def test_each_limit_is_warned_of_once() -> None:
    work = MemoryWork()
    opened(work, urgency=Urgency.URGENT)
    run_until(work, MORNING + hours(30))
    assert warned_of(work) == ["accept", "first_contact", "done"]


def test_acceptance_in_time_leaves_no_warning_of_it() -> None:
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    assigning.do_accept(work, RULES, MORNING + timedelta(minutes=5), ticket, who("water"), because="x")
    leading.do_contact(work, MORNING + timedelta(minutes=6), now_of(work, ticket), who("water"))
    assert set(work.clocks(ticket.id)) == {ClockKind.DONE, ClockKind.WARN_DONE}
    run_until(work, MORNING + hours(23))
    assert warned_of(work) == ["done"]
    # the holder and his lead, nobody else
    assert hearers(work, "card.warning") == {"water", "water-lead"}


def test_what_is_done_is_warned_of_no_more() -> None:
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="x")
    rating.do_done(work, RULES, MORNING + hours(1), now_of(work, ticket), who("water"), because="y")
    assert not set(work.clocks(ticket.id)) & set(WARNED_OF)


def test_a_limit_that_comes_earlier_takes_its_warning_along() -> None:
    work = MemoryWork()
    ticket = opened(work)
    raise_urgency(work, RULES, MORNING + timedelta(minutes=10), ticket, Urgency.URGENT, because="x", by=None)
    assert work.clocks(ticket.id)[ClockKind.WARN_ACCEPT].due_at == MORNING + timedelta(minutes=30)
    assert work.clocks(ticket.id)[ClockKind.WARN_DONE].due_at == MORNING + timedelta(minutes=10) + hours(20)


def test_a_limit_put_off_elsewhere_puts_its_warning_off() -> None:
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    clock = work.clocks(ticket.id)[ClockKind.DONE]
    later = clock.limit_at + hours(48)
    work.set_clock(replace(clock, due_at=later, limit_at=later))
    due = work.clocks(ticket.id)[ClockKind.WARN_DONE].due_at
    run_until(work, due)
    assert "done" not in warned_of(work)
    assert work.clocks(ticket.id)[ClockKind.WARN_DONE].due_at == later - hours(4)
    run_until(work, later - hours(4))
    assert warned_of(work).count("done") == 1


def test_a_warning_found_after_its_limit_is_left_to_the_ladder() -> None:
    work = MemoryWork()
    opened(work, urgency=Urgency.URGENT)
    while do_pass(work, RULES, MORNING + hours(26)):
        pass
    assert said(work, "card.warning") == []
    assert len(said(work, "step.group")) > 0


def test_the_next_round_warns_anew() -> None:
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    run_until(work, MORNING + timedelta(minutes=25))
    assigning.do_accept(work, RULES, MORNING + timedelta(minutes=26), ticket, who("water"), because="x")
    rating.do_done(work, RULES, MORNING + hours(1), now_of(work, ticket), who("water"), because="y")
    rating.do_reopen(work, RULES, MORNING + hours(2), now_of(work, ticket), by="r-1", because="z")
    run_until(work, MORNING + hours(2) + timedelta(minutes=25))
    rounds = [say.round for say in said(work, "card.warning") if say.args["clock"] == "accept"]
    assert set(rounds) == {1, 2}


def test_danger_is_not_warned_of_before_acceptance_and_wakes_nobody_before_done() -> None:
    work = MemoryWork()
    opening.do_open(work, RULES, MORNING, place_danger())
    run_until(work, MORNING + hours(23))
    assert warned_of(work) == ["done"]
    assert {say.lane for say in said(work, "card.warning")} == {Lane.URGENT}


def test_a_person_danger_is_warned_of_to_its_owner_alone() -> None:
    work = MemoryWork()
    opening.do_open(work, RULES, MORNING, person_danger())
    run_until(work, MORNING + hours(23))
    assert hearers(work, "card.warning") == {"duty-day"}
