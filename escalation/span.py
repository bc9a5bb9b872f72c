"""A length of time as a policy writes it: round the clock or working time. The key's ending says which."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from escalation.calendar import Calendar


class Unit(StrEnum):
    """What is counted; the value is the ending of the policy's key (`accept_within_working_minutes`)."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"

    @property
    def is_working(self) -> bool:
        return self in {Unit.WORKING_MINUTES, Unit.WORKING_DAYS}


_MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 24 * 60}
_NAMES = {
    Unit.MINUTES: "分钟",
    Unit.HOURS: "小时",
    Unit.DAYS: "天",
    Unit.WORKING_MINUTES: "工作分钟",
    Unit.WORKING_DAYS: "个工作日",
}


@dataclass(frozen=True, slots=True)
class Span:
    """`amount` of `unit`. A day is 24 hours; a working day is as many minutes as the calendar's day has."""

    amount: int
    unit: Unit

    def minutes(self, calendar: Calendar) -> int:
        """Length in minutes, of working time if the unit is working time."""
        match self.unit:
            case Unit.WORKING_MINUTES:
                return self.amount
            case Unit.WORKING_DAYS:
                return self.amount * calendar.minutes_a_day
            case _:
                return self.amount * _MINUTES[self.unit]

    def end(self, start: datetime, calendar: Calendar) -> datetime:
        """When the span that begins at `start` (aware) is over, on the county's clock."""
        if self.unit.is_working:
            return calendar.add_working(start, self.minutes(calendar))
        return calendar.local(start.astimezone(UTC) + timedelta(minutes=self.minutes(calendar)))

    def begin(self, until: datetime, calendar: Calendar) -> datetime:
        """When the span that is over at `until` (aware) begins, on the county's clock."""
        if self.unit.is_working:
            return calendar.before_working(until, self.minutes(calendar))
        return calendar.local(until.astimezone(UTC) - timedelta(minutes=self.minutes(calendar)))

    def __str__(self) -> str:
        return f"{self.amount}{_NAMES[self.unit]}"
