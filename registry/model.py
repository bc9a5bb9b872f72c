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


@dataclass(frozen=True, slots=True)
class Override:
    """On one day these people stand in for a whole roster or one shift's people (请假代班)."""

    day: date
    absent: str
    instead: str


@dataclass(frozen=True, slots=True)
class Roster:
    id: str
    role: Role
    area: str
    shifts: tuple[Shift, ...]
    overrides: tuple[Override, ...] = ()
