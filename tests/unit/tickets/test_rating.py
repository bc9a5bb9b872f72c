"""办结 to 归档: asked, asked again, silent, unasked, reopened, linked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.terms import Act, Category, ClockKind, Outcome, Said, Status, TicketKind, What
from tests.builders.desk import MORNING, echo, lost, place_danger, rules, told, who
from tests.unit.tickets.looking import clocks_of, events, hearers, hours, now_of, run_until, said, send_all, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, missing, opening, rating
from tickets.due import do_pass
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()


def opened(work: MemoryWork, **changes: object) -> Ticket:
    return opening.do_open(work, RULES, MORNING, told(**changes))


def finished(work: MemoryWork) -> Ticket:
    return rating.do_done(work, RULES, MORNING, opened(work), who("water"), because="x")


def asked(work: MemoryWork) -> Ticket:
    ticket = finished(work)
    rating.do_reached(work, RULES, MORNING, ticket)
    return ticket


def test_done_asks_the_voices_and_only_the_rating_clock_runs() -> None:
    work = MemoryWork()
    ticket = opening.do_voice(work, RULES, MORNING, opened(work), echo())
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("water"), because="x", media="photo")
    assert (ticket.status, ticket.owner, ticket.done_at) == (Status.DONE, "water", MORNING)
    assert said(work, "ask_rating")[0].args == {"voices": ["r-1", "r-2"], "photo": True}
    assert set(work.clocks(ticket.id)) == {ClockKind.RATING}
    assert hearers(work, "coord.done") == {"g-coord"}
    assert said(work, "receipt") == said(work, "card.assigned") == []
    with pytest.raises(RefusedError, match="already_done"):
        rating.do_done(work, RULES, MORNING, ticket, who("water"), because="y")


def test_a_satisfied_voice_closes_it_and_no_clock_runs_on() -> None:
    work = MemoryWork()
    ticket = rating.do_rate(work, RULES, MORNING, asked(work), "r-1", True, because="x")
    assert (ticket.status, ticket.outcome) == (Status.CLOSED, Outcome.SATISFIED)
    assert work.clocks(ticket.id) == {}


def test_reached_it_is_asked_again_after_a_day_and_silent_after_three() -> None:
    work = MemoryWork()
    ticket = asked(work)
    run_until(work, MORNING + hours(24) - timedelta(seconds=1))
    assert said(work, "ask_rating_again") == []
    run_until(work, MORNING + hours(24))
    assert len(said(work, "ask_rating_again")) == 1
    run_until(work, MORNING + hours(72) - timedelta(seconds=1))
    assert now_of(work, ticket).status is Status.DONE
    run_until(work, MORNING + hours(72))
    closed = now_of(work, ticket)
    assert (closed.status, closed.outcome) == (Status.CLOSED, Outcome.SILENT)
    assert work.clocks(ticket.id) == {}


def test_reaching_a_second_group_does_not_begin_the_wait_anew() -> None:
    work = MemoryWork()
    ticket = asked(work)
    before = work.clocks(ticket.id)
    rating.do_reached(work, RULES, MORNING + hours(5), ticket)
    assert work.clocks(ticket.id) == before


def test_a_question_that_reached_nobody_is_shown_and_closed_as_unasked() -> None:
    work = MemoryWork()
    ticket = finished(work)
    run_until(work, MORNING + hours(48) - timedelta(seconds=1))
    assert said(work, "alarm.unasked") == []
    run_until(work, MORNING + hours(48))
    assert hearers(work, "alarm.unasked") == {"office"}
    run_until(work, MORNING + timedelta(days=7))
    assert (now_of(work, ticket).status, now_of(work, ticket).outcome) == (Status.CLOSED, Outcome.UNASKED)


def test_reached_after_the_office_was_told_it_still_has_its_three_days() -> None:
    work = MemoryWork()
    ticket = finished(work)
    run_until(work, MORNING + hours(48))
    rating.do_reached(work, RULES, MORNING + hours(50), ticket)
    assert work.clocks(ticket.id)[ClockKind.RATING].limit_at == MORNING + hours(122)


def test_a_satisfied_voice_closes() -> None:
    work = MemoryWork()
    ticket = rating.do_rate(work, RULES, MORNING, asked(work), "r-1", satisfied=True, because="x")
    assert (ticket.status, ticket.outcome) == (Status.CLOSED, Outcome.SATISFIED)
    assert said(work, "ask_rating") == []
    assert hearers(work, "rated.thanks") == {"g-1"}


def test_an_unsatisfied_voice_opens_the_next_round_with_an_owner_and_clocks() -> None:
    work = MemoryWork()
    ticket = rating.do_rate(work, RULES, MORNING, asked(work), "r-1", satisfied=False, because="x")
    assert (ticket.status, ticket.round, ticket.step, ticket.owner) == (Status.ASSIGNED, 2, 0, "sponsor")
    assert clocks_of(work, ticket) == {ClockKind.ACCEPT, ClockKind.FIRST_CONTACT, ClockKind.DONE}
    assert hearers(work, "reopened") == {"g-coord"}
    assert hearers(work, "card.reopened") == {"water-lead", "water", "sponsor"}
    assert whats(work, ticket)[-2:] == [What.RATED, What.REOPENED]


def test_a_reopened_matter_starts_one_rung_higher() -> None:
    work = MemoryWork()
    ticket = rating.do_rate(work, RULES, MORNING, asked(work), "r-1", satisfied=False, because="x")
    due = work.clocks(ticket.id)[ClockKind.ACCEPT].due_at
    send_all(work, due)
    do_pass(work, RULES, due)
    assert hearers(work, "step.group") == {"g-coord", "g-cmd"}


def test_a_rating_after_silence_counts() -> None:
    work = MemoryWork()
    ticket = asked(work)
    run_until(work, MORNING + hours(73))
    ticket = rating.do_rate(work, RULES, MORNING + hours(74), now_of(work, ticket), "r-1", satisfied=True, because="x")
    assert (ticket.status, ticket.outcome) == (Status.CLOSED, Outcome.SATISFIED)


def test_still_not_settled_reopens_within_seven_days_of_closing_and_not_later() -> None:
    work = MemoryWork()
    ticket = rating.do_rate(work, RULES, MORNING, asked(work), "r-1", satisfied=True, because="x")
    with pytest.raises(RefusedError, match="reopen_late"):
        rating.do_reopen(work, RULES, MORNING + timedelta(days=7, seconds=1), ticket, by="r-1", because="x")
    again = rating.do_reopen(work, RULES, MORNING + timedelta(days=7), ticket, by="r-1", because="x")
    assert (again.round, again.status, again.outcome) == (2, Status.ASSIGNED, None)


def test_later_it_is_a_new_ticket_that_holds_the_message_itself() -> None:
    """A recall must find the words; an id made up for the new ticket would hide them."""
    work = MemoryWork()
    old = rating.do_rate(work, RULES, MORNING, asked(work), "r-1", satisfied=True, because="x")
    later = MORNING + timedelta(days=9)
    late = told("水管还是漏", message="late", act=Act.RATING, at=later, category=None, urgency=None, place=None)
    ticket = opening.do_open_again(work, RULES, later, old, late)
    assert [m.id for m in work.messages(ticket.id)] == ["late"]
    assert (ticket.category, ticket.place, ticket.linked_to) == (Category.WATER, "3栋", old.id)
    assert work.voices(ticket.id) == ["r-1"]


def test_a_matter_not_done_can_not_be_rated() -> None:
    work = MemoryWork()
    with pytest.raises(RefusedError, match="not_done_yet"):
        rating.do_rate(work, RULES, MORNING, opened(work), "r-1", satisfied=True, because="x")


def test_a_consultation_done_is_answered_and_closed() -> None:
    work = MemoryWork()
    ticket = opening.do_consult(work, RULES, MORNING, told("落户要带啥", act=Act.QUESTION))
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("member"), because="x", words="带户口本")
    assert (ticket.kind, ticket.status, ticket.outcome) == (TicketKind.CONSULTATION, Status.CLOSED, Outcome.UNASKED)
    assert hearers(work, "consult.done") == {"g-1"}


def test_a_person_found_is_told_to_all_who_searched_and_nobody_rates() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, lost())
    groups = [RULES.registry.groups[g] for g in ("g-1", "g-2")]
    missing.do_order_search(work, RULES, MORNING, ticket, who("leader"), groups, "请各位留意", because="x")
    send_all(work, MORNING)
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("police"), because="y")
    assert ticket.status is Status.CLOSED
    assert {"g-1", "g-2", "member", "leader"} <= hearers(work, "missing.found")
    assert "ask_rating" not in events(work)


def test_a_search_that_has_not_left_when_the_person_is_found_never_leaves() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, lost())
    missing.do_order_search(work, RULES, MORNING, ticket, who("leader"), [RULES.registry.groups["g-3"]], "请留意", because="x")
    row = next(row for row in work.tables.outbox if row.say.event == "missing.order")
    work.mark(row.id, "asked")
    rating.do_done(work, RULES, MORNING, ticket, who("police"), because="y")
    assert (row.state, row.withdraw) == ("cancelled", True)
    assert "g-3" not in hearers(work, "missing.found")


# 不用了 ------------------------------------------------------------------------------------------------------------


def test_who_told_it_alone_may_take_it_back() -> None:
    work = MemoryWork()
    ticket = opened(work)
    with pytest.raises(RefusedError, match="not_yours"):
        rating.do_withdraw(work, RULES, MORNING, ticket, "r-2", because="x")
    ticket = rating.do_withdraw(work, RULES, MORNING, ticket, "r-1", because="x")
    assert (ticket.status, work.clocks(ticket.id)) == (Status.WITHDRAWN, {})
    assert hearers(work, "withdrawn") == {"g-1"}
    assert hearers(work, "coord.withdrawn") == {"g-coord"}
    assert said(work, "card.assigned") == []
    with pytest.raises(RefusedError, match="finished"):
        rating.do_withdraw(work, RULES, MORNING, ticket, "r-1", because="y")


def test_what_others_told_too_stays() -> None:
    work = MemoryWork()
    ticket = opening.do_voice(work, RULES, MORNING, opened(work), echo())
    with pytest.raises(RefusedError, match="others_told_it"):
        rating.do_withdraw(work, RULES, MORNING, ticket, "r-1", because="x")


@pytest.mark.parametrize("doubt", [False, True])
def test_a_danger_or_a_doubt_is_not_taken_back_by_who_told_it(doubt: bool) -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger(doubt=doubt, **({"urgency": None} if doubt else {})))
    with pytest.raises(RefusedError, match="withdraw_danger"):
        rating.do_withdraw(work, RULES, MORNING, ticket, "r-1", because="x")


def test_the_holder_is_told_when_his_accepted_work_is_withdrawn() -> None:
    work = MemoryWork()
    ticket = assigning.do_accept(work, RULES, MORNING, opened(work), who("water"), because="x")
    rating.do_withdraw(work, RULES, MORNING, ticket, "r-1", because="y")
    assert hearers(work, "coord.withdrawn") == {"g-coord", "water"}
    assert all(say.kind is Said.STATUS for say in said(work, "coord.withdrawn"))
