"""The desk's tests: a small county with every role, the shipped rule book, and what a person tells.

Basic groups: g-1 and g-2 (spoken to directly) in grid one, g-3 (an owner must confirm) in grid two. All three hang under
one coordination and one command group. Grid one is sponsored by 住建 (un-sponsor), grid two by nobody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from escalation import calendar as calendar_file
from escalation import policy as policy_file
from registry.model import Area, Group, Person, Roster, Shift, Unit
from registry.registry import Registry
from registry.terms import Act, Category, DangerKind, Hears, Level, Role, Speaks, Tier, Urgency
from tickets.told import Told
from tickets.work import Rules

COUNTY_DIR = Path(__file__).parents[2] / "config" / "county"
CHINA = timezone(timedelta(hours=8))
COUNTY, TOWN, GRID, GRID_TWO = "99", "9901", "99010101", "99010102"
_numbers = count(1)


def at(text: str) -> datetime:
    """A moment on the county's clock: `at("03-02 09:00")`, a Monday in 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


#: A Monday morning in working hours.
MORNING = at("03-02 09:00")


def person(person_id: str, role: Role, area: str | None = None, unit: str | None = None, *groups: str, **more: Any) -> Person:
    """An official or head with a WeCom account unless `identities` says otherwise; residents are on WeChat."""
    wecom = role not in (Role.RESIDENT, Role.HOUSEHOLD_HEAD)
    more.setdefault("identities", {"wecom" if wecom else "wechat": f"w-{person_id}"})
    return Person(id=person_id, name=f"甲{person_id}", role=role, area=area, unit=unit, groups=groups, **more)


PEOPLE = (
    person("r-1", Role.RESIDENT, None, None, "g-1"),
    person("r-2", Role.RESIDENT, None, None, "g-1"),
    person("r-3", Role.RESIDENT, None, None, "g-2", nickname="网格员老三"),
    person("r-4", Role.RESIDENT, None, None, "g-3"),
    person("head", Role.HOUSEHOLD_HEAD, GRID, None, "g-1"),
    person("head-3", Role.HOUSEHOLD_HEAD, GRID_TWO, None, "g-3"),
    person("member", Role.GRID_MEMBER, GRID, None, "g-1", "g-2", "g-coord"),
    person("member-2", Role.GRID_MEMBER, GRID_TWO, None, "g-3", "g-coord"),
    person("leader", Role.GRID_LEADER, TOWN, None, "g-coord"),
    person("duty-day", Role.DUTY_OFFICER, COUNTY, confidant=True),
    person("duty-night", Role.DUTY_OFFICER, COUNTY, confidant=True),
    person("police", Role.UNIT_MEMBER, None, "un-police", "g-coord", confidant=True),
    person("office", Role.GRID_OFFICE, COUNTY),
    person("county", Role.COUNTY_LEADER, COUNTY, None, "g-cmd"),
    person("sponsor", Role.UNIT_LEAD, None, "un-sponsor", "g-coord"),
    person("water-lead", Role.UNIT_LEAD, None, "un-water", "g-cmd"),
    person("water", Role.UNIT_MEMBER, None, "un-water", "g-coord"),
    person("power", Role.UNIT_LEAD, None, "un-power", "g-coord"),
)


def group(group_id: str, tier: Tier, area: str, owner: str | None, parent: str | None, speaks: Speaks = Speaks.DIRECT) -> Group:
    hears = Hears.ALL if tier is Tier.BASIC else Hears.MENTIONS
    return Group(group_id, f"测试{group_id}群", tier, area, owner, parent, hears, speaks)


@cache
def county(*, without: tuple[str, ...] = ()) -> Registry:
    """The small county; `without` leaves out people by id."""
    return Registry.of(
        areas=(
            Area(COUNTY, Level.COUNTY, "测试县"),
            Area(TOWN, Level.TOWNSHIP, "测试镇", COUNTY),
            Area(GRID, Level.GRID, "一网格", TOWN, places=("槐苑",), sponsor="un-sponsor"),
            Area(GRID_TWO, Level.GRID, "二网格", TOWN, places=("梨园",)),
        ),
        units=(
            Unit("un-sponsor", "测试住建局", "department", COUNTY, (Category.ROAD,)),
            Unit("un-water", "测试水务公司", "company", COUNTY, (Category.WATER,), ("水务",)),
            Unit("un-power", "测试供电公司", "company", COUNTY, (Category.POWER,), ("供电",)),
            Unit("un-empty", "测试环卫所", "department", COUNTY, (Category.SANITATION,)),
            Unit("un-police", "测试派出所", "police", TOWN, (Category.ORDER,)),
        ),
        groups=(
            group("g-1", Tier.BASIC, GRID, "member", "g-coord"),
            group("g-2", Tier.BASIC, GRID, "member", "g-coord"),
            group("g-3", Tier.BASIC, GRID_TWO, "member-2", "g-coord", Speaks.CONFIRM),
            group("g-coord", Tier.COORDINATION, TOWN, "sponsor", "g-cmd"),
            group("g-cmd", Tier.COMMAND, COUNTY, "county", None),
        ),
        people=tuple(one for one in PEOPLE if one.id not in without),
        rosters=(
            Roster(
                "duty", Role.DUTY_OFFICER, COUNTY,
                (Shift(time(8), time(20), ("duty-day",)), Shift(time(20), time(8), ("duty-night",))),
            ),
        ),
    )


@cache
def rules(*, without: tuple[str, ...] = ()) -> Rules:
    """The shipped rule book over the small county."""
    policy, wrong = policy_file.from_data(_yaml("policies/2026-01.yaml"))
    calendar, also_wrong = calendar_file.from_data(_yaml("calendar.yaml"))
    assert policy is not None, wrong
    assert calendar is not None, also_wrong
    return Rules({policy.version: policy}, policy.version, calendar, county(without=without))


def _yaml(name: str) -> Any:
    return yaml.safe_load((COUNTY_DIR / name).read_text(encoding="utf-8"))


def who(person_id: str) -> Person:
    """A person of the county by id."""
    return next(one for one in PEOPLE if one.id == person_id)


def told(words: str = "槐苑3栋没水了", **changes: Any) -> Told:
    """A resident of g-1 reports a normal water matter at 3栋; a fresh message id unless one is given."""
    values: dict[str, Any] = {
        "message": f"x{next(_numbers)}", "at": MORNING, "sender": "r-1", "role": Role.RESIDENT, "tier": Tier.BASIC,
        "group": "g-1", "area": GRID, "township": TOWN, "act": Act.REPORT, "category": Category.WATER,
        "urgency": Urgency.NORMAL, "place": "3栋", "words": words,
    }
    return Told(**(values | changes))


def place_danger(**changes: Any) -> Told:
    """A certain danger of a place."""
    return told(**{"words": "槐苑3栋着火了", "category": Category.HAZARD, "urgency": Urgency.DANGER,
                   "danger": DangerKind.PLACE, **changes})


def doubtful(**changes: Any) -> Told:
    """A doubtful danger of a place."""
    return told(**{"words": "槐苑3栋好像有股糊味", "category": Category.HAZARD, "urgency": Urgency.URGENT,
                   "danger": DangerKind.PLACE, "doubt": True, **changes})


def person_danger(**changes: Any) -> Told:
    """Somebody is in danger of his life or limbs by himself or by another."""
    return told(**{"words": "槐苑3栋有人想不开", "category": Category.PERSON_HELP, "urgency": Urgency.DANGER,
                   "danger": DangerKind.PERSON, **changes})


def lost(**changes: Any) -> Told:
    """A person is missing."""
    return told(**{"words": "我家老人早上出门没回来", "category": Category.PERSON_HELP, "urgency": Urgency.URGENT,
                   "place": None, "missing": True, **changes})


def echo(**changes: Any) -> Told:
    """+1."""
    return replace(told("我家也是", category=None, urgency=None, place=None), **{"act": Act.ECHO, "sender": "r-2", **changes})
