"""The table of 轮流进群: in, not in, or no list read; cells that are no formulas."""

from __future__ import annotations

from datetime import UTC, datetime

from dashboard.rotation import lines, month_table, table
from registry.model import Area, Group, Person
from registry.registry import Registry
from registry.rotation import Month, plan_rotation
from registry.terms import Hears, Level, Role, Speaks, Tier

MARCH = Month(2026, 3)
COUNTY = Registry.of(
    areas=[Area("1", Level.COUNTY, "测试县"), Area("1-1", Level.GRID, "一网格", "1")],
    people=[Person("c-1", "领导一", Role.COUNTY_LEADER, area="1")],
    groups=[Group(f"g-{n}", name, Tier.BASIC, "1-1", None, None, Hears.ALL, Speaks.DIRECT)
            for n, name in enumerate(("第一群", "第二群", "=第三群", "第四群"))],
)


def test_the_member_lists_alone_say_who_is_in() -> None:
    plan = plan_rotation(COUNTY, MARCH, 1)
    read = dict.fromkeys(("g-0", "g-1"), datetime(2026, 3, 9, tzinfo=UTC))
    (row,) = month_table(COUNTY, plan, MARCH, frozenset({("c-1", "g-0")}), read)
    assert [(place.group, place.stands) for place in row.places] == [
        ("第一群", "已进群"), ("第二群", "未进群"), ("=第三群", "名单未读到"), ("第四群", "名单未读到")]
    assert row.joined == 1
    assert lines([row])[0][:3] == ("2026-03", "领导一", "第一群")


def test_no_cell_of_the_csv_is_a_formula() -> None:
    rows = month_table(COUNTY, plan_rotation(COUNTY, MARCH, 1), MARCH, frozenset(), {})
    assert ",'=第三群," in table(rows).decode("utf-8-sig")
