"""平战转换: one logged switch; matters opened meanwhile are worked by its limits, others as they began."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escalation.emergency import MARK
from registry.terms import ClockKind, Lane, Status, Urgency
from tests.builders.desk import MORNING, at, rules, told, who
from tests.unit.tickets.looking import hearers, hours, now_of, run_until, said
from tests.unit.tickets.memory import MemoryWork
from tickets import daily, emergency, opening
from tickets.errors import RefusedError
from tickets.office_log import OfficeWhat
from tickets.quiet import waits_until

RULES = rules()
UNTIL = at("03-05 18:00")
SWITCHES = (OfficeWhat.EMERGENCY_STARTED, OfficeWhat.EMERGENCY_CHANGED, OfficeWhat.EMERGENCY_ENDED)


def start(work: MemoryWork, **changes: object) -> emergency.Emergency:
    values = {"reason": "北河汛情", "until": UNTIL, **changes}
    return emergency.do_start(work, RULES, MORNING, who("county"), because="x", **values)  # type: ignore[arg-type]


def logged(work: MemoryWork) -> list[OfficeWhat]:
    return [line.what for line in reversed(work.office_log(SWITCHES))]


def test_matters_opened_meanwhile_keep_its_limits_and_others_theirs() -> None:
    work = MemoryWork()
    before = opening.do_open(work, RULES, MORNING, told())
    start(work)
    during = opening.do_open(work, RULES, MORNING, told(place="5栋"))
    emergency.do_end(work, RULES, MORNING + hours(1), who("office"), because="y")
    after = opening.do_open(work, RULES, MORNING + hours(1), told(place="7栋"))
    assert [one.policy for one in (before, during, after)] == ["2026-01", "2026-01" + MARK, "2026-01"]
    assert work.clocks(during.id)[ClockKind.ACCEPT].limit_at == MORNING + hours(2)
    assert work.clocks(before.id)[ClockKind.ACCEPT].limit_at == at("03-02 15:00")
    # its own version goes on after the end
    assert RULES.policy_of(now_of(work, during)).version.endswith(MARK)


def test_the_switch_is_logged_and_told_to_the_working_groups_and_the_office() -> None:
    work = MemoryWork()
    found = start(work)
    assert logged(work) == [OfficeWhat.EMERGENCY_STARTED]
    assert work.office_words(found.line) == "北河汛情"
    assert hearers(work, "emergency.started") == {"g-coord", "g-cmd", "office"}
    assert {say.lane for say in said(work, "emergency.started")} == {Lane.URGENT}
    assert "北河" not in repr([say.args for say in work.said])


def test_it_ends_by_itself_at_its_time_with_a_line() -> None:
    work = MemoryWork()
    start(work)
    run_until(work, UNTIL - timedelta(seconds=1))
    assert emergency.in_force(work, UNTIL - timedelta(seconds=1)) is not None
    assert emergency.in_force(work, UNTIL) is None
    run_until(work, UNTIL)
    assert logged(work) == [OfficeWhat.EMERGENCY_STARTED, OfficeWhat.EMERGENCY_ENDED]
    assert hearers(work, "emergency.ended") == {"g-coord", "g-cmd", "office"}
    run_until(work, UNTIL + timedelta(days=3))
    assert len(logged(work)) == 2
    assert len([say for say in said(work, "emergency.reminder") if say.person == "office"]) == 3


def test_it_is_reminded_of_each_day_until_it_ends() -> None:
    work = MemoryWork()
    start(work, until=None)
    run_until(work, MORNING + timedelta(days=2))
    assert hearers(work, "emergency.reminder") == {"office", "county"}
    assert len(said(work, "emergency.reminder")) == 4
    emergency.do_end(work, RULES, MORNING + timedelta(days=2, hours=1), who("office"), because="y")
    run_until(work, MORNING + timedelta(days=5))
    assert len(said(work, "emergency.reminder")) == 4


def test_saying_it_again_changes_reason_and_end_and_nothing_else() -> None:
    work = MemoryWork()
    start(work)
    later = emergency.do_start(work, RULES, MORNING + hours(5), who("office"), "水位还在涨", at("03-08 08:00"), because="y")
    assert (later.since, later.until) == (MORNING, at("03-08 08:00"))
    assert logged(work) == [OfficeWhat.EMERGENCY_STARTED, OfficeWhat.EMERGENCY_CHANGED]
    run_until(work, UNTIL)
    assert emergency.in_force(work, UNTIL) is not None


@pytest.mark.parametrize(
    ("who_says", "reason", "until", "refusal"),
    [
        ("water", "汛情", None, "emergency_right"),
        ("leader", "汛情", None, "emergency_right"),
        ("county", "  ", None, "emergency_reason"),
        ("county", "汛情", MORNING, "emergency_until"),
    ],
)
def test_what_is_refused(who_says: str, reason: str, until: object, refusal: str) -> None:
    work = MemoryWork()
    with pytest.raises(RefusedError) as refused:
        emergency.do_start(work, RULES, MORNING, who(who_says), reason, until, because="x")  # type: ignore[arg-type]
    assert refused.value.reason == refusal
    assert logged(work) == []


def test_ending_what_is_not_on_is_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        emergency.do_end(MemoryWork(), RULES, MORNING, who("office"), because="x")
    assert refused.value.reason == "emergency_off"


def test_nothing_of_it_waits_for_the_morning() -> None:
    work, night = MemoryWork(), at("03-02 23:00")
    usual = opening.do_open(work, RULES, night, told())
    start(work)
    hard = opening.do_open(work, RULES, night, told(place="5栋"))
    say = said(work, "card.assigned")[0]
    assert waits_until(RULES, usual, say, night) == at("03-03 07:00")
    assert waits_until(RULES, hard, say, night) is None


def test_the_digest_comes_every_few_hours() -> None:
    work = MemoryWork()
    daily.plan(work, RULES, MORNING, set())
    start(work)
    assert work.tables.agenda[daily.DIGEST] == MORNING + hours(4)
    run_until(work, MORNING + hours(4))
    assert work.tables.agenda[daily.DIGEST] == MORNING + hours(8)
    emergency.do_end(work, RULES, MORNING + hours(5), who("office"), because="y")
    run_until(work, MORNING + hours(8))
    assert work.tables.agenda[daily.DIGEST] == at("03-02 17:30")


def test_the_morning_lines_say_that_it_is_on() -> None:
    work = MemoryWork()
    start(work)
    daily.do_brief(work, RULES, at("03-03 08:00"))
    (brief,) = said(work, "brief")
    assert brief.args["emergency"] == MORNING.isoformat()
    assert brief.args["until"] == UNTIL.isoformat()


def test_an_urgent_matter_of_it_has_the_shorter_limit() -> None:
    work = MemoryWork()
    start(work)
    ticket = opening.do_open(work, RULES, MORNING, told(urgency=Urgency.URGENT))
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].limit_at == MORNING + timedelta(minutes=15)
    assert ticket.status is Status.ASSIGNED
