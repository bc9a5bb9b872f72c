"""The residents' code gives the number back to who has the whole of it, and nobody can make one."""

import pytest

from dashboard.resident_code import number_of, ticket_code

KEY = "k" * 32


@pytest.mark.parametrize("number", ["2026-0302-1", "2026-0302-17", "2026-1231-1204"])
def test_the_code_gives_the_number_back(number: str) -> None:
    assert number_of(ticket_code(number, KEY), KEY) == number


def test_another_tickets_seal_or_another_key_opens_nothing() -> None:
    code = ticket_code("2026-0302-17", KEY)
    seal = code.partition("-")[2]

    assert number_of(f"2026030218-{seal}", KEY) is None
    assert number_of(code, "z" * 32) is None
    assert number_of(code[:-1], KEY) is None
    assert number_of(code[:-1] + ("a" if code[-1] != "a" else "b"), KEY) is None


@pytest.mark.parametrize("code", ["", "2026030217", "2026-0302-17", "x" * 5000, "2026030217-" + "签" * 16])
def test_what_is_no_code_is_nothing(code: str) -> None:
    assert number_of(code, KEY) is None


def test_the_code_is_short_and_easy_to_type() -> None:
    code = ticket_code("2026-0302-17", KEY)

    assert len(code) == 27
    assert code == code.lower()
