"""Danger of both kinds: raised, asked about, confirmed, lowered, ended; who is told of what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.terms import ClockKind, DangerKind, Lane, Said, Status, Urgency, What
from tests.builders.desk import MORNING, at, doubtful, person_danger, place_danger, rules, told, who
from tests.unit.tickets.looking import hearers, run_until, said, send_all, whats
from tests.unit.tickets.memory import MemoryWork
from tickets import assigning, correcting, danger, opening, rating
from tickets.errors import RefusedError

RULES = rules()
WATCHERS = {"member", "leader", "duty-day"}
SECONDS = timedelta(seconds=1)


def test_a_place_danger_reaches_all_tiers_at_once() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, at("03-02 23:30"), place_danger(at=at("03-02 23:30")))
    leaving = work.leaving(at("03-02 23:30"))
    heard = {(row.say.event, row.say.group or row.say.person) for row in leaving if row.say.lane is Lane.DANGER}
    assert {("danger.advice", "g-1"), ("danger.group", "g-coord"), ("danger.group", "g-cmd")} <= heard
    assert {("card.danger", one) for one in ("member", "leader", "duty-night")} <= heard
    assert ticket.in_danger
    assert work.clocks(ticket.id)[ClockKind.ACCEPT].due_at == at("03-02 23:35")


def test_a_head_on_wechat_hears_by_the_grid_member_who_stands_beside_him() -> None:
    work = MemoryWork()
    opening.do_open(work, RULES, MORNING, place_danger())
    assert [say.person for say in said(work, "card.danger") if say.args.get("stands_for") == "head"] == ["member"]


def test_what_was_said_of_the_normal_matter_is_overtaken() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, told())
    opening.do_voice(work, RULES, MORNING, ticket, place_danger())
    assert said(work, "receipt") == said(work, "assigned") == []


def test_a_doubt_asks_those_near_by_and_silence_raises_it() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, doubtful())
    assert hearers(work, "card.doubt") == WATCHERS
    assert said(work, "danger.group") == []
    run_until(work, MORNING + 89 * SECONDS)
    assert not work.get_ticket(ticket.id).in_danger
    run_until(work, MORNING + 90 * SECONDS)
    assert work.get_ticket(ticket.id).in_danger
    assert hearers(work, "danger.group") == {"g-coord", "g-cmd"}


def test_at_night_silence_reaches_command_three_minutes_later() -> None:
    work, night = MemoryWork(), at("03-02 23:00")
    opening.do_open(work, RULES, night, doubtful(at=night))
    run_until(work, night + 90 * SECONDS)
    assert hearers(work, "danger.group") == {"g-coord"}
    run_until(work, night + (90 + 179) * SECONDS)
    assert hearers(work, "danger.group") == {"g-coord"}
    run_until(work, night + (90 + 180) * SECONDS)
    assert hearers(work, "danger.group") == {"g-coord", "g-cmd"}


def test_a_doubt_answered_in_time_raises_nothing() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, doubtful())
    ticket = danger.do_lower(work, RULES, MORNING, ticket, who("member"), because="x")
    assert (ticket.danger, ticket.doubt, ticket.urgency) == (None, False, Urgency.NORMAL)
    run_until(work, MORNING + timedelta(minutes=10))
    assert said(work, "danger.group") == said(work, "card.doubt") == []
    assert [say for say in work.said if say.kind is Said.DANGER_ENDED] == [], "nobody was woken"


def test_a_person_who_confirms_raises_it_at_once() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, doubtful())
    ticket = danger.do_confirm(work, RULES, MORNING, ticket, who("leader"), because="x")
    assert ticket.in_danger
    assert not ticket.doubt
    assert hearers(work, "danger.group") == {"g-coord", "g-cmd"}
    with pytest.raises(RefusedError, match="already_danger"):
        danger.do_confirm(work, RULES, MORNING, ticket, who("member"), because="y")


def test_a_plain_matter_confirmed_alarms_nobody() -> None:
    """「属实」 under an ordinary leak says that it is so, not that it is dangerous."""
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, told())
    with pytest.raises(RefusedError, match="no_danger"):
        danger.do_confirm(work, RULES, MORNING, ticket, who("member"), because="x")
    assert said(work, "danger.group") == []


def test_all_who_were_told_are_told_that_it_is_over() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger())
    send_all(work, MORNING)
    alarmed = {say.group or say.person for say in work.said if say.lane is Lane.DANGER}
    ticket = danger.do_end(work, RULES, MORNING, ticket, who("duty-day"), because="x")
    assert hearers(work, "danger.ended") == alarmed
    assert (ticket.in_danger, ticket.urgency, ticket.is_open) == (False, Urgency.DANGER, True)
    with pytest.raises(RefusedError, match="no_danger"):
        danger.do_end(work, RULES, MORNING, ticket, who("duty-day"), because="y")


def test_who_was_told_of_a_danger_merged_into_another_is_told_too() -> None:
    work = MemoryWork()
    ours = opening.do_open(work, RULES, MORNING, place_danger())
    theirs = opening.do_open(work, RULES, MORNING, place_danger(group="g-2", sender="r-3"))
    send_all(work, MORNING)
    head = correcting.do_merge(work, RULES, MORNING, theirs, ours, who("member"), because="m")
    danger.do_end(work, RULES, MORNING, head, who("duty-day"), because="x")
    assert {"g-1", "g-2"} <= hearers(work, "danger.ended")


def test_a_false_alarm_is_told_to_all_and_the_matter_goes_on_as_a_normal_one() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger())
    send_all(work, MORNING)
    ticket = danger.do_lower(work, RULES, MORNING, ticket, who("leader"), because="x")
    assert {"g-1", "g-coord", "g-cmd", "member"} <= hearers(work, "danger.false_alarm")
    assert (ticket.urgency, ticket.danger, ticket.is_open) == (Urgency.NORMAL, None, True)
    accept = work.clocks(ticket.id)[ClockKind.ACCEPT]
    assert accept.due_at > MORNING + timedelta(hours=3), "the five minutes of a danger are no limit for a normal matter"


def test_a_danger_done_is_ended_first() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger())
    send_all(work, MORNING)
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("leader"), because="x")
    assert whats(work, ticket)[-2:] == [What.DANGER_ENDED, What.DONE]
    assert "g-cmd" in hearers(work, "danger.ended")


def test_a_finished_matter_can_not_be_lowered() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, place_danger())
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("leader"), because="x")
    ticket = rating.close(work, MORNING, ticket, None, by=None)
    with pytest.raises(RefusedError, match="finished"):
        danger.do_lower(work, RULES, MORNING, ticket, who("leader"), because="y")


# person danger -------------------------------------------------------------------------------------------------------


def test_a_doubtful_person_danger_confirmed_wakes_the_same_people() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger(urgency=Urgency.URGENT, doubt=True))
    ticket = danger.do_confirm(work, RULES, MORNING, ticket, who("police"), because="x")
    assert ticket.in_danger
    assert ticket.is_private
    assert hearers(work, "card.person") == {"duty-day", "duty-night", "police"}
    assert {say.event for say in work.said if say.group} == {"handed_to_duty"}


def test_a_person_danger_lowered_is_closed_and_stays_private() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger())
    send_all(work, MORNING)
    ticket = danger.do_lower(work, RULES, MORNING, ticket, who("duty-day"), because="x")
    assert (ticket.status, ticket.danger) == (Status.CLOSED, DangerKind.PERSON)
    assert work.clocks(ticket.id) == {}
    assert hearers(work, "danger.false_alarm") == {"duty-day", "duty-night", "police"}


def test_its_ladder_goes_from_person_to_person() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger())
    run_until(work, MORNING + timedelta(hours=2))
    assert work.tables.steps
    assert {say.event for say in work.said if say.group} == {"handed_to_duty"}
    confidants = {"duty-day", "duty-night", "police"}
    assert {say.person for say in work.said if say.person and say.ticket == ticket.id} <= confidants


def test_whoever_returns_it_gives_it_to_the_duty_officer_not_to_the_sponsor() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger())
    ticket = assigning.do_accept(work, RULES, MORNING, ticket, who("police"), because="x")
    ticket = assigning.do_return(work, RULES, MORNING, ticket, who("police"), "不在辖区", because="y")
    assert ticket.owner == "duty-day"
    assert hearers(work, "card.returned") == {"duty-day"}


def test_reopened_it_is_the_duty_officers_again_and_the_confidants_know() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger())
    send_all(work, MORNING)
    ticket = rating.do_done(work, RULES, MORNING, ticket, who("duty-day"), because="x")
    assert ticket.status is Status.CLOSED
    ticket = rating.do_reopen(work, RULES, at("03-02 21:00"), ticket, by="r-1", because="y")
    assert ticket.owner == "duty-night"
    assert hearers(work, "card.reopened") == {"duty-day", "duty-night", "police"}
    assert {say.event for say in work.said if say.group} == {"handed_to_duty"}


def test_a_person_danger_done_leaves_no_stale_button() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, person_danger())
    rating.do_done(work, RULES, MORNING, ticket, who("duty-day"), because="x")
    assert "cards.refresh" in {say.event for say in work.said}
