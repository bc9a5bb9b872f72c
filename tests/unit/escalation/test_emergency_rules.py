"""The section `emergency` of a policy: a version of its own with shorter limits and no quiet hours."""

from datetime import timedelta

import pytest

from escalation import emergency
from escalation import policy as policy_file
from escalation.ladder import limits_of
from escalation.policy import Policy
from escalation.span import Span, Unit
from registry.terms import Category, ClockKind, Urgency
from tests.unit.escalation.samples import at, county_calendar, county_policy, policy_data


def in_emergency(policy: Policy) -> Policy:
    assert policy.emergency is not None
    return policy.emergency


def test_it_is_a_version_of_its_own_with_the_written_limits() -> None:
    policy = county_policy()
    hard = in_emergency(policy)
    assert hard.version == "2026-01" + emergency.MARK
    assert hard.emergency is None
    assert hard.limit(Urgency.NORMAL, Category.ROAD, ClockKind.ACCEPT) == Span(120, Unit.MINUTES)
    # what is not named stays as in peace
    assert hard.limit(Urgency.DANGER, Category.ROAD, ClockKind.ACCEPT) == Span(5, Unit.MINUTES)
    assert hard.ladders == policy.ladders
    assert policy.limit(Urgency.NORMAL, Category.ROAD, ClockKind.ACCEPT) == Span(240, Unit.WORKING_MINUTES)


def test_a_category_keeps_its_limit_only_where_it_is_shorter() -> None:
    data = policy_data()
    data["limits"]["urgent"]["categories"] = {"water": {"done_within_hours": 6}, "power": {"done_within_hours": 48}}
    data["emergency"]["limits"]["urgent"]["done_within_hours"] = 12
    hard = in_emergency(county_policy(data))
    assert hard.limit(Urgency.URGENT, Category.WATER, ClockKind.DONE) == Span(6, Unit.HOURS)
    assert hard.limit(Urgency.URGENT, Category.POWER, ClockKind.DONE) == Span(12, Unit.HOURS)


def test_nothing_waits_for_the_morning() -> None:
    policy, calendar, night = county_policy(), county_calendar(), at("2026-03-02 23:30")
    assert policy.after_quiet(calendar, night) == at("2026-03-03 07:00")
    assert in_emergency(policy).after_quiet(calendar, night) == night


def test_the_policys_quiet_hours_replace_the_calendars() -> None:
    data = policy_data()
    data["quiet"] = {"from": "22:30", "until": "06:00"}
    policy, calendar = county_policy(data), county_calendar()
    assert policy.after_quiet(calendar, at("2026-03-02 22:00")) == at("2026-03-02 22:00")
    assert policy.after_quiet(calendar, at("2026-03-02 23:00")) == at("2026-03-03 06:00")
    del data["quiet"]
    assert county_policy(data).after_quiet(calendar, at("2026-03-02 22:00")) == at("2026-03-03 07:00")


def test_a_file_without_the_sections_means_the_shipped_figures() -> None:
    data = policy_data()
    del data["emergency"], data["warn_before"], data["say"]["proof_at"]
    assert county_policy(data) == county_policy()


WRONG = [
    ({"limits": {"urgent": {"done_within_days": 9}}}, "emergency.limits.urgent：战时的 done 时限（9天）不能比平时（7天）长"),
    ({"limit": {}}, "emergency：不认识的键 limit"),
    ({"digest_every_hours": 0}, "emergency.digest_every_hours：要写 1 到 24"),
    ({"quiet": "night"}, "emergency.quiet：要写成「键: 值」的表"),
    ({"warn_before": {"normal": {"accept_within_minutes": 5}}}, "emergency.warn_before.normal：不认识的键"),
]


@pytest.mark.parametrize(("section", "sentence"), WRONG)
def test_a_wrong_section_is_named(section: dict[str, object], sentence: str) -> None:
    policy, errors = policy_file.from_data({**policy_data(), "emergency": section})
    assert policy is None
    assert any(sentence in error for error in errors), errors


def test_the_mark_may_not_stand_in_a_version() -> None:
    _, errors = policy_file.from_data({**policy_data(), "version": "2026" + emergency.MARK})
    assert any("战时规则的记号" in error for error in errors)


def test_emergency_limits_run_round_the_clock() -> None:
    friday_night = at("2026-03-06 22:00")
    limits = limits_of(in_emergency(county_policy()), county_calendar(), Urgency.NORMAL, Category.ROAD, friday_night)
    assert limits[ClockKind.ACCEPT] == friday_night + timedelta(hours=2)
