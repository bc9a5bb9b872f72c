from __future__ import annotations

from registry.difference import difference
from tests.builders.registry_rows import TOWN, registry_of, row, small_county


def test_equal_registries_differ_in_nothing() -> None:
    assert difference(registry_of(small_county()), registry_of(small_county())) == ()


def test_new_changed_and_gone_rows_are_told_by_kind_and_name() -> None:
    data = small_county()
    data["people"] = [person for person in data["people"] if person["id"] != "h-1"]
    data["people"].append({"id": "m-2", "name": "青松", "role": "grid_member", "area": TOWN})
    row(data, "people", "m-1").update(area=TOWN, phone="138****0009")
    row(data, "groups", "g-basic")["hears"] = "mentions"
    data["rosters"][0]["shifts"][0]["until"] = "19:00"
    data["bot"]["name"] = "小助手"
    assert difference(registry_of(small_county()), registry_of(data)) == (
        "修改 机器人：小格（bot）→ 小助手（bot）",
        "修改 群 g-basic（南塘乡亲群）：能听到 all → mentions",
        "修改 人员 m-1（白杨）：区域 77010101 → 7701，电话有变化",
        "新增 人员 m-2（青松）",
        "删除 人员 h-1（陶大山）",
        "修改 值班表 duty：班次有变化",
    )
