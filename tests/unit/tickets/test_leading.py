"""领导领办: who is asked when, who may be it, and that there is one owner all the same."""

from __future__ import annotations

import pytest

from registry.terms import ClockKind, What
from tests.builders.desk import MORNING, person_danger, rules, told, who
from tests.unit.tickets.looking import hearers, run_until, said
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, correcting, leading, opening, rating
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


def returned(work: MemoryWork, ticket: Ticket) -> Ticket:
    ticket = assigning.do_return(work, RULES, MORNING, ticket, who("water"), "不归我们", because="x")
    return assigning.do_hand_over(work, RULES, MORNING, ticket, who("office"), RULES.registry.units["un-water"], because="x")


def reopened(work: MemoryWork, ticket: Ticket) -> Ticket:
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="x")
    return rating.do_reopen(work, RULES, MORNING, ticket, by="r-1", because="x")


def rated_badly(work: MemoryWork, ticket: Ticket) -> Ticket:
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="x")
    return rating.do_rate(work, RULES, MORNING, ticket, "r-1", False, because="x")


@pytest.mark.parametrize(("again", "reason"), [(returned, "returns"), (reopened, "reopened"), (rated_badly, "reopened")])
def test_what_comes_back_twice_is_proposed_to_the_leader_of_the_area(again: object, reason: str) -> None:
    work = MemoryWork()
    ticket = again(work, opened(work))  # type: ignore[operator]
    assert said(work, "card.lead") == []
    ticket = again(work, ticket)  # type: ignore[operator]
    assert hearers(work, "card.lead") == {"county"}
    assert said(work, "card.lead")[0].args == {"reason": reason}
    assert hearers(work, "card.lead_proposed") == {"office"}
    assert ticket.leader is None, "asked is not taken"
    line = next(line for line in work.history(ticket.id) if line.facts.get("leader_proposed"))
    assert (line.what, line.to) == (What.RAISED, "county")


def test_he_is_asked_once_a_round() -> None:
    work = MemoryWork()
    ticket = returned(work, returned(work, opened(work)))
    assert not leading.propose_leader(work, RULES, MORNING, ticket, "unanswered", because="x")
    assert len(said(work, "card.lead")) == 1


def test_a_leader_takes_it_by_name_and_the_owner_stays() -> None:
    work = MemoryWork()
    before = opened(work)
    ticket = leading.do_take_lead(work, RULES, MORNING, before, who("county"), who("county"), because="x")
    assert (ticket.leader, ticket.owner, ticket.status) == ("county", before.owner, before.status)
    assert hearers(work, "coord.led") == {"g-coord", "g-cmd"}
    assert hearers(work, "card.led") == {"sponsor", "water-lead", "water"}
    assert said(work, "card.lead_given") == []
    assert not leading.propose_leader(work, RULES, MORNING, ticket, "returns", because="x"), "he leads it already"


def test_named_by_the_office_he_is_told() -> None:
    work = MemoryWork()
    leading.do_take_lead(work, RULES, MORNING, opened(work), who("county"), who("office"), because="x", but_not="g-coord")
    assert hearers(work, "card.lead_given") == {"county"}
    assert hearers(work, "coord.led") == {"g-cmd"}


def test_he_hears_every_step() -> None:
    work = MemoryWork()
    ticket = leading.do_take_lead(work, RULES, MORNING, opened(work), who("county"), who("county"), because="x")
    due = work.clocks(ticket.id)[ClockKind.ACCEPT].due_at
    run_until(work, due)
    steps = [say for say in said(work, "step.card") if say.person == "county"]
    assert [say.args["why"] for say in steps] == ["leader"]


def test_who_can_not_lead_and_what_can_not_be_led() -> None:
    work = MemoryWork()
    ticket = opened(work)
    with pytest.raises(RefusedError, match="leader_unknown"):
        leading.do_take_lead(work, RULES, MORNING, ticket, who("sponsor"), who("office"), because="x")
    ticket = leading.do_take_lead(work, RULES, MORNING, ticket, who("county"), who("county"), because="x")
    with pytest.raises(RefusedError, match="already_led"):
        leading.do_take_lead(work, RULES, MORNING, ticket, who("county"), who("county"), because="x")
    private = opening.do_open(work, RULES, MORNING, person_danger())
    with pytest.raises(RefusedError, match="private"):
        leading.do_take_lead(work, RULES, MORNING, private, who("county"), who("county"), because="x")
    excluded = correcting.do_exclude(work, RULES, MORNING, opened(work), who("member"), because="x")
    with pytest.raises(RefusedError, match="finished"):
        leading.do_take_lead(work, RULES, MORNING, excluded, who("county"), who("county"), because="x")
