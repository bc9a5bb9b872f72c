"""What `policy show` foretells is what happens: the same matter opened and left alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from escalation.foresight import Beat, Matter, look_ahead
from registry.terms import Category, DangerKind, Said, Urgency
from tests.builders.desk import GRID, MORNING, at, person_danger, place_danger, rules, told
from tests.unit.tickets.looking import run_until
from tests.unit.tickets.memory import MemoryWork
from tickets import opening
from tickets.quiet import waits_until
from tickets.told import Told

RULES = rules()
NIGHT = at("03-02 22:30")
HORIZON = timedelta(days=2)

CASES = [
    pytest.param(told(), MORNING, id="normal by day"),
    pytest.param(told(at=NIGHT), NIGHT, id="normal at night"),
    pytest.param(told(urgency=Urgency.URGENT), MORNING, id="urgent"),
    pytest.param(told(category=Category.POLLUTION), MORNING, id="no unit"),
    pytest.param(place_danger(category=Category.WATER), MORNING, id="place danger"),
    pytest.param(person_danger(at=NIGHT), NIGHT, id="person danger at night"),
]


def foretold(matter: Told, start: datetime) -> tuple[Beat, ...]:
    asked = Matter(start, matter.category or Category.OTHER, matter.urgency or Urgency.NORMAL, matter.danger, GRID, "g-1")
    return look_ahead(asked, RULES.policy, RULES.registry, RULES.calendar).beats


def happened(matter: Told, start: datetime) -> MemoryWork:
    work = MemoryWork()
    opening.do_open(work, RULES, start, matter)
    run_until(work, start + HORIZON)
    return work


@pytest.mark.parametrize(("matter", "start"), CASES)
def test_every_step_comes_when_and_to_whom_it_was_foretold(matter: Told, start: datetime) -> None:
    work = happened(matter, start)
    real: dict[datetime, set[str]] = defaultdict(set)
    for step in work.tables.steps.values():
        real[step["at"]] |= set(step["calls"])
    seen: dict[datetime, set[str]] = defaultdict(set)
    for beat in foretold(matter, start):
        if "逾期" in beat.what and "重复" not in beat.what and beat.at < start + HORIZON:
            seen[beat.at] |= {one.person or one.group or "" for one in beat.hearers}
    assert seen
    for moment, hearers in seen.items():
        assert hearers <= real[moment], (moment, hearers, real[moment])


@pytest.mark.parametrize(("matter", "start"), CASES)
def test_every_warning_comes_when_and_to_whom_it_was_foretold(matter: Told, start: datetime) -> None:
    work = happened(matter, start)
    ticket = work.all_tickets[0]
    real: dict[datetime, set[str]] = defaultdict(set)
    for row in work.tables.outbox:
        if row.say.event == "card.warning" and row.say.person:
            when = waits_until(RULES, ticket, row.say, row.not_before) or row.not_before
            real[when].add(row.say.person)
    seen: dict[datetime, set[str]] = defaultdict(set)
    for beat in foretold(matter, start):
        if "提醒" in beat.what and beat.at < start + HORIZON:
            seen[beat.at] |= {one.person or "" for one in beat.hearers}
    assert seen == real


@pytest.mark.parametrize(("matter", "start"), CASES)
def test_those_who_hear_first_are_foretold(matter: Told, start: datetime) -> None:
    work = MemoryWork()
    opening.do_open(work, RULES, start, matter)
    # a place danger wakes heads too, who hear by the group; they are not foretold by name
    told_now = {row.say.group or row.say.person for row in work.tables.outbox
                if row.state != "cancelled" and row.say.kind not in (Said.STATUS,)}
    first = {one.person or one.group for beat in foretold(matter, start)
             if beat.what in ("答复居民", "开单后通知") for one in beat.hearers}
    beside_heads = {"member"} if matter.danger is DangerKind.PLACE else set()
    assert told_now - beside_heads <= first
    assert first <= told_now | {"g-1"}
