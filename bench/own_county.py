"""A county made for measuring: 41 townships with 4 villages of 11 grids each, 2,009 groups in three tiers."""

from typing import Any

from registry.registry import Registry
from registry.source import from_data
from registry.terms import Category

TOWNSHIPS, VILLAGES, GRIDS = 41, 4, 11
RESIDENTS_A_GROUP = 3
#: The units of the county share all categories among them.
UNITS = 8
_COUNTY = "990101"


def county_data() -> dict[str, Any]:
    """The registry as plain data."""
    areas: list[dict[str, Any]] = [{"code": _COUNTY, "level": "county", "name": "测量县"}]
    groups: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    coordination: list[str] = []
    for t in range(1, TOWNSHIPS + 1):
        township = f"{_COUNTY}{t:03}"
        areas.append({"code": township, "level": "township", "name": f"第{t}镇", "parent": _COUNTY})
        command = f"g-cmd-{t:03}"
        groups.append(_internal(command, f"第{t}镇指挥群", "command", township, f"cl-{t:03}", None))
        people.append(_official(f"cl-{t:03}", "county_leader", area=township, groups=[command]))
        for v in range(1, VILLAGES + 1):
            village = f"{township}{v:03}"
            areas.append({"code": village, "level": "village", "name": f"{t}之{v}村", "parent": township})
            coord = f"g-co-{t:03}-{v}"
            coordination.append(coord)
            groups.append(_internal(coord, f"{t}之{v}村协调群", "coordination", village, f"l-{t:03}-{v}", command))
            people.append(_official(f"l-{t:03}-{v}", "grid_leader", area=village, groups=[coord], confidant=True))
            for g in range(1, GRIDS + 1):
                _add_grid(areas, groups, people, f"{village}{g:02}", f"{t}-{v}-{g}", village, coord)
    units = _units(people, coordination)
    people.append(_official("office", "grid_office", area=_COUNTY))
    people += [_official(f"duty-{n}", "duty_officer", area=_COUNTY, confidant=True) for n in (1, 2)]
    shifts = [{"from": "08:00", "until": "20:00", "people": ["duty-1"]}, {"from": "20:00", "until": "08:00", "people": ["duty-2"]}]
    rosters = [{"id": "duty", "role": "duty_officer", "area": _COUNTY, "shifts": shifts}]
    return {"areas": areas, "units": units, "groups": groups, "people": people, "rosters": rosters}


def county() -> Registry:
    """The registry of it."""
    registry, errors = from_data(county_data())
    if registry is None:
        raise SystemExit("\n".join(str(error) for error in errors))
    return registry


def _add_grid(areas: list[Any], groups: list[Any], people: list[Any], code: str, name: str, village: str, coord: str) -> None:
    basic = f"g-{name}"
    areas.append({"code": code, "level": "grid", "name": f"{name}网格", "parent": village, "places": [f"{name}号院"],
                  "sponsor": f"un-{sum(map(ord, name)) % UNITS}"})
    groups.append({"id": basic, "name": f"{name}号院邻里群", "tier": "basic", "area": code, "owner": f"m-{name}", "parent": coord,
                   "hears": "all", "speaks": "confirm", "addresses": {"archive": f"wr{basic}", "customer": f"wr{basic}"}})
    people.append(_official(f"m-{name}", "grid_member", area=code, groups=[basic, coord]))
    people.extend(
        {"id": f"r-{name}-{r}", "name": f"居民{r}", "role": "resident", "groups": [basic], "identities": {"wechat": f"wm-{name}-{r}"}}
        for r in range(RESIDENTS_A_GROUP)
    )


def _internal(key: str, name: str, tier: str, area: str, owner: str, parent: str | None) -> dict[str, Any]:
    found = {"id": key, "name": name, "tier": tier, "area": area, "owner": owner, "hears": "mentions", "speaks": "direct",
             "addresses": {"aibot": f"wr{key}"}}
    return found | ({"parent": parent} if parent else {})


def _official(key: str, role: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "name": f"人员{key}", "role": role, "identities": {"wecom": key}, **more}


def _units(people: list[Any], coordination: list[str]) -> list[dict[str, Any]]:
    categories = [category.value for category in Category]
    units = []
    for n in range(UNITS):
        units.append({"id": f"un-{n}", "name": f"第{n}局", "kind": "department", "area": _COUNTY, "categories": categories[n::UNITS]})
        people.append(_official(f"ul-{n}", "unit_lead", unit=f"un-{n}", groups=coordination))
        people.append(_official(f"um-{n}", "unit_member", unit=f"un-{n}", groups=coordination))
    return units
