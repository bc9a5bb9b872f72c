"""Plain data is written the same for the same value."""

from datetime import UTC, datetime

import pytest

from registry.terms import Category
from storage.columns import canonical, plain


def test_the_same_value_gives_the_same_bytes() -> None:
    assert canonical({"b": 1, "a": (2, 3)}) == canonical({"a": [2, 3], "b": 1}) == '{"a":[2,3],"b":1}'


def test_values_of_the_field_are_written_by_their_plain_form() -> None:
    value = {"at": datetime(2026, 3, 2, tzinfo=UTC), "of": Category.WATER, "to": frozenset({"b", "a"}), "词": "水"}
    assert plain(value) == {"at": "2026-03-02T00:00:00+00:00", "of": "water", "to": ["a", "b"], "词": "水"}


def test_what_is_not_plain_is_refused() -> None:
    with pytest.raises(TypeError, match="object is not plain data"):
        canonical({"x": object()})
