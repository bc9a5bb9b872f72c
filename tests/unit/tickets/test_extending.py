"""延期: asked with a reason and a day, granted by another by name, once; before that no clock moves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry.terms import ClockKind, Status, What
from tests.builders.desk import MORNING, rules, told, who
from tests.unit.tickets.looking import hearers, hours, now_of, run_until, said
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, extending, opening, rating, shelving
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()
#: The limit of a normal matter is the 9th, fifteen days after opening is the 17th at 09:00.
DAY = date(2026, 3, 14)


def accepted(work: MemoryWork) -> Ticket:
    ticket = opening.do_open(work, RULES, MORNING, told())
    return assigning.do_accept(work, RULES, MORNING, ticket, who("water"), because="x")


def asked(work: MemoryWork, by: str = "water", day: date | None = DAY, reason: str = "等配件") -> Ticket:
    return extending.do_ask_extension(work, RULES, MORNING, accepted(work), who(by), day, reason, because="x")


def decided(work: MemoryWork, ticket: Ticket, by: str = "leader", granted: bool = True) -> Ticket:
    return extending.do_decide_extension(work, RULES, MORNING + hours(1), ticket, who(by), granted, because="y")


def test_asking_moves_no_clock_and_asks_leader_and_office() -> None:
    work = MemoryWork()
    ticket = accepted(work)
    before = work.clocks(ticket.id)
    extending.do_ask_extension(work, RULES, MORNING, ticket, who("water"), DAY, "等配件", because="x")
    assert work.clocks(ticket.id) == before
    assert hearers(work, "extension.asked") == {"leader", "office"}
    assert now_of(work, ticket).status is Status.ACCEPTED


def test_granted_by_name_the_limit_moves_and_asker_and_group_are_told() -> None:
    work = MemoryWork()
    ticket = decided(work, asked(work))
    assert work.clocks(ticket.id)[ClockKind.DONE].limit_at.isoformat() == "2026-03-14T18:00:00+08:00"
    assert hearers(work, "extension.granted") == {"water"}
    assert hearers(work, "status.extended") == {"g-1"}
    assert hearers(work, "coord.extended") == {"g-coord"}
    assert said(work, "extension.asked") == [], "the other who was asked need not decide any more"
    line = work.history(ticket.id)[-1]
    assert (line.what, line.by, line.to, line.facts["stage"]) == (What.EXTENDED, "leader", "water", "granted")


def test_refused_nothing_moves_and_only_the_asker_is_told() -> None:
    work = MemoryWork()
    ticket = asked(work)
    before = work.clocks(ticket.id)
    decided(work, ticket, granted=False)
    assert work.clocks(ticket.id) == before
    assert hearers(work, "extension.refused") == {"water"}
    assert said(work, "status.extended") == said(work, "coord.extended") == []


def test_nobody_grants_what_he_asked_for() -> None:
    work = MemoryWork()
    ticket = asked(work, by="leader")
    assert hearers(work, "extension.asked") == {"office"}
    with pytest.raises(RefusedError, match="second_person"):
        decided(work, ticket)


@pytest.mark.parametrize(
    ("day", "reason", "refusal"),
    [
        (None, "等配件", "extension_needs"),
        (DAY, "", "extension_needs"),
        (date(2026, 3, 9), "等配件", None),
        (date(2026, 3, 8), "等配件", "extension_day"),
        (date(2026, 3, 17), "等配件", None),
        (date(2026, 3, 18), "等配件", "extension_day"),
    ],
)
def test_the_day_lies_after_the_running_limit_and_within_fifteen_days_of_opening(
    day: date | None, reason: str, refusal: str | None
) -> None:
    work = MemoryWork()
    if refusal is None:
        ticket = decided(work, asked(work, day=day))
        assert work.clocks(ticket.id)[ClockKind.DONE].limit_at <= MORNING + timedelta(days=15)
        return
    with pytest.raises(RefusedError, match=refusal):
        asked(work, day=day, reason=reason)


def test_it_is_granted_once_and_asked_for_one_at_a_time() -> None:
    work = MemoryWork()
    ticket = asked(work)
    with pytest.raises(RefusedError, match="asked_before"):
        extending.do_ask_extension(work, RULES, MORNING, ticket, who("water"), DAY, "等配件", because="x")
    decided(work, ticket)
    with pytest.raises(RefusedError, match="extended_before"):
        extending.do_ask_extension(work, RULES, MORNING, ticket, who("water"), date(2026, 3, 16), "还等", because="x")


def test_refused_it_may_be_asked_for_again() -> None:
    work = MemoryWork()
    ticket = decided(work, asked(work), granted=False)
    extending.do_ask_extension(work, RULES, MORNING + hours(2), ticket, who("water"), DAY, "厂家来信了", because="x")
    assert decided(work, ticket, by="office").status is Status.ACCEPTED


def test_what_the_unit_gave_back_or_shelved_is_no_longer_granted() -> None:
    work = MemoryWork()
    ticket = assigning.do_return(work, RULES, MORNING, asked(work), who("water"), "不归我们", because="x")
    ticket = assigning.do_accept(work, RULES, MORNING, ticket, who("power"), because="x")
    with pytest.raises(RefusedError, match="no_request"):
        decided(work, ticket)
    work = MemoryWork()
    ticket = shelving.do_shelve(work, RULES, MORNING, asked(work), who("leader"), date(2026, 3, 12), "等材料", because="x")
    ticket = shelving.do_resume(work, RULES, MORNING, ticket, who("leader"), because="x")
    with pytest.raises(RefusedError, match="no_request"):
        decided(work, ticket)


def test_calls_about_the_old_limit_do_not_leave_any_more() -> None:
    work = MemoryWork()
    ticket = asked(work)
    due = work.clocks(ticket.id)[ClockKind.DONE].due_at
    run_until(work, due)
    granted_at = due + timedelta(hours=1)
    extending.do_decide_extension(work, RULES, granted_at, now_of(work, ticket), who("leader"), True, because="y")
    clock = work.clocks(ticket.id)[ClockKind.DONE]
    assert (clock.rung, clock.due_at) == (0, clock.limit_at)
    assert [row for row in work.leaving(granted_at) if row.say.event.startswith("step.")] == []


def test_a_new_round_has_an_extension_of_its_own_within_the_same_fifteen_days() -> None:
    work = MemoryWork()
    ticket = decided(work, asked(work))
    ticket = rating.do_done(work, RULES, MORNING + hours(2), ticket, who("water"), because="x")
    ticket = rating.do_reopen(work, RULES, MORNING + hours(3), ticket, by="r-1", because="x")
    ticket = assigning.do_accept(work, RULES, MORNING + hours(4), ticket, who("water"), because="x")
    extending.do_ask_extension(work, RULES, MORNING + hours(5), ticket, who("water"), date(2026, 3, 15), "等配件", because="x")
