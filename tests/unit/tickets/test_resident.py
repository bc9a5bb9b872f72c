"""How long and how often somebody in his own chat may be spoken to, and when he is asked where he lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tickets.resident import PER_TAP, PER_WORD, new_resident

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_nothing_may_be_sent_before_a_word() -> None:
    assert new_resident("wm1", "kf", "wm1", "wk1", NOW).turns == 0


def test_a_word_opens_48_hours_and_five_sentences() -> None:
    spoke = new_resident("wm1", "kf", "wm1", "wk1", NOW).spoke(NOW)
    assert (spoke.turns, spoke.until) == (PER_WORD, NOW + timedelta(hours=48))


def test_a_tap_opens_a_minute_and_shortens_nothing() -> None:
    fresh = new_resident("mp:o1", "mp", "o1", "gh", NOW).tapped(NOW)
    assert (fresh.turns, fresh.until) == (PER_TAP, NOW + timedelta(minutes=1))
    spoke = fresh.spoke(NOW)
    assert spoke.tapped(NOW + timedelta(minutes=5)) == spoke


def test_where_he_lives_is_asked_once_a_day_at_most() -> None:
    resident = new_resident("wm1", "kf", "wm1", "wk1", NOW)
    assert resident.may_be_asked(NOW)
    asked = replace(resident, asked_at=NOW)
    assert not asked.may_be_asked(NOW + timedelta(hours=23))
    assert asked.may_be_asked(NOW + timedelta(hours=24))
    assert not replace(resident, area="1").may_be_asked(NOW)
