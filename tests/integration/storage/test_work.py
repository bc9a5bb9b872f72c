"""What the random comparison meets too seldom: numbers over the years, groups that change, danger first."""

from dataclasses import replace
from datetime import date

from registry.terms import Category, ClockKind, DangerKind, Status, Urgency
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket, minutes
from tickets.model import Announcement, Clock

DAY = 24 * 60


def test_numbers_count_the_day_over_the_whole_county(store: Store) -> None:
    numbers = store.run(lambda work: [work.next_number(date(2026, 3, day)) for day in (2, 2, 3, 2)])
    assert numbers == ["2026-0302-1", "2026-0302-2", "2026-0303-1", "2026-0302-3"]


def test_a_number_still_said_aloud_for_an_older_ticket_is_passed_over(store: Store) -> None:
    def unit(work: SqlWork) -> list[str]:
        year = 365 * DAY
        work.add_ticket(a_ticket("2025-0302-1"))
        closed = {"status": Status.CLOSED, "last_at": NOW - minutes(year)}
        work.add_ticket(a_ticket("2025-0302-2", closed_at=NOW - minutes(299 * DAY), **closed))
        work.add_ticket(a_ticket("2025-0302-3", closed_at=NOW - minutes(301 * DAY), **closed))
        return [work.next_number(NOW.date()), work.next_number(NOW.date())]

    assert store.run(unit) == ["2026-0302-3", "2026-0302-4"]


def test_the_spoken_number_means_the_open_one(store: Store) -> None:
    store.run(lambda work: work.add_ticket(a_ticket("2025-0302-1", status=Status.CLOSED, closed_at=NOW)))
    store.run(lambda work: work.add_ticket(a_ticket("2026-0302-1")))
    found = store.look(lambda work: work.find_number("0302-1", NOW))
    assert found is not None
    assert found.number == "2026-0302-1"


def test_a_ticket_is_found_by_each_of_its_groups_and_no_longer_by_one_it_left(store: Store) -> None:
    def groups(work: SqlWork) -> list[bool]:
        return [bool(work.open_tickets(group=group)) for group in ("g1", "g2", "g3")]

    ticket = store.run(lambda work: work.add_ticket(a_ticket(groups=("g1", "g2"))))
    assert store.look(groups) == [True, True, False]
    store.run(lambda work: work.save(replace(ticket, groups=("g2", "g3"))))
    assert store.look(groups) == [False, True, True]
    assert store.look(lambda work: work.get_ticket(ticket.id)).groups == ("g2", "g3")


def test_a_danger_s_clock_comes_before_an_earlier_one(store: Store) -> None:
    def unit(work: SqlWork) -> list[int]:
        danger = {"urgency": Urgency.DANGER, "danger": DangerKind.PLACE}
        plain = work.add_ticket(a_ticket("2026-0302-1"))
        ended = work.add_ticket(a_ticket("2026-0302-2", danger_ended_at=NOW, **danger))
        running = work.add_ticket(a_ticket("2026-0302-3", **danger))
        for place, ticket in enumerate((plain, ended, running)):
            work.set_clock(Clock(ticket.id, ClockKind.DONE, NOW + minutes(place), NOW))
        return [clock.ticket for clock in work.due_clocks(NOW + minutes(2), 2)]

    assert store.run(unit) == [3, 1]


def test_one_clock_runs_for_each_kind(store: Store) -> None:
    def unit(work: SqlWork) -> None:
        ticket = work.add_ticket(a_ticket())
        for rung in (0, 1):
            work.set_clock(Clock(ticket.id, ClockKind.ACCEPT, NOW + minutes(rung), NOW, rung))
        work.stop_clocks(ticket.id, ClockKind.ACCEPT)
        assert work.clocks(ticket.id) == {}
        work.set_clock(Clock(ticket.id, ClockKind.ACCEPT, NOW + minutes(9), NOW, 2))

    store.run(unit)
    assert [clock.rung for clock in store.look(lambda work: work.clocks(1)).values()] == [2]
    assert store.look(lambda work: work.next_due()) == NOW + minutes(9)


def test_a_clock_that_stops_takes_its_own_warning_with_it(store: Store) -> None:
    def unit(work: SqlWork) -> None:
        ticket = work.add_ticket(a_ticket())
        for kind in (ClockKind.ACCEPT, ClockKind.WARN_ACCEPT, ClockKind.DONE, ClockKind.WARN_DONE):
            work.set_clock(Clock(ticket.id, kind, NOW, NOW))
        work.stop_clocks(ticket.id, ClockKind.ACCEPT)

    store.run(unit)
    assert set(store.look(lambda work: work.clocks(1))) == {ClockKind.DONE, ClockKind.WARN_DONE}


def test_a_message_read_anew_keeps_only_the_new_words(store: Store) -> None:
    ticket = store.run(lambda work: work.add_ticket(a_ticket()))
    store.run(lambda work: work.add_message(a_message("x1", ticket.id, words="先前的话")))
    store.run(lambda work: work.change_message("x1", a_message("x1", 1).act, "后来的话"))
    bodies = store.look(lambda work: work.connection.exec_driver_sql("SELECT body FROM words ORDER BY id").scalars().all())
    assert bodies == [None, "后来的话"]


def test_an_announcement_answers_while_it_runs_and_twelve_hours_more(store: Store) -> None:
    announced = Announcement(
        0, "g1", "7701", Category.WATER, "x1", "m1", NOW, NOW + minutes(60), NOW + minutes(120), "停水一小时"
    )
    made = store.run(lambda work: work.add_announcement(announced))

    def runs(at: float) -> bool:
        return store.look(lambda work: work.announcements(["7701"], NOW + minutes(at))) == [made]

    assert [runs(at) for at in (-1, 0, 60, 120, 120 + 719, 120 + 720)] == [False, True, True, True, True, False]
    store.run(lambda work: work.erase_message("x1"))
    assert store.look(lambda work: work.get_announcement(made.id)).words == ""
