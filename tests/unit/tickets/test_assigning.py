"""交办, 接单, 退回, 转办: one owner at every moment, and a due time that never moves later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.registry import Registry
from registry.terms import Category, ClockKind, Role, Status, What
from tests.builders.desk import MORNING, TOWN, person, person_danger, rules, told, who
from tests.unit.tickets.looking import clocks_of, events, hearers, now_of, run_until, said, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, opening, rating, supervising
from tickets.due import do_pass
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()
WATER, POWER = RULES.registry.units["un-water"], RULES.registry.units["un-power"]


def opened(work: MemoryWork) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told())


def accepted(work: MemoryWork) -> Ticket:
    return assigning.do_accept(work, RULES, MORNING, opened(work), who("water"), because="x")


def test_who_accepts_owns_it_and_the_accept_ladder_stops() -> None:
    work = MemoryWork()
    ticket = accepted(work)
    assert (ticket.status, ticket.owner, ticket.accepted_at) == (Status.ACCEPTED, "water", MORNING)
    assert clocks_of(work, ticket) == {ClockKind.FIRST_CONTACT, ClockKind.DONE}
    assert hearers(work, "status.accepted") == {"g-1"}
    assert hearers(work, "coord.accepted") == {"g-coord"}
    assert said(work, "assigned") == said(work, "card.assigned") == []


def test_the_second_who_accepts_is_told_who_was_first() -> None:
    work = MemoryWork()
    with pytest.raises(RefusedError, match="already_accepted") as refused:
        assigning.do_accept(work, RULES, MORNING, accepted(work), who("power"), because="y")
    assert refused.value.facts == {"by": "water"}


def test_a_call_decided_but_not_gone_does_not_leave_after_acceptance() -> None:
    work = MemoryWork()
    ticket = opened(work)
    due = work.clocks(ticket.id)[ClockKind.ACCEPT].due_at
    run_until(work, due - timedelta(seconds=1))
    do_pass(work, RULES, due)
    assert hearers(work, "step.group") == {"g-coord"}
    assigning.do_accept(work, RULES, due, work.get_ticket(ticket.id), who("water"), because="x")
    assert said(work, "step.group") == said(work, "step.card") == []


def test_a_supervision_not_gone_yet_is_still_told_after_acceptance() -> None:
    work = MemoryWork()
    ticket = supervising.do_supervise(work, RULES, MORNING, opened(work), who("county"), "三天内办结", because="x")
    assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="y")
    assert hearers(work, "supervised.group") == {"g-coord"}
    assert {"water", "water-lead"} <= hearers(work, "supervised.card")


def test_returned_with_a_reason_it_is_the_sponsors_again_and_no_clock_moves() -> None:
    work = MemoryWork()
    ticket = opened(work)
    before = work.clocks(ticket.id)
    ticket = assigning.do_return(work, RULES, MORNING + timedelta(hours=1), ticket, who("water"), "不是公管", because="x")
    assert (ticket.status, ticket.owner, ticket.unit, ticket.returns) == (Status.OPEN, "sponsor", None, 1)
    assert work.clocks(ticket.id) == before
    assert hearers(work, "card.returned") == {"sponsor"}
    assert said(work, "assigned") == []


def test_returned_after_acceptance_acceptance_is_waited_for_again() -> None:
    work = MemoryWork()
    ticket = accepted(work)
    done = work.clocks(ticket.id)[ClockKind.DONE]
    assigning.do_return(work, RULES, MORNING, ticket, who("water"), "不是公管", because="x")
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].due_at > MORNING
    assert work.clocks(ticket.id)[ClockKind.DONE] == done


def test_after_too_many_returns_the_grid_office_judges() -> None:
    work = MemoryWork()
    ticket = opened(work)
    for expected in ("sponsor", "sponsor", "office"):
        ticket = assigning.do_return(work, RULES, MORNING, ticket, who("water"), "不是公管", because="x")
        assert ticket.owner == expected
        ticket = assigning.do_hand_over(work, RULES, MORNING, ticket, who("office"), WATER, because="y")
    assert said(work, "coord.returned")[-1].args["arbiter"] is True


def test_what_the_arbiter_decided_is_not_returned_and_nobody_else_decides() -> None:
    work = MemoryWork()
    ticket = opened(work)
    for _ in range(RULES.policy.returns_at_most):
        ticket = assigning.do_return(work, RULES, MORNING, ticket, who("water"), "不是公管", because="x")
        ticket = assigning.do_hand_over(work, RULES, MORNING, ticket, who("member"), WATER, because="y")
    ticket = assigning.do_return(work, RULES, MORNING, ticket, who("water"), "不是公管", because="x")
    assert (ticket.owner, ticket.returns) == ("office", RULES.policy.returns_at_most + 1)
    with pytest.raises(RefusedError, match="arbiter_decides"):
        assigning.do_hand_over(work, RULES, MORNING, ticket, who("member"), POWER, because="y")
    ticket = assigning.do_hand_over(work, RULES, MORNING, ticket, who("office"), POWER, because="y")
    with pytest.raises(RefusedError, match="return_decided"):
        assigning.do_return(work, RULES, MORNING, ticket, who("power"), "不归我们", because="z")
    assert now_of(work, ticket) == ticket


def test_the_sponsor_who_returns_it_himself_does_not_get_it_back() -> None:
    work = MemoryWork()
    ticket = assigning.do_return(work, RULES, MORNING, opened(work), who("sponsor"), "不归我们", because="x")
    assert ticket.owner == "office"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_return_without_a_reason_is_refused(reason: str) -> None:
    work = MemoryWork()
    with pytest.raises(RefusedError, match="reason_missing"):
        assigning.do_return(work, RULES, MORNING, opened(work), who("water"), reason, because="x")


def test_what_no_unit_has_can_not_be_returned() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, told(category=Category.EDUCATION))
    with pytest.raises(RefusedError, match="not_assigned"):
        assigning.do_return(work, RULES, MORNING, ticket, who("water"), "不归我们", because="x")


def test_handed_over_it_goes_to_the_other_unit_and_its_limit_stays() -> None:
    work = MemoryWork()
    ticket = accepted(work)
    done = work.clocks(ticket.id)[ClockKind.DONE]
    ticket = assigning.do_hand_over(work, RULES, MORNING, ticket, who("leader"), POWER, because="x")
    assert (ticket.unit, ticket.status, ticket.accepted_at, ticket.owner) == ("un-power", Status.ASSIGNED, None, "sponsor")
    assert hearers(work, "card.assigned") == {"power"}
    assert work.clocks(ticket.id)[ClockKind.DONE] == done
    assert ClockKind.ACCEPT in work.clocks(ticket.id)
    assert whats(work, ticket)[-2:] == [What.HANDED_OVER, What.ASSIGNED]


def test_handing_over_that_can_not_be_is_refused_with_why() -> None:
    work = MemoryWork()
    ticket = opened(work)
    empty = RULES.registry.units["un-empty"]
    for unit, reason in ((WATER, "same_unit"), (empty, "unit_empty")):
        with pytest.raises(RefusedError, match=reason):
            assigning.do_hand_over(work, RULES, MORNING, ticket, who("leader"), unit, because="x")
    private = opening.do_open(work, RULES, MORNING, person_danger())
    with pytest.raises(RefusedError, match="private"):
        assigning.do_hand_over(work, RULES, MORNING, private, who("duty-day"), POWER, because="x")
    finished = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="x")
    with pytest.raises(RefusedError, match="finished"):
        assigning.do_hand_over(work, RULES, MORNING, finished, who("leader"), POWER, because="x")


def test_what_no_unit_fits_goes_to_the_fallback_unit() -> None:
    town = replace(RULES.registry.units["un-sponsor"], id="un-town", name="测试镇政府", area=TOWN, categories=(Category.OTHER,))
    registry = Registry.of(
        RULES.registry.areas.values(), [*RULES.registry.units.values(), town], RULES.registry.groups.values(),
        [*RULES.registry.people.values(), person("town", Role.UNIT_LEAD, None, "un-town", "g-coord")], RULES.registry.rosters,
    )
    work = MemoryWork()
    ticket = opening.do_open(work, replace(RULES, registry=registry), MORNING, told(category=Category.EDUCATION))
    assert (ticket.status, ticket.unit) == (Status.ASSIGNED, "un-town")
    assert hearers(work, "card.assigned") == {"town"}
    assert "card.no_unit" not in events(work)


def test_where_there_is_no_fallback_the_grid_office_is_shown_it() -> None:
    work = MemoryWork()
    opening.do_open(work, RULES, MORNING, told(category=Category.EDUCATION))
    assert hearers(work, "card.no_unit") == {"member", "office"}
    assert "assigned" not in events(work)
