"""The shipped policy file says what the counties' rules ask for, and a wrong file names all its errors in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from escalation import policy as policy_file
from escalation.rungs import NAMES, PERSON_DANGER, STANDS_IN, GroupTarget, Tell
from escalation.span import Span, Unit
from registry.terms import Category, ClockKind, Urgency
from tests.unit.escalation.samples import county_policy, policy_data


def test_shipped_figures() -> None:
    policy = county_policy()
    assert policy.version == "2026-01"
    assert policy.limit(Urgency.DANGER, Category.HAZARD, ClockKind.ACCEPT) == Span(5, Unit.MINUTES)
    assert policy.limit(Urgency.URGENT, Category.OTHER, ClockKind.FIRST_CONTACT) == Span(2, Unit.HOURS)
    for category in (Category.WATER, Category.POWER, Category.GAS_HEATING):
        assert policy.limit(Urgency.URGENT, category, ClockKind.DONE) == Span(24, Unit.HOURS)
        assert policy.limit(Urgency.NORMAL, category, ClockKind.DONE) == Span(7, Unit.DAYS)
    assert policy.limit(Urgency.NORMAL, Category.ROAD, ClockKind.ACCEPT) == Span(240, Unit.WORKING_MINUTES)
    assert policy.voices_raise == (10, 30)
    assert policy.returns_at_most == 2
    assert (policy.rating.ask_again_after_hours, policy.rating.close_after_hours) == (24, 72)
    assert (policy.rating.unreached_hours, policy.rating.unasked_days, policy.rating.reopen_within_days) == (48, 7, 7)
    assert (policy.say.hold_seconds, policy.say.digest_at, policy.say.unpressed_at) == (20, time(17, 30), time(21))
    assert policy.say.brief_at == time(8)
    assert (policy.doubt.silence_seconds, policy.doubt.command_delay_minutes) == (90, 3)


def test_a_file_without_the_later_sections_means_their_figures() -> None:
    data = policy_data()
    for section in ("whistle", "supervision", "leader"):
        data.pop(section, None)
    data["say"].pop("budget_per_group_per_hour", None)
    policy, wrong = policy_file.from_data(data)
    assert wrong == ()
    assert policy == county_policy()
    data["whistle"] = {"joint_within_minutes": 30}
    changed, _ = policy_file.from_data(data)
    assert changed is not None
    assert (changed.whistle.joint_within_minutes, changed.whistle.daily_within_working_minutes) == (30, 240)


@pytest.mark.parametrize(
    ("hour", "minute", "night"), [(21, 59, False), (22, 0, True), (0, 0, True), (5, 59, True), (6, 0, False)]
)
def test_night_of_doubt(hour: int, minute: int, night: bool) -> None:
    assert county_policy().doubt.is_night(time(hour, minute)) is night


def test_a_clock_without_limit_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        county_policy().limit(Urgency.NORMAL, Category.OTHER, ClockKind.REVIEW)


def test_who_stands_in_for_whom() -> None:
    assert set(STANDS_IN) == set(Tell)
    assert {STANDS_IN[tell] for tell in PERSON_DANGER} <= set(PERSON_DANGER)
    assert set(NAMES) == {*Tell, *GroupTarget}


def _set(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Sets the value at the end of `path` to its last item."""

    def change(data: dict[str, Any]) -> None:
        *way, key, value = path
        place: Any = data
        for step in way:
            place = place[step]
        place[key] = value

    return change


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        place: Any = data
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


WRONG = [
    (_set("limit", {}), "不认识的键 limit，"),
    (_without("rating"), "缺少 rating"),
    (_set("whistle", {"joint_minutes": 5}), "whistle：不认识的键 joint_minutes"),
    (_set("supervision", {"callup_within_hours": 0}), "supervision.callup_within_hours：要写 1 到 720"),
    (_set("leader", {"after_returns": "two"}), "leader.after_returns：要写 1 到 20"),
    (_set("say", "budget_per_group_per_hour", 0), "say.budget_per_group_per_hour：要写 1 到 1000"),
    (_set("version", 1.0), "version：要写成不空的文字"),
    (_without("limits", "danger"), "limits：缺少 danger"),
    (_set("limits", "urgent", "accept_within_minuts", 5), "limits.urgent：不认识的键 accept_within_minuts"),
    (_set("limits", "urgent", "accept_within_minutes", 0), "limits.urgent.accept_within_minutes：要写 1 到"),
    (_set("limits", "urgent", "accept_within_minutes", True), "现在是 True"),
    (_set("limits", "urgent", "accept_within_hours", 1), "limits.urgent：accept 的时限写了两次"),
    (_without("limits", "normal", "done_within_days"), "limits.normal：缺少 done 的时限"),
    (_set("limits", "urgent", "categories", "watre", {}), "limits.urgent.categories：不认识的键 watre"),
    (_set("limits", "urgent", "categories", "power", "done_within_hour", 1), "categories.power：不认识的键"),
    (_set("limits", "danger", "accept_within_minutes", 1440), "limits.danger：接单时限（1440分钟）要短于办结时限"),
    (
        _set("limits", "urgent", "categories", "water", {"done_within_minutes": 30}),
        "limits.urgent.categories.water：接单时限（30分钟）要短于办结时限（30分钟）",
    ),
    (_without("ladders", "urgent"), "ladders：缺少 urgent"),
    (_without("ladders", "urgent", "done"), "ladders.urgent：缺少 done"),
    (_set("ladders", "urgent", "done", "rungs", []), "ladders.urgent.done：至少要有一级"),
    (_without("ladders", "urgent", "done", "repeat_hours"), "repeat_working_days 要写一个，现在写了 0 个"),
    (_set("ladders", "urgent", "accept", "repeat_hours", 1), "要写一个，现在写了 2 个"),
    (_set("ladders", "normal", "accept", "rungs", 0, "after_minutes", 5), "第一级在时限到点时就叫"),
    (
        _set("ladders", "danger", "accept", "rungs", 1, "after_minutes", 0),
        "ladders.danger.accept 第 2 级 after_minutes：要写 1 到",
    ),
    (_set("ladders", "danger", "accept", "rungs", 1, {"after_minutes": 5}), "没有写通知谁"),
    (_set("ladders", "danger", "accept", "rungs", 1, "tell", ["mayor"]), "不认识 'mayor'"),
    (_set("ladders", "danger", "accept", "rungs", 1, "groups", ["basic"]), "不认识 'basic'"),
    (_set("ladders", "danger", "accept", "rungs", 1, "tell", ["owner", "owner"]), "owner 写了两次"),
    (
        _set("ladders", "danger", "accept", "rungs", 1, {"after_minutes": 5, "groups": ["own"]}),
        "责任单位不一定有自己的群",
    ),
    (
        _set("ladders", "normal", "accept", "rungs", 1, {"after_minutes": 5, "tell": ["owner"]}),
        "ladders.normal.accept：没有一级到指挥群或县领导",
    ),
    (_set("person_danger", "accept", "rungs", 0, "groups", ["coordination"]), "人身危险只通知到人，不能写 groups"),
    (_set("person_danger", "done", "rungs", 0, "tell", ["unit_lead"]), "人身危险不能通知 unit_lead，只可以"),
    (_set("doubt", "silence_seconds", "90"), "doubt.silence_seconds：要写 10 到 3600 之间的整数，现在是 '90'"),
    (_set("say", "digest_at", 1050), "say.digest_at：要写带引号的时间"),
    (_set("say", "digest_at", "17:60"), "say.digest_at：要写带引号的时间"),
    (_set("say", "digest_at", "24:00"), "零点请写"),
    (_set("rating", "ask_again_after_hours", 72), "再问一次永远轮不到"),
    (_set("rating", "unreached_hours", 168), "来不及看到"),
    (_set("voices_raise", [30, 10]), "voices_raise：要从小到大写"),
    (_set("returns_at_most", -1), "returns_at_most：要写 0 到 20"),
    (_set("ladders", []), "ladders：要写成"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG)
def test_a_wrong_file_is_refused(change: Callable[[dict[str, Any]], None], sentence: str) -> None:
    data = policy_data()
    change(data)
    policy, errors = policy_file.from_data(data)
    assert policy is None
    assert any(sentence in error for error in errors), errors
    assert all(error.startswith("升级规则：") for error in errors)


def test_all_errors_at_once() -> None:
    data = policy_data()
    _set("limits", "urgent", "accept_within_minutes", 0)(data)
    _set("person_danger", "accept", "rungs", 0, "groups", ["coordination"])(data)
    _set("say", "digest_at", 1050)(data)
    _set("colour", "red")(data)
    _, errors = policy_file.from_data(data)
    assert len(errors) == 4


@pytest.mark.parametrize("data", [None, [], "规则", {}, {"limits": None, "ladders": 3}])
def test_what_is_no_policy_is_refused(data: object) -> None:
    policy, errors = policy_file.from_data(data)
    assert policy is None
    assert errors
