"""A small county as plain data, to be changed by each test and read by `registry.source.from_data`."""

from __future__ import annotations

from typing import Any

from registry.registry import Registry
from registry.source import from_data

COUNTY, TOWN, VILLAGE, GRID = "77", "7701", "770101", "77010101"


def small_county() -> dict[str, Any]:
    """County, township, village, grid; two units; one group of each tier; six people; a roster of two shifts."""
    return {
        "bot": {"id": "bot", "name": "小格"},
        "areas": [
            {"code": COUNTY, "level": "county", "name": "云亭县"},
            {"code": TOWN, "level": "township", "name": "柳渡镇", "parent": COUNTY},
            {"code": VILLAGE, "level": "village", "name": "南塘村", "parent": TOWN, "places": ["南塘"]},
            {
                "code": GRID,
                "level": "grid",
                "name": "南塘第一网格",
                "parent": VILLAGE,
                "places": ["老戏台", "桥头"],
                "sponsor": "un-water",
            },
        ],
        "units": [
            {"id": "un-water", "name": "县水务局", "kind": "department", "area": COUNTY, "categories": ["water"]},
            {"id": "un-town", "name": "柳渡镇人民政府", "kind": "township", "area": TOWN, "categories": ["dispute"]},
        ],
        "groups": [
            {
                "id": "g-basic",
                "name": "南塘乡亲群",
                "tier": "basic",
                "area": GRID,
                "owner": "m-1",
                "parent": "g-coord",
                "hears": "all",
                "speaks": "direct",
                "addresses": {"archive": "wrgbasic"},
            },
            {
                "id": "g-coord",
                "name": "柳渡镇协调群",
                "tier": "coordination",
                "area": TOWN,
                "owner": "u-1",
                "parent": "g-cmd",
                "hears": "mentions",
                "speaks": "direct",
            },
            {
                "id": "g-cmd",
                "name": "云亭县指挥群",
                "tier": "command",
                "area": COUNTY,
                "hears": "mentions",
                "speaks": "direct",
            },
        ],
        "people": [
            {
                "id": "r-1",
                "name": "顾春燕",
                "role": "resident",
                "groups": ["g-basic"],
                "identities": {"wechat": "wmr1"},
            },
            {"id": "h-1", "name": "陶大山", "role": "household_head", "area": GRID, "groups": ["g-basic"]},
            {
                "id": "m-1",
                "name": "白杨",
                "role": "grid_member",
                "area": GRID,
                "phone": "138****0000",
                "groups": ["g-basic", "g-coord"],
                "identities": {"wecom": "m-1"},
            },
            {"id": "u-1", "name": "江一帆", "role": "unit_lead", "unit": "un-water", "groups": ["g-coord"]},
            {"id": "d-1", "name": "程日升", "role": "duty_officer", "area": COUNTY, "confidant": True},
            {"id": "d-2", "name": "程月明", "role": "duty_officer", "area": COUNTY, "confidant": True},
        ],
        "rosters": [
            {
                "id": "duty",
                "role": "duty_officer",
                "area": COUNTY,
                "shifts": [
                    {"from": "08:00", "until": "20:00", "people": ["d-1"]},
                    {"from": "20:00", "until": "08:00", "people": ["d-2"]},
                ],
            }
        ],
    }


def row(data: dict[str, Any], table: str, key: str) -> dict[str, Any]:
    """The row of a list with this id or code, to be changed in place."""
    found: dict[str, Any] = next(row for row in data[table] if key in (row.get("id"), row.get("code")))
    return found


def registry_of(data: dict[str, Any]) -> Registry:
    """The registry of data that must be right."""
    registry, errors = from_data(data)
    assert registry is not None, [str(error) for error in errors]
    return registry
