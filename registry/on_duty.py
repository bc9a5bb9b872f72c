"""Whose shift it is, from a roster's times of day, its days of the week and its stand-ins."""

from datetime import date, datetime, timedelta

from registry.model import Roster, Shift


def people_on_shift(roster: Roster, at: datetime) -> tuple[str, ...]:
    """Ids of the people on duty at a moment, read in its own local time; stand-ins in place of the absent.

    A shift that runs over midnight belongs to the day on which it begins, and so do its stand-ins.
    """
    found: dict[str, None] = {}
    for shift in roster.shifts:
        day = _day_of_shift(shift, at)
        if day is None:
            continue
        instead = {override.absent: override.instead for override in roster.overrides if override.day == day}
        found.update(dict.fromkeys(instead.get(person, person) for person in shift.people))
    return tuple(found)


def _day_of_shift(shift: Shift, at: datetime) -> date | None:
    """The day on which the shift that is running at this moment began."""
    clock, today = at.time(), at.date()
    over_midnight = shift.until <= shift.start
    if clock >= shift.start and (over_midnight or clock < shift.until) and today.weekday() in shift.days:
        return today
    yesterday = today - timedelta(days=1)
    if over_midnight and clock < shift.until and yesterday.weekday() in shift.days:
        return yesterday
    return None
