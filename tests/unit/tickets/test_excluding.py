"""不合理诉求: one proposes, a second confirms, the voices are told politely, and the figure is public."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.terms import Status, What
from tests.builders.desk import MORNING, rules, told, who
from tests.unit.tickets.looking import hearers, hours, said
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, correcting, excluding, opening
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()
DAY = (MORNING, MORNING + timedelta(days=1))


def asked(work: MemoryWork, by: str = "water", *, accepted: bool = True) -> Ticket:
    ticket = opening.do_open(work, RULES, MORNING, told())
    if accepted:
        ticket = assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="x")
    return excluding.do_ask_exclusion(work, RULES, MORNING, ticket, who(by), "要占别家的地", because="x")


def decided(work: MemoryWork, ticket: Ticket, by: str, confirmed: bool = True) -> Ticket:
    return excluding.do_decide_exclusion(work, RULES, MORNING + hours(1), ticket, who(by), confirmed, because="y")


@pytest.mark.parametrize("accepted", [True, False])
def test_proposed_it_goes_on_until_a_second_person_confirms(accepted: bool) -> None:
    work = MemoryWork()
    ticket = asked(work, accepted=accepted)
    assert ticket.status is (Status.ACCEPTED if accepted else Status.ASSIGNED)
    assert work.clocks(ticket.id)
    assert hearers(work, "unreasonable.asked") == {"leader", "office"}
    ticket = decided(work, ticket, "office")
    assert (ticket.status, ticket.closed_at, work.clocks(ticket.id)) == (Status.EXCLUDED, MORNING + hours(1), {})
    assert hearers(work, "status.unreasonable") == {"g-1"}
    assert hearers(work, "coord.unreasonable") == {"g-coord"}
    assert hearers(work, "unreasonable.confirmed") == {"water"}
    assert said(work, "card.assigned") == []
    assert work.history(ticket.id)[-1].facts == {"excluded": True, "unreasonable": True}


def test_not_confirmed_it_goes_on_and_the_asker_is_told() -> None:
    work = MemoryWork()
    ticket = asked(work)
    clocks = work.clocks(ticket.id)
    ticket = decided(work, ticket, "leader", confirmed=False)
    assert (ticket.status, work.clocks(ticket.id)) == (Status.ACCEPTED, clocks)
    assert hearers(work, "unreasonable.refused") == {"water"}
    with pytest.raises(RefusedError, match="no_request"):
        decided(work, ticket, "office")


def test_one_person_alone_excludes_nothing() -> None:
    work = MemoryWork()
    ticket = asked(work, by="leader")
    assert hearers(work, "unreasonable.asked") == {"office"}
    with pytest.raises(RefusedError, match="second_person"):
        decided(work, ticket, "leader")
    assert decided(work, ticket, "office").status is Status.EXCLUDED


def test_a_reason_is_needed_and_one_proposal_at_a_time() -> None:
    work = MemoryWork()
    ticket = asked(work)
    with pytest.raises(RefusedError, match="asked_before"):
        excluding.do_ask_exclusion(work, RULES, MORNING, ticket, who("member"), "同上", because="x")
    fresh = opening.do_open(work, RULES, MORNING, told())
    with pytest.raises(RefusedError, match="unreasonable_needs"):
        excluding.do_ask_exclusion(work, RULES, MORNING, fresh, who("member"), "  ", because="x")


def test_it_is_counted_in_public_and_a_misreading_is_not() -> None:
    work = MemoryWork()
    decided(work, asked(work), "office")
    misread = opening.do_open(work, RULES, MORNING, told(sender="r-2"))
    correcting.do_exclude(work, RULES, MORNING, misread, who("member"), because="x")
    figures = work.figures(None, *DAY)
    assert (figures["unreasonable"], figures["new"], figures["open"]) == (1, 0, 0)
    assert [line.what for line in work.history(misread.id)][-1] is What.CLOSED
