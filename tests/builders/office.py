"""The office page over a real store: a small county with an office, tickets opened by the desk's own use case."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.texts import Texts
from dashboard.deps import Deps
from escalation import calendar as calendar_file
from escalation import policy as policy_file
from registry.registry import Registry
from registry.terms import Act, Category, DangerKind, Role, Tier, Urgency
from storage.store import Store
from tests.builders.registry_rows import GRID, TOWN, registry_of, small_county
from tests.builders.tickets import NOW
from tickets import opening
from tickets.model import Ticket
from tickets.told import Told
from tickets.work import Rules, Work

COUNTY_DIR = Path(__file__).parents[2] / "config" / "county"
PASSWORD = "云亭-办公-2026"
KEY = "0123456789abcdef0123456789abcdef"


def office_county() -> Registry:
    """The small county with people of the office, more units, and a grid of another township."""
    data: dict[str, Any] = small_county()
    data["areas"] += [
        {"code": "7702", "level": "township", "name": "北岭乡", "parent": "77"},
        {"code": "770201", "level": "village", "name": "北岭村", "parent": "7702"},
        {"code": "77020101", "level": "grid", "name": "北岭网格", "parent": "770201", "sponsor": "un-water"},
    ]
    data["units"] += [
        {"id": "un-power", "name": "云亭供电公司", "kind": "company", "area": "77", "categories": ["power"]},
        {"id": "un-empty", "name": "县档案馆", "kind": "department", "area": "77", "categories": []},
    ]
    data["people"] += [
        {"id": "o-1", "name": "穆青", "role": "grid_office", "area": "77"},
        {"id": "o-2", "name": "纪南", "role": "grid_office", "area": "7702"},
        {"id": "u-2", "name": "沈岸", "role": "unit_member", "unit": "un-water"},
        {"id": "u-3", "name": "向晚", "role": "unit_lead", "unit": "un-power"},
    ]
    return registry_of(data)


@cache
def rules_of_office() -> Rules:
    """The shipped policy and calendar over the small county."""
    policies = {}
    for path in sorted((COUNTY_DIR / "policies").glob("*.yaml")):
        policy, errors = policy_file.from_data(yaml.safe_load(path.read_text("utf-8")))
        assert policy is not None, errors
        policies[policy.version] = policy
    calendar, errors = calendar_file.from_data(yaml.safe_load((COUNTY_DIR / "calendar.yaml").read_text("utf-8")))
    assert calendar is not None, errors
    return Rules(policies, max(policies), calendar, office_county())


@dataclass
class Office:
    """A store with the small county's desk, and the moment on its clock."""

    store: Store
    now: datetime = NOW
    password: str | None = PASSWORD
    rules: Rules = field(default_factory=rules_of_office)

    def deps(self) -> Deps:
        return Deps(
            store=self.store, rules=lambda: self.rules, clock=lambda: self.now, texts=Texts.load(), password=self.password,
            session_key=KEY,
        )

    def walk(self, **length: float) -> None:
        self.now += timedelta(**length)

    def tell(self, words: str = "老戏台那边水管漏水，流了一地", **changes: Any) -> Ticket:
        """Somebody in the basic group tells a matter, and the desk opens its ticket."""
        values: dict[str, Any] = {
            "message": f"m-{self._next()}", "at": self.now, "sender": "r-1", "role": Role.RESIDENT, "tier": Tier.BASIC,
            "group": "g-basic", "area": GRID, "township": TOWN, "act": Act.REPORT, "category": Category.WATER,
            "urgency": Urgency.NORMAL, "place": "老戏台", "words": words,
            "reasons": (("供水：漏水", "漏水", 2.0),),
        }
        told = Told(**(values | changes))
        return self.store.run(lambda work: opening.do_open(work, self.rules, self.now, told))

    def tell_danger(self, words: str = "桥头电线掉下来了还冒火花", **changes: Any) -> Ticket:
        """A place danger."""
        values: dict[str, Any] = {
            "category": Category.POWER, "urgency": Urgency.DANGER, "danger": DangerKind.PLACE, "place": "桥头",
        }
        return self.tell(words, **(values | changes))

    def tell_person_danger(self, words: str = "隔壁有人说不想活了", **changes: Any) -> Ticket:
        """A person danger, which only the confidants may read."""
        values: dict[str, Any] = {
            "category": Category.PERSON_HELP, "urgency": Urgency.DANGER, "danger": DangerKind.PERSON, "place": "桥头",
        }
        return self.tell(words, **(values | changes))

    def ticket(self, ticket_id: int) -> Ticket:
        """As it is stored now."""
        return self.store.run(lambda work: work.get_ticket(ticket_id))

    def lines(self, ticket_id: int) -> list[str]:
        """What its history holds."""
        return self.store.run(lambda work: [line.what.value for line in work.history(ticket_id)])

    def do(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a use case of the desk."""

        def unit(work: Work) -> Any:
            return use_case(work, self.rules, self.now, *args, **kwargs)

        return self.store.run(unit)

    def _next(self) -> int:
        self._count = getattr(self, "_count", 0) + 1
        return self._count


def token_in(page: str) -> str:
    """The hidden token of a page's first form."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, "no form on the page"
    return found[1]
