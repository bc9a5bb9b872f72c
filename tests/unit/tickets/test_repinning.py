"""换规则: a logged re-pin begins a new round under the current version."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from escalation.span import Span, Unit
from registry.terms import ClockKind, Status, Urgency, What
from tests.builders.desk import MORNING, rules, told, who
from tests.unit.tickets.looking import hours, now_of, run_until, said, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, opening, rating, repinning
from tickets.due import do_due
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.work import Rules

OLD = rules()
_POLICY = OLD.policy
NEW_POLICY = replace(
    _POLICY, version="2026-02", limits={**_POLICY.limits, (Urgency.URGENT, ClockKind.ACCEPT): Span(10, Unit.MINUTES)}
)
#: The county has written a new version; tickets of the old one keep theirs.
NEW = Rules({**OLD.policies, NEW_POLICY.version: NEW_POLICY}, NEW_POLICY.version, OLD.calendar, OLD.registry)
NOON = MORNING + hours(3)


def overdue(work: MemoryWork) -> Ticket:
    ticket = opening.do_open(work, OLD, MORNING, told(urgency=Urgency.URGENT))
    run_until(work, MORNING + timedelta(minutes=40))
    return now_of(work, ticket)


def test_a_new_version_touches_no_ticket_that_began_before() -> None:
    work = MemoryWork()
    ticket = overdue(work)
    assert NEW.policy_of(ticket).version == "2026-01"
    assert opening.do_open(work, NEW, NOON, told(place="9栋")).policy == "2026-02"


def test_it_begins_a_new_round_with_limits_and_ladder_anew() -> None:
    work = MemoryWork()
    ticket = overdue(work)
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].rung == 1
    moved = repinning.do_repin(work, NEW, NOON, ticket, "office", "新规则更快", because="x")
    assert (moved.policy, moved.round, moved.step, moved.status) == ("2026-02", 2, 0, Status.ASSIGNED)
    clock = work.clocks(ticket.id)[ClockKind.ACCEPT]
    assert (clock.limit_at, clock.rung) == (NOON + timedelta(minutes=10), 0)
    line = work.history(ticket.id)[-1]
    assert (line.what, line.by, line.facts["from"], line.facts["to"]) == (What.REPINNED, "office", "2026-01", "2026-02")
    assert work.line_words(ticket.id, line.line) == "新规则更快"


def test_the_ladder_starts_at_its_first_rung_since_nobody_said_that_it_is_not_settled() -> None:
    work = MemoryWork()
    ticket = repinning.do_repin(work, NEW, NOON, overdue(work), "office", "新规则更快", because="x")
    clock = work.clocks(ticket.id)[ClockKind.ACCEPT]
    before = len(said(work, "step.group"))
    do_due(work, NEW, clock.due_at, clock)
    calls = said(work, "step.group")[before:]
    assert {say.group for say in calls} == {"g-coord"}


def test_what_is_accepted_stays_so() -> None:
    work = MemoryWork()
    ticket = assigning.do_accept(work, OLD, NOON, overdue(work), who("water"), because="x")
    moved = repinning.do_repin(work, NEW, NOON, ticket, "office", "新规则更快", because="y")
    assert moved.status is Status.ACCEPTED
    assert ClockKind.ACCEPT not in work.clocks(ticket.id)
    assert ClockKind.DONE in work.clocks(ticket.id)


def test_what_waits_to_be_said_is_said_in_the_new_round() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, OLD, MORNING, told(urgency=Urgency.URGENT))
    moved = repinning.do_repin(work, NEW, MORNING, ticket, "office", "新规则更快", because="x")
    assert {say.round for say in said(work, "card.assigned")} == {moved.round}


@pytest.mark.parametrize(("reason", "book", "refusal"), [("  ", NEW, "repin_reason"), ("换", OLD, "repin_same")])
def test_what_is_refused(reason: str, book: Rules, refusal: str) -> None:
    work = MemoryWork()
    ticket = overdue(work)
    with pytest.raises(RefusedError) as refused:
        repinning.do_repin(work, book, NOON, ticket, "office", reason, because="x")
    assert refused.value.reason == refusal
    assert What.REPINNED not in whats(work, ticket)


def test_what_is_done_has_no_limit_to_move() -> None:
    work = MemoryWork()
    ticket = rating.do_done(work, OLD, NOON, overdue(work), who("water"), because="x")
    with pytest.raises(RefusedError) as refused:
        repinning.do_repin(work, NEW, NOON, ticket, "office", "换", because="y")
    assert refused.value.reason == "repin_waits"
