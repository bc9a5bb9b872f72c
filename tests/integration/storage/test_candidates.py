"""Which tickets a new message might belong to."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from registry.terms import Act, Category, Status
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket, minutes

FOURTEEN_DAYS = timedelta(days=14)


def found(store: Store, **changes: object) -> list[str]:
    wanted: dict = {"areas": ["7701"], "since": NOW - FOURTEEN_DAYS} | changes
    return [one.ticket.number for one in store.look(lambda work: work.candidates(**wanted))]


@pytest.fixture
def many(store: Store) -> Store:
    ago = lambda days: NOW - timedelta(days=days)  # noqa: E731 - a short name for the table below
    rows = [
        a_ticket("2026-0302-1", last_at=ago(1)),
        a_ticket("2026-0101-1", last_at=ago(60)),
        a_ticket("2026-0220-1", status=Status.CLOSED, last_at=ago(30), closed_at=ago(13)),
        a_ticket("2026-0201-1", status=Status.CLOSED, last_at=ago(30), closed_at=ago(15)),
        a_ticket("2026-0302-2", status=Status.MERGED, last_at=ago(0), closed_at=ago(0)),
        a_ticket("2026-0302-3", status=Status.EXCLUDED, last_at=ago(0), closed_at=ago(0)),
        a_ticket("2026-0302-4", area="7702", category=Category.WATER, last_at=NOW - minutes(30)),
        a_ticket("2026-0302-5", area="7702", category=Category.ROAD, last_at=NOW - minutes(30)),
        a_ticket("2026-0302-6", area="8801", township="88", category=Category.WATER, last_at=NOW),
        a_ticket("2026-0302-7", area="7702", category=Category.WATER, last_at=NOW - minutes(300)),
    ]
    store.run(lambda work: [work.add_ticket(row) for row in rows])
    return store


def test_near_ones_are_open_or_ended_within_the_span_latest_first(many: Store) -> None:
    assert found(many) == ["2026-0302-1", "2026-0220-1", "2026-0101-1"]


def test_wide_categories_are_looked_for_in_the_whole_township(many: Store) -> None:
    wide = {"township": "77", "wide": [Category.WATER], "wide_since": NOW - minutes(120)}
    assert found(many, **wide) == ["2026-0302-4", "2026-0302-1", "2026-0220-1", "2026-0101-1"]
    assert found(many, areas=[], **wide) == ["2026-0302-4"]


def test_the_limit_keeps_the_latest(many: Store) -> None:
    assert found(many, limit=1) == ["2026-0302-1"]


def test_a_candidate_has_its_messages_voices_and_telling_words(store: Store) -> None:
    def unit(work: SqlWork) -> None:
        ticket = work.add_ticket(a_ticket())
        work.add_message(a_message("x1", ticket.id, words="漏水"))
        work.add_message(a_message("x2", ticket.id, sender="r2", act=Act.ECHO, words=None))
        work.add_message(a_message("x3", ticket.id, sender="r3", act=Act.SUPPLEMENT, words="在三号院"))
        work.add_message(a_message("x4", ticket.id, sender="m1", act=Act.NOTICE, words="已派人"))

    store.run(unit)
    one = store.look(lambda work: work.candidates(areas=["7701"], since=NOW))[0]
    assert one.messages == {"x1", "x2", "x3", "x4"}
    assert one.voices == {"r1", "r2"}
    assert one.words == ("漏水", "在三号院")


def test_at_most_three_statements_and_each_by_an_index(many: Store) -> None:
    statements: list[tuple[str, object]] = []

    def look(work: SqlWork) -> list[str]:
        if work.connection.dialect.name != "sqlite":
            return []

        @event.listens_for(work.connection, "before_cursor_execute")
        def note(connection, cursor, statement, parameters, context, executemany) -> None:
            statements.append((statement, parameters))

        work.candidates(
            areas=["7701", "7702"], since=NOW, township="77", wide=[Category.WATER], wide_since=NOW - minutes(120)
        )
        event.remove(work.connection, "before_cursor_execute", note)
        assert len(statements) == 3
        plans: list[str] = []
        for statement, parameters in statements:
            rows = work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans += [row[3] for row in rows]
        return plans

    plans = many.look(look)
    assert [plan for plan in plans if plan.startswith("SCAN") and "ticket" in plan and "near" not in plan] == []
    if plans:
        text = " ".join(plans)
        assert "ix_tickets_open_area" in text
        assert "ix_tickets_closed_area" in text
        assert "ix_tickets_township_category" in text
        assert "ix_ticket_messages_ticket_at" in text
