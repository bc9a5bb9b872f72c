"""Every question about areas, groups, people and units, answered from rows that were checked at import.

What the registry does not know is None or empty; nothing is guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from registry.index import CategoryUnit, Index, build_index
from registry.model import Area, Group, Person, Roster, Unit
from registry.on_duty import holders, people_on_shift
from registry.terms import OFFICIALS, Category, Level, Role, Speaks, Tier

#: A matter of these goes first to the company that looks after the estate, when its people are in the group.
_LOOKED_AFTER = frozenset({Category.PROPERTY, Category.FACILITY})
#: Units below the matter's area, or named after another place, come after all that surely serve it.
_BELOW = 100
_ELSEWHERE = 200


@dataclass(frozen=True, slots=True, repr=False)
class Registry:
    """A county's rows with their look-ups. Mappings keep the order of the file.

    Build it with `Registry.of`, or from a file with `registry.source.from_data`, which checks it.
    """

    bot_id: str
    bot_name: str
    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    groups: Mapping[str, Group]
    people: Mapping[str, Person]
    rosters: tuple[Roster, ...] = ()
    _index: Index = field(init=False, compare=False)

    def __post_init__(self) -> None:
        index = build_index(self.areas, self.units, self.groups, self.people, self.rosters)
        object.__setattr__(self, "_index", index)

    def __repr__(self) -> str:
        # a registry holds names and numbers of people: it shows only how much there is
        return (
            f"Registry({len(self.areas)} areas, {len(self.units)} units, {len(self.groups)} groups, "
            f"{len(self.people)} people, {len(self.rosters)} rosters)"
        )

    @classmethod
    def of(
        cls,
        areas: Iterable[Area] = (),
        units: Iterable[Unit] = (),
        groups: Iterable[Group] = (),
        people: Iterable[Person] = (),
        rosters: Iterable[Roster] = (),
        bot_id: str = "bot",
        bot_name: str = "小格",
    ) -> "Registry":
        """A registry of these rows, unchecked."""
        return cls(
            bot_id=bot_id,
            bot_name=bot_name,
            areas=MappingProxyType({area.code: area for area in areas}),
            units=MappingProxyType({unit.id: unit for unit in units}),
            groups=MappingProxyType({group.id: group for group in groups}),
            people=MappingProxyType({person.id: person for person in people}),
            rosters=tuple(rosters),
        )

    # rows

    def area(self, code: str) -> Area | None:
        return self.areas.get(code)

    def unit(self, unit_id: str) -> Unit | None:
        return self.units.get(unit_id)

    def group(self, group_id: str) -> Group | None:
        return self.groups.get(group_id)

    def person(self, person_id: str) -> Person | None:
        return self.people.get(person_id)

    # areas

    def areas_called(self, words: str) -> tuple[Area, ...]:
        """The area of this code, else every area of this name."""
        area = self.areas.get(words)
        return (area,) if area is not None else tuple(one for one in self.areas.values() if one.name == words)

    def chain(self, code: str) -> tuple[Area, ...]:
        """The area itself first, then its parents up to the county; empty for an unknown code."""
        return self._index.chains.get(code, ())

    def within(self, code: str, ancestor: str) -> bool:
        """Whether `code` is the area `ancestor` or lies in it."""
        return any(area.code == ancestor for area in self.chain(code))

    def township_of(self, code: str) -> str | None:
        """Code of the township in which the area lies."""
        return next((area.code for area in self.chain(code) if area.level is Level.TOWNSHIP), None)

    def places(self, group_id: str) -> tuple[str, ...]:
        """Names by which a group's people call spots: of its area, then of each area above; without repeats."""
        group = self.groups.get(group_id)
        if group is None:
            return ()
        return tuple(dict.fromkeys(name for area in self.chain(group.area) for name in (*area.places, area.name)))

    # groups

    def coordination_of(self, group_id: str) -> Group | None:
        """The nearest coordination group above a group."""
        return self._above(group_id, Tier.COORDINATION)

    def command_of(self, group_id: str) -> Group | None:
        """The nearest command group above a group."""
        return self._above(group_id, Tier.COMMAND)

    def coordination_for(self, area: str) -> Group | None:
        """The coordination group that serves an area: by `covers`, else by its own area's subtree; nearest first."""
        return self._serving(area, Tier.COORDINATION)

    def command_for(self, area: str) -> Group | None:
        """The command group that serves an area, found like the coordination group."""
        return self._serving(area, Tier.COMMAND)

    def office_group(self) -> Group | None:
        """The grid office's own group, where there is one."""
        return next((group for group in self.groups.values() if group.office), None)

    def basic_groups_of(self, area: str) -> tuple[Group, ...]:
        """Basic groups whose area is this one or lies in it."""
        return self._index.basic_groups.get(area, ())

    def speaks(self, group_id: str) -> Speaks | None:
        """How the bot can really speak in a group.

        A confirm group needs an owner with a WeCom account, hence an official; else its sentences are pasted
        (design §4).
        """
        group = self.groups.get(group_id)
        if group is None:
            return None
        if group.speaks is not Speaks.CONFIRM:
            return group.speaks
        owner = self.people.get(group.owner) if group.owner is not None else None
        return Speaks.CONFIRM if owner is not None and owner.role in OFFICIALS else Speaks.PASTE

    def _above(self, group_id: str, tier: Tier) -> Group | None:
        group = self.groups.get(group_id)
        for _ in Tier:
            group = self.groups.get(group.parent) if group is not None and group.parent is not None else None
            if group is not None and group.tier is tier:
                return group
        return None

    def _serving(self, area: str, tier: Tier) -> Group | None:
        found = (self._index.serving.get((tier, step.code)) for step in self.chain(area))
        return next((group for group in found if group is not None), None)

    # people

    def members(self, group_id: str) -> tuple[Person, ...]:
        """Registered people of a group, in the file's order."""
        return self._index.members.get(group_id, ())

    def heads_of(self, group_id: str) -> tuple[Person, ...]:
        """Household heads in a group."""
        return tuple(person for person in self.members(group_id) if person.role is Role.HOUSEHOLD_HEAD)

    def officials(self, role: Role, area: str) -> tuple[Person, ...]:
        """People of a role who answer for the area or one above it; nearest level first."""
        return tuple(person for step in self.chain(area) for person in self._index.holders.get((role, step.code), ()))

    def grid_member_of(self, area: str) -> Person | None:
        """The nearest grid member, falling back to those of the areas above."""
        return next(iter(self.officials(Role.GRID_MEMBER, area)), None)

    def grid_leader_of(self, area: str) -> Person | None:
        """The nearest grid leader, falling back to those of the areas above."""
        return next(iter(self.officials(Role.GRID_LEADER, area)), None)

    def confidants(self, area: str) -> tuple[Person, ...]:
        """Officials who alone may hear of person danger here: duty officers first, then the nearest level first."""
        found = [person for step in self.chain(area) for person in self._index.confidants.get(step.code, ())]
        return tuple(sorted(found, key=lambda person: person.role is not Role.DUTY_OFFICER))

    def person_by_identity(self, channel: str, external_id: str) -> Person | None:
        """Who this outside id is; `channel` is one of `IDENTITY_CHANNELS`."""
        return self._index.identities.get((channel, external_id))

    def identity(self, person_id: str, channel: str) -> str | None:
        """The person's outside id on a channel."""
        person = self.people.get(person_id)
        return person.identities.get(channel) if person is not None else None

    def group_by_address(self, ear: str, external_id: str) -> Group | None:
        """Which group this outside id is; `ear` is one of `ADDRESS_KINDS`."""
        return self._index.addresses.get((ear, external_id))

    def address(self, group_id: str, ear: str) -> str | None:
        """The group's outside id at an ear or mouth."""
        group = self.groups.get(group_id)
        return group.addresses.get(ear) if group is not None else None

    # units

    def sponsor_of(self, area: str) -> Unit | None:
        """The unit assigned to the area, or to the nearest area above that has one."""
        sponsors = (self.units.get(step.sponsor) for step in self.chain(area) if step.sponsor is not None)
        return next((unit for unit in sponsors if unit is not None), None)

    def sponsor_lead(self, area: str) -> Person | None:
        """The lead of the area's sponsor, or anybody of it when no lead is registered."""
        sponsor = self.sponsor_of(area)
        return self.unit_lead(sponsor.id) if sponsor is not None else None

    def units_for(self, category: Category, area: str, group_id: str | None = None) -> tuple[Unit, ...]:
        """Units that do a category and whose area contains the area or lies in it; best first.

        Order: for property and facility, a unit with a person in the basic group; then the nearest area above (a unit
        named after a township, 柳河镇人民政府, counts as that township's even when it is registered at the county);
        then the unit that names the category earlier in its list; then the file.
        """
        in_group = self._units_in(group_id) if group_id is not None and category in _LOOKED_AFTER else frozenset()
        chain = [step.code for step in self.chain(area)]
        found: list[tuple[bool, int, CategoryUnit]] = []
        for distance, code in enumerate(chain):
            found += (
                (entry.unit.id not in in_group, self._distance(entry.unit, chain, distance), entry)
                for entry in self._index.units_at.get((category, code), ())
            )
        found += (
            (entry.unit.id not in in_group, _BELOW, entry)
            for entry in self._index.units_below.get((category, area), ())
        )
        found.sort(key=lambda item: (item[0], item[1], item[2].rank, item[2].row))
        return tuple(entry.unit for _, _, entry in found)

    def fallback_unit(self, area: str) -> Unit | None:
        """The unit that takes what no unit fits (兜底): the nearest that lists `other` and has people."""
        return next((unit for unit in self.units_for(Category.OTHER, area) if self.unit_people(unit.id)), None)

    def _units_in(self, group_id: str) -> frozenset[str]:
        return frozenset(person.unit for person in self.members(group_id) if person.unit is not None)

    def _distance(self, unit: Unit, chain: list[str], distance: int) -> int:
        place = self._index.named_after.get(unit.id)
        if place is None:
            return distance
        return min(distance, chain.index(place)) if place in chain else _ELSEWHERE

    def unit_people(self, unit_id: str) -> tuple[Person, ...]:
        """People of a unit, leads first."""
        return self._index.unit_people.get(unit_id, ())

    def unit_people_in(self, unit_id: str, group_id: str) -> tuple[Person, ...]:
        """People of a unit who are in a group, leads first."""
        return tuple(person for person in self.unit_people(unit_id) if group_id in person.groups)

    def unit_lead(self, unit_id: str) -> Person | None:
        """The unit's lead, or anybody of it when no lead is registered."""
        return next(iter(self.unit_people(unit_id)), None)

    def unit_by_words(self, text: str, area: str | None = None) -> Unit | None:
        """The unit that words such as 转城管局, 给水利局, 报供电 name; the longest name in the text counts.

        Several units under one name (派出所, 镇政府): the one nearest above `area`; None where that does not decide. A
        unit that does not serve `area` must be named in full: 「物业」 is not the neighbours' company.
        """
        words = [word for word in self._index.aliases if word in text]
        longest = max(map(len, words), default=0)
        found = {unit.id: unit for word in words if len(word) == longest for unit in self._index.aliases[word]}
        if len(found) == 1:
            unit = next(iter(found.values()))
            in_full = any(word == unit.name or word in unit.aliases for word in words)
            return unit if area is None or in_full or self._serves(unit, area) else None
        for step in self.chain(area) if area is not None else ():
            near = [unit for unit in found.values() if self._index.named_after.get(unit.id, unit.area) == step.code]
            if near:
                return near[0] if len(near) == 1 else None
        return None

    def _serves(self, unit: Unit, area: str) -> bool:
        return self.within(area, unit.area) or self.within(unit.area, area)

    # duty

    def rosters_for(self, role: Role, area: str) -> tuple[Roster, ...]:
        """The rosters of the nearest area that has one for the role; empty where none has."""
        found = (self._index.rosters.get((role, step.code), ()) for step in self.chain(area))
        return next((rosters for rosters in found if rosters), ())

    def on_roster(self, role: Role, area: str, at: datetime) -> tuple[Person, ...]:
        """Who is on shift by the rosters of the nearest area that has one, at the moment's own local time.

        Empty without a roster and in a gap of it.
        """
        _must_be_aware(at)
        rosters = self.rosters_for(role, area)
        ids = dict.fromkeys(person_id for roster in rosters for person_id in people_on_shift(roster, at))
        return tuple(self.people[person_id] for person_id in ids if person_id in self.people)

    def vacancy(self, role: Role, area: str, at: datetime) -> str | None:
        """Why a post that has a roster is held by nobody now (11月27日夜班无人值守); None where it is held, or where no
        roster says who should."""
        rosters = self.rosters_for(role, area)
        if not rosters or self.on_roster(role, area, at):
            return None
        return next((gap for roster in rosters if (gap := holders(roster, at).gap) is not None), "值班的人不在登记表里")

    def duty_officers(self, area: str, at: datetime) -> tuple[Person, ...]:
        """Duty officers of this moment; where no roster says, all whose area contains the area.

        A gap in a roster must not leave an urgent matter without an owner (promise P3), so it counts as no roster.
        """
        return self.on_roster(Role.DUTY_OFFICER, area, at) or self.officials(Role.DUTY_OFFICER, area)


def _must_be_aware(at: datetime) -> None:
    if at.tzinfo is None:
        raise ValueError("the moment needs a time zone")
