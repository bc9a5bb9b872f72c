"""The proof that each step of the coming ladders reaches a living person and an existing group.

Who holds a post depends on the moment by the rosters alone, so each area is looked at once for each set of people on duty;
areas where the same roles are held the same way are proved together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.calendar import Calendar
from escalation.case import Case
from escalation.doors import way_to_group, way_to_person
from escalation.ladder import sample_case
from escalation.policy import LADDER_CLOCKS, Policy
from escalation.rungs import NAMES, GroupTarget, Rung, Tell
from escalation.whom import group_of, people_of, reached
from registry.model import Area, Roster
from registry.on_duty import next_start, turns_at
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, ClockKind, DangerKind, Level, Role, Urgency

#: What a matter can be, as far as its ladders differ.
KINDS: tuple[tuple[Urgency, DangerKind | None], ...] = (
    (Urgency.NORMAL, None), (Urgency.URGENT, None), (Urgency.DANGER, DangerKind.PLACE), (Urgency.DANGER, DangerKind.PERSON),
)
KIND_NAMES = {
    (Urgency.NORMAL, None): "一般诉求", (Urgency.URGENT, None): "紧急诉求", (Urgency.DANGER, DangerKind.PLACE): "险情",
    (Urgency.DANGER, DangerKind.PERSON): "人身危险",
}
LADDER_NAMES = {ClockKind.ACCEPT: "接单逾期", ClockKind.DONE: "办结逾期"}

_HOLDS, _CANNOT_HEAR, _NOBODY = 2, 1, 0
_NAMED_AREAS = 3
#: The month from which next year's holidays are asked for; they are published in October or November.
_NEXT_YEAR_FROM = 11


@dataclass(frozen=True, slots=True)
class Hole:
    """Something of the ladders that reaches nobody, as a Chinese sentence. `is_grave`: nobody is registered for it; else
    somebody is who cannot be reached yet."""

    sentence: str
    is_grave: bool


@dataclass(frozen=True, slots=True)
class _Like:
    """What decides whom an area's ladders reach: how each role is held and whether its groups can be spoken to."""

    roles: tuple[tuple[Tell, int], ...]
    groups: tuple[str | None, ...]
    confidants: int


def prove(
    policy: Policy, registry: Registry, calendar: Calendar, start: datetime, until: datetime
) -> tuple[Hole, ...]:
    """All holes of the ladders between two moments (aware), the grave ones first; areas with the same hole are named
    together. A matter without a unit is taken, so that what is proved holds whoever does the work."""
    first, last = calendar.local(start), calendar.local(until)
    alike: dict[_Like, list[tuple[Area, datetime]]] = {}
    # a county has few rosters and many grids
    changes: dict[tuple[Roster, ...], tuple[datetime, ...]] = {}
    gaps: dict[str, None] = {}
    for area in registry.areas.values():
        if area.level is not Level.GRID:
            continue
        rosters = registry.rosters_for(Role.DUTY_OFFICER, area.code)
        if rosters not in changes:
            changes[rosters] = tuple(dict.fromkeys(_changes(rosters, first, last)))
            gaps.update(dict.fromkeys(_gaps(registry, area, changes[rosters])))
        for at in _moments(registry, area, changes[rosters]):
            alike.setdefault(_likeness(policy, registry, area, at), []).append((area, at))
    found: dict[tuple[str, bool], dict[str, str]] = {}
    for places in alike.values():
        names = {area.code: area.name for area, _ in places}
        for what, is_grave in _holes_of(policy, registry, *places[0]):
            found.setdefault((what, is_grave), {}).update(names)
    holes = [Hole(f"{_together(names.values())}：{what}", is_grave) for (what, is_grave), names in found.items()]
    holes += [Hole(sentence, True) for sentence in gaps]
    return tuple(sorted(holes, key=lambda hole: not hole.is_grave))


def tonight(policy: Policy, calendar: Calendar, now: datetime) -> tuple[datetime, datetime]:
    """From now until the next morning's brief (08:00)."""
    here = calendar.local(now)
    morning = datetime.combine(here.date(), policy.say.brief_at, here.tzinfo)
    return here, morning if morning > here else morning + timedelta(days=1)


def _moments(registry: Registry, area: Area, changes: tuple[datetime, ...]) -> Iterator[datetime]:
    """The moments from which others are on duty for the area."""
    seen: set[tuple[str, ...]] = set()
    for at in changes:
        on_duty = tuple(person.id for person in registry.duty_officers(area.code, at))
        if on_duty not in seen:
            seen.add(on_duty)
            yield at


def _changes(rosters: tuple[Roster, ...], first: datetime, last: datetime) -> Iterator[datetime]:
    """The beginning of the time, and beginnings and ends of the rosters' shifts in it."""
    yield first
    for roster in rosters:
        at: datetime | None = first
        while at is not None and at < last:
            yield at
            yield from (turn.ends_at for turn in turns_at(roster, at) if turn.ends_at < last)
            at = next_start(roster, at)


def _gaps(registry: Registry, area: Area, changes: tuple[datetime, ...]) -> Iterator[str]:
    """Shifts of duty officers that nobody holds: all duty officers are called in their place, and no one answers for it."""
    for at in changes:
        gap = registry.vacancy(Role.DUTY_OFFICER, area.code, at)
        if gap is not None:
            yield f"值班表有空档：{gap}，请排人"


def _likeness(policy: Policy, registry: Registry, area: Area, at: datetime) -> _Like:
    case = sample_case(policy, area.code, Urgency.URGENT, None, ClockKind.ACCEPT, at)
    groups = (group_of(case, target, registry) for target in (GroupTarget.COORDINATION, GroupTarget.COMMAND))
    return _Like(
        tuple((role, _held(case, role, registry, at)) for role in Tell),
        tuple(group.id if group is not None else None for group in groups),
        _second_confidant(registry, area, at),
    )


def _held(case: Case, role: Tell, registry: Registry, at: datetime) -> int:
    people = people_of(case, role, registry, at)
    if any(way_to_person(registry, person.id, case.area).is_open for person in people):
        return _HOLDS
    return _CANNOT_HEAR if people else _NOBODY


def _second_confidant(registry: Registry, area: Area, at: datetime) -> int:
    on_duty = {person.id for person in registry.duty_officers(area.code, at)}
    return min(len([person for person in registry.confidants(area.code) if person.id not in on_duty]), 1)


def _holes_of(policy: Policy, registry: Registry, area: Area, at: datetime) -> Iterator[tuple[str, bool]]:
    """Holes of one area at one moment: steps that reach no person, groups that are not there or not bound."""
    silent: dict[tuple[str, bool], list[str]] = {}
    groups: dict[GroupTarget, None] = {}
    for urgency, danger in KINDS:
        for kind in LADDER_CLOCKS:
            case = sample_case(policy, area.code, urgency, danger, kind, at)
            ladder = policy.person_ladders[kind] if danger is DangerKind.PERSON else policy.ladders[urgency, kind]
            for place, rung in enumerate(ladder.rungs, start=1):
                groups.update(dict.fromkeys(rung.groups))
                silence = _silence(case, rung, registry, at)
                if silence is not None:
                    silent.setdefault(silence, []).append(f"{KIND_NAMES[urgency, danger]}{LADDER_NAMES[kind]}第{place}级")
    for (why, is_grave), steps in silent.items():
        yield f"{'、'.join(steps)}叫不到人：{why}", is_grave
    case = sample_case(policy, area.code, Urgency.URGENT, None, ClockKind.ACCEPT, at)
    for target in groups:
        group = group_of(case, target, registry)
        if group is None:
            if target is not GroupTarget.OWN:
                yield f"没有{NAMES[target]}，请在登记表里补上", True
        elif not (way := way_to_group(registry, group.id)).is_open:
            yield f"{NAMES[target]}发不到：{way.obstacle}", False
    if not registry.duty_officers(area.code, at):
        yield "没有值班员，人身危险无人负责", True
    elif not _second_confidant(registry, area, at):
        yield "除值班员外没有别的知情专人（confidant），请至少登记一人", True


def _silence(case: Case, rung: Rung, registry: Registry, at: datetime) -> tuple[str, bool] | None:
    """Why a rung reaches no person, and whether that is because nobody is registered; None where it reaches one."""
    if not rung.tell:
        return None
    found = reached(case, rung.tell, rung.groups, registry, at, with_command=True)
    calls = [(call.person, call.why) for call in found.calls if call.person is not None]
    if any(way_to_person(registry, person, case.area).is_open for person, _ in calls):
        return None
    if not calls:
        return f"请登记{'、'.join(NAMES[role] for role in rung.tell)}", True
    # by their posts: who holds them differs between the areas that are named together
    posts = dict.fromkeys(NAMES[Tell(why.partition("/")[0])] for _, why in calls)
    return f"{'、'.join(posts)}没有绑定企业微信", False


def _together(names: Iterable[str]) -> str:
    told = list(names)
    if len(told) <= _NAMED_AREAS:
        return "、".join(told)
    return f"{'、'.join(told[:_NAMED_AREAS])}等{len(told)}个网格"


def prove_units(registry: Registry) -> tuple[Hole, ...]:
    """Units that some area's matters of a category go to and that nobody's card reaches, with those categories."""
    silent: dict[str, dict[str, None]] = {}
    for area in registry.areas.values():
        if area.level is not Level.GRID:
            continue
        for category, name in CATEGORY_NAMES.items():
            unit = next(iter(registry.units_for(category, area.code)), None)
            if unit is None or name in silent.get(unit.id, {}):
                continue
            people = registry.unit_people(unit.id)
            # a unit without people is named by the registry's own completeness
            if people and not any(way_to_person(registry, one.id, area.code).is_open for one in people):
                silent.setdefault(unit.id, {})[name] = None
    return tuple(
        Hole(f"{registry.units[unit].name}没有人绑定企业微信，派给它的事（{'、'.join(names)}）只说在协调群里", False)
        for unit, names in silent.items()
    )


def calendar_holes(calendar: Calendar, now: datetime) -> tuple[Hole, ...]:
    """Years whose holidays are not in the calendar: this one, and from 1 November on the coming one."""
    here = calendar.local(now)
    holes = []
    if not calendar.covers_year(here.year):
        holes.append(Hole(f"calendar.yaml 里没有 {here.year} 年的节假日。", True))
    if here.month >= _NEXT_YEAR_FROM and not calendar.covers_year(here.year + 1):
        holes.append(Hole(f"calendar.yaml 里还没有 {here.year + 1} 年的节假日：国务院公布后请补上。", False))
    return tuple(holes)
