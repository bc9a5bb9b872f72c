"""知道了, 静默, 降级: what holds a ladder, for how long, and what starts it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.terms import ClockKind, Status, Urgency, What
from tests.builders.desk import MORNING, person_danger, place_danger, rules, told, who
from tests.unit.tickets.looking import now_of, run_until, send_all
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, leading, lowering, opening, rounds, silencing
from tickets.acknowledging import do_acknowledge
from tickets.due import do_pass
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.told import Told

RULES = rules()
MINUTE = timedelta(minutes=1)
CALLS = ("step.group", "step.card")


def called(work: MemoryWork, matter: Told) -> Ticket:
    """A matter whose ladder has called once."""
    ticket = opening.do_open(work, RULES, MORNING, matter)
    send_all(work, MORNING)
    do_pass(work, RULES, work.clocks(ticket.id)[ClockKind.ACCEPT].due_at)
    assert now_of(work, ticket).step == 1
    return now_of(work, ticket)


def urgent(work: MemoryWork) -> Ticket:
    return called(work, told(urgency=Urgency.URGENT))


def waiting_calls(work: MemoryWork) -> list[str]:
    return [row.say.event for row in work.tables.outbox if row.state == "waiting" and row.say.event in CALLS]


def steps_until(work: MemoryWork, ticket: Ticket, until: object) -> int:
    run_until(work, until)  # type: ignore[arg-type]
    return now_of(work, ticket).step


def test_an_answer_takes_back_what_waits_and_holds_the_ladder() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    assert waiting_calls(work)
    at = MORNING + 31 * MINUTE
    do_acknowledge(work, RULES, at, ticket, who("water"), because="x")
    assert not waiting_calls(work)
    assert steps_until(work, ticket, at + 59 * MINUTE) == 1
    assert now_of(work, ticket).owner == ticket.owner


def test_a_stale_answer_lets_the_ladder_go_on_from_its_next_rung() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 31 * MINUTE
    do_acknowledge(work, RULES, at, ticket, who("water"), because="x")
    assert steps_until(work, ticket, at + 60 * MINUTE) == 2
    assert [step["rung"] for step in work.tables.steps.values()] == [1, 2]
    assert now_of(work, ticket).acknowledged_at is None


def test_a_danger_s_answer_holds_a_quarter_of_an_hour() -> None:
    work = MemoryWork()
    ticket = called(work, place_danger())
    at = MORNING + 6 * MINUTE
    do_acknowledge(work, RULES, at, ticket, who("duty-day"), because="x")
    assert steps_until(work, ticket, at + 14 * MINUTE) == 1
    assert steps_until(work, ticket, at + 15 * MINUTE) == 2


def test_a_normal_matter_s_answer_holds_a_working_day() -> None:
    work = MemoryWork()
    ticket = called(work, told())
    at = MORNING + 360 * MINUTE
    before = work.clocks(ticket.id)
    do_acknowledge(work, RULES, at, ticket, who("water-lead"), because="x")
    stale = RULES.policy.ack_stale[Urgency.NORMAL].end(at, RULES.calendar)
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].due_at == max(stale, before[ClockKind.ACCEPT].due_at)
    assert stale.date() == at.date() + timedelta(days=1)


def test_progress_after_an_answer_holds_the_ladder_on() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 31 * MINUTE
    ticket = do_acknowledge(work, RULES, at, ticket, who("water"), because="x")
    leading.do_contact(work, at + 50 * MINUTE, ticket, who("water"))
    assert steps_until(work, ticket, at + 60 * MINUTE) == 1
    assert steps_until(work, ticket, at + 109 * MINUTE) == 1
    assert steps_until(work, ticket, at + 110 * MINUTE) == 2


def test_what_was_done_before_the_answer_is_no_progress() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 40 * MINUTE
    leading.do_contact(work, at - 5 * MINUTE, ticket, who("water"))
    do_acknowledge(work, RULES, at, ticket, who("water"), because="x")
    assert steps_until(work, ticket, at + 60 * MINUTE) == 2


def test_the_second_to_answer_is_told_who_was_first() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    ticket = do_acknowledge(work, RULES, MORNING + 31 * MINUTE, ticket, who("water"), because="x")
    before = work.clocks(ticket.id)
    with pytest.raises(RefusedError) as refused:
        do_acknowledge(work, RULES, MORNING + 40 * MINUTE, ticket, who("leader"), because="y")
    assert (refused.value.reason, refused.value.facts["by"]) == ("already_acknowledged", "water")
    assert do_acknowledge(work, RULES, MORNING + 41 * MINUTE, ticket, who("water"), because="z") == ticket
    assert work.clocks(ticket.id) == before


def test_an_answer_before_the_limit_lets_the_danger_s_first_call_wait() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger())
    do_acknowledge(work, RULES, MORNING + 2 * MINUTE, ticket, who("duty-day"), because="x")
    assert steps_until(work, ticket, MORNING + 16 * MINUTE) == 0
    assert steps_until(work, ticket, MORNING + 17 * MINUTE) == 1


def test_a_rank_that_rises_after_the_answer_calls_again() -> None:
    work = MemoryWork()
    ticket = called(work, told())
    at = work.history(ticket.id)[-1].at
    ticket = do_acknowledge(work, RULES, at, ticket, who("water"), because="x")
    rounds.raise_urgency(work, RULES, at + MINUTE, ticket, Urgency.DANGER, because="y", by="leader")
    assert steps_until(work, ticket, at + 6 * MINUTE) == 2


def test_acceptance_after_an_answer_leaves_the_done_ladder_to_its_own_limit() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 31 * MINUTE
    ticket = do_acknowledge(work, RULES, at, ticket, who("water"), because="x")
    done_at = work.clocks(ticket.id)[ClockKind.DONE].due_at
    ticket = assigning.do_accept(work, RULES, at + MINUTE, ticket, who("water"), because="y")
    assert work.clocks(ticket.id)[ClockKind.DONE].due_at == done_at
    assert steps_until(work, ticket, done_at) == 2


def test_what_is_done_is_not_answered() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    for status in (Status.DONE, Status.CLOSED):
        with pytest.raises(RefusedError):
            do_acknowledge(work, RULES, MORNING, replace(ticket, status=status), who("water"), because="x")


# 静默 ----------------------------------------------------------------------------------------------------------------


def test_a_silence_holds_the_calls_ends_with_a_line_and_the_ladder_goes_on() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 31 * MINUTE
    _, until = silencing.do_silence(work, RULES, at, ticket, who("duty-day"), 120 * MINUTE, because="x")
    assert until == at + 120 * MINUTE
    assert not waiting_calls(work)
    assert steps_until(work, ticket, until - MINUTE) == 1
    assert steps_until(work, ticket, until) == 2
    lines = [line for line in work.history(ticket.id) if line.what is What.ACKNOWLEDGED]
    assert [("silent_until" in line.facts, "silence_over" in line.facts) for line in lines] == [(True, False), (False, True)]
    assert any(say.event == "card.silence_over" and say.person == "duty-day" for say in work.said)
    assert ClockKind.SILENCE not in work.clocks(ticket.id)


def test_a_danger_is_silent_for_half_an_hour_at_most() -> None:
    work = MemoryWork()
    ticket = called(work, place_danger())
    at = MORNING + 6 * MINUTE
    _, until = silencing.do_silence(work, RULES, at, ticket, who("duty-day"), 300 * MINUTE, because="x")
    assert until == at + 30 * MINUTE
    assert steps_until(work, ticket, until) == 2


def test_what_becomes_a_danger_is_not_silent_longer_than_a_danger_may_be() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 31 * MINUTE
    ticket, _ = silencing.do_silence(work, RULES, at, ticket, who("duty-day"), 300 * MINUTE, because="x")
    rounds.raise_urgency(work, RULES, at + MINUTE, ticket, Urgency.DANGER, because="y", by="leader")
    assert steps_until(work, ticket, at + 29 * MINUTE) == 1
    assert steps_until(work, ticket, at + 30 * MINUTE) == 2


def test_a_silence_before_the_limit_does_not_move_a_later_limit() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, told())
    before = work.clocks(ticket.id)
    silencing.do_silence(work, RULES, MORNING, ticket, who("leader"), 10 * MINUTE, because="x")
    after = work.clocks(ticket.id)
    assert (after[ClockKind.ACCEPT], after[ClockKind.DONE]) == (before[ClockKind.ACCEPT], before[ClockKind.DONE])


def test_a_lift_by_hand_calls_through_a_silence() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 31 * MINUTE
    ticket, _ = silencing.do_silence(work, RULES, at, ticket, who("duty-day"), 60 * MINUTE, because="x")
    assert leading.do_lift(work, RULES, at + MINUTE, ticket, who("head"), because="y").step == 2


# 降级 ----------------------------------------------------------------------------------------------------------------


def test_an_urgent_matter_becomes_normal_with_its_reason_on_record() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    at = MORNING + 40 * MINUTE
    lowered = lowering.do_lower(work, RULES, at, ticket, who("leader"), "已经来水，只是水压小", because="x")
    assert lowered.urgency is Urgency.NORMAL
    assert not waiting_calls(work)
    line = work.history(ticket.id)[-1]
    assert (line.what, line.facts["lowered"], work.line_words(ticket.id, line.line)) == (What.CORRECTED, True, "已经来水，只是水压小")
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].due_at > at + 60 * MINUTE


def test_a_normal_ladder_goes_one_rung_back() -> None:
    work = MemoryWork()
    ticket = called(work, told())
    at = work.history(ticket.id)[-1].at
    lowering.do_lower(work, RULES, at, ticket, who("leader"), "单位已经约好后天来", because="x")
    clock = work.clocks(ticket.id)[ClockKind.ACCEPT]
    assert clock.rung == 0
    assert clock.due_at > at


@pytest.mark.parametrize("matter", [place_danger, person_danger])
def test_a_danger_is_never_lowered_by_hand(matter: object) -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, matter())  # type: ignore[operator]
    with pytest.raises(RefusedError, match="danger_not_lowered"):
        lowering.do_lower(work, RULES, MORNING, ticket, who("duty-day"), "看着不大", because="x")


def test_lowering_wants_a_reason() -> None:
    work = MemoryWork()
    ticket = urgent(work)
    with pytest.raises(RefusedError, match="lower_reason"):
        lowering.do_lower(work, RULES, MORNING, ticket, who("leader"), " ", because="x")
