"""The place of a matter that reaches further than the house that was named first."""

import pytest

from tickets.place_match import fuller, without_numbers


@pytest.mark.parametrize(
    ("first", "later", "together"),
    [
        ("纺织院3排", "纺织院1至4排", "纺织院1至4排"),
        ("柳园小区2单元", "柳园小区1、2单元", "柳园小区1、2单元"),
        ("纺织院1至4排", "纺织院3排", "纺织院1至4排"),
    ],
)
def test_a_span_holds_the_number_that_was_told_first(first: str, later: str, together: str) -> None:
    assert fuller(first, later) == together


@pytest.mark.parametrize(
    ("place", "rest"), [("柳园小区十二栋2单元", "柳园小区"), ("老街戏台", "老街戏台"), ("3号楼", None)]
)
def test_without_the_house_only_the_estate_is_left(place: str, rest: str | None) -> None:
    assert without_numbers(place) == rest
