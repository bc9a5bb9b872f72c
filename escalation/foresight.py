"""Who would hear what, when: a matter of any place, kind and moment, if nobody acts. `gridbot policy show` prints it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from escalation.calendar import Calendar
from escalation.case import Case
from escalation.doors import Way, way_to_group, way_to_person
from escalation.ladder import foresee, limits_of, sample_case
from escalation.policy import LADDER_CLOCKS, Policy
from escalation.proof import LADDER_NAMES
from escalation.rungs import NAMES, GroupTarget, Tell
from escalation.warning import warn_at
from escalation.whom import Call, group_of, people_of
from registry.registry import Registry
from registry.terms import Category, ClockKind, DangerKind, Urgency

CLOCK_NAMES = {ClockKind.ACCEPT: "接单", ClockKind.FIRST_CONTACT: "首次联系", ClockKind.DONE: "办结"}

#: Who hears of a matter when it is told, beside groups and unit.
_WOKEN = (Tell.GRID_MEMBER, Tell.GRID_LEADER, Tell.DUTY_OFFICER)

@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked about: told at `at` (aware) in a basic group of `area`, or in the group named."""

    at: datetime
    category: Category
    urgency: Urgency
    danger: DangerKind | None
    area: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Hearer:
    """One person or group. `why` is the post or group in Chinese, with whom it stands in for; `way` its door."""

    person: str | None
    group: str | None
    name: str
    why: str
    way: Way


@dataclass(frozen=True, slots=True)
class Beat:
    """One moment at which somebody hears. `missing` names posts and groups that nobody holds."""

    at: datetime
    what: str
    hearers: tuple[Hearer, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foresight:
    """The limits of the matter and all that is said of it, in order of time."""

    matter: Matter
    version: str
    unit: str | None
    limits: tuple[tuple[ClockKind, datetime], ...]
    beats: tuple[Beat, ...]


def look_ahead(matter: Matter, policy: Policy, registry: Registry, calendar: Calendar) -> Foresight:
    """All that would be said of a matter that nobody accepts. ValueError for a naive moment."""
    at = calendar.local(matter.at)
    groups = registry.basic_groups_of(matter.area)
    matter = replace(matter, at=at, group=matter.group or (groups[0].id if groups else None))
    fitting = registry.units_for(matter.category, matter.area, matter.group)
    unit = fitting[0].id if fitting and matter.danger is not DangerKind.PERSON else None
    limits = limits_of(policy, calendar, matter.urgency, matter.category, at)
    seer = _Seer(matter, policy, registry, calendar, unit)
    beats = (*seer.told(), *seer.warned(limits), *(beat for kind in LADDER_CLOCKS for beat in seer.climbed(kind, limits[kind])))
    return Foresight(
        matter, policy.version, unit, tuple(limits.items()), tuple(sorted(beats, key=lambda beat: beat.at))
    )


@dataclass(frozen=True, slots=True)
class _Seer:
    """A matter with all that decides who hears of it."""

    matter: Matter
    policy: Policy
    registry: Registry
    calendar: Calendar
    unit: str | None

    @property
    def is_private(self) -> bool:
        return self.matter.danger is DangerKind.PERSON

    def told(self) -> Iterator[Beat]:
        """When it is told: the residents' group at once, then those who must act."""
        matter = self.matter
        if matter.group is not None:
            yield Beat(matter.at, "答复居民", (self._group(matter.group, "居民的群"),))
        groups, roles = self._first_hearers()
        # what is not urgent waits for the end of the quiet hours
        normal = matter.urgency is Urgency.NORMAL
        at = self.policy.after_quiet(self.calendar, matter.at) if normal else matter.at
        case = self._case(ClockKind.ACCEPT, at)
        found, missing = [], []
        for target in groups:
            group = group_of(case, target, self.registry)
            found += [self._group(group.id, NAMES[target])] if group is not None else []
            missing += [NAMES[target]] if group is None else []
        for role in roles:
            people = self._people(case, role)
            found += [self._person(person, NAMES[role]) for person in people]
            missing += [] if people else [NAMES[role]]
        yield Beat(at, "开单后通知", _each_once(found), tuple(missing))

    def warned(self, limits: Mapping[ClockKind, datetime]) -> Iterator[Beat]:
        """Before each limit: the owner, and the unit."""
        normal = self.matter.urgency is Urgency.NORMAL
        for kind, limit in limits.items():
            at = warn_at(self.policy.warn_before, self.calendar, self.matter.urgency, kind, self.matter.at, limit)
            if at is None:
                continue
            case = self._case(kind, at)
            role = Tell.UNIT_MEMBERS if kind is ClockKind.ACCEPT else Tell.UNIT_LEAD
            people = [self._person(one, NAMES[Tell.OWNER]) for one in self._people(case, Tell.OWNER)]
            people += [self._person(one, NAMES[role]) for one in self._people(case, role)]
            said_at = self.policy.after_quiet(self.calendar, at) if normal else at
            yield Beat(said_at, f"{CLOCK_NAMES[kind]}时限到之前提醒", _each_once(people))

    def climbed(self, kind: ClockKind, limit: datetime) -> Iterator[Beat]:
        """The rungs of a ladder after its limit, the last one repeated once."""
        ladder = self.policy.person_ladders[kind] if self.is_private else self.policy.ladders[self.matter.urgency, kind]
        case = self._case(kind, limit)
        steps = foresee(case, self.policy, self.registry, self.calendar, len(ladder.rungs) + 1)
        normal = self.matter.urgency is Urgency.NORMAL
        for at, step in steps:
            hearers = [self._called(call) for call in step.calls]
            missing = tuple(_NAME_OF[name] for name in step.missing)
            again = "（以后照此重复）" if step.rung > len(ladder.rungs) else ""
            said_at = self.policy.after_quiet(self.calendar, at) if normal else at
            yield Beat(said_at, f"{LADDER_NAMES[kind]}第{min(step.rung, len(ladder.rungs))}级{again}", tuple(hearers), missing)

    def _first_hearers(self) -> tuple[tuple[GroupTarget, ...], tuple[Tell, ...]]:
        """Groups and posts that hear of a matter when it is told (domain.md: danger reaches all tiers at once)."""
        if self.is_private:
            return (), (Tell.CONFIDANTS,)
        doers = (Tell.UNIT_MEMBERS,) if self.unit is not None else (Tell.GRID_MEMBER, Tell.GRID_OFFICE)
        if self.matter.urgency is Urgency.DANGER:
            return (GroupTarget.COORDINATION, GroupTarget.COMMAND), tuple(dict.fromkeys((*_WOKEN, *doers)))
        return ((GroupTarget.COORDINATION,) if self.unit is not None else ()), doers

    def _case(self, kind: ClockKind, at: datetime) -> Case:
        matter, registry = self.matter, self.registry
        if self.is_private:
            owner = next(iter(registry.duty_officers(matter.area, matter.at)), None)
        elif self.unit is not None:
            owner = registry.sponsor_lead(matter.area) or registry.unit_lead(self.unit)
        else:
            owner = registry.grid_member_of(matter.area)
        sample = sample_case(self.policy, matter.area, matter.urgency, matter.danger, kind, at)
        return replace(sample, category=matter.category, group=matter.group, unit=self.unit,
                       owner=owner.id if owner is not None else None)

    def _people(self, case: Case, role: Tell) -> tuple[str, ...]:
        if role is Tell.UNIT_MEMBERS and self.unit is not None:
            # all of the unit have the card, not only those in the group
            return tuple(person.id for person in self.registry.unit_people(self.unit))
        return tuple(person.id for person in people_of(case, role, self.registry, case.limit_at))

    def _called(self, call: Call) -> Hearer:
        role, _, absent = call.why.partition("/")
        why = _NAME_OF[role] + (f"，代{_NAME_OF[absent]}" if absent else "")
        return self._person(call.person, why) if call.person is not None else self._group(call.group or "", why)

    def _person(self, person_id: str, why: str) -> Hearer:
        person = self.registry.person(person_id)
        way = way_to_person(self.registry, person_id, self.matter.area)
        return Hearer(person_id, None, person.name if person is not None else person_id, why, way)

    def _group(self, group_id: str, why: str) -> Hearer:
        group = self.registry.group(group_id)
        way = way_to_group(self.registry, group_id)
        return Hearer(None, group_id, group.name if group is not None else group_id, why, way)


_NAME_OF = {target.value: name for target, name in NAMES.items()}


def _each_once(hearers: Iterable[Hearer]) -> tuple[Hearer, ...]:
    found: dict[tuple[str | None, str | None], Hearer] = {}
    for hearer in hearers:
        found.setdefault((hearer.person, hearer.group), hearer)
    return tuple(found.values())
