"""Moments go to the database and back as the same moment, in China's time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.times import SHANGHAI, from_micros, to_micros

OFFSETS = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001


@given(MOMENTS)
def test_there_and_back(at: datetime) -> None:
    back = from_micros(to_micros(at))
    assert back == at
    assert back.utcoffset() == timedelta(hours=8)


@given(MOMENTS, MOMENTS)
def test_numbers_sort_as_moments_do(one: datetime, other: datetime) -> None:
    assert (to_micros(one) < to_micros(other)) == (one < other)


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        to_micros(datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001


def test_the_zone_has_a_name() -> None:
    assert datetime(2026, 3, 2, 1, 0, tzinfo=UTC).astimezone(SHANGHAI).isoformat() == "2026-03-02T09:00:00+08:00"
