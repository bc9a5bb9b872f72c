"""轮流进群: coverage is proved or the failure named; the plan is the same each time and stable (reliability T15)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.model import Area, Group, Person
from registry.registry import Registry
from registry.rotation import Month, attendance, changes, plan_rotation
from registry.terms import Hears, Level, Role, Speaks, Tier

START = Month(2026, 1)


def county(leaders: int, groups: int, towns: int = 1, placed: int = 0, without: str = "") -> Registry:
    """So many leaders and basic groups, the groups shared out over townships; the first `placed` leaders answer for a
    township of their own."""
    areas = [Area("1", Level.COUNTY, "测试县"), *(Area(f"1-{n}", Level.TOWNSHIP, f"第{n}镇", "1") for n in range(towns))]
    people = [Person(f"c-{n:02d}", f"领导{n}", Role.COUNTY_LEADER, area=f"1-{n % towns}" if n < placed else "1")
              for n in range(leaders)]
    basic = [Group(f"g-{n:04d}", f"第{n}群", Tier.BASIC, f"1-{n % towns}", None, None, Hears.ALL, Speaks.DIRECT)
             for n in range(groups)]
    return Registry.of(areas=areas, people=[one for one in people if one.id != without], groups=basic)


def test_thirty_leaders_with_four_groups_a_month_go_round_1260_groups_within_a_year() -> None:
    plan = plan_rotation(county(30, 1260), START, 12)
    assert plan.problems == ()
    assert len({visit.group for visit in plan.visits}) == 1260
    assert all(len(set(plan.of(leader, month))) == 4 for leader in plan.leaders for month in plan.months)


def test_too_few_visits_are_said_with_how_many_more_are_needed() -> None:
    plan = plan_rotation(county(20, 1260), START, 12)
    assert "20 名县领导每月进 4 个群，12 个月只能进 960 次，不够进 1260 个群：每人每月要再多进 2 个（共 6 个）" in plan.problems[0]
    assert plan.problems[-1].startswith("到 2026-12 还有 300 个群没有排到：")
    assert plan_rotation(county(20, 1260), START, 12, min_groups=6).problems == ()


def test_a_county_with_fewer_groups_than_four_names_month_and_leader() -> None:
    plan = plan_rotation(county(2, 3), START, 2)
    assert plan.problems[0] == "2026-01：领导0 只排到 3 个群，少于 4 个。"
    assert len(plan.problems) == 4


def test_more_leaders_than_groups_share_them() -> None:
    plan = plan_rotation(county(30, 20), START, 12)
    assert plan.problems == ()


def test_missing_leaders_and_groups_are_said() -> None:
    assert "登记了 12 名县领导，少于要求的 30 名。" in plan_rotation(county(12, 100), START, leaders=30).problems
    assert plan_rotation(county(0, 9), START).problems[0] == "没有登记县领导，排不出轮流进群。"
    assert "没有登记基础群，没有群可进。" in plan_rotation(county(3, 0), START).problems


def test_leaders_keep_to_the_area_they_answer_for_where_they_can() -> None:
    plan = plan_rotation(county(6, 240, towns=6, placed=6), START, 12)
    assert plan.problems == ()
    at_home = [visit for visit in plan.visits if int(visit.group[2:]) % 6 == int(visit.leader[2:])]
    assert len(at_home) == len(plan.visits)


@settings(max_examples=60)
@given(leaders=st.integers(1, 12), groups=st.integers(0, 120), months=st.integers(1, 14), each=st.integers(1, 6),
       towns=st.integers(1, 5))
def test_a_plan_covers_all_or_says_where_it_does_not(leaders: int, groups: int, months: int, each: int, towns: int) -> None:
    registry = county(leaders, groups, towns, placed=leaders // 2)
    plan = plan_rotation(registry, START, months, min_groups=each)
    enough = all(len(set(plan.of(leader, month))) >= each for leader in plan.leaders for month in plan.months)
    covered = {visit.group for visit in plan.visits} == set(registry.groups)
    assert (not plan.problems) == (enough and covered and groups > 0)
    assert len(plan.visits) == len(set(plan.visits))
    assert plan == plan_rotation(registry, START, months, min_groups=each)
    if leaders * months * each >= groups >= each:
        assert covered


@pytest.mark.parametrize("gone", ["c-00", "c-13", "c-29"])
def test_a_leader_who_leaves_moves_few_visits_of_the_others(gone: str) -> None:
    # 29 who stay have 29 × 48 visits; the 42 groups of who leaves must go to somebody
    before, after = (plan_rotation(county(30, 1260, without=one), START, 12) for one in ("", gone))
    assert len({visit.group for visit in after.visits}) == 1260
    kept = {(visit.leader, visit.group) for visit in before.visits} & {(visit.leader, visit.group) for visit in after.visits}
    assert len(kept) >= 1260 * 0.8
    assert changes(before, before) == 0


def test_the_file_s_order_of_leaders_changes_nothing() -> None:
    registry = county(8, 200)
    turned = Registry.of(areas=registry.areas.values(), groups=registry.groups.values(),
                         people=reversed(list(registry.people.values())))
    first, second = plan_rotation(registry, START), plan_rotation(turned, START)
    assert set(first.visits) == set(second.visits)


def test_who_joined_is_read_from_the_member_lists_alone() -> None:
    plan = plan_rotation(county(1, 4), START, 1)
    seen = frozenset({("c-00", "g-0000"), ("somebody", "g-0001")})
    assert attendance(plan, START, seen, {"g-0000": 1, "g-0001": 1}) == {
        ("c-00", "g-0000"): True, ("c-00", "g-0001"): False, ("c-00", "g-0002"): None, ("c-00", "g-0003"): None,
    }


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-1", "二〇二六-01", "2026-00", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        Month.read(text)


def test_months_run_over_the_year_s_end() -> None:
    assert [str(Month.read("2026-11").later(n)) for n in range(3)] == ["2026-11", "2026-12", "2027-01"]
