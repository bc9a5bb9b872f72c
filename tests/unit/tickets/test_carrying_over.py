"""Matters of an old ledger: tickets with owner and clocks, nobody told, and the ladder from the next working morning."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from registry.model import Person
from registry.terms import Category, ClockKind, Status, What
from tests.builders.desk import COUNTY, GRID, GRID_TWO, MORNING, at, county, rules
from tests.unit.tickets.looking import hearers, run_until
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, rating, shelving
from tickets.carrying_over import CarriedOver, OldMatter, do_carry_over, next_working_morning
from tickets.due import do_pass
from tickets.model import Ticket

RULES = rules()
#: Thursday evening, and Friday when the offices open.
EVENING, NEXT_MORNING = at("03-05 20:00"), at("03-06 08:30")


def an_old_matter(number: str = "旧-1", **changes: Any) -> OldMatter:
    values: dict[str, Any] = {
        "number": number, "told_at": at("02-03 10:00"), "area": GRID, "place": "东院3栋", "category": Category.WATER,
        "words": "楼道水管漏水，找13800000000", "unit": None, "status": Status.ASSIGNED, "limit_at": None,
    }
    return OldMatter(**(values | changes))


def carried(work: MemoryWork, *matters: OldMatter, now: datetime = EVENING) -> CarriedOver:
    return do_carry_over(work, RULES, now, matters)


def only(work: MemoryWork, **changes: Any) -> Ticket:
    return carried(work, an_old_matter(**changes)).carried[0].ticket


def who(person: str) -> Person:
    return RULES.registry.people[person]


def test_nobody_is_told_and_all_is_quiet_until_the_next_working_morning() -> None:
    work = MemoryWork()
    statuses = (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED, Status.SHELVED)
    done = carried(work, *(an_old_matter(f"旧-{n}", status=status) for n, status in enumerate(statuses)))
    assert len(done.carried) == len(statuses)
    assert done.quiet_until == NEXT_MORNING
    assert work.tables.outbox == []
    run_until(work, NEXT_MORNING - timedelta(seconds=1))
    assert work.tables.outbox == []
    assert work.tables.steps == {}


def test_in_the_morning_the_ladder_goes_on_once_and_says_the_true_limit() -> None:
    work = MemoryWork()
    ticket = only(work, limit_at=at("02-10 18:00"))
    while do_pass(work, RULES, NEXT_MORNING):
        pass
    steps = [(step["ladder"], step["rung"]) for step in work.tables.steps.values()]
    assert sorted(steps) == [(ClockKind.ACCEPT, 1), (ClockKind.DONE, 1)]
    told = [row.say for row in work.tables.outbox if row.say.event == "step.card" and row.say.args["ladder"] == "done"]
    assert {say.args["limit_at"] for say in told} == {at("02-10 18:00").isoformat()}
    assert hearers(work, "step.card")
    assert work.clocks(ticket.id)[ClockKind.DONE].due_at > NEXT_MORNING


def test_the_ticket_keeps_its_time_and_its_number_and_is_masked() -> None:
    work = MemoryWork()
    ticket = only(work)
    assert (ticket.opened_at, ticket.last_at, ticket.number) == (at("02-03 10:00"), at("02-03 10:00"), "2026-0305-1")
    assert (ticket.group, ticket.area, ticket.township) == (None, GRID, "9901")
    assert ticket.summary == "供水排水·东院3栋：楼道水管漏水，找138****0000"
    opened, assigned = work.history(ticket.id)
    assert (opened.what, opened.at, opened.by) == (What.OPENED, at("02-03 10:00"), None)
    assert opened.facts["from"] == "ledger"
    assert opened.facts["old_number"] == "旧-1"
    assert opened.facts["carried_over_at"] == EVENING.isoformat()
    assert work.line_words(ticket.id, 1) == "楼道水管漏水，找13800000000"
    assert (assigned.what, assigned.to, assigned.at) == (What.ASSIGNED, "un-water", EVENING)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # grid one is sponsored: the sponsor's lead holds it until the unit has accepted
        ({}, (Status.ASSIGNED, "un-water", "sponsor")),
        ({"status": Status.OPEN}, (Status.ASSIGNED, "un-water", "sponsor")),
        ({"status": Status.ACCEPTED}, (Status.ACCEPTED, "un-water", "water-lead")),
        ({"unit": "un-power", "status": Status.ACCEPTED}, (Status.ACCEPTED, "un-power", "power")),
        ({"area": GRID_TWO}, (Status.ASSIGNED, "un-water", "water-lead")),
        # what no unit does stays with the grid member
        ({"category": Category.OTHER}, (Status.OPEN, None, "member")),
        ({"category": Category.OTHER, "status": Status.ACCEPTED}, (Status.OPEN, None, "member")),
        ({"status": Status.SHELVED}, (Status.SHELVED, "un-water", "sponsor")),
        ({"area": COUNTY, "category": Category.OTHER}, (Status.OPEN, None, "office")),
    ],
)
def test_owner_and_state_are_as_a_hand_over_would_have_left_them(
    changes: dict[str, Any], expected: tuple[Status, str | None, str]
) -> None:
    ticket = only(MemoryWork(), **changes)
    assert (ticket.status, ticket.unit, ticket.owner) == expected


def test_a_limit_that_is_still_far_keeps_its_day_and_its_warning() -> None:
    work = MemoryWork()
    far = at("03-20 18:00")
    ticket = only(work, status=Status.ACCEPTED, limit_at=far)
    clocks = work.clocks(ticket.id)
    assert (clocks[ClockKind.DONE].due_at, clocks[ClockKind.DONE].limit_at) == (far, far)
    assert ClockKind.ACCEPT not in clocks
    assert all(clock.due_at >= NEXT_MORNING for clock in clocks.values())


def test_a_limit_before_the_morning_waits_for_it() -> None:
    work = MemoryWork()
    tonight = EVENING + timedelta(hours=1)
    done = carried(work, an_old_matter(status=Status.ACCEPTED, limit_at=tonight))
    clock = work.clocks(done.carried[0].ticket.id)[ClockKind.DONE]
    assert (clock.due_at, clock.limit_at) == (NEXT_MORNING, tonight)
    assert done.carried[0].passed is None


def test_those_that_have_passed_are_named() -> None:
    work = MemoryWork()
    done = carried(work, an_old_matter("旧-1", limit_at=at("02-10 18:00")), an_old_matter("旧-2", limit_at=at("03-20 18:00")))
    assert [(one.number, one.passed) for one in done.carried] == [("旧-1", at("02-10 18:00")), ("旧-2", None)]


def test_an_old_number_is_carried_over_once() -> None:
    work = MemoryWork()
    first = carried(work, an_old_matter("旧-1"), an_old_matter("旧-1"), an_old_matter("旧-2"))
    assert [one.number for one in first.carried] == ["旧-1", "旧-2"]
    assert first.skipped == ("旧-1",)
    again = carried(work, an_old_matter("旧-2"), an_old_matter("旧-3"))
    assert ([one.number for one in again.carried], again.skipped) == (["旧-3"], ("旧-2",))
    assert len(work.all_tickets) == 3


def test_a_shelved_matter_is_looked_at_on_its_day_and_can_be_resumed() -> None:
    work = MemoryWork()
    review = at("03-16 18:00")
    ticket = only(work, status=Status.SHELVED, limit_at=review)
    assert set(work.clocks(ticket.id)) == {ClockKind.REVIEW}
    assert work.clocks(ticket.id)[ClockKind.REVIEW].due_at == review
    resumed = shelving.do_resume(work, RULES, at("03-09 10:00"), work.get_ticket(ticket.id), who("office"), because="x")
    assert resumed.status is Status.ASSIGNED
    assert {ClockKind.ACCEPT, ClockKind.DONE} <= set(work.clocks(ticket.id))


def test_it_lives_on_as_every_matter() -> None:
    work = MemoryWork()
    ticket = only(work)
    ticket = assigning.do_accept(work, RULES, MORNING + timedelta(days=7), ticket, who("water"), because="x")
    ticket = rating.do_done(work, RULES, MORNING + timedelta(days=8), ticket, who("water"), because="x")
    assert ticket.status is Status.DONE
    run_until(work, MORNING + timedelta(days=20))
    assert work.get_ticket(ticket.id).status is Status.CLOSED


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("03-05 08:00", "03-05 08:30"), ("03-05 08:30", "03-06 08:30"), ("03-06 20:00", "03-09 08:30"),
        ("03-07 09:00", "03-09 08:30"),
        # the National Day holiday of the shipped calendar
        ("09-30 19:00", "10-08 08:30"),
    ],
)
def test_the_next_working_morning(now: str, morning: str) -> None:
    assert next_working_morning(RULES.calendar, at(now)) == at(morning)


def test_a_county_without_anybody_to_answer_is_an_error() -> None:
    nobody = county(without=("member", "member-2", "leader", "office", "duty-day", "duty-night", "county", "sponsor", "water-lead", "water"))
    bare = type(RULES)(RULES.policies, RULES.current, RULES.calendar, nobody)
    with pytest.raises(LookupError):
        do_carry_over(MemoryWork(), bare, EVENING, [an_old_matter()])
