"""Look-up tables over a registry's rows, built once so that every question costs a few dictionary reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from registry.model import Area, Group, Person, Roster, Unit
from registry.terms import OFFICIALS, Category, Level, Role, Tier
from registry.unit_names import alias_words

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class CategoryUnit:
    """A unit that does a category: where the category stands in its list, and where the unit stands in the file."""

    unit: Unit
    rank: int
    row: int


@dataclass(frozen=True, slots=True)
class Index:
    chains: Mapping[str, tuple[Area, ...]]
    members: Mapping[str, tuple[Person, ...]]
    holders: Mapping[tuple[Role, str], tuple[Person, ...]]
    unit_people: Mapping[str, tuple[Person, ...]]
    confidants: Mapping[str, tuple[Person, ...]]
    serving: Mapping[tuple[Tier, str], Group]
    basic_groups: Mapping[str, tuple[Group, ...]]
    units_at: Mapping[tuple[Category, str], tuple[CategoryUnit, ...]]
    units_below: Mapping[tuple[Category, str], tuple[CategoryUnit, ...]]
    named_after: Mapping[str, str]
    aliases: Mapping[str, tuple[Unit, ...]]
    identities: Mapping[tuple[str, str], Person]
    addresses: Mapping[tuple[str, str], Group]
    rosters: Mapping[tuple[Role, str], tuple[Roster, ...]]


def build_index(
    areas: Mapping[str, Area],
    units: Mapping[str, Unit],
    groups: Mapping[str, Group],
    people: Mapping[str, Person],
    rosters: Iterable[Roster],
) -> Index:
    chains = {code: _chain(areas, code) for code in areas}
    named_after = _named_after(areas, chains, units.values())
    units_at, units_below = _units_by_category(chains, units, named_after)
    return Index(
        chains=chains,
        members=_collect((group, person) for person in people.values() for group in person.groups),
        holders=_collect(
            ((person.role, area), person) for person in people.values() if (area := home(person, units)) is not None
        ),
        unit_people=_collect(
            (person.unit, person)
            for person in sorted(people.values(), key=lambda person: person.role is not Role.UNIT_LEAD)
            if person.unit is not None
        ),
        confidants=_collect(
            (area, person)
            for person in people.values()
            if person.confidant and person.role in OFFICIALS and (area := home(person, units)) is not None
        ),
        serving=_serving(groups.values()),
        basic_groups=_collect(
            (area.code, group)
            for group in groups.values()
            if group.tier is Tier.BASIC
            for area in chains.get(group.area, ())
        ),
        units_at=units_at,
        units_below=units_below,
        named_after=named_after,
        aliases=_aliases(areas, units.values()),
        identities={
            (channel, outside): person for person in people.values() for channel, outside in person.identities.items()
        },
        addresses={(ear, outside): group for group in groups.values() for ear, outside in group.addresses.items()},
        rosters=_collect(((roster.role, roster.area), roster) for roster in rosters),
    )


def home(person: Person, units: Mapping[str, Unit]) -> str | None:
    """The area for which a person answers: the own one, else that of the unit."""
    if person.area is not None:
        return person.area
    unit = units.get(person.unit) if person.unit is not None else None
    return unit.area if unit is not None else None


def _collect(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    lists: dict[K, list[V]] = {}
    for key, value in pairs:
        lists.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in lists.items()}


def _chain(areas: Mapping[str, Area], code: str) -> tuple[Area, ...]:
    chain: list[Area] = []
    seen: set[str] = set()
    at: str | None = code
    # a cycle is refused at import; `seen` keeps a registry built by hand from hanging
    while at is not None and at in areas and at not in seen:
        seen.add(at)
        chain.append(areas[at])
        at = areas[at].parent
    return tuple(chain)


def _serving(groups: Iterable[Group]) -> dict[tuple[Tier, str], Group]:
    serving: dict[tuple[Tier, str], Group] = {}
    for group in groups:
        if group.tier is Tier.BASIC or group.office:
            continue
        for code in group.covers or (group.area,):
            serving.setdefault((group.tier, code), group)
    return serving


def _named_after(
    areas: Mapping[str, Area], chains: Mapping[str, tuple[Area, ...]], units: Iterable[Unit]
) -> dict[str, str]:
    """Units whose name begins with that of a township or village (柳河镇人民政府), by that area's code.

    Counties often register all units at the county. The name then still says whom the unit serves.
    """
    by_name = _collect(
        (area.name, area.code) for area in areas.values() if area.level in (Level.TOWNSHIP, Level.VILLAGE)
    )
    found: dict[str, str] = {}
    for unit in units:
        for end in range(len(unit.name) - 1, 1, -1):
            codes = by_name.get(unit.name[:end], ())
            inside = [code for code in codes if any(area.code == unit.area for area in chains[code])]
            if inside:
                # two villages of one name: nobody knows which is meant
                if len(inside) == 1:
                    found[unit.id] = inside[0]
                break
    return found


def _units_by_category(
    chains: Mapping[str, tuple[Area, ...]], units: Mapping[str, Unit], named_after: Mapping[str, str]
) -> tuple[
    dict[tuple[Category, str], tuple[CategoryUnit, ...]],
    dict[tuple[Category, str], tuple[CategoryUnit, ...]],
]:
    entries = [
        (category, CategoryUnit(unit, rank, row))
        for row, unit in enumerate(units.values())
        for rank, category in enumerate(unit.categories)
    ]
    at = _collect(((category, entry.unit.area), entry) for category, entry in entries)
    below = _collect(
        ((category, area.code), entry) for category, entry in entries for area in chains.get(entry.unit.area, ())[1:]
    )
    return at, below


def _aliases(areas: Mapping[str, Area], units: Iterable[Unit]) -> dict[str, tuple[Unit, ...]]:
    places = tuple(area.name for area in areas.values() if area.level is Level.COUNTY)
    return _collect((word, unit) for unit in units for word in alias_words(unit, places))
