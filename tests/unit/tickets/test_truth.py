"""Whether a sentence is still true when it leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.terms import DangerKind, Status, Urgency
from tests.builders.tickets import NOW, a_ticket
from tickets.truth import CONDITIONS, still_true

#: In which states each condition holds.
HOLDS = {
    "always": set(Status),
    "open": {Status.OPEN, Status.ASSIGNED, Status.ACCEPTED, Status.DONE, Status.SHELVED},
    "unaccepted": {Status.OPEN, Status.ASSIGNED},
    "undone": {Status.OPEN, Status.ASSIGNED, Status.ACCEPTED},
    "call_accept": {Status.OPEN, Status.ASSIGNED},
    "call_done": {Status.OPEN, Status.ASSIGNED, Status.ACCEPTED},
    "accepted": {Status.ACCEPTED},
    "shelved": {Status.SHELVED},
    "unrated": {Status.DONE},
}


@pytest.mark.parametrize("condition", HOLDS)
@pytest.mark.parametrize("status", Status)
def test_it_holds_in_these_states_and_no_other(condition: str, status: Status) -> None:
    assert still_true(condition, a_ticket(status=status, round=2), 2) is (status in HOLDS[condition])


@pytest.mark.parametrize("condition", sorted(set(CONDITIONS) - {"always"}))
def test_what_was_queued_in_an_earlier_round_is_true_no_more(condition: str) -> None:
    ticket = a_ticket(round=2, urgency=Urgency.DANGER, danger=DangerKind.PLACE, doubt=True)
    for status in Status:
        assert not still_true(condition, replace(ticket, status=status), 1)


@pytest.mark.parametrize("condition", ["call_accept", "call_done"])
def test_an_acknowledged_ladder_calls_nobody(condition: str) -> None:
    assert not still_true(condition, a_ticket(acknowledged_at=NOW), 1)


def test_a_danger_that_is_over_is_told_no_more() -> None:
    ticket = a_ticket(urgency=Urgency.DANGER, danger=DangerKind.PLACE)
    assert still_true("danger", ticket, 1)
    assert not still_true("danger", replace(ticket, danger_ended_at=NOW), 1)


def test_what_belongs_to_no_ticket_is_always_true() -> None:
    assert still_true("open", None, 0)


def test_an_unknown_condition_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown condition"):
        still_true("perhaps", a_ticket(), 1)
