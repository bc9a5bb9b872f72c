"""When a limit's holder is warned."""

from datetime import timedelta

import pytest

from escalation import policy as policy_file
from escalation.span import Span, Unit
from escalation.warning import SHIPPED, warn_at
from registry.terms import Category, ClockKind, Urgency
from tests.unit.escalation.samples import at, county_calendar, county_policy, policy_data

CALENDAR = county_calendar()


def test_the_shipped_file_writes_the_figures_of_a_file_without_the_section() -> None:
    assert county_policy().warn_before == SHIPPED


def test_working_time_is_counted_backwards_over_the_weekend() -> None:
    # 30 working minutes into Monday: the hour before lies half on Friday
    limit = at("2026-03-09 09:00")
    assert warn_at(SHIPPED, CALENDAR, Urgency.NORMAL, ClockKind.ACCEPT, at("2026-03-05 09:00"), limit) == at(
        "2026-03-06 17:30"
    )


def test_round_the_clock_before_an_urgent_limit() -> None:
    start = at("2026-03-02 23:00")
    assert warn_at(SHIPPED, CALENDAR, Urgency.URGENT, ClockKind.FIRST_CONTACT, start, start + timedelta(hours=2)) == at(
        "2026-03-03 00:30"
    )


def test_no_warning_where_none_is_written_or_it_would_come_at_once() -> None:
    start = at("2026-03-02 10:00")
    assert warn_at(SHIPPED, CALENDAR, Urgency.DANGER, ClockKind.ACCEPT, start, start + timedelta(minutes=5)) is None
    assert warn_at(SHIPPED, CALENDAR, Urgency.URGENT, ClockKind.REVIEW, start, start + timedelta(days=5)) is None
    assert warn_at(SHIPPED, CALENDAR, Urgency.URGENT, ClockKind.ACCEPT, start, start + timedelta(minutes=10)) is None
    soon = {(Urgency.URGENT, ClockKind.ACCEPT): Span(9, Unit.MINUTES)}
    assert warn_at(soon, CALENDAR, Urgency.URGENT, ClockKind.ACCEPT, start, start + timedelta(minutes=10)) == at(
        "2026-03-02 10:01"
    )


def test_shipped_warnings_come_before_shipped_limits() -> None:
    policy, start = county_policy(), at("2026-03-02 08:30")
    for urgency, kind in policy.warn_before:
        limit = policy.limit(urgency, Category.OTHER, kind).end(start, CALENDAR)
        warned = warn_at(policy.warn_before, CALENDAR, urgency, kind, start, limit)
        assert warned is not None, (urgency, kind)
        assert start < warned < limit


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"normal": {"accept_minuts": 5}}, "warn_before.normal：不认识的键 accept_minuts"),
        ({"calm": {}}, "warn_before：不认识的键 calm"),
        ({"urgent": {"done_hours": 0}}, "warn_before.urgent.done_hours：要写 1 到"),
    ],
)
def test_a_wrong_section_is_named(section: dict[str, object], sentence: str) -> None:
    _, errors = policy_file.from_data({**policy_data(), "warn_before": section})
    assert any(sentence in error for error in errors), errors
