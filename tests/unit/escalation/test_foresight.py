"""Who would hear what, when; what will not be reached is said with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.doors import Door
from escalation.foresight import Foresight, Matter, look_ahead
from registry.registry import Registry
from registry.terms import Category, ClockKind, DangerKind, Speaks, Urgency
from tests.unit.escalation.samples import GRID, at, county, county_calendar, county_policy
from tests.unit.escalation.test_proof import bound

POLICY, CALENDAR = county_policy(), county_calendar()
NIGHT = at("2026-03-02 22:30")


def ahead(registry: Registry, urgency: Urgency, danger: DangerKind | None = None, category: Category = Category.WATER) -> Foresight:
    return look_ahead(Matter(NIGHT, category, urgency, danger, GRID), POLICY, registry, CALENDAR)


def test_beats_are_in_order_of_time_and_begin_when_it_is_told() -> None:
    seen = ahead(bound(county()), Urgency.URGENT)
    times = [beat.at for beat in seen.beats]
    assert times == sorted(times)
    assert times[0] == NIGHT
    assert dict(seen.limits)[ClockKind.ACCEPT] == at("2026-03-02 23:00")
    assert seen.unit == "un-water"


def test_the_duty_officer_of_the_hour_is_named() -> None:
    seen = ahead(bound(county()), Urgency.URGENT)
    second = next(beat for beat in seen.beats if beat.what == "接单逾期第2级")
    assert {one.person for one in second.hearers if one.why == "值班员"} == {"duty-night"}


def test_what_is_not_urgent_is_told_in_the_morning() -> None:
    seen = ahead(bound(county()), Urgency.NORMAL)
    told = next(beat for beat in seen.beats if beat.what == "开单后通知")
    assert told.at == at("2026-03-03 07:00")


def test_a_person_danger_reaches_no_group_but_that_of_the_people_who_told_it() -> None:
    seen = ahead(bound(county()), Urgency.DANGER, DangerKind.PERSON, Category.PERSON_HELP)
    assert seen.unit is None
    for beat in seen.beats[1:]:
        assert all(one.group is None for one in beat.hearers)


def test_what_will_not_be_reached_and_why() -> None:
    seen = ahead(bound(county(), unbound=("g-command", "duty-night")), Urgency.URGENT)
    second = next(beat for beat in seen.beats if beat.what == "接单逾期第2级")
    obstacles = {one.name: one.way.obstacle for one in second.hearers if not one.way.is_open}
    assert obstacles == {"测试群g-command": "测试群g-command还没有绑定", "测试duty-night": "测试duty-night没有绑定企业微信"}


def test_a_post_that_nobody_holds_is_named_with_who_stands_in() -> None:
    seen = ahead(bound(county(without=("sponsor-lead",))), Urgency.URGENT)
    second = next(beat for beat in seen.beats if beat.what == "接单逾期第2级")
    assert "包抓单位负责人" in second.missing
    assert any(one.why == "县网格办，代包抓单位负责人" for one in second.hearers)


@pytest.mark.parametrize(("speaks", "door"), [(Speaks.CONFIRM, Door.CONFIRM), (Speaks.PASTE, Door.PASTE), (Speaks.DIRECT, Door.DIRECT)])
def test_the_door_of_the_residents_group(speaks: Speaks, door: Door) -> None:
    registry = bound(county())
    groups = [replace(g, speaks=speaks, owner="grid-member") if g.id == "g-basic" else g for g in registry.groups.values()]
    changed = Registry.of(registry.areas.values(), registry.units.values(), groups, registry.people.values(), registry.rosters)
    first = ahead(changed, Urgency.URGENT).beats[0]
    assert [(one.group, one.way.door, one.way.is_open) for one in first.hearers] == [("g-basic", door, True)]
