"""Builders for the rule book's tests: the shipped files, a small county, a case."""

from __future__ import annotations

import copy
from datetime import datetime, time
from pathlib import Path
from typing import Any

import yaml

from escalation import calendar as calendar_file
from escalation import policy as policy_file
from escalation.calendar import Calendar
from escalation.case import Case
from escalation.policy import Policy
from registry.model import Area, Group, Person, Roster, Shift, Unit
from registry.registry import Registry
from registry.terms import Category, ClockKind, DangerKind, Hears, Level, Role, Speaks, Tier, Urgency

COUNTY_DIR = Path(__file__).parents[3] / "config" / "county"
GRID = "990101001001"


def at(text: str) -> datetime:
    """A moment on the county's clock: `at("2026-03-02 09:00")`."""
    return datetime.fromisoformat(f"{text}+08:00")


def calendar_data() -> dict[str, Any]:
    return yaml.safe_load((COUNTY_DIR / "calendar.yaml").read_text(encoding="utf-8"))


def policy_data() -> dict[str, Any]:
    return copy.deepcopy(yaml.safe_load((COUNTY_DIR / "policies" / "2026-01.yaml").read_text(encoding="utf-8")))


def county_calendar() -> Calendar:
    calendar, errors = calendar_file.from_data(calendar_data())
    assert calendar is not None, errors
    return calendar


def county_policy(data: dict[str, Any] | None = None) -> Policy:
    policy, errors = policy_file.from_data(policy_data() if data is None else data)
    assert policy is not None, errors
    return policy


def person(person_id: str, role: Role, area: str | None = "9901", unit: str | None = None, **more: Any) -> Person:
    return Person(id=person_id, name=f"测试{person_id}", role=role, area=area, unit=unit, **more)


PEOPLE = (
    person("grid-member", Role.GRID_MEMBER, GRID),
    person("grid-leader", Role.GRID_LEADER, GRID),
    person("duty-day", Role.DUTY_OFFICER, confidant=True),
    person("duty-night", Role.DUTY_OFFICER, confidant=True),
    person("police", Role.UNIT_MEMBER, unit="un-police", confidant=True),
    person("office", Role.GRID_OFFICE),
    person("leader", Role.COUNTY_LEADER),
    person("other-leader", Role.COUNTY_LEADER),
    person("sponsor-lead", Role.UNIT_LEAD, unit="un-sponsor", groups=("g-coord",)),
    person("water-member", Role.UNIT_MEMBER, unit="un-water", groups=("g-coord",)),
    person("water-clerk", Role.UNIT_MEMBER, unit="un-water"),
    person("water-lead", Role.UNIT_LEAD, unit="un-water"),
    person("resident", Role.RESIDENT, area=None, groups=("g-basic",)),
)


def group(group_id: str, tier: Tier, area: str, owner: str | None, parent: str | None) -> Group:
    return Group(group_id, f"测试群{group_id}", tier, area, owner, parent, Hears.ALL, Speaks.DIRECT)


GROUPS = (
    group("g-basic", Tier.BASIC, GRID, None, "g-coord"),
    group("g-coord", Tier.COORDINATION, "990101", "sponsor-lead", "g-command"),
    group("g-water", Tier.COORDINATION, "9902", "water-lead", None),
    group("g-command", Tier.COMMAND, "9901", "leader", None),
)


def county(without: tuple[str, ...] = (), *, empty: bool = False) -> Registry:
    """A small county; `without` leaves out people and groups by id, `empty` everybody and every group."""
    return Registry.of(
        areas=(
            Area("9901", Level.COUNTY, "测试县"),
            Area("990101", Level.TOWNSHIP, "测试镇", "9901"),
            Area("990101001", Level.VILLAGE, "测试社区", "990101"),
            Area(GRID, Level.GRID, "测试一网格", "990101001", sponsor="un-sponsor"),
            Area("9902", Level.COUNTY, "邻县"),
        ),
        units=(
            Unit("un-sponsor", "测试包抓局", "department", "9901"),
            Unit("un-water", "测试水务公司", "company", "9901", (Category.WATER,)),
            Unit("un-police", "测试派出所", "department", "9901", (Category.ORDER,)),
        ),
        groups=() if empty else tuple(row for row in GROUPS if row.id not in without),
        people=() if empty else tuple(row for row in PEOPLE if row.id not in without),
        rosters=()
        if empty
        else (
            Roster(
                "duty",
                Role.DUTY_OFFICER,
                "9901",
                (
                    Shift(time(8), time(20), ("duty-day",)),
                    Shift(time(20), time(8), ("duty-night",)),
                ),
            ),
        ),
    )


def case(**changes: Any) -> Case:
    """A normal water matter of the grid, whose accept limit passed at nine on a Monday."""
    values: dict[str, Any] = {
        "urgency": Urgency.NORMAL,
        "danger": None,
        "doubt": False,
        "category": Category.WATER,
        "area": GRID,
        "group": "g-basic",
        "unit": "un-water",
        "owner": "grid-member",
        "round": 1,
        "step": 0,
        "ladder": ClockKind.ACCEPT,
        "rung": 0,
        "limit_at": at("2026-03-02 09:00"),
        "opened_at": at("2026-02-27 09:00"),
        "acknowledged_at": None,
        "returns": 0,
        "voices": 1,
        "policy_version": "2026-01",
    }
    return Case(**{**values, **changes})


def place_danger(**changes: Any) -> Case:
    return case(**{"urgency": Urgency.DANGER, "danger": DangerKind.PLACE, **changes})


def person_danger(**changes: Any) -> Case:
    return case(
        **{
            "urgency": Urgency.DANGER,
            "danger": DangerKind.PERSON,
            "category": Category.PERSON_HELP,
            "owner": "duty-day",
            **changes,
        }
    )
