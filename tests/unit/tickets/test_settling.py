"""自行解决: residents mended it themselves; who told it says so, and no unit is credited."""

from __future__ import annotations

import pytest

from registry.terms import ClockKind, Outcome, Status, What
from tests.builders.desk import MORNING, echo, rules, told, who
from tests.unit.tickets.looking import hearers, hours, run_until, said, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, opening, rating, settling
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()


def opened(work: MemoryWork) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told())


def settled(work: MemoryWork, ticket: Ticket, by: str) -> Ticket:
    return settling.do_settle(work, RULES, MORNING + hours(1), ticket, who(by), because="y", words="自己修好了")


def test_the_only_voice_closes_it_and_may_still_say_that_it_is_not_settled() -> None:
    work = MemoryWork()
    ticket = assigning.do_accept(work, RULES, MORNING, opened(work), who("water"), because="x")
    ticket = settled(work, ticket, "r-1")
    assert (ticket.status, ticket.outcome, work.clocks(ticket.id)) == (Status.CLOSED, Outcome.UNASKED, {})
    assert whats(work, ticket)[-2:] == [What.SETTLED_BY_RESIDENTS, What.CLOSED]
    assert hearers(work, "status.settled") == {"g-1"}
    assert hearers(work, "coord.settled") == {"g-coord", "water"}
    assert rating.may_reopen(RULES, ticket, MORNING + hours(30))


@pytest.mark.parametrize("by", ["head", "r-1"])
def test_with_other_voices_they_are_asked(by: str) -> None:
    work = MemoryWork()
    ticket = opening.do_voice(work, RULES, MORNING, opened(work), echo())
    ticket = settled(work, ticket, by)
    assert ticket.status is Status.DONE
    assert set(work.clocks(ticket.id)) == {ClockKind.RATING}
    assert said(work, "ask_settled")[0].args["voices"] == ["r-1", "r-2"]
    assert said(work, "ask_rating") == said(work, "card.assigned") == []
    rating.do_reached(work, RULES, MORNING + hours(1), ticket)
    run_until(work, MORNING + hours(80))
    assert work.get_ticket(ticket.id).outcome is Outcome.SILENT


def test_who_never_told_it_does_not_settle_it() -> None:
    work = MemoryWork()
    with pytest.raises(RefusedError, match="settle_not_yours"):
        settled(work, opened(work), "r-2")
