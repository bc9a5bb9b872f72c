"""Who is where, who answers for what, and who is asked first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from registry.model import Override
from registry.registry import Registry
from registry.terms import Category, Role, Speaks
from tests.builders.registry_rows import COUNTY, GRID, TOWN, VILLAGE, registry_of, row, small_county


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00")


def ids(values: Any) -> list[str]:
    return [getattr(value, "id", None) or value.code for value in values]


def county_with(*rows: tuple[str, dict[str, Any]]) -> Registry:
    data = small_county()
    for table, new in rows:
        data[table].append(new)
    return registry_of(data)


def unit(unit_id: str, name: str, area: str, *categories: str, kind: str = "department", **more: Any) -> Any:
    return "units", {"id": unit_id, "name": name, "kind": kind, "area": area, "categories": list(categories), **more}


def person(person_id: str, role: str, **more: Any) -> Any:
    return "people", {"id": person_id, "name": f"某{person_id}", "role": role, **more}


def test_areas_lie_in_each_other() -> None:
    registry = registry_of(small_county())
    assert ids(registry.chain(GRID)) == [GRID, VILLAGE, TOWN, COUNTY]
    assert registry.within(GRID, TOWN)
    assert registry.within(GRID, GRID)
    assert not registry.within(TOWN, GRID)
    assert registry.township_of(GRID) == TOWN
    assert registry.township_of(COUNTY) is None


def test_what_is_not_known_is_none_or_empty() -> None:
    registry = registry_of(small_county())
    assert (registry.area("0"), registry.unit("0"), registry.group("0"), registry.person("0")) == (None,) * 4
    assert (registry.chain("0"), registry.places("0"), registry.members("0"), registry.unit_people("0")) == ((),) * 4
    assert (registry.coordination_of("0"), registry.sponsor_of("0"), registry.speaks("0")) == (None,) * 3


def test_groups_above_a_group_and_for_an_area() -> None:
    registry = registry_of(small_county())
    assert [getattr(group, "id", None) for group in (
        registry.coordination_of("g-basic"),
        registry.command_of("g-basic"),
        registry.command_of("g-coord"),
        registry.coordination_of("g-coord"),
        registry.coordination_for(GRID),
        registry.command_for(GRID),
        registry.coordination_for(COUNTY),
    )] == ["g-coord", "g-cmd", "g-cmd", None, "g-coord", "g-cmd", None]  # fmt: skip
    assert ids(registry.basic_groups_of(COUNTY)) == ids(registry.basic_groups_of(GRID)) == ["g-basic"]


def test_covers_take_the_place_of_the_own_area_and_the_nearest_wins() -> None:
    data = small_county()
    data["areas"].append({"code": "770102", "level": "village", "name": "北塘村", "parent": TOWN})
    data["groups"].append(row(small_county(), "groups", "g-coord") | {"id": "g-near", "covers": [VILLAGE]})
    registry = registry_of(data)
    found = [registry.coordination_for(GRID), registry.coordination_for("770102"), registry.coordination_for(TOWN)]
    assert ids(found) == ["g-near", "g-coord", "g-coord"]


def test_people_of_a_group_keep_the_order_of_the_file() -> None:
    registry = registry_of(small_county())
    assert ids(registry.members("g-basic")) == ["r-1", "h-1", "m-1"]
    assert ids(registry.heads_of("g-basic")) == ["h-1"]


def test_officials_come_nearest_first_and_fall_back_upward() -> None:
    registry = county_with(
        person("m-town", "grid_member", area=TOWN),
        person("l-county", "grid_leader", area=COUNTY),
        ("areas", {"code": "770102", "level": "village", "name": "北塘村", "parent": TOWN}),
    )
    assert ids(registry.officials(Role.GRID_MEMBER, GRID)) == ["m-1", "m-town"]
    assert ids([registry.grid_member_of("770102"), registry.grid_leader_of(GRID)]) == ["m-town", "l-county"]
    assert registry.grid_member_of(COUNTY) is None


def test_the_sponsor_is_the_nearest_and_its_lead_speaks_for_it() -> None:
    data = small_county()
    data["people"].insert(0, person("u-0", "unit_member", unit="un-water")[1])
    row(data, "areas", TOWN)["sponsor"] = "un-town"
    registry = registry_of(data)
    assert ids([registry.sponsor_of(GRID), registry.sponsor_of(VILLAGE)]) == ["un-water", "un-town"]
    assert ids([registry.sponsor_lead(GRID)]) == ["u-1"]
    assert registry.sponsor_lead(VILLAGE) is None
    assert ids(registry.unit_people("un-water")) == ["u-1", "u-0"]
    assert ids(registry.unit_people_in("un-water", "g-coord")) == ["u-1"]


def test_units_come_nearest_first_then_by_their_own_order_of_categories() -> None:
    registry = county_with(
        unit("un-b", "县环卫中心", COUNTY, "road", "sanitation"),
        unit("un-a", "县城市管理局", COUNTY, "sanitation"),
        unit("un-near", "柳渡镇环卫站", TOWN, "road", "noise", "sanitation"),
        unit("un-far", "外县环卫站", "78", "sanitation"),
        ("areas", {"code": "78", "level": "county", "name": "邻县"}),
    )
    assert ids(registry.units_for(Category.SANITATION, GRID)) == ["un-near", "un-a", "un-b"]


def test_units_below_the_area_come_last_but_are_found() -> None:
    registry = county_with(unit("un-a", "县司法局", COUNTY, "noise", "dispute"))
    assert ids(registry.units_for(Category.DISPUTE, COUNTY)) == ["un-a", "un-town"]
    assert ids(registry.units_for(Category.DISPUTE, GRID)) == ["un-town", "un-a"]


@pytest.mark.parametrize(
    ("category", "order"), [("property", ["un-estate", "un-house"]), ("sanitation", ["un-house", "un-estate"])]
)
def test_who_looks_after_the_estate_and_is_in_its_group_is_asked_first(category: str, order: list[str]) -> None:
    registry = county_with(
        unit("un-house", "县住房和城乡建设局", COUNTY, "property", "sanitation"),
        unit("un-estate", "安居物业公司", COUNTY, "noise", "property", "sanitation", kind="company"),
        person("u-estate", "unit_member", unit="un-estate", groups=["g-basic"]),
    )
    assert ids(registry.units_for(Category(category), GRID, "g-basic")) == order


def test_a_unit_named_after_a_township_serves_it_wherever_it_is_registered() -> None:
    registry = county_with(
        ("areas", {"code": "7702", "level": "township", "name": "石岭乡", "parent": COUNTY}),
        unit("un-stone", "石岭乡人民政府", COUNTY, "agriculture", kind="township"),
        unit("un-willow", "柳渡镇农业站", COUNTY, "noise", "agriculture"),
        unit("un-farm", "县农业农村局", COUNTY, "agriculture"),
    )
    assert ids(registry.units_for(Category.AGRICULTURE, GRID)) == ["un-willow", "un-farm", "un-stone"]
    assert ids(registry.units_for(Category.AGRICULTURE, "7702")) == ["un-stone", "un-farm", "un-willow"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("转城管局", "un-city"),
        ("请转给城管处理", "un-city"),
        ("给水务局", "un-water"),
        ("给水利局", "un-water"),
        ("报供电", "un-power"),
        ("转电力公司", "un-power"),
        ("民政", "un-social"),
        ("转大数据", "un-data"),
        ("南塘派出所", "un-police-1"),
        ("派出所", None),
        ("转办", None),
    ],
)
def test_a_unit_is_known_by_the_words_people_use(words: str, found: str | None) -> None:
    registry = county_with(
        unit("un-city", "县城市管理局", COUNTY),
        unit("un-power", "国网云亭县供电公司", COUNTY),
        unit("un-social", "云亭县民政局", COUNTY),
        unit("un-data", "县数据和政务服务中心", COUNTY, aliases=["大数据"]),
        unit("un-police-1", "县公安局南塘派出所", VILLAGE),
        unit("un-police-2", "县公安局石岭派出所", COUNTY),
    )
    unit_found = registry.unit_by_words(words)
    assert (unit_found.id if unit_found is not None else None) == found


def test_of_several_units_under_one_name_the_area_decides() -> None:
    registry = county_with(
        ("areas", {"code": "7702", "level": "township", "name": "石岭镇", "parent": COUNTY}),
        unit("un-stone", "石岭镇人民政府", COUNTY),
    )
    assert registry.unit_by_words("转镇政府") is None
    assert ids([registry.unit_by_words("转镇政府", GRID), registry.unit_by_words("转镇政府", "7702")]) == [
        "un-town",
        "un-stone",
    ]


def test_a_neighbours_unit_must_be_named_in_full() -> None:
    registry = county_with(
        ("areas", {"code": "77010102", "level": "grid", "name": "南塘第二网格", "parent": VILLAGE}),
        unit("un-estate", "安居物业公司", "77010102", aliases=["安居"]),
    )
    found = [registry.unit_by_words(words, GRID) for words in ("转物业", "转安居物业公司", "转安居")]
    assert [unit.id if unit is not None else None for unit in found] == [None, "un-estate", "un-estate"]
    assert ids([registry.unit_by_words("转物业", "77010102"), registry.unit_by_words("转物业", VILLAGE)]) == [
        "un-estate",
        "un-estate",
    ]


def test_confidants_are_officials_with_duty_officers_first() -> None:
    registry = county_with(
        person("l-1", "grid_leader", area=GRID, confidant=True),
        person("l-other", "grid_leader", area="770102", confidant=True),
        person("p-1", "unit_member", unit="un-town", confidant=True),
        person("h-2", "household_head", area=GRID, confidant=True),
        ("areas", {"code": "770102", "level": "village", "name": "北塘村", "parent": TOWN}),
    )
    assert ids(registry.confidants(GRID)) == ["d-1", "d-2", "l-1", "p-1"]


@pytest.mark.parametrize(
    ("day", "clock", "officer"),
    [
        ("2026-03-02", "07:59", "d-2"),
        ("2026-03-02", "08:00", "d-1"),
        ("2026-03-02", "19:59", "d-1"),
        ("2026-03-02", "20:00", "d-2"),
        ("2026-03-03", "00:00", "d-2"),
    ],
)
def test_shifts_change_on_the_minute_and_run_over_midnight(day: str, clock: str, officer: str) -> None:
    registry = registry_of(small_county())
    assert ids(registry.duty_officers(GRID, at(day, clock))) == [officer]


def test_a_stand_in_belongs_to_the_day_on_which_the_shift_begins() -> None:
    data = small_county()
    data["people"].append(person("d-3", "duty_officer", area=COUNTY)[1])
    data["rosters"][0]["overrides"] = [{"day": "2026-03-02", "absent": "d-2", "instead": "d-3"}]
    registry = registry_of(data)
    found = {
        when: ids(registry.duty_officers(GRID, at(*when.split())))
        for when in ("2026-03-02 03:00", "2026-03-02 21:00", "2026-03-03 03:00", "2026-03-03 21:00")
    }
    assert list(found.values()) == [["d-2"], ["d-3"], ["d-3"], ["d-2"]]


def test_a_stand_in_can_be_added_to_a_registry_in_use() -> None:
    registry = registry_of(small_county())
    override = Override(date(2026, 3, 2), absent="d-1", instead="d-2")
    changed = replace(registry, rosters=(replace(registry.rosters[0], overrides=(override,)),))
    assert ids(changed.duty_officers(GRID, at("2026-03-02", "12:00"))) == ["d-2"]
    assert ids(registry.duty_officers(GRID, at("2026-03-02", "12:00"))) == ["d-1"]


def test_a_night_shift_of_one_weekday_ends_on_the_next() -> None:
    data = small_county()
    data["rosters"][0]["shifts"] = [{"from": "20:00", "until": "08:00", "people": ["d-2"], "days": ["sun"]}]
    registry = registry_of(data)
    # 2026-03-01 is a Sunday
    moments = [("2026-03-01", "19:00"), ("2026-03-01", "20:00"), ("2026-03-02", "07:00"), ("2026-03-02", "20:00")]
    assert [ids(registry.on_roster(Role.DUTY_OFFICER, GRID, at(*moment))) for moment in moments] == [
        [], ["d-2"], ["d-2"], [],
    ]  # fmt: skip


def test_in_a_gap_and_without_a_roster_every_duty_officer_is_asked() -> None:
    data = small_county()
    data["rosters"][0]["shifts"] = data["rosters"][0]["shifts"][:1]
    assert ids(registry_of(data).duty_officers(GRID, at("2026-03-02", "23:00"))) == ["d-1", "d-2"]
    del data["rosters"]
    assert ids(registry_of(data).duty_officers(GRID, at("2026-03-02", "12:00"))) == ["d-1", "d-2"]


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = at("2026-03-02", "12:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        registry_of(small_county()).duty_officers(GRID, naive)


def test_outside_ids_lead_in_and_out() -> None:
    registry = registry_of(small_county())
    assert registry.person_by_identity("wecom", "m-1") is registry.person("m-1")
    assert registry.person_by_identity("wechat", "m-1") is None
    assert registry.group_by_address("archive", "wrgbasic") is registry.group("g-basic")
    assert registry.group_by_address("aibot", "wrgbasic") is None
    assert (registry.identity("r-1", "wechat"), registry.identity("r-1", "wecom")) == ("wmr1", None)
    assert (registry.address("g-basic", "archive"), registry.address("g-basic", "webhook")) == ("wrgbasic", None)


def test_places_of_a_group_are_those_of_its_area_and_above() -> None:
    assert registry_of(small_county()).places("g-basic") == (
        "老戏台", "桥头", "南塘第一网格", "南塘", "南塘村", "柳渡镇", "云亭县",
    )  # fmt: skip


@pytest.mark.parametrize(("owner", "speaks"), [("m-1", Speaks.CONFIRM), ("h-1", Speaks.PASTE), (None, Speaks.PASTE)])
def test_a_group_whose_owner_cannot_confirm_is_spoken_to_by_paste(owner: str | None, speaks: Speaks) -> None:
    data = small_county()
    row(data, "groups", "g-basic").update(owner=owner, speaks="confirm")
    assert registry_of(data).speaks("g-basic") is speaks


def test_a_registry_shows_no_names_or_numbers() -> None:
    shown = repr(registry_of(small_county()))
    assert "6 people" in shown
    assert not [word for word in ("白杨", "138", "南塘") if word in shown]


def test_equal_rows_make_equal_registries() -> None:
    assert registry_of(small_county()) == registry_of(small_county())
    assert registry_of(small_county()) != county_with(person("m-9", "grid_member", area=GRID))
