"""The proof of tonight's ladders: every hole has a sentence, areas with the same hole are named together."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from escalation.proof import prove, tonight
from registry.model import Area, Override, Roster, Shift
from registry.registry import Registry
from registry.terms import Level, Role
from tests.unit.escalation.samples import GRID, at, county, county_calendar, county_policy

POLICY, CALENDAR = county_policy(), county_calendar()
AFTERNOON = at("2026-03-01 17:00")


def bound(registry: Registry, *, unbound: tuple[str, ...] = ()) -> Registry:
    """Everybody has an account and every group an address, but for those named."""
    return Registry.of(
        areas=registry.areas.values(),
        units=registry.units.values(),
        groups=[g if g.id in unbound else replace(g, addresses={"aibot": f"wr-{g.id}"}) for g in registry.groups.values()],
        people=[p if p.id in unbound else replace(p, identities={"wecom": p.id}) for p in registry.people.values()],
        rosters=registry.rosters,
    )


def holes(registry: Registry) -> list[str]:
    return [hole.sentence for hole in prove(POLICY, registry, CALENDAR, *tonight(POLICY, CALENDAR, AFTERNOON))]


def test_a_county_where_all_are_there_has_no_hole() -> None:
    assert holes(bound(county())) == []


def test_tonight_ends_with_the_mornings_brief() -> None:
    assert tonight(POLICY, CALENDAR, AFTERNOON) == (AFTERNOON, at("2026-03-02 08:00"))
    assert tonight(POLICY, CALENDAR, at("2026-03-02 03:00"))[1] == at("2026-03-02 08:00")


def test_an_empty_county_has_grave_holes_only() -> None:
    found = prove(POLICY, county(empty=True), CALENDAR, *tonight(POLICY, CALENDAR, AFTERNOON))
    assert all(hole.is_grave for hole in found)
    sentences = [hole.sentence for hole in found]
    assert "测试一网格：没有指挥群，请在登记表里补上" in sentences
    assert "测试一网格：没有值班员，人身危险无人负责" in sentences
    assert any("险情接单逾期第2级" in sentence and "请登记包抓县领导" in sentence for sentence in sentences)


def test_a_person_without_an_account_is_no_living_person() -> None:
    silent = bound(county(), unbound=("leader", "other-leader"))
    (hole,) = prove(POLICY, silent, CALENDAR, *tonight(POLICY, CALENDAR, AFTERNOON))
    assert hole.sentence == "测试一网格：险情接单逾期第2级叫不到人：包抓县领导没有绑定企业微信"
    assert not hole.is_grave


def test_a_group_without_an_address_is_named() -> None:
    assert holes(bound(county(), unbound=("g-command",))) == ["测试一网格：指挥群发不到：测试群g-command还没有绑定"]


def test_who_stands_in_counts() -> None:
    # without a unit lead and a sponsor's lead the grid office is called in their place
    assert holes(bound(county(without=("sponsor-lead", "water-lead")))) == []


def test_a_second_confidant_is_asked_for() -> None:
    sentence = "测试一网格：除值班员外没有别的知情专人（confidant），请至少登记一人"
    assert sentence in holes(bound(county(without=("police", "duty-day"))))


def test_only_the_night_shift_without_an_account() -> None:
    """Person danger's first rung is the duty officer's alone: the day shift has an account, the night shift has none."""
    silent = bound(county(), unbound=("duty-night",))
    assert holes(silent) == ["测试一网格：人身危险接单逾期第1级叫不到人：值班员没有绑定企业微信"]
    noon = at("2026-03-01 12:00")
    assert prove(POLICY, silent, CALENDAR, noon, noon + timedelta(hours=7)) == ()


def test_a_gap_in_the_roster_is_named() -> None:
    duty = Roster("duty", Role.DUTY_OFFICER, "9901", (Shift(time(8), time(20), ("duty-day",)),))
    registry = bound(county())
    gap = Registry.of(registry.areas.values(), registry.units.values(), registry.groups.values(), registry.people.values(), (duty,))
    assert holes(gap) == ["值班表有空档：3月1日20:00没有排班，请排人"]


def test_areas_with_the_same_hole_are_named_together() -> None:
    registry = bound(county(), unbound=("g-command",))
    more = [replace(registry.areas[GRID], code=f"99010100100{n}", name=f"测试{n}网格") for n in range(2, 6)]
    wide = Registry.of(
        (*registry.areas.values(), *more), registry.units.values(), registry.groups.values(), registry.people.values(),
        registry.rosters,
    )
    assert holes(wide) == ["测试一网格、测试2网格、测试3网格等5个网格：指挥群发不到：测试群g-command还没有绑定"]


@pytest.mark.parametrize("level", [Level.VILLAGE, Level.TOWNSHIP])
def test_only_grids_are_proved(level: Level) -> None:
    registry = Registry.of(areas=(Area("9901", level, "测试县"),))
    assert holes(registry) == []


def test_a_stand_in_of_tonight_counts() -> None:
    registry = bound(county(), unbound=("duty-night",))
    (roster,) = registry.rosters
    stands = replace(roster, overrides=(Override(AFTERNOON.date(), "duty-night", "duty-day"),))
    changed = Registry.of(
        registry.areas.values(), registry.units.values(), registry.groups.values(), registry.people.values(), (stands,)
    )
    assert holes(changed) == []
