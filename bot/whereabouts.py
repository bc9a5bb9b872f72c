"""From a group, a speaker and his words to the grid that a matter lies in, and to the areas where its ticket may be."""

from bot.classifier.where import Where
from registry.model import Area, Group, Person
from registry.registry import Registry
from registry.terms import Level, Role, Tier

_GRIDS = (Level.GRID, Level.MICRO_GRID)


class Whereabouts:
    """Built once for a registry; a new registry gets a new one, so what is remembered can't go stale."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._where: dict[str, Where] = {}
        self._covered: dict[str, frozenset[str]] = {}
        self._spots: dict[str | None, tuple[tuple[str, str], ...]] = {}

    def where(self, group: Group | None, person: Person) -> Where:
        """What the classifier is told of the place of a line: known names, the estate's name, the bot's name."""
        room = group or next((g for g in map(self.registry.group, person.groups) if g and g.tier is Tier.BASIC), None)
        if room is None:
            return Where(bot_names=(self.registry.bot_name,))
        known = self._where.get(room.id)
        if known is None:
            if room.tier is Tier.BASIC:
                names = self.registry.places(room.id)
                area = self.registry.area(room.area)
                prefix = self._prefix(area) if area else ""
            else:
                codes = self.covered(room)
                areas = [self.registry.areas[code] for code in codes if code in self.registry.areas]
                names = tuple(dict.fromkeys(n for a in areas for n in (*a.places, a.name)))
                prefix = ""
            known = self._where[room.id] = Where(names, prefix, (self.registry.bot_name,))
        return known

    def _prefix(self, area: Area) -> str:
        """What is put before a place that names only a building: the estate, in a village the village."""
        if area.places and area.places[0][-1] not in "组队社":
            return area.places[0]
        village = next((a for a in self.registry.chain(area.code) if a.level is Level.VILLAGE), None)
        return village.name if village else ""

    def covered(self, group: Group) -> frozenset[str]:
        """Area codes that a group serves."""
        known = self._covered.get(group.id)
        if known is None:
            roots = group.covers or (group.area,)
            known = self._covered[group.id] = frozenset(
                code for code in self.registry.areas if any(self.registry.within(code, root) for root in roots)
            )
        return known

    def area_of(self, group: Group | None, person: Person, words: str) -> str:
        """The grid of a matter: the one whose spot the words name (in a basic group within its township), else the
        group's own, else the speaker's."""
        if group is not None and group.tier is Tier.BASIC:
            township = self.registry.township_of(group.area)
            own = {name for name, code in self._named(township) if code == group.area}
            named = self._spot_in(words, township)
            if named and named != group.area and not any(name in words for name in own):
                return named
            return group.area
        named = self._spot_in(words, None)
        if named:
            return named
        if person.area and (area := self.registry.area(person.area)) and area.level in _GRIDS:
            return person.area
        if group is not None:
            return group.area
        room = next((g for g in map(self.registry.group, person.groups) if g and g.tier is Tier.BASIC), None)
        return room.area if room else person.area or next(iter(self.registry.areas))

    def areas_named(self, words: str) -> tuple[str, ...]:
        """Where somebody may live by his own words: grids whose spot, else villages whose name, he says; the longest name
        counts. Several where a name is not one's own."""
        spots = [(name, code) for name, code in self._named(None) if name in words]
        if not spots:
            spots = [
                (name, area.code)
                for area in self.registry.areas.values()
                if area.level is Level.VILLAGE
                for name in dict.fromkeys((*area.places, area.name, area.name.rstrip("村社区")))
                if len(name) >= 2 and name in words
            ]
        longest = max((len(name) for name, _ in spots), default=0)
        found = dict.fromkeys(code for name, code in spots if len(name) == longest)
        nearer = [code for code in found if any(a.name in words for a in self.registry.chain(code)[1:] if a.level is not Level.COUNTY)]
        return tuple(nearer if len(nearer) == 1 else found)

    def resident_of(self, person: str, area: str | None) -> Person:
        """Somebody who is in no registry and speaks with the bot alone, in the area that he named."""
        known = self.registry.area(area) if area else None
        rooms = self.registry.basic_groups_of(known.code) if known is not None and known.level in _GRIDS else ()
        return Person(id=person, name="居民", role=Role.RESIDENT, area=area, groups=tuple(room.id for room in rooms[:1]))

    @property
    def county(self) -> str:
        """The area over all others, for a matter of which nobody has said yet where it lies."""
        areas = self.registry.areas.values()
        return next((a.code for a in areas if a.level is Level.COUNTY), next(iter(self.registry.areas)))

    def candidate_areas(self, group: Group | None, person: Person, area: str) -> frozenset[str]:
        """Where the ticket of a message may lie."""
        if group is not None and group.tier is not Tier.BASIC:
            return self.covered(group) | {area}
        areas = {area}
        if group is not None:
            areas |= {group.area}
        if person.area and person.role is not Role.RESIDENT and group is None:
            areas |= {code for code in self.registry.areas if self.registry.within(code, person.area)}
        return frozenset(areas)

    def _named(self, township: str | None) -> tuple[tuple[str, str], ...]:
        """(name, grid code) of all spots in a township (None: the county), longest name first."""
        known = self._spots.get(township)
        if known is None:
            spots = [
                (name, area.code)
                for area in self.registry.areas.values()
                if area.level in _GRIDS and (township is None or self.registry.within(area.code, township))
                for name in (*area.places, area.name)
                if len(name) >= 2
            ]
            known = self._spots[township] = tuple(sorted(spots, key=lambda spot: -len(spot[0])))
        return known

    def _spot_in(self, words: str, township: str | None) -> str | None:
        return next((code for name, code in self._named(township) if name in words), None)
