"""The audit sweep finds what is planted and nothing else; the nightly recount agrees with the figures."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from registry.terms import ClockKind, DangerKind, Form, Lane, Said, Status, Urgency, What
from storage import ears, figures, inbox, outbox, queries, recounting, registry_rows, sweep
from storage.store import Store
from storage.work import SqlWork
from tests.builders.desk import rules
from tests.builders.tickets import NOW, a_message, a_sentence, a_ticket, minutes
from tickets.due import do_pass
from tickets.model import Clock
from tickets.office_log import OfficeWhat


@pytest.fixture
def sound(store: Store) -> Store:
    """An open ticket with a running clock, a step and its sentence; a closed one with nothing left."""

    def unit(work: SqlWork) -> None:
        ticket = work.add_ticket(a_ticket(round=1, step=1))
        work.set_clock(Clock(ticket.id, ClockKind.DONE, NOW + minutes(60), NOW + minutes(60)))
        work.record(ticket.id, NOW, What.OPENED, "r1")
        work.add_step(ticket.id, 1, 1, NOW, ClockKind.ACCEPT, 1, ["m1"], [])
        row = work.say(a_sentence(ticket.id, kind=Said.STEP, round=1, step=1), NOW)
        outbox.sent(work, row, NOW)
        closed = work.add_ticket(a_ticket("2026-0301-1", status=Status.CLOSED, closed_at=NOW))
        work.record(closed.id, NOW - minutes(1440), What.OPENED, "r1")
        work.record(closed.id, NOW, What.CLOSED, "m1")
        inbox.put(work, "done", "aibot", "x", NOW)
        inbox.decide(work, "done", NOW)
        ears.mark(work, "archive", NOW, 5)
        ears.set_cursor(work, "archive", 5)

    store.run(unit)
    return store


def codes(store: Store, at: float = 10) -> list[str]:
    return [finding.code for finding in store.look(lambda work: sweep.sweep(work, NOW + minutes(at)))]


def test_nothing_is_found_where_nothing_is_wrong(sound: Store) -> None:
    assert codes(sound) == []


PLANTED = {
    "S1": lambda work: inbox.put(work, "late", "aibot", "x", NOW + minutes(8)),
    "S2 owner": lambda work: work.connection.execute(text("UPDATE tickets SET owner = '' WHERE id = 1")),
    "S2 clock": lambda work: work.stop_clocks(1),
    "S3": lambda work: work.set_clock(Clock(1, ClockKind.ACCEPT, NOW + minutes(7), NOW + minutes(7))),
    "S4": lambda work: work.add_step(1, 1, 2, NOW, ClockKind.ACCEPT, 2, ["m1"], []),
    "S5 normal": lambda work: work.say(a_sentence(1), NOW + minutes(7)),
    "S5 danger": lambda work: work.say(a_sentence(1, lane=Lane.DANGER), NOW + minutes(9.5)),
    "S6": lambda work: outbox.failed(work, work.say(a_sentence(1), NOW), NOW + minutes(4), "45009"),
    "S8 clock": lambda work: work.set_clock(Clock(2, ClockKind.DONE, NOW + minutes(60), NOW + minutes(60))),
    "S8 step": lambda work: work.say(a_sentence(2, kind=Said.STEP), NOW + minutes(9)),
    "S10 back": lambda work: (ears.mark(work, "archive", NOW + minutes(1), 4)),
    "S3 agenda": lambda work: work.set_agenda("brief", NOW + minutes(7)),
    "S8 asked": lambda work: outbox.asked(work, work.say(a_sentence(2, kind=Said.STEP), NOW), NOW, Form.CONFIRM, "t9"),
    "S9": lambda work: [work.note_heard({"g1": NOW - minutes(1440 * day)}) for day in (9, 8, 7)],
    "S10 ahead": lambda work: (ears.mark(work, "archive", NOW + minutes(1), 9)),
    "S10 gap": lambda work: ears.lay_aside(work, "archive", "5-90", "Gap", NOW),
    "S11 holes": lambda work: work.log_office(NOW, OfficeWhat.PROVED, None, {"count": 1, "holes": ["x"], "until": NOW}),
    "S11 old": lambda work: work.log_office(NOW - minutes(60 * 31), OfficeWhat.PROVED, None, {"count": 0, "holes": [], "until": NOW}),
    "S12": lambda work: recounting.keep(work, NOW, {"new": (3, 4)}),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(sound: Store, fault: str) -> None:
    sound.run(PLANTED[fault])
    assert codes(sound) == [fault.split(maxsplit=1)[0]]


def test_a_sentence_in_time_is_no_fault(sound: Store) -> None:
    sound.run(lambda work: work.say(a_sentence(1, lane=Lane.DANGER), NOW + minutes(9.8)))
    sound.run(lambda work: work.say(a_sentence(1, not_before=NOW + minutes(60)), NOW))
    row = sound.run(lambda work: work.say(a_sentence(1), NOW))
    sound.run(lambda work: (outbox.failed(work, row, NOW, "45009"), outbox.seen(work, row, NOW)))
    assert codes(sound) == []


def test_a_group_that_is_as_quiet_as_ever_is_no_fault(sound: Store) -> None:
    """Heard each week, or too seldom to know what is usual, or silent for a day only."""
    def heard(work: SqlWork) -> None:
        for day in (44, 37, 30):
            work.note_heard({"weekly": NOW - minutes(1440 * day)})
        for day in (40, 39):
            work.note_heard({"young": NOW - minutes(1440 * day)})
        for hour in (30, 29, 28, 27):
            work.note_heard({"busy": NOW - minutes(60 * hour)})
        work.log_office(NOW, OfficeWhat.PROVED, None, {"count": 0, "holes": [], "until": NOW})

    sound.run(heard)
    assert codes(sound) == []
    later = {one.code: one.sample for one in sound.look(lambda work: sweep.sweep(work, NOW + minutes(1440 * 6)))}
    assert later["S9"] == ("weekly",)
    assert "S11" in later, "the proof is a week old"


def test_a_group_that_is_registered_no_longer_is_missed_no_longer(sound: Store) -> None:
    sound.run(lambda work: [work.note_heard({"g1": NOW - minutes(1440 * day)}) for day in (9, 8, 7)])
    sound.run(lambda work: registry_rows.save_registry(work, {"groups": [{"id": "g1"}]}, "office", NOW))
    assert codes(sound) == ["S9"]
    sound.run(lambda work: registry_rows.save_registry(work, {"groups": [{"id": "g2"}]}, "office", NOW))
    assert codes(sound) == []


def test_the_recount_of_the_night_takes_the_place_of_the_last(sound: Store) -> None:
    sound.run(lambda work: (recounting.plan(work, NOW), work.stop_clocks(1)))
    assert not sound.look(lambda work: recounting.is_due(work, NOW))
    night = NOW + minutes(60 * 19)
    assert sound.look(lambda work: recounting.is_due(work, night))
    sound.run(lambda work: recounting.keep(work, night, {"new": (3, 4), "settled": (1, 0)}))
    found = sound.look(lambda work: sweep.sweep(work, night))
    assert [one.sample for one in found if one.code == "S12"] == [("new 3/4", "settled 1/0")]
    assert not sound.look(lambda work: recounting.is_due(work, night))
    assert not sound.run(lambda work: do_pass(work, rules(), night)), "the pass leaves it to the process"
    sound.run(lambda work: work.save(replace(work.get_ticket(2), opened_at=NOW - minutes(1440))))
    sound.run(lambda work: recounting.keep(work, night, recounting.count(work, night)))
    assert sound.look(recounting.last) == {}


def test_a_finding_says_how_many_and_which(sound: Store) -> None:
    sound.run(lambda work: work.stop_clocks(1))
    finding = sound.look(lambda work: sweep.sweep(work, NOW))[0]
    assert (finding.count, finding.sample) == (1, ("2026-0302-1",))
    assert finding.sentence == "1 张未办结的工单没有责任人，或没有在走的时限。"


def test_the_heartbeat_tells_whether_the_sweep_is_alive(sound: Store) -> None:
    def is_well(at: float) -> bool:
        now = NOW + minutes(at)
        return sound.look(lambda work: queries.health(work, now)).is_well(now)

    assert not is_well(0)
    sound.run(lambda work: sweep.beat(work, NOW))
    assert is_well(2)
    assert not is_well(4)


def test_the_recount_from_history_gives_the_figures(sound: Store) -> None:
    def more(work: SqlWork) -> None:
        again = work.add_ticket(a_ticket("2026-0302-2", round=2, urgency=Urgency.DANGER, danger=DangerKind.PLACE))
        for what in (What.OPENED, What.ACCEPTED, What.CLOSED, What.REOPENED):
            work.record(again.id, NOW, what, "m1")
        work.set_clock(Clock(again.id, ClockKind.ACCEPT, NOW, NOW + minutes(5)))
        into = work.get_ticket(1)
        merged = work.add_ticket(a_ticket("2026-0302-3", status=Status.MERGED, merged_into=into.id, closed_at=NOW))
        work.record(merged.id, NOW, What.OPENED, "r2")
        work.record(merged.id, NOW, What.MERGED, "m1", into.number)
        work.record(into.id, NOW, What.MERGED, "m1", None, {"from": merged.number})
        private = work.add_ticket(a_ticket("2026-0302-4", urgency=Urgency.DANGER, danger=DangerKind.PERSON))
        work.record(private.id, NOW, What.OPENED, "r3")
        gone = work.add_ticket(a_ticket("2026-0302-5", status=Status.WITHDRAWN, closed_at=NOW))
        work.record(gone.id, NOW, What.OPENED, "r3")
        work.record(gone.id, NOW, What.WITHDRAWN, "r3")

    sound.run(more)
    since, until = NOW - minutes(60), NOW + minutes(60)
    shown = sound.look(lambda work: work.figures(None, since, until))
    # the ticket closed today counts as opened when its row says: here within the hour, by its history a day before
    sound.run(lambda work: work.save(replace(work.get_ticket(2), opened_at=NOW - minutes(1440))))
    shown = sound.look(lambda work: work.figures(None, since, until))
    assert shown == {"new": 2, "settled": 1, "overdue": 2, "dangers": 1, "repeated": 1, "open": 2, "unreasonable": 0}
    assert sound.look(lambda work: figures.differences(work, since, until)) == {}
    sound.run(lambda work: work.record(3, NOW, What.CLOSED, "m1"))
    assert sound.look(lambda work: figures.differences(work, since, until)) == {
        "settled": (1, 2), "overdue": (2, 1), "open": (2, 1),
    }


def test_the_pages_of_the_dashboard(sound: Store) -> None:
    def more(work: SqlWork) -> None:
        private = work.add_ticket(a_ticket("2026-0302-4", urgency=Urgency.DANGER, danger=DangerKind.PERSON))
        work.record(private.id, NOW, What.OPENED_NUMBER, "m1")
        urgent = work.add_ticket(
            a_ticket("2026-0302-9", urgency=Urgency.URGENT, unit="u1", groups=("g1", "g2"), accepted_at=NOW)
        )
        work.set_clock(Clock(urgent.id, ClockKind.ACCEPT, NOW, NOW + minutes(5)))
        work.stop_clocks(urgent.id)
        work.add_message(a_message("x1", urgent.id))
        work.note_stranger("aibot", "wr-1", None, NOW)
        work.note_stranger("aibot", "wr-1", None, NOW + minutes(1))

    sound.run(more)

    def numbers(wanted: queries.Filter, **paging: int) -> tuple[list[str], int]:
        page = sound.look(lambda work: queries.ticket_list(work, wanted, **paging))
        return [ticket.number for ticket in page.tickets], page.total

    assert numbers(queries.Filter()) == (["2026-0302-9", "2026-0302-1"], 2)
    assert numbers(queries.Filter(with_private=True))[0][0] == "2026-0302-4"
    assert numbers(queries.Filter(group="g2", unit="u1", urgencies=[Urgency.URGENT])) == (["2026-0302-9"], 1)
    assert numbers(queries.Filter(open_only=False), page=2, size=2) == (["2026-0301-1"], 3)
    assert numbers(queries.Filter(overdue_at=NOW + minutes(60))) == (["2026-0302-1"], 1)
    page = sound.look(lambda work: queries.ticket_page(work, "0302-1", NOW))
    assert page is not None
    assert [(line.what, words) for line, words in page.lines] == [(What.OPENED, None)]
    assert [(step.step, step.calls) for step in page.steps] == [(1, ("m1",))]
    assert [row.state for row in page.said] == ["sent"]
    ledger = sound.look(lambda work: list(queries.ledger_rows(work, NOW, NOW + minutes(1))))
    assert [(row.ticket.number, row.accepted_in_time) for row in ledger] == [
        ("2026-0302-1", None), ("2026-0301-1", None), ("2026-0302-4", None), ("2026-0302-9", True),
    ]
    unit = sound.look(lambda work: queries.unit_figures(work, NOW, NOW + minutes(1)))[0]
    assert (unit.unit, unit.given, unit.accepted, unit.accepted_in_time, unit.done) == ("u1", 1, 1, 1, 0)
    assert sound.look(lambda work: queries.counts_by(work, "urgency", NOW, NOW + minutes(1))) == {
        "normal": 2, "urgent": 1,
    }
    assert sound.look(lambda work: queries.counts_by_day(work, NOW, NOW + minutes(1))) == {
        "2026-03-02": {"new": 3, "settled": 1}
    }
    stranger = sound.look(queries.unknown_ones)[0]
    assert (stranger.group, stranger.sender, stranger.times) == ("wr-1", None, 2)
    assert [number for number, _ in sound.look(lambda work: queries.openings(work, NOW, NOW + minutes(1)))] == [
        "2026-0302-4"
    ]
