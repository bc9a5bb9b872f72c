"""What `gridbot check` says of a registry that can be imported and still lacks something."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from registry.completeness import warnings
from registry.terms import CATEGORY_NAMES, Category
from registry.yaml_file import read_yaml
from tests.builders.registry_rows import GRID, TOWN, VILLAGE, registry_of, row, small_county

SAMPLE = Path(config.__file__).parent / "county" / "registry.yaml"


def told(data: dict[str, object]) -> str:
    return "\n".join(warnings(registry_of(data)))


def test_the_sample_county_lacks_nothing() -> None:
    data, _ = read_yaml(SAMPLE.read_text("utf-8"))
    assert warnings(registry_of(data)) == ()


def test_every_category_has_a_name() -> None:
    assert list(CATEGORY_NAMES) == list(Category)


def test_a_gap_of_the_whole_county_is_one_line() -> None:
    data = small_county()
    del data["rosters"]
    data["people"] = [person for person in data["people"] if person["role"] != "duty_officer"]
    assert told(data).count("没有值班员") == 1
    assert "区域 77（云亭县）没有值班员" in told(data)


def test_a_second_confidant_is_asked_for_where_there_is_none() -> None:
    data = small_county()
    assert "第二个" not in told(data)
    row(data, "people", "d-2")["confidant"] = False
    assert "区域 77（云亭县）除一名值班员外没有第二个" in told(data)
    assert "值班员 d-2（程月明）没有设为可知个人事项" in told(data)
    data["people"].append({"id": "l-1", "name": "梅庭", "role": "grid_leader", "area": GRID, "confidant": True})
    assert "第二个" not in told(data)


def test_areas_without_a_unit_are_named_with_what_they_lack() -> None:
    data = small_county()
    data["areas"].append({"code": "7702", "level": "township", "name": "石岭乡", "parent": "77"})
    lines = [line for line in warnings(registry_of(data)) if "没有单位负责" in line]
    assert [line[: line.index("）")] for line in lines] == ["区域 77（云亭县", "区域 7702（石岭乡"]
    assert "供水排水" not in lines[0]
    assert "供电" in lines[0]
    assert lines[1].startswith("区域 7702（石岭乡）没有单位负责：矛盾纠纷。")


@pytest.mark.parametrize(
    ("table", "key", "change", "sentence"),
    [
        ("groups", "g-basic", {"speaks": "confirm", "owner": "h-1"}, "群 g-basic（南塘乡亲群）的群主不是企业微信成员"),
        ("groups", "g-basic", {"parent": None}, "基础群 g-basic（南塘乡亲群）没有上级协调群"),
        ("groups", "g-coord", {"parent": None}, "协调群 g-coord（柳渡镇协调群）没有上级指挥群"),
        ("people", "m-1", {"area": VILLAGE, "role": "grid_leader"}, "没有网格员"),
        ("people", "u-1", {"groups": []}, "单位 un-water（县水务局）没有人在协调群里"),
        ("people", "u-1", {"unit": None}, "包抓单位 un-water（县水务局）没有登记任何人"),
        ("people", "u-1", {"unit": None}, "人员 u-1（江一帆）是单位人员，但没有写单位"),
        ("people", "m-1", {"area": None}, "人员 m-1（白杨）没有写区域"),
        ("people", "h-1", {"confidant": True}, "人员 h-1（陶大山）不是工作人员"),
        ("areas", TOWN, {"parent": None}, "区域 7701（柳渡镇）没有上级"),
    ],
)
def test_each_lack_is_told(table: str, key: str, change: dict[str, object], sentence: str) -> None:
    data = small_county()
    assert sentence not in told(data)
    row(data, table, key).update(change)
    assert sentence in told(data)


def test_a_gap_in_the_roster_is_told_with_its_first_minute() -> None:
    data = small_county()
    assert "空档" not in told(data)
    data["rosters"][0]["shifts"][1]["days"] = ["mon", "tue", "wed", "thu", "fri", "sat"]
    assert "值班表 duty 有空档（从周一 00:00起）" in told(data)
    data["rosters"][0]["shifts"][1] = {"from": "20:30", "until": "08:00", "people": ["d-2"]}
    assert "值班表 duty 有空档（从周一 20:00起）" in told(data)
