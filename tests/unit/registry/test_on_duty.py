"""Rosters over ten years: at each second a set of holders or a named gap; swaps are symmetric (reliability T15)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.model import Override, Roster, Rotation, Shift
from registry.on_duty import holders, next_start, people_on_shift, swapped, turn_of, turns_at, turns_of_day
from registry.terms import Role

CHINA = timezone(timedelta(hours=8))
FIRST = date(2026, 1, 1)
TEN_YEARS = 3653
PEOPLE = ("a", "b", "c", "d", "e")

days = st.integers(0, TEN_YEARS - 1).map(lambda n: FIRST + timedelta(days=n))
moments = st.tuples(days, st.integers(0, 86_399)).map(
    lambda both: datetime.combine(both[0], time(0), tzinfo=CHINA) + timedelta(seconds=both[1])
)
teams = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True).map(tuple)
hours = st.integers(0, 23).map(time)
weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
shifts = st.builds(Shift, hours, hours, teams, weekdays, st.sampled_from((None, "白班", "夜班")))
rotations = st.builds(
    Rotation, start=hours, until=hours, since=days, teams=st.lists(teams, min_size=1, max_size=4).map(tuple),
    days_each=st.integers(1, 14), days=weekdays, name=st.sampled_from((None, "白班", "夜班")),
)
overrides = st.builds(
    lambda day, absent, instead, more, shift: Override(day, absent, instead, day + timedelta(days=more), shift),
    days, st.sampled_from(PEOPLE), st.sampled_from((None, *PEOPLE)), st.integers(0, 400),
    st.sampled_from((None, "白班", "夜班", "20:00")),
)
rosters = st.builds(
    lambda s, r, o: Roster("r", Role.DUTY_OFFICER, "1", tuple(s), tuple(o), tuple(r)),
    st.lists(shifts, max_size=3), st.lists(rotations, max_size=2), st.lists(overrides, max_size=6),
)


def day_night(**more: object) -> Roster:
    """Day by a; the night goes round b, c, d, a day each from 1 January 2026."""
    plain = Roster(
        "r", Role.DUTY_OFFICER, "1", (Shift(time(8), time(20), ("a",), name="白班"),),
        rotations=(Rotation(time(20), time(8), FIRST, (("b",), ("c",), ("d",)), name="夜班"),),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


def night(roster: Roster, day: date) -> tuple[str, ...]:
    return people_on_shift(roster, at(day, 23))


@given(roster=rosters, moment=moments)
def test_at_each_second_there_are_holders_or_a_named_gap(roster: Roster, moment: datetime) -> None:
    held = holders(roster, moment)
    assert bool(held.people) != bool(held.gap)
    assert held.people == people_on_shift(roster, moment)
    assert len(set(held.people)) == len(held.people)


@given(roster=rosters, moment=moments)
def test_who_holds_changes_only_where_a_turn_begins_or_ends(roster: Roster, moment: datetime) -> None:
    turns = turns_at(roster, moment)
    ends = min((turn.ends_at for turn in turns), default=moment + timedelta(days=400))
    begins = next_start(roster, moment)
    until = min(ends, begins or ends)
    last = until - timedelta(seconds=1)
    assert people_on_shift(roster, last) == people_on_shift(roster, moment)


@given(roster=rosters, day=days)
def test_a_turn_found_by_its_day_and_name_is_the_one_that_runs(roster: Roster, day: date) -> None:
    for turn in turns_of_day(roster, day, CHINA):
        assert turn in turns_at(roster, turn.starts_at)
        assert turn not in turns_at(roster, turn.ends_at)
        found = turn_of(roster, day, turn.shift, CHINA)
        assert found is not None
        assert found.day == day
        assert found.shift == turn.shift


@given(one=days, other=days)
def test_a_swap_is_symmetric_and_moves_nobody_else(one: date, other: date) -> None:
    roster = day_night()
    first, second = (turn_of(roster, day, "夜班", CHINA) for day in (one, other))
    assert first is not None
    assert second is not None
    if first.people == second.people:
        return
    there = day_night(overrides=swapped(first, first.people[0], second, second.people[0]))
    back = day_night(overrides=swapped(second, second.people[0], first, first.people[0]))
    for day in (one, other, one + timedelta(days=1), other + timedelta(days=1), one - timedelta(days=1)):
        for hour in (3, 12, 23):
            assert people_on_shift(there, at(day, hour)) == people_on_shift(back, at(day, hour))
            if day not in (one, other) and hour == 23:
                assert people_on_shift(there, at(day, hour)) == people_on_shift(roster, at(day, hour))
    assert night(there, one) == second.people
    assert night(there, other) == first.people


@given(day=days)
def test_a_swap_undone_by_the_same_swap_leaves_all_as_it_was(day: date) -> None:
    roster = day_night()
    first, second = turn_of(roster, day, "夜班", CHINA), turn_of(roster, day + timedelta(days=1), "夜班", CHINA)
    assert first is not None
    assert second is not None
    there = swapped(first, first.people[0], second, second.people[0])
    back = swapped(first, second.people[0], second, first.people[0])
    for when in (first.starts_at, second.starts_at):
        assert people_on_shift(day_night(overrides=there + back), when) == people_on_shift(roster, when)


@given(day=days)
def test_teams_follow_each_other_for_years(day: date) -> None:
    order = ["b", "c", "d"]
    (today,), (tomorrow,) = night(day_night(), day), night(day_night(), day + timedelta(days=1))
    assert order[(order.index(today) + 1) % 3] == tomorrow


def test_a_rotation_by_weeks_changes_on_its_own_weekday() -> None:
    weekly = Roster("r", Role.DUTY_OFFICER, "1",
                    rotations=(Rotation(time(0), time(0), date(2026, 1, 5), (("a",), ("b",)), 7),))
    assert people_on_shift(weekly, at(date(2026, 1, 11), 23, 59)) == ("a",)
    assert people_on_shift(weekly, at(date(2026, 1, 12), 0)) == ("b",)
    assert people_on_shift(weekly, at(date(2026, 1, 19), 0)) == ("a",)
    assert holders(weekly, at(date(2026, 1, 4), 12)).gap == "1月4日12:00没有排班"


def test_leave_after_a_swap_is_taken_by_who_has_the_shift() -> None:
    first, second = (turn_of(day_night(), date(2026, 1, n), "夜班", CHINA) for n in (1, 2))
    assert first is not None
    assert second is not None
    roster = day_night(overrides=(*swapped(first, "b", second, "c"), Override(date(2026, 1, 1), "c", "d")))
    assert night(roster, date(2026, 1, 1)) == ("d",)
    assert night(roster, date(2026, 1, 2)) == ("b",)


def test_a_stand_in_for_one_shift_leaves_the_other_shift_of_the_day() -> None:
    both = day_night(shifts=(Shift(time(8), time(20), ("b",), name="白班"),),
                     overrides=(Override(FIRST, "b", "e", shift="夜班"),))
    assert people_on_shift(both, at(FIRST, 9)) == ("b",)
    assert night(both, FIRST) == ("e",)


def test_a_span_of_leave_ends_after_its_last_day() -> None:
    roster = day_night(overrides=(Override(date(2026, 3, 1), "a", "e", until=date(2026, 3, 3)),))
    assert [people_on_shift(roster, at(date(2026, 3, n), 9)) for n in (1, 2, 3, 4)] == [("e",), ("e",), ("e",), ("a",)]


def test_an_absence_without_a_stand_in_is_a_gap_with_a_name() -> None:
    roster = day_night(overrides=(Override(FIRST, "b", None, shift="夜班"),))
    held = holders(roster, at(date(2026, 1, 2), 3))
    assert (held.people, held.gap) == ((), "1月1日夜班无人值守")


@pytest.mark.parametrize(("hour", "minute", "expected"), [(7, 59, "d"), (8, 0, "a"), (19, 59, "a"), (20, 0, "b")])
def test_the_minute_of_the_change_belongs_to_who_comes(hour: int, minute: int, expected: str) -> None:
    assert people_on_shift(day_night(), at(date(2026, 1, 4), hour, minute)) == (expected,)


def test_the_next_start_is_later_than_the_moment_itself() -> None:
    roster = day_night()
    assert next_start(roster, at(FIRST, 8)) == at(FIRST, 20)
    assert next_start(roster, at(FIRST, 20)) == at(date(2026, 1, 2), 8)
    assert next_start(Roster("r", Role.DUTY_OFFICER, "1"), at(FIRST, 8)) is None


def test_times_are_the_roster_s_own_local_ones() -> None:
    (turn,) = turns_at(day_night(), at(FIRST, 9))
    assert turn.starts_at.astimezone(UTC).hour == 0
