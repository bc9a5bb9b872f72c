"""The office page's list, on both databases: tabs, search, order, pages; codes that are nobody else's."""

from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import pytest

from registry.terms import ClockKind, DangerKind, Status, Urgency
from storage.office_rows import Tab, forget_stranger, give_code, open_tickets, tab_counts
from storage.queries import unknown_ones
from storage.store import Store
from tests.builders.tickets import NOW, a_ticket, minutes
from tickets.model import Clock


def add(store: Store, n: int, *, accept: float | None = None, done: float | None = 600, **changes: Any) -> str:
    """A ticket with limits so many minutes from now; gives its number."""
    number = f"2026-0302-{n}"

    def unit(work: Any) -> None:
        ticket = work.add_ticket(a_ticket(number, **changes))
        for kind, length in ((ClockKind.ACCEPT, accept), (ClockKind.DONE, done)):
            if length is not None:
                work.set_clock(Clock(ticket.id, kind, NOW + minutes(length), NOW + minutes(length)))

    store.run(unit)
    return number


def listed(store: Store, tab: Tab = Tab.ALL, search: str = "", page: int = 1, size: int = 30) -> list[str]:
    found = store.look(lambda work: open_tickets(work, tab, search, page, size, NOW))
    return [ticket.number for ticket, _ in found.tickets]


def test_danger_then_doubt_then_the_limit_that_runs_out_next(store: Store) -> None:
    late = add(store, 1, accept=-5)
    without = add(store, 2, done=None)
    soon = add(store, 3, accept=5)
    doubt = add(store, 4, doubt=True, danger=DangerKind.PLACE, urgency=Urgency.URGENT)
    danger = add(store, 5, danger=DangerKind.PLACE, urgency=Urgency.DANGER)
    ended = add(store, 6, danger=DangerKind.PLACE, urgency=Urgency.DANGER, danger_ended_at=NOW, done=900)
    add(store, 7, status=Status.CLOSED, closed_at=NOW)

    assert listed(store) == [danger, doubt, late, soon, ended, without]


def test_tabs_and_their_counts(store: Store) -> None:
    waiting = add(store, 1, accept=5)
    late = add(store, 2, accept=-1, status=Status.ASSIGNED)
    accepted = add(store, 3, status=Status.ACCEPTED)
    done = add(store, 4, status=Status.DONE, done=-5)
    danger = add(store, 5, danger=DangerKind.PLACE, urgency=Urgency.DANGER, status=Status.ACCEPTED)

    assert {tab: set(listed(store, tab)) for tab in Tab} == {
        Tab.ALL: {waiting, late, accepted, done, danger},
        Tab.DANGER: {danger},
        Tab.OVERDUE: {late},
        Tab.WAITING: {waiting, late},
        Tab.ACCEPTED: {accepted, danger},
        Tab.RATING: {done},
    }
    counts = store.look(lambda work: tab_counts(work, NOW))
    assert counts == {tab: len(listed(store, tab)) for tab in Tab}


def test_counts_of_an_empty_table_are_zero(store: Store) -> None:
    assert store.look(lambda work: tab_counts(work, NOW)) == dict.fromkeys(Tab, 0)


def test_a_stopped_clock_is_no_limit(store: Store) -> None:
    add(store, 1, accept=-5, done=600)
    store.run(lambda work: work.stop_clocks(1, ClockKind.ACCEPT))

    assert listed(store, Tab.OVERDUE) == []


@pytest.mark.parametrize(
    ("search", "finds"),
    [("0302-1", [1, 12]), ("2026-0302-12", [12]), ("老戏台", [12]), ("戏台", [12]), ("%", []), ("_", []), ("x", [])],
)
def test_search_takes_words_as_they_are(store: Store, search: str, finds: list[int]) -> None:
    add(store, 1)
    add(store, 12, place="老戏台南侧")

    assert sorted(listed(store, search=search)) == [f"2026-0302-{n}" for n in finds]


def test_a_person_danger_is_found_by_its_number_only(store: Store) -> None:
    number = add(store, 1, place="桥头", danger=DangerKind.PERSON, urgency=Urgency.DANGER)

    assert listed(store, search="桥头") == []
    assert listed(store, search="0302-1") == [number]


def test_pages_hold_each_ticket_once(store: Store) -> None:
    numbers = {add(store, n) for n in range(1, 8)}

    pages = [listed(store, page=page, size=3) for page in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert set().union(*pages) == numbers
    assert store.look(lambda work: open_tickets(work, Tab.ALL, "", 4, 3, NOW)).total == 7


def test_a_code_that_somebody_has_is_not_given_again(store: Store) -> None:
    made = chain(["111111", "111111", "222222"], repeat("333333"))
    until = NOW + timedelta(hours=24)

    first = store.run(lambda work: give_code(work, lambda: next(made), "h-1", until, NOW))
    second = store.run(lambda work: give_code(work, lambda: next(made), "h-2", until, NOW))

    assert (first, second) == ("111111", "222222")
    assert store.run(lambda work: work.take_binding_code("111111", NOW)) == "h-1"


def test_a_code_that_ran_out_is_free_again_and_a_new_one_replaces_the_old(store: Store) -> None:
    until = NOW + timedelta(hours=24)
    store.run(lambda work: give_code(work, lambda: "111111", "h-1", until, NOW))

    assert store.run(lambda work: give_code(work, lambda: "111111", "h-2", until + minutes(9), until)) == "111111"
    store.run(lambda work: give_code(work, lambda: "222222", "h-2", until + minutes(9), until))

    assert store.run(lambda work: work.take_binding_code("111111", until)) is None
    assert store.run(lambda work: work.take_binding_code("222222", until)) == "h-2"


def test_who_is_known_now_is_forgotten_as_a_stranger(store: Store) -> None:
    def meet(work: Any) -> None:
        for group, sender in (("wr1", "a"), ("wr1", "b"), ("wr2", "a"), (None, "a"), (None, "b")):
            work.note_stranger("aibot", group, sender, NOW)

    store.run(meet)

    store.run(lambda work: forget_stranger(work, "aibot", "wr1", None))
    store.run(lambda work: forget_stranger(work, "aibot", None, "a"))

    left = store.look(unknown_ones)
    assert {(one.group, one.sender) for one in left} == {("wr2", "a"), (None, "b")}
