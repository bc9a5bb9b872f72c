"""T14: the working calendar is monotone, additive, never runs backwards, and round the clock it is the wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from escalation.calendar import DAY, MINUTE, Calendar
from escalation.span import Span, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = date(2024, 1, 1)  # a leap year begins

moments = st.builds(
    lambda seconds, zone: (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone),
    st.integers(0, 3 * 365 * 86_400),
    st.sampled_from([UTC, SHANGHAI]),
)
minutes = st.integers(0, 20_000)
days = st.builds(lambda n: FIRST + n * DAY, st.integers(0, 1200))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    ends = sorted(draw(st.sets(st.integers(0, 24 * 60), min_size=2, max_size=8)))
    ends = ends[: len(ends) // 2 * 2]
    # a zone with summer time too: an hour that is missing or comes twice must not break the arithmetic
    zone = draw(st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin")]))
    return Calendar(
        zone,
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        hours=tuple(zip(ends[::2], ends[1::2], strict=True)),
        holidays=draw(st.frozensets(days, max_size=20)),
        make_up_days=draw(st.frozensets(days, max_size=20)),
        quiet=(draw(st.integers(0, 1439)), draw(st.integers(0, 1439))),
    )


def open_calendars() -> st.SearchStrategy[Calendar]:
    """Calendars with an hour or more a week in a zone without summer time, so that searches end soon."""
    return calendars().filter(lambda calendar: calendar.minutes_a_day >= 60 and calendar.zone is SHANGHAI)


@given(open_calendars(), moments, minutes)
def test_never_before_the_start_and_exact(calendar: Calendar, start: datetime, amount: int) -> None:
    amount = min(amount, calendar.minutes_a_day * 60)
    end = calendar.add_working(start, amount)
    assert end >= start
    assert calendar.working_time(start, end) == amount * MINUTE


@given(open_calendars(), moments, st.timedeltas(timedelta(), 400 * DAY), minutes)
def test_monotone(calendar: Calendar, start: datetime, later: timedelta, amount: int) -> None:
    amount = min(amount, calendar.minutes_a_day * 60)
    assert calendar.add_working(start, amount) <= calendar.add_working(start + later, amount)
    assert calendar.add_working(start, amount // 2) <= calendar.add_working(start, amount)


@given(open_calendars(), moments, minutes, minutes)
def test_additive(calendar: Calendar, start: datetime, one: int, two: int) -> None:
    one, two = min(one, calendar.minutes_a_day * 30), min(two, calendar.minutes_a_day * 30)
    assert calendar.add_working(calendar.add_working(start, one), two) == calendar.add_working(start, one + two)


@given(calendars(), st.lists(moments, min_size=3, max_size=3))
def test_working_time_is_additive_and_never_negative(calendar: Calendar, three: list[datetime]) -> None:
    first, middle, last = sorted(three)
    whole = calendar.working_time(first, last)
    assert whole == calendar.working_time(first, middle) + calendar.working_time(middle, last)
    assert timedelta() <= whole <= last - first
    assert calendar.working_time(last, first) == timedelta()


@given(moments, minutes, st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin")]))
def test_round_the_clock_is_the_wall_clock(start: datetime, amount: int, zone: ZoneInfo) -> None:
    calendar = Calendar(zone, weekdays=frozenset(range(7)), hours=((0, 24 * 60),))
    assert calendar.add_working(start, amount) - start == timedelta(minutes=amount)
    assert calendar.add_working(start, amount) == Span(amount, Unit.MINUTES).end(start, calendar)
    assert calendar.is_working(start)


@given(open_calendars(), moments, st.integers(1, 3000))
def test_a_result_lies_at_the_end_of_working_time(calendar: Calendar, start: datetime, amount: int) -> None:
    amount = min(amount, calendar.minutes_a_day * 60)
    end = calendar.add_working(start, amount)
    assert calendar.is_working(end - timedelta(microseconds=1))


@given(calendars(), moments)
def test_after_quiet_is_never_quiet_and_never_earlier(calendar: Calendar, at: datetime) -> None:
    after = calendar.after_quiet(at)
    assert not calendar.is_quiet(after)
    assert at <= after <= at + DAY + timedelta(hours=1)
    if not calendar.is_quiet(at):
        assert after == at


@given(open_calendars(), moments, st.sampled_from(list(Unit)), st.integers(1, 40))
def test_every_span_ends_after_it_begins(calendar: Calendar, start: datetime, unit: Unit, amount: int) -> None:
    assert Span(amount, unit).end(start, calendar) > start


@given(open_calendars(), moments, minutes)
def test_backwards_mirrors_forwards(calendar: Calendar, until: datetime, amount: int) -> None:
    amount = min(amount, calendar.minutes_a_day * 60)
    start = calendar.before_working(until, amount)
    assert start <= until
    assert calendar.working_time(start, until) == amount * MINUTE
    # the latest such moment: a minute on, less is left
    if amount:
        assert calendar.working_time(start + MINUTE, until) < amount * MINUTE


@given(open_calendars(), moments, minutes, st.sampled_from([-60, 60]))
def test_a_clock_that_jumps_an_hour_moves_a_due_time_no_further_than_the_time_between(
    calendar: Calendar, start: datetime, amount: int, jump: int
) -> None:
    amount = min(amount, calendar.minutes_a_day * 60)
    due, moved = calendar.add_working(start, amount), calendar.add_working(start + jump * MINUTE, amount)
    # monotone in the jump's direction, and no working time is lost or won but the hour itself
    assert (moved >= due) if jump > 0 else (moved <= due)
    between = calendar.working_time(min(due, moved), max(due, moved))
    assert between == calendar.working_time(*sorted((start, start + jump * MINUTE))) or amount == 0


@given(moments, minutes)
def test_empty_days_count_nothing(start: datetime, amount: int) -> None:
    free = frozenset(FIRST + n * DAY for n in range(1, 400))
    calendar = Calendar(SHANGHAI, holidays=free)
    amount = min(amount, calendar.minutes_a_day * 60)
    end = calendar.add_working(start, amount)
    assert all(day not in free for day in (calendar.local(end).date(),)) or not amount
    assert calendar.working_time(start, end) == amount * MINUTE


MONTH_ENDS = [
    (datetime(2024, 2, 29, 17, 59, tzinfo=SHANGHAI), 2, datetime(2024, 3, 1, 8, 31, tzinfo=SHANGHAI)),
    (datetime(2025, 2, 28, 17, 59, tzinfo=SHANGHAI), 2, datetime(2025, 3, 3, 8, 31, tzinfo=SHANGHAI)),
    (datetime(2024, 12, 31, 17, 59, tzinfo=SHANGHAI), 2, datetime(2025, 1, 1, 8, 31, tzinfo=SHANGHAI)),
    (datetime(2024, 4, 30, 12, 0, tzinfo=SHANGHAI), 241, datetime(2024, 5, 1, 8, 31, tzinfo=SHANGHAI)),
]


def test_month_ends_and_the_leap_day() -> None:
    calendar = Calendar(SHANGHAI)
    for start, amount, end in MONTH_ENDS:
        assert calendar.add_working(start, amount) == end
        assert calendar.before_working(end, amount) <= start or calendar.working_time(start, end) == amount * MINUTE


def test_a_make_up_day_counts_and_its_holiday_does_not() -> None:
    saturday, monday = date(2026, 2, 14), date(2026, 2, 16)
    calendar = Calendar(SHANGHAI, holidays=frozenset({monday}), make_up_days=frozenset({saturday}))
    friday_evening = datetime(2026, 2, 13, 17, 30, tzinfo=SHANGHAI)
    assert calendar.add_working(friday_evening, 60) == datetime(2026, 2, 14, 9, 0, tzinfo=SHANGHAI)
    assert calendar.add_working(friday_evening, 30 + calendar.minutes_a_day + 1) == datetime(
        2026, 2, 17, 8, 31, tzinfo=SHANGHAI
    )
