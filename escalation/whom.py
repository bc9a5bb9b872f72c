"""From a rung's roles to living people and existing groups, at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from escalation.case import Case
from escalation.rungs import COMMAND_TIER, PERSON_DANGER, STANDS_IN, GroupTarget, Tell
from registry.model import Group, Person
from registry.registry import Registry
from registry.terms import DangerKind, Role, Tier

#: Roles that may hear of a person danger without being marked as confidants (promise P13).
_MAY_KNOW = frozenset({Role.DUTY_OFFICER, Role.GRID_LEADER, Role.GRID_OFFICE})


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a person or into a group.

    `why` is the role or group that the rung names; `b/a` where b is called in the place of a, which reaches nobody.
    """

    person: str | None
    group: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a rung reaches, each person and group once, and the roles and groups of it that reach nobody."""

    calls: tuple[Call, ...]
    missing: tuple[str, ...]
    vacant: tuple[str, ...] = ()
    """Those of `missing` that a roster should fill and leaves empty at this moment."""
    manned: bool = True
    """Whether any role that is told, vacant posts aside, reaches somebody of its own; true where no post is vacant."""


def reached(
    case: Case, tell: Iterable[Tell], groups: Iterable[GroupTarget], roster: Registry, at: datetime, with_command: bool
) -> Reached:
    """Resolve roles and groups. `at` must be on the county's clock: rosters read their shifts in its own time.

    A role that reaches nobody is named and the role above it is called instead. Without `with_command` neither a
    command group nor a county leader is reached; for a person danger no group at all, and none but its own roles.
    """
    persons_only = case.danger is DangerKind.PERSON
    calls: dict[tuple[str | None, str | None], Call] = {}
    missing: list[str] = []
    vacant: list[str] = []
    manned = False

    def add(found: Iterable[Call]) -> None:
        for call in found:
            calls.setdefault((call.person, call.group), call)

    for target in groups:
        if persons_only or (target in COMMAND_TIER and not with_command):
            continue
        group = group_of(case, target, roster)
        if group is not None:
            add([Call(None, group.id, target.value)])
        elif target is not GroupTarget.OWN:
            missing.append(target.value)
            add(_instead_of_group(case, target, roster, at, with_command))
    for role in tell:
        if (persons_only and role not in PERSON_DANGER) or (role in COMMAND_TIER and not with_command):
            continue
        people = people_of(case, role, roster, at)
        if people:
            manned = True
            add(Call(person.id, None, role.value) for person in people)
        else:
            missing.append(role.value)
            if _is_vacant(case, role, roster, at):
                vacant.append(role.value)
            add(_instead_of(case, role, roster, at))
    return Reached(tuple(calls.values()), tuple(missing), tuple(vacant), manned or not vacant)


def _is_vacant(case: Case, role: Tell, roster: Registry, at: datetime) -> bool:
    """Whether a roster leaves the post empty now (值班无人)."""
    return role is Tell.DUTY_OFFICER and roster.vacancy(Role.DUTY_OFFICER, case.area, at) is not None


def off_duty(case: Case, roster: Registry, at: datetime) -> tuple[Call, ...]:
    """The officers of a vacant post, though none is on duty: called where nobody else can be."""
    if not _is_vacant(case, Tell.DUTY_OFFICER, roster, at):
        return ()
    role = Tell.DUTY_OFFICER.value
    return tuple(Call(person.id, None, role) for person in roster.officials(Role.DUTY_OFFICER, case.area))


def _instead_of(case: Case, role: Tell, roster: Registry, at: datetime) -> list[Call]:
    seen, above = {role}, STANDS_IN[role]
    while above not in seen:
        people = people_of(case, above, roster, at)
        if people:
            return [Call(person.id, None, f"{above}/{role}") for person in people]
        seen.add(above)
        above = STANDS_IN[above]
    return []


def _instead_of_group(
    case: Case, target: GroupTarget, roster: Registry, at: datetime, with_command: bool
) -> list[Call]:
    if target is GroupTarget.COORDINATION and with_command:
        command = group_of(case, GroupTarget.COMMAND, roster)
        if command is not None:
            return [Call(None, command.id, f"{GroupTarget.COMMAND}/{target}")]
    role = Tell.COUNTY_LEADER if with_command else Tell.DUTY_OFFICER
    people = people_of(case, role, roster, at)
    if people:
        return [Call(person.id, None, f"{role}/{target}") for person in people]
    above = _instead_of(case, role, roster, at)
    return [Call(call.person, None, f"{call.why.partition('/')[0]}/{target}") for call in above]


def group_of(case: Case, target: GroupTarget, roster: Registry) -> Group | None:
    """The matter's group of a tier: above the basic group it was told in, else the one that serves its area."""
    match target:
        case GroupTarget.COORDINATION:
            above = roster.coordination_of(case.group) if case.group is not None else None
            return above or roster.coordination_for(case.area)
        case GroupTarget.COMMAND:
            above = roster.command_of(case.group) if case.group is not None else None
            return above or roster.command_for(case.area)
        case GroupTarget.OWN:
            return _unit_group(case, roster)


def _unit_group(case: Case, roster: Registry) -> Group | None:
    """The coordination group that the unit's own people lead and that is not the matter's anyway."""
    if case.unit is None:
        return None
    ours = {person.id for person in roster.unit_people(case.unit)}
    usual = group_of(case, GroupTarget.COORDINATION, roster)
    led = (group for group in roster.groups.values() if group.owner in ours and group.tier is Tier.COORDINATION)
    return next((group for group in led if group != usual), None)


def people_of(case: Case, role: Tell, roster: Registry, at: datetime) -> tuple[Person, ...]:
    """Who holds a role for this matter at `at`; empty where nobody does."""
    match role:
        case Tell.OWNER:
            return _one(_owner(case, roster))
        case Tell.UNIT_MEMBERS:
            return _unit_members(case, roster)
        case Tell.UNIT_LEAD:
            return _one(roster.unit_lead(case.unit) if case.unit is not None else None)
        case Tell.SPONSOR_LEAD:
            return _one(roster.sponsor_lead(case.area))
        case Tell.GRID_MEMBER:
            return _one(roster.grid_member_of(case.area))
        case Tell.GRID_LEADER:
            return _one(roster.grid_leader_of(case.area))
        case Tell.DUTY_OFFICER:
            return () if _is_vacant(case, role, roster, at) else roster.duty_officers(case.area, at)
        case Tell.GRID_OFFICE:
            return _nearest(roster.officials(Role.GRID_OFFICE, case.area))
        case Tell.COUNTY_LEADER:
            return _county_leader(case, roster)
        case Tell.CONFIDANTS:
            return roster.confidants(case.area)


def _one(person: Person | None) -> tuple[Person, ...]:
    return (person,) if person is not None else ()


def _nearest(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Those of the nearest area alone, out of people given nearest first."""
    return tuple(person for person in people if person.area == people[0].area)


def _owner(case: Case, roster: Registry) -> Person | None:
    if case.owner is None:
        return None
    # before acceptance the owner may be a unit (the sponsor): then its lead stands for it
    owner = roster.person(case.owner) or (roster.unit_lead(case.owner) if roster.unit(case.owner) else None)
    if owner is not None and case.danger is DangerKind.PERSON and not (owner.confidant or owner.role in _MAY_KNOW):
        return None
    return owner


def _unit_members(case: Case, roster: Registry) -> tuple[Person, ...]:
    """The unit's people in the coordination group; all of the unit where none is in it."""
    if case.unit is None:
        return ()
    group = group_of(case, GroupTarget.COORDINATION, roster)
    inside = roster.unit_people_in(case.unit, group.id) if group is not None else ()
    return inside or roster.unit_people(case.unit)


def _county_leader(case: Case, roster: Registry) -> tuple[Person, ...]:
    """The leader who owns the command group answers for the area; else those of the nearest area."""
    command = group_of(case, GroupTarget.COMMAND, roster)
    owner = roster.person(command.owner) if command is not None and command.owner is not None else None
    if owner is not None and owner.role is Role.COUNTY_LEADER:
        return (owner,)
    return _nearest(roster.officials(Role.COUNTY_LEADER, case.area))
