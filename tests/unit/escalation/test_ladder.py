"""Limits, rungs, stand-ins, lateness, both dangers and doubt, on the shipped policy and a small county."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.case import Case
from escalation.ladder import NextStep, foresee, limits_of, next_step
from escalation.policy import LADDER_CLOCKS
from escalation.rungs import GroupTarget, Tell
from registry.model import Override
from registry.registry import Registry
from registry.terms import Category, ClockKind, DangerKind, Role, Urgency
from tests.unit.escalation.samples import (
    GROUPS,
    PEOPLE,
    at,
    case,
    county,
    county_calendar,
    county_policy,
    person_danger,
    place_danger,
    policy_data,
)

POLICY = county_policy()
CALENDAR = county_calendar()
COUNTY = county()


def called(step: NextStep) -> dict[str, str]:
    """Whom a step calls, and why."""
    return {call.person or call.group or "": call.why for call in step.calls}


def test_limits_count_working_time_or_the_clock() -> None:
    friday = at("2026-03-06 17:00")
    assert limits_of(POLICY, CALENDAR, Urgency.NORMAL, Category.ROAD, friday) == {
        ClockKind.ACCEPT: at("2026-03-09 11:30"),
        ClockKind.FIRST_CONTACT: at("2026-03-09 17:00"),
        ClockKind.DONE: at("2026-03-13 17:00"),
    }
    assert limits_of(POLICY, CALENDAR, Urgency.URGENT, Category.WATER, friday) == {
        ClockKind.ACCEPT: at("2026-03-06 17:30"),
        ClockKind.FIRST_CONTACT: at("2026-03-06 19:00"),
        ClockKind.DONE: at("2026-03-07 17:00"),
    }
    assert limits_of(POLICY, CALENDAR, Urgency.DANGER, Category.HAZARD, friday)[ClockKind.ACCEPT] == at(
        "2026-03-06 17:05"
    )


def test_a_normal_matter_climbs_from_coordination_to_command_and_repeats() -> None:
    steps = foresee(case(), POLICY, COUNTY, CALENDAR, 3)
    assert [moment for moment, _ in steps] == [
        at("2026-03-02 09:00"),
        at("2026-03-03 09:30"),  # 480 working minutes on
        at("2026-03-04 09:30"),  # and a working day
    ]
    assert [called(step) for _, step in steps] == [
        {"g-coord": "coordination", "water-lead": "unit_lead"},
        {"g-command": "command", "sponsor-lead": "sponsor_lead", "office": "grid_office"},
        {"g-command": "command", "sponsor-lead": "sponsor_lead", "office": "grid_office"},
    ]
    assert [step.rung for _, step in steps] == [1, 2, 3]
    assert [step.reaches_command for _, step in steps] == [False, True, True]
    assert [step.missing for _, step in steps] == [(), (), ()]


def test_an_urgent_matter_wakes_the_night_shift() -> None:
    steps = foresee(case(urgency=Urgency.URGENT, limit_at=at("2026-03-01 23:10")), POLICY, COUNTY, CALENDAR, 3)
    assert [moment for moment, _ in steps] == [
        at("2026-03-01 23:10"), at("2026-03-01 23:40"), at("2026-03-02 00:40"),
    ]  # fmt: skip
    assert called(steps[1][1]) == {
        "g-command": "command", "sponsor-lead": "sponsor_lead", "duty-night": "duty_officer",
    }  # fmt: skip


def test_calls_that_nobody_answers_grow_rarer_but_never_end() -> None:
    steps = foresee(place_danger(), POLICY, COUNTY, CALENDAR, 40)
    minutes = [(later - earlier).total_seconds() / 60 for (earlier, _), (later, _) in pairwise(steps)]
    first_repeat = next(n for n, pause in enumerate(minutes) if n and pause == minutes[n - 1])
    assert minutes[first_repeat : first_repeat + 8] == [5, 5, 5, 5, 5, 5, 10, 20]
    assert minutes[-1] == 24 * 60


def test_a_place_danger_reaches_command_and_the_leader_who_owns_it() -> None:
    steps = foresee(place_danger(), POLICY, COUNTY, CALENDAR, 3)
    assert called(steps[0][1]) == {
        "g-coord": "coordination", "g-command": "command", "water-lead": "unit_lead", "duty-day": "duty_officer",
    }  # fmt: skip
    assert called(steps[1][1]) == {"g-command": "command", "leader": "county_leader"}
    assert [moment - steps[0][0] for moment, _ in steps] == [timedelta(), timedelta(minutes=5), timedelta(minutes=10)]


def test_a_person_danger_goes_from_person_to_person() -> None:
    steps = foresee(person_danger(), POLICY, COUNTY, CALENDAR, 5)
    assert [set(called(step)) for _, step in steps] == [
        {"duty-day"},
        {"grid-leader"},
        {"duty-day", "duty-night", "police"},
        {"office", "duty-day"},
        {"office", "duty-day"},
    ]


def test_a_person_danger_reaches_no_group_whatever_the_policy_says() -> None:
    careless = replace(POLICY, person_ladders={kind: POLICY.ladders[Urgency.DANGER, kind] for kind in LADDER_CLOCKS})
    steps = foresee(person_danger(), careless, COUNTY, CALENDAR, 2)
    assert [called(step) for _, step in steps] == [{"duty-day": "duty_officer"}, {}]


def test_an_owner_who_may_not_know_is_not_told_of_a_person_danger() -> None:
    overdue = person_danger(ladder=ClockKind.DONE, owner="grid-member")
    step = next_step(overdue, POLICY, COUNTY, CALENDAR, overdue.limit_at)
    assert step.missing == ("owner",)
    assert called(step) == {"grid-leader": "grid_leader/owner", "duty-day": "duty_officer"}


def test_a_doubtful_danger_stays_below_command() -> None:
    doubtful = case(urgency=Urgency.URGENT, danger=DangerKind.PLACE, doubt=True)
    steps = foresee(doubtful, POLICY, COUNTY, CALENDAR, 4)
    assert not any(step.reaches_command for _, step in steps)
    assert called(steps[1][1]) == {"sponsor-lead": "sponsor_lead", "duty-day": "duty_officer"}
    without_group = next_step(doubtful, POLICY, county(without=("g-coord", "g-basic")), CALENDAR, doubtful.limit_at)
    assert called(without_group) == {"duty-day": "duty_officer/coordination", "water-lead": "unit_lead"}


def test_a_vacancy_is_named_and_the_role_above_called_at_once() -> None:
    step = next_step(case(unit=None), POLICY, COUNTY, CALENDAR, at("2026-03-02 09:00"))
    assert step.missing == ("unit_lead",)
    assert called(step) == {"g-coord": "coordination", "sponsor-lead": "sponsor_lead/unit_lead"}
    nobody = county(without=("sponsor-lead", "office", "g-coord"))
    step = next_step(case(unit=None), POLICY, nobody, CALENDAR, at("2026-03-02 09:00"))
    assert step.missing == ("coordination", "unit_lead")
    assert called(step) == {"g-command": "command/coordination", "duty-day": "duty_officer/unit_lead"}


def test_without_a_command_group_the_county_leader_is_called_himself() -> None:
    step = next_step(case(rung=1), POLICY, county(without=("g-command",)), CALENDAR, at("2026-03-02 09:00"))
    assert step.missing == ("command",)
    assert called(step)["leader"] == "county_leader/command"
    assert not step.reaches_command


def test_a_rung_that_reaches_nobody_takes_the_next_one_along() -> None:
    data = policy_data()
    first = {"after_minutes": 0, "groups": ["coordination"]}
    data["ladders"]["normal"]["accept"]["rungs"] = [
        first,
        {"after_minutes": 5, "tell": ["grid_leader", "county_leader"]},
    ]
    people = county(without=("g-coord", "g-command", "leader", "other-leader", "office", "duty-day", "duty-night"))
    step = next_step(case(), county_policy(data), people, CALENDAR, at("2026-03-02 09:00"))
    assert called(step) == {"grid-leader": "grid_leader"}
    assert step.missing == ("coordination", "county_leader")
    assert step.rung == 1


def test_a_reopened_matter_starts_one_rung_higher() -> None:
    steps = foresee(case(round=2), POLICY, COUNTY, CALENDAR, 2)
    assert set(called(steps[0][1])) == {"g-coord", "water-lead", "g-command", "sponsor-lead", "office"}
    assert steps[0][1].rung == 1
    assert steps[1][0] == at("2026-03-03 09:00")  # the repeat, a working day on
    assert set(called(steps[1][1])) == {"g-command", "sponsor-lead", "office"}
    assert called(next_step(case(round=9), POLICY, COUNTY, CALENDAR, at("2026-03-02 09:00"))) == called(steps[0][1])


def test_a_step_found_late_is_done_once_and_the_next_counts_from_now() -> None:
    late = next_step(place_danger(), POLICY, COUNTY, CALENDAR, at("2026-03-02 12:00"))
    assert late.rung == 1
    assert late.next_at == at("2026-03-02 12:05")


def test_what_is_not_urgent_waits_for_the_morning() -> None:
    data = policy_data()
    data["ladders"]["normal"]["done"]["rungs"][1] = {"after_minutes": 60, "groups": ["command"]}
    step = next_step(case(ladder=ClockKind.DONE), county_policy(data), COUNTY, CALENDAR, at("2026-03-02 20:30"))
    assert step.next_at == at("2026-03-03 07:00")


def test_roles_of_the_unit() -> None:
    data = policy_data()
    rung = {"after_minutes": 0, "tell": ["unit_members", "owner"], "groups": ["own", "command"]}
    data["ladders"]["normal"]["accept"]["rungs"] = [rung]
    policy = county_policy(data)
    moment = at("2026-03-02 09:00")
    assert called(next_step(case(), policy, COUNTY, CALENDAR, moment)) == {
        "g-water": "own", "g-command": "command", "water-member": "unit_members", "grid-member": "owner",
    }  # fmt: skip
    step = next_step(case(unit="un-police", owner="un-sponsor"), policy, COUNTY, CALENDAR, moment)
    assert called(step) == {"g-command": "command", "police": "unit_members", "sponsor-lead": "owner"}
    assert step.missing == ()


def test_a_clock_without_a_ladder_is_refused() -> None:
    with pytest.raises(ValueError, match="no ladder"):
        next_step(case(ladder=ClockKind.RATING), POLICY, COUNTY, CALENDAR, at("2026-03-02 09:00"))


IDS = [row.id for row in PEOPLE] + [row.id for row in GROUPS]

cases = st.builds(
    lambda urgency, danger, doubt, round_, rung, ladder, unit, group: case(
        urgency=Urgency.DANGER if danger and not doubt else Urgency.URGENT if danger else urgency,
        danger=danger, doubt=doubt and danger is not None, round=round_, rung=rung, ladder=ladder, unit=unit, group=group,
    ),
    st.sampled_from([Urgency.NORMAL, Urgency.URGENT]), st.sampled_from([None, *DangerKind]), st.booleans(),
    st.integers(1, 4), st.integers(0, 8), st.sampled_from([ClockKind.ACCEPT, ClockKind.DONE]),
    st.sampled_from([None, "un-water", "un-police", "un-gone"]), st.sampled_from([None, "g-basic", "g-gone"]),
)  # fmt: skip
late = st.timedeltas(timedelta(), timedelta(days=30))
vacancies = st.lists(st.sampled_from(IDS), max_size=len(IDS)).map(tuple)


@given(cases, late, vacancies)
def test_every_step(matter: Case, lateness: timedelta, without: tuple[str, ...]) -> None:
    roster, now = county(without=without), matter.limit_at + lateness
    step = next_step(matter, POLICY, roster, CALENDAR, now)
    assert step == next_step(matter, POLICY, roster, CALENDAR, now)
    # only a post that its roster leaves empty lets a step count more than one rung
    assert step.rung == matter.rung + 1 or (step.vacant and step.rung > matter.rung)
    assert set(step.vacant) <= set(step.missing)
    assert step.next_at is not None
    assert step.next_at > now
    assert len({(call.person, call.group) for call in step.calls}) == len(step.calls)
    for call in step.calls:
        assert (call.person is None) != (call.group is None)
        assert roster.person(call.person) if call.person else roster.group(call.group)
    assert {role.partition("/")[0] for role in step.missing} <= {*Tell, *GroupTarget}
    if matter.danger is DangerKind.PERSON:
        assert all(call.group is None for call in step.calls)
        assert {call.person for call in step.calls} <= {
            "duty-day", "duty-night", "grid-leader", "police", "office",
        }  # fmt: skip
    if matter.doubt:
        assert not step.reaches_command
        assert not any(call.person in {"leader", "other-leader"} for call in step.calls)
    assert step.reaches_command == any(call.group == "g-command" for call in step.calls)


@given(cases, late, vacancies)
def test_somebody_is_called_while_a_duty_officer_is_left(
    matter: Case, lateness: timedelta, without: tuple[str, ...]
) -> None:
    roster = county(without=tuple(row for row in without if row != "duty-day"))
    assert next_step(matter, POLICY, roster, CALENDAR, matter.limit_at + lateness).calls


@given(cases, st.lists(late, min_size=1, max_size=6))
def test_passes_however_late_never_skip_or_repeat_a_rung(matter: Case, delays: list[timedelta]) -> None:
    due, seen = matter.limit_at, []
    for delay in delays:
        now = due + delay
        step = next_step(matter, POLICY, COUNTY, CALENDAR, now)
        seen.append(step.rung)
        assert step.next_at is not None
        matter, due = replace(matter, rung=step.rung), step.next_at
    assert seen == list(range(seen[0], seen[0] + len(seen)))


# vacancies of a roster ------------------------------------------------------------------------------------------------


def with_duty(*overrides: Override) -> Registry:
    """The small county with these absences on its duty roster."""
    roster = replace(COUNTY.rosters[0], overrides=overrides)
    return replace(COUNTY, rosters=(roster,))


NOBODY_BY_DAY = with_duty(Override(date(2026, 3, 2), "duty-day"))


def test_a_vacant_post_is_named_and_the_next_rung_is_called_at_once() -> None:
    limit = at("2026-03-02 09:00")
    steps = foresee(person_danger(limit_at=limit), POLICY, NOBODY_BY_DAY, CALENDAR, 2)
    (first_at, first), (second_at, second) = steps
    assert first_at == limit
    assert first.vacant == ("duty_officer",)
    assert "grid-leader" in called(first)
    assert first.rung == 2
    assert second_at - first_at == timedelta(minutes=2)
    assert second.rung == 3
    manned = next_step(person_danger(limit_at=limit), POLICY, COUNTY, CALENDAR, limit)
    assert (manned.rung, manned.vacant, set(called(manned))) == (1, (), {"duty-day"})


def test_a_vacant_post_beside_one_that_is_held_skips_no_rung() -> None:
    limit = at("2026-03-02 09:00")
    step = next_step(place_danger(limit_at=limit), POLICY, NOBODY_BY_DAY, CALENDAR, limit)
    assert (step.rung, step.vacant) == (1, ("duty_officer",))
    assert called(step)["office"] == "grid_office/duty_officer"
    assert "duty-day" not in called(step)


def test_a_vacancy_ends_with_its_shift() -> None:
    evening = at("2026-03-02 20:00")
    step = next_step(person_danger(limit_at=evening), POLICY, NOBODY_BY_DAY, CALENDAR, evening)
    assert (step.vacant, set(called(step))) == ((), {"duty-night"})


def test_where_nobody_else_can_be_called_the_officers_off_duty_are() -> None:
    alone = tuple(one.id for one in PEOPLE if one.role is not Role.DUTY_OFFICER)
    roster = replace(COUNTY.rosters[0], overrides=(Override(date(2026, 3, 2), "duty-day"),))
    registry = replace(county(without=alone), rosters=(roster,))
    limit = at("2026-03-02 09:00")
    step = next_step(person_danger(limit_at=limit), POLICY, registry, CALENDAR, limit)
    assert set(called(step)) == {"duty-day", "duty-night"}
    assert step.vacant == ("duty_officer",)
