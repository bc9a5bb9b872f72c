"""吹哨报到: units come to one matter under one lead, report in or are named; the lead closes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.model import Unit
from registry.terms import ClockKind, Lane, Status, Urgency, What
from tests.builders.desk import MORNING, at, person_danger, rules, told, who
from tests.unit.tickets.looking import hearers, run_until, said, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, correcting, opening, rating, reporting_in, whistling
from tickets.called_in import Whistle, WhistleKind
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()
UNITS = RULES.registry.units
WATER, POWER, SPONSOR, POLICE, EMPTY = (UNITS[one] for one in ("un-water", "un-power", "un-sponsor", "un-police", "un-empty"))


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


def whistled(
    work: MemoryWork, ticket: Ticket, *units: Unit, lead: Unit | None = None, kind: WhistleKind = WhistleKind.JOINT
) -> Ticket:
    return whistling.do_whistle(work, RULES, MORNING, ticket, who("leader"), units, lead, kind, because="x", words="都来一趟")


def row(work: MemoryWork, ticket: Ticket, unit: Unit) -> Whistle:
    return next(one for one in work.whistles(ticket.id) if one.unit == unit.id)


def refusal(work: MemoryWork, ticket: Ticket, *units: Unit) -> str:
    before = len(work.tables.outbox), work.whistles(ticket.id), work.history(ticket.id)
    with pytest.raises(RefusedError) as refused:
        whistled(work, ticket, *units)
    assert before == (len(work.tables.outbox), work.whistles(ticket.id), work.history(ticket.id)), "a refusal changes nothing"
    return refused.value.reason


def test_the_unit_that_has_it_leads_unless_another_is_named() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER, POLICE)
    assert (ticket.unit, ticket.status) == ("un-water", Status.ASSIGNED)
    assert [(one.unit, one.lead) for one in work.whistles(ticket.id)] == [
        ("un-police", False), ("un-power", False), ("un-water", True),
    ]
    assert What.WHISTLED in whats(work, ticket)
    assert hearers(work, "card.whistled") == {"police", "power", "water", "water-lead"}
    assert hearers(work, "whistled") == {"g-coord"}
    assert {say.lane for say in said(work, "card.whistled")} == {Lane.URGENT}


def test_a_named_lead_gets_the_matter_and_there_is_one_owner_throughout() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER, WATER, lead=POWER)
    assert (ticket.unit, ticket.owner) == ("un-power", "sponsor")
    assert row(work, ticket, POWER).lead
    assert not row(work, ticket, WATER).lead
    left = [say for say in work.said if say.event == "card.assigned"]
    assert left == [], "the whistle's own card says it"


def test_a_daily_whistle_counts_working_time_and_a_joint_one_does_not() -> None:
    evening = at("03-02 17:30")
    ticket = opened(MemoryWork())
    assert whistling.report_due(RULES, ticket, WhistleKind.JOINT, evening) == evening + timedelta(minutes=60)
    daily = whistling.report_due(RULES, ticket, WhistleKind.DAILY, evening)
    assert daily == RULES.calendar.add_working(evening, 240)
    assert daily.date() == at("03-03 00:00").date()


def test_who_reports_in_is_told_to_the_group_with_who_is_still_awaited() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER)
    reporting_in.do_report_in(work, RULES, MORNING + timedelta(minutes=5), ticket, who("power"), because="x")
    assert row(work, ticket, POWER).reported_by == "power"
    assert said(work, "coord.reported_in")[0].args["units"] == ["un-water"]
    line = next(line for line in work.history(ticket.id) if line.what is What.REPORTED_IN)
    assert (line.by, line.facts) == ("power", {"unit": "un-power", "late": False})
    with pytest.raises(RefusedError, match="already_reported"):
        reporting_in.do_report_in(work, RULES, MORNING, ticket, who("power"), because="x")
    with pytest.raises(RefusedError, match="not_whistled"):
        reporting_in.do_report_in(work, RULES, MORNING, ticket, who("police"), because="x")


def test_the_leads_acceptance_is_its_report_and_with_the_last_one_the_clock_stops() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER)
    ticket = assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="x")
    assert row(work, ticket, WATER).reported_by == "water"
    assert ClockKind.WHISTLE in work.clocks(ticket.id)
    reporting_in.do_report_in(work, RULES, MORNING, ticket, who("power"), because="x")
    assert ClockKind.WHISTLE not in work.clocks(ticket.id)


def test_the_clock_stands_at_the_earliest_deadline_that_is_awaited() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER, kind=WhistleKind.DAILY)
    later = work.clocks(ticket.id)[ClockKind.WHISTLE].due_at
    ticket = whistled(work, ticket, SPONSOR)
    assert work.clocks(ticket.id)[ClockKind.WHISTLE].due_at == MORNING + timedelta(minutes=60)
    for person in ("sponsor", "water"):
        reporting_in.do_report_in(work, RULES, MORNING, ticket, who(person), because="x")
    assert work.clocks(ticket.id)[ClockKind.WHISTLE].due_at == later


def test_who_does_not_come_is_named_once_to_coordination_command_leads_and_the_whistler() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER)
    assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="x")
    run_until(work, MORNING + timedelta(hours=3))
    assert hearers(work, "whistle.absent") == {"g-coord", "g-cmd"}
    assert {tuple(say.args["units"]) for say in said(work, "whistle.absent")} == {("un-power",)}
    assert hearers(work, "card.absent") == {"power"}
    assert hearers(work, "card.whistle_absent") == {"leader"}
    assert len(said(work, "whistle.absent")) == 2
    assert row(work, ticket, POWER).named_at == MORNING + timedelta(minutes=60)
    late = MORNING + timedelta(hours=4)
    reporting_in.do_report_in(work, RULES, late, work.get_ticket(ticket.id), who("power"), because="x")
    assert work.history(ticket.id)[-1].facts["late"] is True


def test_only_the_lead_closes_and_a_helpers_done_is_its_part() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER)
    ticket = assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="x")
    with pytest.raises(RefusedError, match="lead_closes"):
        rating.do_done(work, RULES, MORNING, ticket, who("power"), because="x")
    reporting_in.do_part_done(work, RULES, MORNING, ticket, who("power"), because="x", words="线路接好了")
    assert work.get_ticket(ticket.id).status is Status.ACCEPTED
    assert row(work, ticket, POWER).part_done_at == MORNING
    assert row(work, ticket, POWER).reported_by == "power"
    assert "water" in hearers(work, "card.part_done")
    with pytest.raises(RefusedError, match="part_done_before"):
        reporting_in.do_part_done(work, RULES, MORNING, ticket, who("power"), because="x")
    done = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="x")
    assert done.status is Status.DONE
    assert ClockKind.WHISTLE not in work.clocks(ticket.id)
    run_until(work, MORNING + timedelta(hours=3))
    assert said(work, "whistle.absent") == []


def test_when_the_lead_gives_it_back_a_helper_may_take_it() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER)
    ticket = assigning.do_return(work, RULES, MORNING, ticket, who("water"), "不归我们", because="x")
    assert not reporting_in.helps(work, ticket, who("power"))
    ticket = assigning.do_accept(work, RULES, MORNING, ticket, who("power"), because="x")
    assert ticket.unit == "un-power"


def test_a_new_round_awaits_nobody_of_the_last() -> None:
    work = MemoryWork()
    ticket = whistled(work, opened(work), POWER)
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="x")
    ticket = rating.do_reopen(work, RULES, MORNING, ticket, by="r-1", because="x")
    assert reporting_in.of_round(work, ticket) == []
    assert not reporting_in.helps(work, ticket, who("power"))


def test_a_merged_matters_whistle_goes_on_at_the_head() -> None:
    work = MemoryWork()
    source, into = whistled(work, opened(work), POWER), opened(work, place="9栋")
    into = correcting.do_merge(work, RULES, MORNING, source, into, who("member"), because="x")
    assert {one.unit for one in reporting_in.of_round(work, into)} == {"un-power", "un-water"}
    assert row(work, into, WATER).lead
    assert ClockKind.WHISTLE in work.clocks(into.id)


def test_what_can_not_be_whistled() -> None:
    work = MemoryWork()
    ticket = opened(work)
    assert refusal(work, ticket) == "whistle_units"
    assert refusal(work, ticket, EMPTY) == "unit_empty"
    private = opening.do_open(work, RULES, MORNING, person_danger())
    assert refusal(work, private, POWER) == "private"
    done = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="x")
    assert refusal(work, done, POWER) == "already_done"


def test_an_urgent_whistle_does_not_touch_the_matters_own_limits() -> None:
    work = MemoryWork()
    ticket = opened(work, urgency=Urgency.URGENT)
    before = work.clocks(ticket.id)
    whistled(work, ticket, POWER)
    after = work.clocks(ticket.id)
    assert {kind: after[kind] for kind in before} == before
