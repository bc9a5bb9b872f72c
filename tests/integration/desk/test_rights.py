"""Rights by role and area: who may ask for what, and that each refusal says why and what to do instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.handlers.orders import Order
from bot.handlers.rights import MAY, check_may
from registry.terms import OFFICIALS, Role
from tests.builders.talk import BOT, Talk, last_refusal, sample_registry
from tests.integration.desk.test_residents import LAMP
from tickets.errors import RefusedError

HEAD, MEMBER, LEADER = Role.HOUSEHOLD_HEAD, Role.GRID_MEMBER, Role.GRID_LEADER
UNIT, UNIT_LEAD, COUNTY, OFFICE, DUTY = Role.UNIT_MEMBER, Role.UNIT_LEAD, Role.COUNTY_LEADER, Role.GRID_OFFICE, Role.DUTY_OFFICER
NEAR = {MEMBER, LEADER, OFFICE, DUTY}
UNITS = {UNIT, UNIT_LEAD}
#: Written here once more and by hand, so that a slip in the program's table shows.
MAY_ORDER = {
    Order.LIFT: NEAR | {HEAD, COUNTY},
    Order.REPIN: {OFFICE},
    Order.HAND_OVER: NEAR | UNITS | {HEAD, COUNTY},
    Order.EXCLUDE: NEAR | {HEAD},
    Order.CATEGORY: NEAR | {HEAD},
    Order.PLACE: NEAR | UNITS | {HEAD},
    Order.MERGE: NEAR | UNITS | {HEAD},
    Order.ACCEPT: NEAR | UNITS,
    Order.RETURN: UNITS,
    Order.DONE: NEAR | UNITS | {HEAD},
    Order.NOT_YET: NEAR | UNITS | {HEAD, COUNTY},
    Order.FOUND: OFFICIALS | {HEAD},
    Order.CONTACTED: NEAR | UNITS,
    Order.FALSE_ALARM: OFFICIALS,
    Order.END_DANGER: OFFICIALS,
    Order.CONFIRM: OFFICIALS | {HEAD},
    Order.SUPERVISE: {COUNTY, OFFICE, LEADER, DUTY, UNIT_LEAD},
    Order.ANSWER: NEAR | UNITS,
    Order.TAKE_LEAD: {COUNTY, OFFICE},
    Order.WHISTLE: {COUNTY, OFFICE, LEADER, UNIT_LEAD},
    Order.REPORT_IN: UNITS,
    Order.PART_DONE: UNITS,
    Order.TOPIC: {COUNTY, OFFICE},
    Order.TOPIC_OFF: {COUNTY, OFFICE},
    Order.OPINION: {OFFICE},
    Order.SHELVE: {COUNTY, OFFICE, LEADER, UNIT_LEAD},
    Order.RESUME: NEAR | UNITS | {COUNTY},
    Order.EXTEND: NEAR | UNITS,
    Order.GRANT_EXTENSION: {COUNTY, OFFICE, LEADER},
    Order.REFUSE_EXTENSION: {COUNTY, OFFICE, LEADER},
    Order.UNREASONABLE: NEAR | UNITS,
    Order.CONFIRM_UNREASONABLE: {COUNTY, OFFICE, LEADER},
    Order.REFUSE_UNREASONABLE: {COUNTY, OFFICE, LEADER},
    Order.SETTLE: NEAR | UNITS | {HEAD, Role.RESIDENT},
    Order.SPLIT: OFFICIALS | {HEAD},
    Order.ACKNOWLEDGE: OFFICIALS,
    Order.LOWER: NEAR | {COUNTY},
    Order.SILENCE: {OFFICE, LEADER, DUTY},
    Order.SWAP: OFFICIALS,
    Order.NOTE: OFFICIALS,
    Order.TODAY: {COUNTY, OFFICE, LEADER, DUTY, UNIT_LEAD},
    Order.SEARCH: OFFICIALS,
    Order.LEAVE: OFFICIALS,
    Order.MINE: OFFICIALS | {HEAD},
}
#: One person of each role in the area of grid one.
HERE = {
    Role.RESIDENT: "r-001", HEAD: "h-01", MEMBER: "m-01", LEADER: "l-01", UNIT: "u-02", UNIT_LEAD: "u-01",
    COUNTY: "c-01", OFFICE: "d-01", DUTY: "d-02",
}


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


@pytest.fixture(scope="module")
def water() -> Iterator[Talk]:
    """A county with one urgent water matter in grid one."""
    with Talk() as talk:
        talk.opens("r-001", "4号楼一早上没水了")
        yield talk


def test_every_order_with_rights_is_in_the_table() -> None:
    assert set(MAY_ORDER) == set(MAY)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("order", list(MAY_ORDER))
def test_role_and_order(water: Talk, role: Role, order: Order) -> None:
    person = water.registry.people[HERE[role]]
    rules, ticket = water.house.rules(), water.ticket()
    if role in MAY_ORDER[order]:
        check_may(rules, person, order, ticket)
        return
    with pytest.raises(RefusedError) as refused:
        check_may(rules, person, order, ticket)
    assert refused.value.reason in ("no_right", "resident_close")


@pytest.mark.parametrize(
    ("person", "order"),
    [
        ("h-02", Order.EXCLUDE),  # head of another group
        ("h-04", Order.DONE),  # head of another township
        ("m-02", Order.DONE),  # grid member of the grid next door
        ("l-04", Order.CATEGORY),  # leader of another village
        ("m-04", Order.END_DANGER),
        ("u-21", Order.ACCEPT),  # a unit of another township
        ("u-21", Order.HAND_OVER),
    ],
)
def test_outside_ones_area_nothing_is_ordered(water: Talk, person: str, order: Order) -> None:
    with pytest.raises(RefusedError) as refused:
        check_may(water.house.rules(), water.registry.people[person], order, water.ticket())
    assert refused.value.reason == "not_your_area"


@pytest.mark.parametrize(
    ("person", "words", "why", "instead"),
    [
        ("r-002", "@小格 {n} 办结", "办结要由承办的人来说", "请回「好了」"),
        ("r-005", "@小格 {n} 接单", "身份不能", "谁负责"),
        ("r-003", "@小格 {n} 督办", "身份不能", "谁负责"),
        ("h-01", "@小格 {n} 督办，马上修", "身份不能", "谁负责"),
        ("h-01", "@小格 {n} 接单", "身份不能", "谁负责"),
        ("h-01", "@小格 静音 2小时", "只有群主", "请群主来说"),
        ("r-001", "@小格 静音 2小时", "只有群主", "请群主来说"),
        ("h-01", "@小格 0101-9 办结", "没有找到", "编号"),
    ],
)
def test_refusals_in_the_basic_group(talk: Talk, person: str, words: str, why: str, instead: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    before, lines = talk.ticket(), talk.whats()
    talk.says(person, words.format(n=ticket.aloud), to="g-basic-01")
    refusal = last_refusal(talk)
    assert why in refusal
    assert instead in refusal
    assert talk.ticket() == before
    assert talk.whats() == lines


@pytest.mark.parametrize(
    ("person", "group", "words"),
    [
        ("u-21", "g-coord-02", "@小格 {n} 接单"),  # the township unit of another township
        ("m-04", "g-coord-02", "@小格 {n} 办结"),
        ("h-02", "g-basic-02", "@小格 {n} 不是诉求"),
        ("h-04", "g-basic-03", "@小格 {n} 办好了"),
        ("l-04", BOT, "{n} 改类别 道路"),
    ],
)
def test_a_matter_of_another_area_is_refused_with_whom_to_tell(talk: Talk, person: str, group: str, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    before, lines = talk.ticket(), talk.whats()
    talk.says(person, words.format(n=ticket.aloud), to=group)
    refusal = last_refusal(talk)
    assert "不归您这一片" in refusal
    assert "告诉那里的网格员" in refusal
    assert "楼道灯" not in refusal or person not in ("h-02", "h-04")
    assert talk.ticket() == before
    assert talk.whats() == lines


def test_a_click_has_no_more_rights_than_words(talk: Talk) -> None:
    talk.opens("r-001", LAMP)
    before = talk.ticket()
    for person in ("u-21", "m-04", "r-002"):
        talk.clicks(person, "accept")
        assert last_refusal(talk)
    assert talk.ticket() == before


@pytest.mark.parametrize("words", ["接单", "督办", "合并", "不是诉求", "解除", "退回，不归我们", "改类别 道路"])
@pytest.mark.parametrize("nickname", ["网格员老鲁", "县住建局鲁工"])
def test_a_nickname_that_claims_an_office_is_told_how_to_bind(words: str, nickname: str) -> None:
    def named(data: dict[str, Any]) -> None:
        next(person for person in data["people"] if person["id"] == "r-005")["nickname"] = nickname

    with Talk(registry=sample_registry(named)) as talk:
        ticket = talk.opens("r-001", LAMP)
        before = talk.ticket()
        talk.says("r-005", f"@小格 {ticket.aloud} {words}")
        refusal = last_refusal(talk)
        assert "名册里没有对上" in refusal
        assert "绑定码" in refusal
        assert talk.ticket() == before
