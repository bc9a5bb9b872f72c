"""轮流进群: county leaders go round the basic groups, so many a month, all groups within the plan's months. Pure.

The plan is made group by group from the registry alone and always the same for the same county: each leader has his
own groups (those of the area he answers for first, shared out evenly), and goes round them. So a leader who joins or
leaves changes little beside his own groups. What the figures don't allow is said, with how many more a month are needed.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from registry.model import Group, Person
from registry.registry import Registry
from registry.terms import Role, Tier

#: 凤县: 30 county leaders, each in at least four basic groups a month.
LEADERS, MIN_GROUPS = 30, 4


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    def later(self, months: int) -> "Month":
        """So many months on."""
        years, month = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, month + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @classmethod
    def read(cls, text: str) -> "Month":
        """`2026-01`; ValueError for anything else."""
        year, dash, month = text.partition("-")
        if not (dash and year.isascii() and year.isdigit() and len(year) == 4 and month.isascii() and month.isdigit()):
            raise ValueError(text)
        if len(month) != 2 or not 1 <= int(month) <= 12:
            raise ValueError(text)
        return cls(int(year), int(month))


@dataclass(frozen=True, slots=True)
class Visit:
    """One leader is to be in one basic group in one month."""

    month: Month
    leader: str
    group: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with what is wrong with it, in Chinese; a plan without `problems` covers every group and gives every leader
    enough groups in every month."""

    months: tuple[Month, ...]
    leaders: tuple[str, ...]
    groups: tuple[str, ...]
    min_groups: int
    visits: tuple[Visit, ...]
    problems: tuple[str, ...]

    def of(self, leader: str, month: Month) -> tuple[str, ...]:
        """A leader's groups in a month, in the plan's order."""
        return tuple(visit.group for visit in self.visits if visit.leader == leader and visit.month == month)


def plan_rotation(
    registry: Registry, start: Month, months: int = 12, *, leaders: int | None = None, min_groups: int = MIN_GROUPS
) -> Plan:
    """Plan so many months from `start`. `leaders` is how many the county should have (None: as many as are registered).

    Each leader has exactly `min_groups` groups a month, in as many months as are asked for; where all his groups are
    fewer, he comes back to them sooner.
    """
    if months < 1 or min_groups < 1:
        raise ValueError("a plan needs at least one month and one group a month")
    people = [person for person in registry.people.values() if person.role is Role.COUNTY_LEADER]
    groups = [group for group in registry.groups.values() if group.tier is Tier.BASIC]
    span = tuple(start.later(ahead) for ahead in range(months))
    shares = _with_enough(_shares(registry, people, groups, months * min_groups), groups, min_groups)
    visits = tuple(
        Visit(month, leader, group)
        for place, month in enumerate(span)
        for leader, own in shares.items()
        for group in _of_month(own, place, min_groups)
    )
    problems = (
        *_too_few_people(people, leaders),
        *_capacity(people, groups, months, min_groups),
        *_failures(registry, span, people, groups, visits, min_groups),
    )
    names = tuple(person.id for person in people), tuple(group.id for group in groups)
    return Plan(span, *names, min_groups, visits, problems)


def _of_month(own: Sequence[str], place: int, min_groups: int) -> list[str]:
    """The groups of the `place`-th month, going round one's own; never one twice in a month."""
    count = min(min_groups, len(own))
    return [own[(place * min_groups + turn) % len(own)] for turn in range(count)]


def _shares(registry: Registry, people: Sequence[Person], groups: Sequence[Group], most: int) -> dict[str, list[str]]:
    """Each leader's own groups: every group has one leader, who answers for its area where one does and has room.

    A leader takes at most `most` groups, as many as he can visit. Who takes which is decided by rank of a digest of both
    names (rendezvous hashing), so that a leader who joins or leaves moves hardly any group of the others.
    """
    if not people or not groups:
        return {person.id: [] for person in people}
    room = {person.id: min(most, ceil(len(groups) / len(people))) for person in people}
    shares: dict[str, list[str]] = {person.id: [] for person in people}
    near = {group.id: _answers_for(registry, people, group) for group in groups}
    # groups that few answer for choose first; the last word has the digest, not the file's order
    for group in sorted(groups, key=lambda one: (not near[one.id], len(near[one.id]), _rank(one.id, ""))):
        far = [one.id for one in people if one.id not in near[group.id]]
        ranked = [*sorted(near[group.id], key=_ranked_for(group.id)), *sorted(far, key=_ranked_for(group.id))]
        taker = next((leader for leader in ranked if len(shares[leader]) < room[leader]), None)
        if taker is not None:
            shares[taker].append(group.id)
    place = {group.id: number for number, group in enumerate(groups)}
    return {leader: sorted(own, key=place.__getitem__) for leader, own in shares.items()}


def _with_enough(shares: Mapping[str, list[str]], groups: Sequence[Group], least: int) -> dict[str, list[str]]:
    """A leader with fewer groups of his own than a month asks for also goes to some of the others'."""
    filled: dict[str, list[str]] = {}
    for leader, own in shares.items():
        missing = max(least - len(own), 0)
        others = sorted((group.id for group in groups if group.id not in own), key=_ranked_by(leader))
        filled[leader] = [*own, *others[:missing]]
    return filled


def _answers_for(registry: Registry, people: Iterable[Person], group: Group) -> tuple[str, ...]:
    """Leaders of an area below the county in which the group lies, the nearest level's alone: all answer for the county."""
    county = {area.code for area in registry.areas.values() if area.parent is None}
    for area in registry.chain(group.area):
        here = tuple(one.id for one in people if one.area == area.code and area.code not in county)
        if here:
            return here
    return ()


def _rank(group: str, leader: str) -> str:
    return hashlib.sha256(f"{group}\n{leader}".encode()).hexdigest()


def _ranked_for(group: str) -> Callable[[str], str]:
    return lambda leader: _rank(group, leader)


def _ranked_by(leader: str) -> Callable[[str], str]:
    return lambda group: _rank(group, leader)


def _too_few_people(people: Sequence[Person], leaders: int | None) -> list[str]:
    if leaders is not None and len(people) < leaders:
        return [f"登记了 {len(people)} 名县领导，少于要求的 {leaders} 名。"]
    return [] if people else ["没有登记县领导，排不出轮流进群。"]


def _capacity(people: Sequence[Person], groups: Sequence[Group], months: int, min_groups: int) -> list[str]:
    """Whether the visits suffice for all groups; else how many more a month would."""
    if not groups:
        return ["没有登记基础群，没有群可进。"]
    visits = len(people) * months * min_groups
    if not people or visits >= len(groups):
        return []
    needed = ceil(len(groups) / (len(people) * months))
    return [
        f"{len(people)} 名县领导每月进 {min_groups} 个群，{months} 个月只能进 {visits} 次，不够进 {len(groups)} 个群："
        f"每人每月要再多进 {needed - min_groups} 个（共 {needed} 个）才能全部进到。"
    ]


def _failures(
    registry: Registry, months: Sequence[Month], people: Sequence[Person], groups: Sequence[Group],
    visits: Iterable[Visit], min_groups: int,
) -> list[str]:
    """The proof, made from the visits alone: each leader in each month, and each group within the months."""
    had: dict[tuple[str, Month], set[str]] = {}
    visited: set[str] = set()
    for visit in visits:
        had.setdefault((visit.leader, visit.month), set()).add(visit.group)
        visited.add(visit.group)
    found = [
        f"{month}：{person.name} 只排到 {len(had.get((person.id, month), ()))} 个群，少于 {min_groups} 个。"
        for month in months
        for person in people
        if len(had.get((person.id, month), ())) < min_groups
    ]
    left = [group.name for group in groups if group.id not in visited]
    if left and people:
        named = "、".join(left[:5]) + ("等" if len(left) > 5 else "")
        found.append(f"到 {months[-1]} 还有 {len(left)} 个群没有排到：{named}。")
    return found


def changes(before: Plan, after: Plan) -> int:
    """How many visits of people who are in both plans differ."""
    both = set(before.leaders) & set(after.leaders)
    old = {visit for visit in before.visits if visit.leader in both}
    return len({visit for visit in after.visits if visit.leader in both} - old)


def attendance(
    plan: Plan, month: Month, seen: frozenset[tuple[str, str]], read: Mapping[str, object]
) -> dict[tuple[str, str], bool | None]:
    """(leader, group) of a month's plan → whether the member list has the leader; None where no list was read."""
    return {
        (visit.leader, visit.group): (visit.leader, visit.group) in seen if visit.group in read else None
        for visit in plan.visits
        if visit.month == month
    }
