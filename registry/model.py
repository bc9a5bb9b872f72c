"""Who and where, as frozen values. `Registry` answers every question about areas, groups, people and units.

An area's code is its one name everywhere (统一编码); nothing is guessed: what the registry does not know is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from registry.terms import Category, Hears, Level, Role, Speaks, Tier

#: Doors by which a group is heard or spoken to; keys of `Group.addresses`.
ADDRESS_KINDS = ("aibot", "archive", "customer", "webhook", "appchat")
#: Where a person has an outside id; keys of `Person.identities`.
IDENTITY_CHANNELS = ("wecom", "wechat")


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    level: Level
    name: str
    parent: str | None = None
    places: tuple[str, ...] = ()
    sponsor: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    name: str
    kind: str
    area: str
    categories: tuple[Category, ...] = ()
    aliases: tuple[str, ...] = ()
    """Short names by which people of this county call it (转给「城管」)."""


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    tier: Tier
    area: str
    owner: str | None
    parent: str | None
    hears: Hears
    speaks: Speaks
    covers: tuple[str, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    office: bool = False
    """The grid office's own group: alarms go there, and it is nobody's coordination or command group."""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: Role
    nickname: str | None = None
    area: str | None = None
    unit: str | None = None
    phone: str | None = None
    publishes_phone: bool = False
    """The work number may be told to residents (谁负责)."""
    hours: str | None = None
    confidant: bool = False
    groups: tuple[str, ...] = ()
    identities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shift:
    """People on duty between two times of day; `until` at or before `start` runs into the next day."""

    start: time
    until: time
    people: tuple[str, ...]
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """Days of the week on which it starts, Monday 0."""
    name: str | None = None
    """What people call it (夜班)."""

    @property
    def key(self) -> str:
        """How overrides name it: its name, else the time at which it starts."""
        return self.name or f"{self.start:%H:%M}"


@dataclass(frozen=True, slots=True)
class Rotation:
    """A shift that teams take in turn (轮班): written once, it holds for years.

    The first team begins on the day `since`, each has `days_each` days at a stretch, then the next; before `since` it
    does not run. Days of the week on which it does not start are counted all the same.
    """

    start: time
    until: time
    since: date
    teams: tuple[tuple[str, ...], ...]
    days_each: int = 1
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    name: str | None = None

    @property
    def key(self) -> str:
        """How overrides name it: its name, else the time at which it starts."""
        return self.name or f"{self.start:%H:%M}"

    def team(self, day: date) -> tuple[str, ...] | None:
        """Whose turn begins on a day; None before it runs."""
        if day < self.since:
            return None
        return self.teams[(day - self.since).days // self.days_each % len(self.teams)]


@dataclass(frozen=True, slots=True)
class Override:
    """Who stands in for an absent person (请假代班): on one day, or from it to `until`, that day included.

    `shift` limits it to one shift of the day, by its `key`. Without `instead` nobody stands in: the post is vacant.
    """

    day: date
    absent: str
    instead: str | None = None
    until: date | None = None
    shift: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """A post's shifts. Overrides hold in their order, each over what those before it left."""

    id: str
    role: Role
    area: str
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()
    rotations: tuple[Rotation, ...] = ()

    @property
    def plan(self) -> tuple[Shift | Rotation, ...]:
        """All that is planned, shifts first."""
        return (*self.shifts, *self.rotations)

    @property
    def members(self) -> frozenset[str]:
        """Everybody whom it ever names as being on duty."""
        planned = {person for shift in self.shifts for person in shift.people}
        planned |= {person for rotation in self.rotations for team in rotation.teams for person in team}
        return frozenset(planned | {override.instead for override in self.overrides if override.instead is not None})
