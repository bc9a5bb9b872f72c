"""The county's working time: weekdays, hours, holidays and make-up days (调休), and quiet hours.

Working hours are half-open: 08:30 is working time, 12:00 no more. Every moment is an aware datetime; answers are in the
county's own zone. A year without its holidays is worked by weekdays alone: `covers_year` tells, `gridbot check` warns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from escalation.reading import MINUTES_A_DAY, Reader

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

#: A search for working time gives up after so many days: no county is closed for two years.
SEARCH_DAYS = 731

FILE = "工作日历"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time of one county. Times of day are minutes from midnight; weekdays count from Monday, 0."""

    zone: tzinfo
    weekdays: frozenset[int] = frozenset(range(5))
    hours: tuple[tuple[int, int], ...] = ((8 * 60 + 30, 12 * 60), (14 * 60, 18 * 60))
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    quiet: tuple[int, int] = (21 * 60, 7 * 60)
    """Quiet hours; an end at or before the start lies on the next day, equal ends mean none."""
    years: frozenset[int] = field(default_factory=frozenset)
    """Years whose holidays are known."""

    def __post_init__(self) -> None:
        """Raises ValueError when there is no working time at all, or hours overlap or run backwards."""
        if not self.weekdays or not self.hours:
            raise ValueError("a calendar needs a working weekday and working hours")
        ends = [end for span in self.hours for end in span]
        if ends != sorted(ends) or ends[0] < 0 or ends[-1] > MINUTES_A_DAY or any(a >= b for a, b in self.hours):
            raise ValueError("working hours must be in order, inside one day and not overlap")

    @property
    def minutes_a_day(self) -> int:
        """Length of one working day in minutes."""
        return sum(until - start for start, until in self.hours)

    def covers_year(self, year: int) -> bool:
        """Whether the holidays of this year are written in the file."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether people are at work on this day of the county's zone."""
        if day in self.make_up_days:
            return True
        return day.weekday() in self.weekdays and day not in self.holidays

    def is_working(self, at: datetime) -> bool:
        """Whether `at` is in working time."""
        here = self._here(at)
        minute = here.hour * 60 + here.minute
        return self.is_working_day(here.date()) and any(start <= minute < until for start, until in self.hours)

    def add_working(self, start: datetime, minutes: int) -> datetime:
        """The moment when `minutes` of working time have passed since `start`.

        0 gives `start` itself. Raises ValueError for negative minutes, or when no working time is found within two
        years.
        """
        if minutes < 0:
            raise ValueError("minutes must not be negative")
        here = self._here(start)
        left = minutes * MINUTE
        if not left:
            return here
        day, idle = here.date(), 0
        while idle < SEARCH_DAYS:
            idle += 1
            for opens, shuts in self._spans(day):
                begins = max(opens, here)
                if begins >= shuts:
                    continue
                idle = 0
                open_for = _elapsed(begins, shuts)
                if left <= open_for:
                    return self._later(begins, left)
                left -= open_for
            day += DAY
        raise ValueError("no working time within two years")

    def before_working(self, until: datetime, minutes: int) -> datetime:
        """The latest moment from which `minutes` of working time are left before `until`; the mirror of `add_working`.

        0 gives `until` itself. Raises ValueError for negative minutes, or when no working time is found within two
        years.
        """
        if minutes < 0:
            raise ValueError("minutes must not be negative")
        there = self._here(until)
        left = minutes * MINUTE
        if not left:
            return there
        day, idle = there.date(), 0
        while idle < SEARCH_DAYS:
            idle += 1
            for opens, shuts in reversed(tuple(self._spans(day))):
                ends = min(shuts, there)
                if opens >= ends:
                    continue
                idle = 0
                open_for = _elapsed(opens, ends)
                if left <= open_for:
                    return self._later(ends, -left)
                left -= open_for
            day -= DAY
        raise ValueError("no working time within two years")

    def working_time(self, start: datetime, until: datetime) -> timedelta:
        """Working time between two moments, exact; zero when `until` is not after `start`."""
        here, there = self._here(start), self._here(until)
        total, day = timedelta(), here.date()
        while day <= there.date():
            for opens, shuts in self._spans(day):
                begins, ends = max(opens, here), min(shuts, there)
                if begins < ends:
                    total += _elapsed(begins, ends)
            day += DAY
        return total

    def working_minutes(self, start: datetime, until: datetime) -> float:
        """Working minutes between two moments (`working_time` in minutes)."""
        return self.working_time(start, until) / MINUTE

    def is_quiet(self, at: datetime, quiet: tuple[int, int] | None = None) -> bool:
        """Whether sentences that are not urgent should wait at `at`; `quiet` replaces the calendar's own hours."""
        here = self._here(at)
        minute = here.hour * 60 + here.minute
        start, until = quiet or self.quiet
        return start <= minute < until if start < until else start != until and (minute >= start or minute < until)

    def after_quiet(self, at: datetime, quiet: tuple[int, int] | None = None) -> datetime:
        """`at` itself, or the end of the quiet hours it lies in; `quiet` replaces the calendar's own hours."""
        here = self._here(at)
        if not self.is_quiet(here, quiet):
            return here
        until = (quiet or self.quiet)[1]
        end = self._at(here.date(), until)
        return end if end > here else self._at(here.date() + DAY, until)

    def local(self, at: datetime) -> datetime:
        """The same moment on the county's clock. Raises ValueError for a naive datetime."""
        return self._here(at)

    def _here(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return at.astimezone(self.zone)

    def _at(self, day: date, minute: int) -> datetime:
        if minute == MINUTES_A_DAY:
            return datetime.combine(day + DAY, time(), self.zone)
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone)

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if self.is_working_day(day):
            for start, until in self.hours:
                yield self._at(day, start), self._at(day, until)

    def _later(self, at: datetime, by: timedelta) -> datetime:
        return (at.astimezone(UTC) + by).astimezone(self.zone)


def _elapsed(start: datetime, until: datetime) -> timedelta:
    # Python subtracts two datetimes of one zone by their clock faces; UTC counts what really passed.
    return until.astimezone(UTC) - start.astimezone(UTC)


def from_data(data: object) -> tuple[Calendar | None, tuple[str, ...]]:
    """A calendar from the county's file as plain data, or None and every error as a Chinese sentence."""
    reader = Reader(FILE)
    keys = ("timezone", "working_weekdays", "working_hours", "quiet_hours", "years")
    table = reader.table(data, "", keys, required=keys)
    zone = _zone(table.get("timezone", "Asia/Shanghai"), reader)
    weekdays = _weekdays(table.get("working_weekdays", [1, 2, 3, 4, 5]), reader)
    hours = _hours(table.get("working_hours", ["08:30-12:00"]), reader)
    quiet = reader.span_of_day(table.get("quiet_hours", "21:00-07:00"), "quiet_hours")
    holidays: set[date] = set()
    make_up_days: set[date] = set()
    years: set[int] = set()
    for key, value in reader.table(table.get("years", {}), "years").items():
        path = f"years.{key}"
        if not key.isascii() or not key.isdigit() or len(key) != 4:
            reader.fault(path, "年份要写四位数字，例如 2026")
            continue
        year = int(key)
        off, on = _year(value, year, path, weekdays, reader)
        holidays |= off
        make_up_days |= on
        years.add(year)
    if reader.errors or zone is None:
        return None, tuple(reader.errors)
    return (
        Calendar(
            zone,
            frozenset(weekdays),
            hours,
            frozenset(holidays),
            frozenset(make_up_days),
            quiet=(quiet[0] % MINUTES_A_DAY, quiet[1] % MINUTES_A_DAY),
            years=frozenset(years),
        ),
        (),
    )


def _zone(data: object, reader: Reader) -> ZoneInfo | None:
    name = reader.text(data, "timezone")
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reader.fault("timezone", f"这台机器上没有时区 {name}，一般写 Asia/Shanghai；系统缺时区数据时请安装 tzdata")
        return None


def _weekdays(data: object, reader: Reader) -> set[int]:
    path = "working_weekdays"
    days = {reader.whole(item, path, 1, 7) - 1 for item in reader.sequence(data, path)}
    if not days:
        reader.fault(path, "至少要有一个工作日（1 是星期一，7 是星期日）")
    return days


def _hours(data: object, reader: Reader) -> tuple[tuple[int, int], ...]:
    path = "working_hours"
    hours = tuple(reader.span_of_day(item, path) for item in reader.sequence(data, path))
    if not hours:
        reader.fault(path, "至少要有一段上班时间")
    ends = [end for span in hours for end in span]
    if ends != sorted(ends) or any(start >= until for start, until in hours):
        reader.fault(path, "各段要从早到晚写，开始早于结束，互不重叠")
    return hours


def _year(data: object, year: int, path: str, weekdays: set[int], reader: Reader) -> tuple[set[date], set[date]]:
    keys = ("holidays", "make_up_days")
    table = reader.table(data, path, keys, required=keys)
    holidays: set[date] = set()
    for place, item in enumerate(reader.sequence(table.get("holidays", []), f"{path}.holidays"), start=1):
        holidays |= _holiday(item, f"{path}.holidays 第 {place} 项", reader)
    make_up_days: set[date] = set()
    for item in reader.sequence(table.get("make_up_days", []), f"{path}.make_up_days"):
        day = reader.day(item, f"{path}.make_up_days")
        if day is None:
            continue
        if day.weekday() in weekdays:
            reader.fault(f"{path}.make_up_days", f"{day} 本来就是工作日，不用写成补班")
        make_up_days.add(day)
    if "holidays" in table and not holidays:
        reader.fault(f"{path}.holidays", "这一年没有写节假日；还没有公布的年份请整年不写")
    for day in sorted(holidays & make_up_days):
        reader.fault(path, f"{day} 既写了放假又写了补班")
    for day in sorted(day for day in holidays | make_up_days if day.year != year):
        reader.fault(path, f"{day} 不在 {year} 年")
    return holidays, make_up_days


def _holiday(data: object, path: str, reader: Reader) -> set[date]:
    keys = ("name", "from", "until")
    table = reader.table(data, path, keys, required=keys)
    if len(table) < len(keys):
        return set()
    reader.text(table["name"], f"{path} name")
    first, last = reader.day(table["from"], f"{path} from"), reader.day(table["until"], f"{path} until")
    if first is None or last is None:
        return set()
    # the longest holiday so far was nine days; a month is a slip of the pen
    if not first <= last <= first + 30 * DAY:
        reader.fault(path, f"放假从 {first} 到 {last}，先后或长短不对")
        return set()
    return {first + DAY * n for n in range((last - first).days + 1)}
