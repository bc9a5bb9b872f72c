"""Shifts take over, leave notes and swap; matters move to who is on duty now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from registry.model import Override
from registry.on_duty import swap_overrides, turn_of
from registry.terms import Lane, Urgency, What
from tests.builders.desk import GRID, at, person_danger, rules, told, who
from tests.unit.tickets.looking import now_of, said
from tests.unit.tickets.memory import MemoryWork
from tickets import daily, duty, opening
from tickets.duty_values import Swap
from tickets.errors import RefusedError
from tickets.work import Rules

RULES = rules()
NOON, EVENING, NIGHT = at("03-02 12:00"), at("03-02 20:00"), at("03-02 23:00")
DAY, DARK = "08:00", "20:00"


def with_overrides(overrides: Iterable[Override]) -> Rules:
    roster = replace(RULES.registry.rosters[0], overrides=tuple(overrides))
    return replace(RULES, registry=replace(RULES.registry, rosters=(roster,)))


def changed_at(work: MemoryWork, moment: datetime, book: Rules = RULES) -> datetime:
    """Do the shift changes of a moment; gives the next time that is planned."""
    duty.do_shift_changes(work, book, moment)
    return work.tables.agenda[duty.DUTY]


def test_an_open_danger_moves_to_the_officer_of_the_new_shift_with_a_card() -> None:
    work = MemoryWork()
    changed_at(work, NOON)
    ticket = opening.do_open(work, RULES, NOON, replace(person_danger(), at=NOON))
    assert now_of(work, ticket).owner == "duty-day"
    changed_at(work, EVENING)
    assert now_of(work, ticket).owner == "duty-night"
    line = work.history(ticket.id)[-1]
    assert (line.what, line.by, line.to) == (What.HANDED_OVER, "duty-day", "duty-night")
    (card,) = said(work, "card.handover")
    assert (card.person, card.lane, card.args["tickets"]) == ("duty-night", Lane.URGENT, [ticket.id])


def test_a_normal_matter_stays_with_who_holds_it() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, NOON, told())
    held = replace(now_of(work, ticket), owner="duty-day")
    work.save(held)
    changed_at(work, EVENING)
    assert now_of(work, ticket).owner == "duty-day"
    assert not said(work, "card.handover")
    work.save(replace(held, urgency=Urgency.URGENT))
    changed_at(work, EVENING)
    assert now_of(work, ticket).owner == "duty-night"


def test_a_shift_takes_over_once_however_often_it_is_looked_at() -> None:
    work = MemoryWork()
    opening.do_open(work, RULES, NOON, person_danger())
    for moment in (EVENING, EVENING, NIGHT, at("03-03 07:59")):
        changed_at(work, moment)
    assert len(said(work, "card.handover")) == 1


def test_the_next_change_is_planned_and_found_late_is_done_once() -> None:
    work = MemoryWork()
    assert changed_at(work, at("03-02 15:00")) == EVENING
    assert changed_at(work, EVENING) == EVENING + duty.LOOK_AGAIN
    assert changed_at(work, at("03-03 09:30")) == at("03-03 15:30")
    assert set(work.tables.take_overs.values()) == {("duty-day",), ("duty-night",)}


def test_a_stand_in_named_in_the_middle_of_a_shift_gets_what_is_open() -> None:
    work = MemoryWork()
    changed_at(work, EVENING)
    ticket = opening.do_open(work, RULES, EVENING, replace(person_danger(), at=EVENING))
    away = with_overrides([Override(date(2026, 3, 2), "duty-night", "duty-day")])
    changed_at(work, NIGHT, away)
    assert now_of(work, ticket).owner == "duty-day"
    assert [card.person for card in said(work, "card.handover")] == ["duty-day"]


def test_in_a_gap_the_owner_stays_and_the_office_is_told_who_is_missing() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, NOON, person_danger())
    changed_at(work, EVENING, with_overrides([Override(date(2026, 3, 2), "duty-night")]))
    assert now_of(work, ticket).owner == "duty-day"
    (alarm,) = said(work, "alarm.vacant")
    assert (alarm.args["shift"], alarm.args["role"]) == (DARK, "duty_officer")


def test_a_private_matter_goes_to_a_confidant_only() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, NOON, person_danger())
    people = {**RULES.registry.people, "duty-night": replace(who("duty-night"), confidant=False)}
    changed_at(work, EVENING, replace(RULES, registry=replace(RULES.registry, people=people)))
    assert now_of(work, ticket).owner == "duty-day"


def test_at_start_the_rosters_are_looked_at_at_once_and_the_pass_does_it() -> None:
    work = MemoryWork()
    daily.plan(work, RULES, NOON, set())
    assert work.tables.agenda[duty.DUTY] == NOON
    daily.do_entry(work, RULES, NOON, duty.DUTY, NOON)
    assert work.tables.agenda[duty.DUTY] == at("03-02 18:00")


# 交班 ------------------------------------------------------------------------------------------------------------------


def test_a_note_is_shown_to_the_next_shift_once() -> None:
    work = MemoryWork()
    changed_at(work, NOON)
    duty.do_leave_note(work, RULES, at("03-02 19:50"), who("duty-day"), "二网格的井盖还没盖好")
    changed_at(work, EVENING)
    (card,) = said(work, "card.handover")
    assert (card.person, card.args["notes"], card.args["tickets"]) == ("duty-night", [1], [])
    assert work.note_words(1) == "二网格的井盖还没盖好"
    assert "井盖" not in repr(card)
    changed_at(work, at("03-03 08:00"))
    assert len(said(work, "card.handover")) == 1


@pytest.mark.parametrize(("by", "words", "reason"), [("duty-day", "  ", "note_empty"), ("leader", "河边再看一次", "no_roster")])
def test_a_note_needs_words_and_a_roster(by: str, words: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        duty.do_leave_note(MemoryWork(), RULES, NOON, who(by), words)


# 换班 ------------------------------------------------------------------------------------------------------------------


def asked(work: MemoryWork, mine: date, theirs: date) -> Swap:
    roster = RULES.registry.rosters[0]
    first, second = turn_of(roster, mine, DAY, NOON.tzinfo), turn_of(roster, theirs, DARK, NOON.tzinfo)
    assert first is not None
    assert second is not None
    return duty.do_ask_swap(work, RULES, NOON, who("duty-day"), first, who("duty-night"), second, because="x")


def test_a_swap_waits_for_the_other_and_is_told_to_who_asked() -> None:
    work = MemoryWork()
    asked(work, date(2026, 3, 5), date(2026, 3, 6))
    assert [card.person for card in said(work, "card.swap")] == ["duty-night"]
    swap = duty.do_answer_swap(work, RULES, NOON, who("duty-night"), accepted=True, because="y")
    assert swap.accepted
    assert [card.person for card in said(work, "card.swap_answered")] == ["duty-day"]
    book = with_overrides(swap_overrides((swap.asker_day, swap.asker_shift, swap.asker),
                                         (swap.other_day, swap.other_shift, swap.other)))
    on_duty = [book.registry.duty_officers(GRID, moment)[0].id for moment in (at("03-05 09:00"), at("03-06 21:00"))]
    assert on_duty == ["duty-night", "duty-day"]


def test_a_refused_swap_changes_nothing_and_cannot_be_answered_again() -> None:
    work = MemoryWork()
    asked(work, date(2026, 3, 5), date(2026, 3, 6))
    assert duty.do_answer_swap(work, RULES, NOON, who("duty-night"), accepted=False, because="y").accepted is False
    with pytest.raises(RefusedError, match="no_swap"):
        duty.do_answer_swap(work, RULES, NOON, who("duty-night"), accepted=True, because="z")


def test_a_swap_whose_shift_has_begun_or_changed_hands_is_not_made() -> None:
    work = MemoryWork()
    asked(work, date(2026, 3, 5), date(2026, 3, 6))
    with pytest.raises(RefusedError, match="swap_gone"):
        duty.do_answer_swap(work, RULES, at("03-05 09:00"), who("duty-night"), accepted=True, because="y")
    asked(work, date(2026, 3, 5), date(2026, 3, 6))
    moved = with_overrides([Override(date(2026, 3, 6), "duty-night", "police")])
    with pytest.raises(RefusedError, match="swap_gone"):
        duty.do_answer_swap(work, moved, NOON, who("duty-night"), accepted=True, because="y")


def test_a_swap_of_a_shift_that_is_not_one_s_own_is_refused() -> None:
    roster = RULES.registry.rosters[0]
    mine, theirs = (turn_of(roster, date(2026, 3, 5), shift, NOON.tzinfo) for shift in (DAY, DARK))
    assert mine is not None
    assert theirs is not None
    with pytest.raises(RefusedError, match="swap_not_yours"):
        duty.do_ask_swap(MemoryWork(), RULES, NOON, who("duty-night"), mine, who("duty-day"), theirs, because="x")
    with pytest.raises(RefusedError, match="swap_begun"):
        duty.do_ask_swap(MemoryWork(), RULES, mine.starts_at + timedelta(hours=1), who("duty-day"), mine, who("duty-night"),
                         theirs, because="x")

