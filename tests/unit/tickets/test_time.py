"""What time brings: the pass, steps of the ladder, what leaders add, the hours of the day, the gap after a stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from registry.terms import ClockKind, Hears, Lane, Status, Urgency, What
from tests.builders.desk import GRID_TWO, MORNING, at, lost, person_danger, place_danger, rules, told, who
from tests.unit.tickets.looking import hearers, hours, now_of, run_until, said, send_all, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, away, daily, leading, opening, rating, supervising
from tickets.due import BATCH, do_pass
from tickets.errors import RefusedError
from tickets.model import Clock, Ticket
from tickets.rounds import decide_step

RULES = rules()


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


# the pass -----------------------------------------------------------------------------------------------------------


def test_nothing_is_done_before_its_time() -> None:
    work = MemoryWork()
    ticket = opened(work)
    due = work.clocks(ticket.id)[ClockKind.ACCEPT].due_at
    run_until(work, due - timedelta(seconds=1))
    assert do_pass(work, RULES, due - timedelta(seconds=1)) == 0
    assert now_of(work, ticket).step == 0
    assert do_pass(work, RULES, due) == 1
    assert (now_of(work, ticket).step, hearers(work, "step.group")) == (1, {"g-coord"})
    assert hearers(work, "step.card") == {"water-lead"}
    assert do_pass(work, RULES, due) == 0


def test_a_step_that_was_decided_before_calls_nobody_again() -> None:
    """P4, where two passes meet: the key of the step says no, and nothing else happens."""
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    clock = work.clocks(ticket.id)[ClockKind.ACCEPT]
    assert work.add_step(ticket.id, 1, 1, clock.due_at, ClockKind.ACCEPT, 1, ["water-lead"], [])
    said_before, lines = list(work.said), whats(work, ticket)
    assert decide_step(work, RULES, clock.due_at, ticket, clock) == ticket
    assert (work.said, whats(work, ticket), now_of(work, ticket).step) == (said_before, lines, 0)


def test_what_falls_due_late_is_done_once_and_the_next_counts_from_now() -> None:
    """R12."""
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    late = MORNING + timedelta(days=2)
    while do_pass(work, RULES, late):
        pass
    accept_steps = [step for step in work.tables.steps.values() if step["ladder"] is ClockKind.ACCEPT]
    assert len(accept_steps) == 1
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].due_at == late + timedelta(minutes=30)


def test_the_ladder_climbs_and_repeats_until_somebody_accepts() -> None:
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    run_until(work, MORNING + hours(3))
    steps = [step for step in work.tables.steps.values() if step["ladder"] is ClockKind.ACCEPT]
    assert [step["rung"] for step in steps] == [1, 2, 3, 4]
    assert "g-cmd" in hearers(work, "step.group")
    assigning.do_accept(work, RULES, MORNING + hours(3), now_of(work, ticket), who("water"), because="x")
    run_until(work, MORNING + hours(20))
    assert len([s for s in work.tables.steps.values() if s["ladder"] is ClockKind.ACCEPT]) == 4


def test_danger_is_looked_at_first_then_what_is_older() -> None:
    work = MemoryWork()
    plain = opened(work, urgency=Urgency.URGENT)
    fire = opening.do_open(work, RULES, MORNING + timedelta(minutes=26), place_danger())
    order = [clock.ticket for clock in work.due_clocks(MORNING + timedelta(minutes=40))]
    assert list(dict.fromkeys(order)) == [fire.id, plain.id]


def test_one_pass_takes_a_batch_and_says_that_there_is_more() -> None:
    work = MemoryWork()
    for _ in range(BATCH + 5):
        opened(work)
    due = MORNING + timedelta(days=1)
    assert do_pass(work, RULES, due) == BATCH


def test_a_clock_that_outlived_its_ticket_is_stopped() -> None:
    work = MemoryWork()
    ticket = rating.do_withdraw(work, RULES, MORNING, opened(work), "r-1", because="x")
    work.set_clock(Clock(ticket.id, ClockKind.DONE, MORNING, MORNING))
    do_pass(work, RULES, MORNING)
    assert work.clocks(ticket.id) == {}


def test_who_has_not_called_the_residents_is_reminded_once() -> None:
    work = MemoryWork()
    ticket = assigning.do_accept(work, RULES, MORNING, opened(work), who("water"), because="x")
    run_until(work, MORNING + timedelta(days=3))
    assert [say.person for say in said(work, "card.contact")] == ["water"]
    leading.do_contact(work, MORNING, ticket, who("water"))
    assert What.CONTACTED in whats(work, ticket)


# from above ---------------------------------------------------------------------------------------------------------


def test_a_supervision_is_told_to_the_holder_the_unit_and_the_group() -> None:
    work = MemoryWork()
    ticket = supervising.do_supervise(work, RULES, MORNING, opened(work), who("county"), "三天内办结", because="x", urgent=True)
    assert ticket.urgency is Urgency.URGENT
    assert hearers(work, "supervised.group") == {"g-coord"}
    assert hearers(work, "supervised.card") == {"sponsor", "water", "water-lead"}
    assert work.line_words(ticket.id, len(work.history(ticket.id)) - 1) == "三天内办结"


def test_lifted_by_hand_it_reaches_command_now_and_its_limit_stays() -> None:
    work = MemoryWork()
    ticket = assigning.do_accept(work, RULES, MORNING, opened(work), who("water"), because="x")
    before = work.clocks(ticket.id)[ClockKind.DONE]
    leading.do_lift(work, RULES, MORNING, ticket, who("head"), because="y")
    assert "g-cmd" in hearers(work, "step.group")
    after = work.clocks(ticket.id)[ClockKind.DONE]
    assert (after.due_at, after.limit_at) == (before.due_at, before.limit_at), "lifted is not late"
    assert after.rung == 2


def test_what_is_done_can_not_be_lifted_and_what_is_over_not_supervised() -> None:
    work = MemoryWork()
    ticket = rating.do_done(work, RULES, MORNING, opened(work), who("water"), because="x")
    with pytest.raises(RefusedError, match="already_done"):
        leading.do_lift(work, RULES, MORNING, ticket, who("head"), because="y")
    ticket = rating.close(work, MORNING, ticket, None, by=None)
    with pytest.raises(RefusedError, match="finished"):
        supervising.do_supervise(work, RULES, MORNING, ticket, who("county"), "抓紧", because="y")


# hours of the day ---------------------------------------------------------------------------------------------------


def test_each_entry_has_its_hour_and_is_planned_once() -> None:
    work = MemoryWork()
    daily.plan(work, RULES, at("03-02 09:00"), set())
    assert work.tables.agenda[daily.BRIEF] == at("03-03 08:00")
    assert work.tables.agenda[daily.DIGEST] == at("03-02 17:30")
    assert work.tables.agenda[daily.UNPRESSED] == at("03-02 21:00")
    assert daily.hour_of(RULES, daily.BRIEF) == time(8)
    with pytest.raises(ValueError, match="unknown"):
        daily.hour_of(RULES, "lunch")


def test_an_hour_found_late_is_done_once() -> None:
    work = MemoryWork()
    daily.plan(work, RULES, at("03-02 09:00"), set())
    while do_pass(work, RULES, at("03-09 12:00")):
        pass
    assert len(said(work, "brief")) == 1
    assert work.tables.agenda[daily.BRIEF] == at("03-10 08:00")


def test_the_digest_tells_what_is_true_and_nothing_else() -> None:
    work = MemoryWork()
    kept = opened(work, group="g-3", area=GRID_TWO, sender="r-4")
    gone = opened(work, group="g-3", area=GRID_TWO, sender="r-4", place="9栋")
    work.save(replace(gone, status=Status.EXCLUDED))
    daily.do_digest(work, RULES, at("03-02 17:30"))
    digest = said(work, "digest")
    assert [one.args["tickets"] for one in digest] == [[kept.id]]
    assert [row.say.event for row in work.leaving(at("03-02 17:30")) if row.say.group == "g-3"] == ["digest"]


def test_nothing_new_no_digest() -> None:
    work = MemoryWork()
    opened(work)
    daily.do_digest(work, RULES, at("03-02 17:30"))
    assert said(work, "digest") == []


def test_what_nobody_pressed_is_told_to_the_office() -> None:
    work = MemoryWork()
    opened(work, group="g-3", area=GRID_TWO, sender="r-4")
    daily.do_digest(work, RULES, at("03-02 17:30"))
    work.mark(next(row.id for row in work.tables.outbox if row.say.event == "digest"), "asked")
    daily.do_unpressed(work, RULES, at("03-02 21:00"))
    assert [(say.person, say.args["group"]) for say in said(work, "alarm.unpressed")] == [("office", "g-3")]


def test_the_brief_counts_and_names_who_is_late_but_no_person_in_danger() -> None:
    work = MemoryWork()
    late = opened(work)
    opening.do_open(work, RULES, MORNING, person_danger())
    daily.do_brief(work, RULES, at("03-03 08:00"))
    brief = said(work, "brief")[0]
    assert brief.group == "g-cmd"
    assert brief.args["figures"]["new"] == 1
    assert [one["ticket"] for one in brief.args["late"]] == [late.aloud]


# after a gap --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "by_hand", "is_told"), [(60, False, 0), (61, False, 1), (299, True, 0), (301, True, 1)])
def test_a_gap_worth_telling(seconds: int, by_hand: bool, is_told: int) -> None:
    work = MemoryWork()
    opened(work)
    now = MORNING + timedelta(seconds=seconds)
    told_groups = away.do_tell_away(work, RULES, now, MORNING, by_hand=by_hand)
    assert min(told_groups, 1) == is_told


def test_only_groups_heard_by_mentions_and_only_with_open_work() -> None:
    work = MemoryWork()
    assert away.do_tell_away(work, RULES, MORNING + hours(1), MORNING, by_hand=False) == 0
    opened(work)
    assert away.do_tell_away(work, RULES, MORNING + hours(1), MORNING, by_hand=False) == 2
    assert hearers(work, "away") == {"g-coord", "g-cmd"}
    assert all(RULES.registry.groups[g].hears is Hears.MENTIONS for g in hearers(work, "away"))


def test_at_night_only_what_is_urgent_and_never_what_groups_must_not_know() -> None:
    work, night = MemoryWork(), at("03-02 23:00")
    opened(work)
    opening.do_open(work, RULES, night, person_danger())
    opening.do_open(work, RULES, night, lost())
    assert away.do_tell_away(work, RULES, night + hours(1), night, by_hand=False) == 0
    urgent = opened(work, urgency=Urgency.URGENT)
    away.do_tell_away(work, RULES, night + hours(1), night, by_hand=False)
    assert {tuple(say.args["tickets"]) for say in said(work, "away")} == {(urgent.id,)}


def test_what_had_left_before_is_not_said_again() -> None:
    work = MemoryWork()
    opened(work)
    send_all(work, MORNING + hours(1))
    assert work.leaving(MORNING + hours(1)) == []
    assert all(say.lane in (Lane.NORMAL, Lane.URGENT) for say in work.said)
