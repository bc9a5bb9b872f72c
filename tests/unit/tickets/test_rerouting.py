"""What could not be delivered is given to somebody else in the same unit of work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.terms import ClockKind, Lane, Said, Urgency, What
from tests.builders.desk import MORNING, person_danger, place_danger, rules, told, who
from tests.unit.tickets.looking import hearers, now_of, said, send_all
from tests.unit.tickets.memory import MemoryWork
from tickets import opening
from tickets.acknowledging import do_acknowledge
from tickets.due import do_pass
from tickets.model import Ticket, ToSay
from tickets.rerouting import do_reroute
from tickets.told import Told

RULES = rules()


def called(work: MemoryWork, matter: Told) -> Ticket:
    """A matter whose ladder has called once."""
    ticket = opening.do_open(work, RULES, MORNING, matter)
    send_all(work, MORNING)
    do_pass(work, RULES, work.clocks(ticket.id)[ClockKind.ACCEPT].due_at)
    return now_of(work, ticket)


def the_call(work: MemoryWork, event: str, hearer: str) -> ToSay:
    return next(say for say in said(work, event) if hearer in (say.group, say.person))


def test_a_card_goes_to_the_next_of_the_same_unit() -> None:
    work = MemoryWork()
    ticket = called(work, told(urgency=Urgency.URGENT))
    failed = the_call(work, "step.card", "water-lead")
    # the member has had a card when it was assigned, but none in this lane's ladder
    work.tables.outbox = [row for row in work.tables.outbox if row.say.person != "water"]
    assert do_reroute(work, RULES, MORNING, failed)
    rerouted = the_call(work, "step.card", "water")
    assert (rerouted.lane, rerouted.step, rerouted.still) == (failed.lane, failed.step, failed.still)
    line = work.history(ticket.id)[-1]
    assert (line.what, line.facts["to"]) == (What.RAISED, ["water"])


def test_where_nobody_of_the_rung_is_left_the_next_rung_is_called_once() -> None:
    work = MemoryWork()
    ticket = called(work, told(urgency=Urgency.URGENT))
    failed = the_call(work, "step.card", "water-lead")
    assert do_reroute(work, RULES, MORNING, failed)
    assert now_of(work, ticket).step == 2
    assert "g-cmd" in hearers(work, "step.group")
    assert not do_reroute(work, RULES, MORNING, failed), "the step has gone on"
    assert now_of(work, ticket).step == 2


def test_a_group_s_call_goes_to_those_who_lead_it() -> None:
    work = MemoryWork()
    called(work, told(urgency=Urgency.URGENT))
    assert do_reroute(work, RULES, MORNING, the_call(work, "step.group", "g-coord"))
    assert {"sponsor", "leader"} <= hearers(work, "step.card")


def test_a_danger_s_advice_that_a_group_did_not_get_goes_to_its_owner_as_a_card() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger())
    advice = the_call(work, "danger.advice", "g-1")
    work.tables.outbox = [row for row in work.tables.outbox if row.say.person != "member"]
    assert do_reroute(work, RULES, MORNING, advice)
    card = the_call(work, "card.danger", "member")
    assert (card.lane, card.ticket) == (Lane.DANGER, ticket.id)


def test_a_person_danger_goes_to_confidants_only() -> None:
    work = MemoryWork()
    opening.do_open(work, RULES, MORNING, person_danger())
    failed = the_call(work, "card.person", "duty-day")
    work.tables.outbox = [row for row in work.tables.outbox if row.say.person == "duty-day"]
    assert do_reroute(work, RULES, MORNING, failed)
    assert hearers(work, "card.person") == {"duty-day", "duty-night"}


def test_what_is_no_longer_true_goes_nowhere() -> None:
    work = MemoryWork()
    ticket = called(work, told(urgency=Urgency.URGENT))
    failed = the_call(work, "step.card", "water-lead")
    do_acknowledge(work, RULES, MORNING, ticket, who("water"), because="x")
    before = len(work.tables.outbox)
    assert not do_reroute(work, RULES, MORNING, failed)
    assert len(work.tables.outbox) == before


def test_it_is_not_passed_on_for_ever() -> None:
    work = MemoryWork()
    called(work, told(urgency=Urgency.URGENT))
    failed = the_call(work, "step.card", "water-lead")
    assert not do_reroute(work, RULES, MORNING, replace(failed, args={**failed.args, "rerouted": 3}))


@pytest.mark.parametrize("event", ["receipt", "digest", "answer.done"])
def test_what_nobody_must_act_on_is_left_to_the_office(event: str) -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, told())
    row = ToSay(kind=Said.RECEIPT, event=event, lane=Lane.NORMAL, ticket=ticket.id, because="x", group="g-1")
    assert not do_reroute(work, RULES, MORNING, row)
