"""T14: the clocks of a matter are independent: changing one limit moves no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalation.ladder import limits_of
from escalation.limit_lines import LIMIT_CLOCKS
from escalation.span import Span, Unit
from escalation.warning import warn_at
from registry.terms import Category, Urgency
from tests.unit.escalation.samples import county_calendar, county_policy

POLICY, CALENDAR = county_policy(), county_calendar()
starts = st.builds(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), st.integers(0, 300 * 86_400))
spans = st.builds(Span, st.integers(1, 90), st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.DAYS, Unit.WORKING_MINUTES]))


@given(starts, st.sampled_from(list(Urgency)), st.sampled_from(list(Category)), st.sampled_from(LIMIT_CLOCKS), spans)
def test_one_limit_changed_leaves_the_others(
    start: datetime, urgency: Urgency, category: Category, kind: object, span: Span
) -> None:
    changed = replace(
        POLICY,
        limits={**POLICY.limits, **{key: span for key in POLICY.limits if key == (urgency, kind)}},
        category_limits={key: value for key, value in POLICY.category_limits.items() if key != (urgency, category, kind)},
    )
    before = limits_of(POLICY, CALENDAR, urgency, category, start)
    after = limits_of(changed, CALENDAR, urgency, category, start)
    assert {one: at for one, at in after.items() if one is not kind} == {
        one: at for one, at in before.items() if one is not kind
    }
    assert all(at >= start for at in after.values())


@given(starts, st.sampled_from(list(Urgency)))
def test_a_warning_lies_between_the_start_and_its_own_limit(start: datetime, urgency: Urgency) -> None:
    limits = limits_of(POLICY, CALENDAR, urgency, Category.WATER, start)
    for one, limit in limits.items():
        at = warn_at(POLICY.warn_before, CALENDAR, urgency, one, start, limit)
        assert at is None or start < at <= limit
