"""Whose shift it is, from a roster's shifts, rotations and stand-ins. Pure arithmetic of local days and times."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from registry.model import Override, Roster, Rotation, Shift

_DAY = timedelta(days=1)
#: No shift is asked about further ahead than this when its next start is looked for.
_LOOK_AHEAD = 400


@dataclass(frozen=True, slots=True)
class Turn:
    """One shift on one day, with who holds it once stand-ins are counted; nobody when its post is vacant."""

    roster: str
    shift: str
    """The shift's key."""
    day: date
    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    planned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds a roster's post at a moment. Exactly one of `people` and `gap` is there: a gap has a name."""

    people: tuple[str, ...]
    gap: str | None
    """Why nobody holds it, for people to read (11月27日夜班无人值守)."""


def people_on_shift(roster: Roster, at: datetime) -> tuple[str, ...]:
    """Ids of the people on duty at a moment, read in its own local time; stand-ins in place of the absent.

    A shift that runs over midnight belongs to the day on which it begins, and so do its stand-ins.
    """
    return tuple(dict.fromkeys(person for turn in turns_at(roster, at) for person in turn.people))


def holders(roster: Roster, at: datetime) -> Holders:
    """Who holds the post, or the name of the gap."""
    turns = turns_at(roster, at)
    people = tuple(dict.fromkeys(person for turn in turns for person in turn.people))
    if people:
        return Holders(people, None)
    if not turns:
        return Holders((), f"{day_and_time(at)}没有排班")
    named = "、".join(dict.fromkeys(shift_on(turn.day, turn.shift) for turn in turns))
    return Holders((), f"{named}无人值守")


def turns_at(roster: Roster, at: datetime) -> tuple[Turn, ...]:
    """The shifts that run at a moment (aware, in the county's own time), in the roster's order."""
    today = at.date()
    found = (
        turn
        for shift in roster.plan
        for day in (today - _DAY, today)
        if (turn := _turn(roster, shift, day, at.tzinfo)) is not None and turn.starts_at <= at < turn.ends_at
    )
    return tuple(found)


def turn_of(roster: Roster, day: date, shift: str, zone: tzinfo | None) -> Turn | None:
    """The shift of this key that begins on a day; None when none does."""
    turns = (_turn(roster, one, day, zone) for one in roster.plan if one.key == shift)
    return next((turn for turn in turns if turn is not None), None)


def turns_of_day(roster: Roster, day: date, zone: tzinfo | None) -> tuple[Turn, ...]:
    """All shifts that begin on a day, by their hour."""
    turns = (_turn(roster, shift, day, zone) for shift in roster.plan)
    return tuple(sorted((turn for turn in turns if turn is not None), key=lambda turn: turn.starts_at))


def next_start(roster: Roster, after: datetime) -> datetime | None:
    """When the next shift begins, later than a moment; None when none does within a year."""
    for ahead in range(_LOOK_AHEAD):
        day = after.date() + timedelta(days=ahead)
        starts = [turn.starts_at for turn in turns_of_day(roster, day, after.tzinfo) if turn.starts_at > after]
        if starts:
            return min(starts)
    return None


def swapped(first: Turn, one: str, second: Turn, other: str) -> tuple[Override, Override]:
    """换班: `one` of the first turn and `other` of the second stand in for each other. The order does not matter."""
    return swap_overrides((first.day, first.shift, one), (second.day, second.shift, other))


def swap_overrides(first: tuple[date, str, str], second: tuple[date, str, str]) -> tuple[Override, Override]:
    """The two stand-ins of a swap, each side given as (day, shift's key, person)."""
    (day, shift, one), (other_day, other_shift, other) = first, second
    return Override(day, one, other, shift=shift), Override(other_day, other, one, shift=other_shift)


def shift_on(day: date, shift: str) -> str:
    """11月27日夜班; a shift without a name is called by its hour (11月27日20:00的班)."""
    return f"{day.month}月{day.day}日{shift}" + ("的班" if ":" in shift else "")


def day_and_time(at: datetime) -> str:
    return f"{at.month}月{at.day}日{at:%H:%M}"


def _turn(roster: Roster, shift: Shift | Rotation, day: date, zone: tzinfo | None) -> Turn | None:
    if day.weekday() not in shift.days:
        return None
    planned = shift.team(day) if isinstance(shift, Rotation) else shift.people
    if planned is None:
        return None
    last = day + _DAY if shift.until <= shift.start else day
    return Turn(
        roster=roster.id,
        shift=shift.key,
        day=day,
        starts_at=datetime.combine(day, shift.start, tzinfo=zone),
        ends_at=datetime.combine(last, shift.until, tzinfo=zone),
        people=_with_stand_ins(planned, roster.overrides, day, shift.key),
        planned=planned,
    )


def _with_stand_ins(
    planned: tuple[str, ...], overrides: tuple[Override, ...], day: date, shift: str
) -> tuple[str, ...]:
    people: list[str | None] = list(planned)
    for override in overrides:
        if override.day <= day <= (override.until or override.day) and override.shift in (None, shift):
            people = [override.instead if person == override.absent else person for person in people]
    return tuple(dict.fromkeys(person for person in people if person is not None))
