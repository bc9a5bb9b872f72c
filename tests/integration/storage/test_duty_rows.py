"""Swaps, notes and member lists as rows: what an accepted swap changes, what retention takes, who was in a group when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from registry.on_duty import people_on_shift
from registry.source import to_data
from storage import member_rows, registry_rows, retention
from storage.store import Store
from storage.tables import words
from tests.builders.registry_rows import registry_of, small_county
from tests.builders.tickets import NOW, minutes
from tickets.duty_values import Swap

DAY = timedelta(days=1)


@pytest.fixture
def imported(store: Store) -> Store:
    data = small_county()
    data["rosters"][0]["shifts"] = [{"name": "白班", "from": "08:00", "until": "20:00", "people": ["d-1"]}]
    data["rosters"][0]["rotations"] = [{"name": "夜班", "from": "20:00", "until": "08:00", "since": "2026-01-01",
                                        "teams": [{"people": ["d-2"]}]}]
    store.run(lambda work: registry_rows.save_registry(work, to_data(registry_of(data)), "office", NOW))
    return store


def a_swap() -> Swap:
    return Swap(0, "duty", "d-1", date(2026, 3, 5), "白班", "d-2", date(2026, 3, 6), "夜班", NOW)


def on_duty(store: Store, day: int, hour: int) -> tuple[str, ...]:
    roster = store.look(registry_rows.load_registry).rosters[0]
    return people_on_shift(roster, NOW.replace(day=day, hour=hour))


def test_only_an_accepted_swap_is_in_the_rosters(imported: Store) -> None:
    generation = imported.look(registry_rows.generation)
    swap = imported.run(lambda work: work.ask_swap(a_swap()))
    assert (on_duty(imported, 5, 9), on_duty(imported, 6, 21)) == (("d-1",), ("d-2",))
    assert imported.look(registry_rows.generation) == generation
    assert imported.run(lambda work: work.answer_swap(swap.id, True, NOW))
    assert (on_duty(imported, 5, 9), on_duty(imported, 6, 21)) == (("d-2",), ("d-1",))
    assert imported.look(registry_rows.generation) == generation + 1
    assert not imported.run(lambda work: work.answer_swap(swap.id, False, NOW))


def test_leave_and_swaps_hold_in_the_order_in_which_they_were_made(imported: Store) -> None:
    swap = imported.run(lambda work: work.ask_swap(a_swap()))
    imported.run(lambda work: work.answer_swap(swap.id, True, NOW))
    imported.run(lambda work: work.add_override("duty", date(2026, 3, 5), "d-2", "d-3", "d-2", NOW + minutes(5)))
    assert on_duty(imported, 5, 9) == ("d-3",)


def test_a_note_s_words_are_erased_a_week_after_the_next_shift_saw_them(store: Store) -> None:
    note = store.run(lambda work: work.add_note("duty", "d-1", NOW, "二网格的井盖还没盖好"))
    other = store.run(lambda work: work.add_note("duty", "d-1", NOW, "没有人看到的话"))
    store.run(lambda work: work.notes_shown([note], NOW))
    assert store.run(lambda work: retention.forget(work, NOW + 7 * DAY))["handover_notes"] == 0
    assert store.run(lambda work: retention.forget(work, NOW + 7 * DAY + minutes(1)))["handover_notes"] == 1
    assert store.look(lambda work: (work.note_words(note), work.note_words(other))) == (None, "没有人看到的话")
    assert store.run(lambda work: retention.forget(work, NOW + 31 * DAY))["handover_notes"] == 1
    bodies = select(func.count()).select_from(words).where(words.c.body.is_not(None))
    assert store.look(lambda work: work.connection.execute(bodies).scalar_one()) == 0


def test_a_stay_goes_on_while_each_list_has_the_person(store: Store) -> None:
    def read(people: tuple[str, ...], day: int) -> None:
        store.run(lambda work: member_rows.joined(work, "g-1", people, NOW + day * DAY))

    def seen(first: int, last: int) -> frozenset[tuple[str, str]]:
        return store.look(lambda work: member_rows.seen_between(work, NOW + first * DAY, NOW + last * DAY))

    read(("c-1", "c-2"), 0)
    read(("c-1",), 10)
    read(("c-1", "c-2"), 40)
    assert seen(5, 6) == {("c-1", "g-1")}
    assert seen(0, 1) == {("c-1", "g-1"), ("c-2", "g-1")}
    assert seen(11, 39) == {("c-1", "g-1")}
    assert seen(40, 41) == {("c-1", "g-1"), ("c-2", "g-1")}
    assert store.look(member_rows.lists_read) == {"g-1": NOW + 40 * DAY}


def test_an_older_list_changes_nothing(store: Store) -> None:
    store.run(lambda work: member_rows.joined(work, "g-1", ("c-1",), NOW))
    store.run(lambda work: member_rows.joined(work, "g-1", (), NOW - DAY))
    store.run(lambda work: member_rows.joined(work, "g-1", ("c-2",), NOW))
    assert store.look(lambda work: member_rows.seen_between(work, NOW - DAY, NOW + DAY)) == {("c-1", "g-1")}
