"""Working time, 调休 and quiet hours of the shipped county calendar, and every error of the file at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from escalation import calendar as calendar_file
from escalation.calendar import Calendar
from tests.unit.escalation.samples import at, calendar_data, county_calendar

MOMENTS = [
    ("2026-03-02 08:29", False),
    ("2026-03-02 08:30", True),
    ("2026-03-02 11:59", True),
    ("2026-03-02 12:00", False),
    ("2026-03-02 14:00", True),
    ("2026-03-02 18:00", False),
    ("2026-03-01 10:00", False),  # Sunday
    ("2026-02-14 10:00", True),  # Saturday worked for Spring Festival
    ("2026-02-17 10:00", False),  # Tuesday of Spring Festival
]


@pytest.mark.parametrize(("moment", "working"), MOMENTS)
def test_is_working(moment: str, working: bool) -> None:
    assert county_calendar().is_working(at(moment)) is working


def test_shipped_days_are_the_published_ones() -> None:
    calendar = county_calendar()
    first, last = date(2025, 1, 1), date(2026, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert [day for day in days if calendar.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_a_year_that_is_not_published_is_not_covered() -> None:
    calendar = county_calendar()
    assert [year for year in range(2024, 2029) if calendar.covers_year(year)] == [2025, 2026]
    assert calendar.is_working(at("2027-01-04 10:00"))


ADDED = [
    ("2026-03-02 09:00", 0, "2026-03-02 09:00"),
    ("2026-03-02 09:00", 60, "2026-03-02 10:00"),
    ("2026-03-02 11:30", 30, "2026-03-02 12:00"),
    ("2026-03-02 11:30", 31, "2026-03-02 14:01"),
    ("2026-03-02 20:00", 1, "2026-03-03 08:31"),
    ("2026-03-06 17:00", 240, "2026-03-09 11:30"),  # over a weekend
    ("2026-02-13 17:00", 240, "2026-02-14 11:30"),  # into the make-up Saturday
    ("2026-02-14 17:00", 61, "2026-02-24 08:31"),  # over Spring Festival
    ("2026-03-02 08:30", 450, "2026-03-02 18:00"),
]


@pytest.mark.parametrize(("start", "minutes", "end"), ADDED)
def test_add_working(start: str, minutes: int, end: str) -> None:
    calendar = county_calendar()
    assert calendar.add_working(at(start), minutes) == at(end)
    assert calendar.working_minutes(at(start), at(end)) == minutes


def test_seconds_are_kept_and_answers_are_on_the_county_clock() -> None:
    start = datetime(2026, 3, 2, 1, 0, 17, tzinfo=UTC)
    assert county_calendar().add_working(start, 5).isoformat() == "2026-03-02T09:05:17+08:00"


QUIET = [
    ("2026-03-02 20:59", "2026-03-02 20:59"),
    ("2026-03-02 21:00", "2026-03-03 07:00"),
    ("2026-03-03 06:59", "2026-03-03 07:00"),
    ("2026-03-03 07:00", "2026-03-03 07:00"),
    ("2026-12-31 23:30", "2027-01-01 07:00"),
]


@pytest.mark.parametrize(("moment", "after"), QUIET)
def test_quiet_hours(moment: str, after: str) -> None:
    calendar = county_calendar()
    assert calendar.is_quiet(at(moment)) is (moment != after)
    assert calendar.after_quiet(at(moment)) == at(after)


def test_an_hour_that_summer_time_skips_is_not_worked() -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"), weekdays=frozenset(range(7)), hours=((0, 24 * 60),))
    start, until = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert calendar.working_minutes(start, until) == 23 * 60
    assert calendar.add_working(start, 23 * 60) == until


def test_naive_moments_and_negative_minutes_are_refused() -> None:
    calendar = county_calendar()
    with pytest.raises(ValueError, match="time zone"):
        calendar.is_working(at("2026-03-02 09:00").replace(tzinfo=None))
    with pytest.raises(ValueError, match="negative"):
        calendar.add_working(at("2026-03-02 09:00"), -1)


def test_a_calendar_without_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="working weekday"):
        Calendar(UTC, weekdays=frozenset())
    with pytest.raises(ValueError, match="overlap"):
        Calendar(UTC, hours=((60, 120), (90, 150)))
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(3000))
    with pytest.raises(ValueError, match="two years"):
        Calendar(UTC, holidays=closed).add_working(at("2026-03-02 09:00"), 1)


def test_all_errors_at_once() -> None:
    data = calendar_data()
    data["timezone"] = "Asia/Nowhere"
    data["working_days"] = [1]
    data["working_weekdays"] = [0]
    data["working_hours"] = ["14:00-18:00", "08:30-12:00"]
    data["quiet_hours"] = 1260
    data["years"][2026]["make_up_days"].append(date(2026, 3, 2))
    data["years"][2026]["holidays"].append({"name": "写错", "from": date(2026, 5, 3), "until": date(2026, 5, 1)})
    data["years"][2027] = {"holidays": [], "make_up_days": ["2026-12-27", "元旦后"]}
    calendar, errors = calendar_file.from_data(data)
    assert calendar is None
    text = "\n".join(errors)
    for part in (
        "时区 Asia/Nowhere",
        "不认识的键 working_days",
        "1 到 7 之间的整数，现在是 0",
        "从早到晚",
        "quiet_hours：要写带引号的时段",
        "2026-03-02 本来就是工作日",
        "先后或长短不对",
        "还没有公布的年份请整年不写",
        "2026-12-27 不在 2027 年",
        "现在是 '元旦后'",
    ):
        assert part in text
    assert len(errors) == 10


@pytest.mark.parametrize("data", [None, [], "08:30", {}])
def test_what_is_no_table_is_refused(data: object) -> None:
    calendar, errors = calendar_file.from_data(data)
    assert calendar is None
    assert errors


def test_a_day_off_and_worked_at_once_is_refused() -> None:
    data = calendar_data()
    data["years"][2026]["make_up_days"].append("2026-10-03")
    assert calendar_file.from_data(data) == (None, ("工作日历：years.2026：2026-10-03 既写了放假又写了补班",))
