"""The same lives of tickets over the real unit of work on SQLite."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import func, select

from registry.terms import Form
from storage import chain, outbox
from storage.store import Store
from storage.tables import history, steps, ticket_messages, tickets
from storage.tables import outbox as outbox_table
from storage.work import SqlWork
from tests.unit.tickets.desk_machine import Desk, DeskMachine, Row

T = TypeVar("T")


class SqlDesk:
    """The desk on a SQLite file that is thrown away."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(f"sqlite:///{self.folder.name}/life.db", durable=False)
        self.store.migrate()

    def run(self, f: Callable[[Any], T]) -> T:
        return self.store.run(f)

    def rows(self) -> list[Row]:
        def unit(work: SqlWork) -> list[Row]:
            ids = work.connection.execute(select(outbox_table.c.id).order_by(outbox_table.c.id)).scalars().all()
            return [_row(outbox.get(work, one)) for one in ids]

        return self.store.run(unit)

    def claim(self, now: datetime) -> list[Row]:
        return self.store.run(lambda work: [_row(row) for row in outbox.claim(work, now, 1000)])

    def mark(self, row: Row, state: str, now: datetime) -> None:
        def unit(work: SqlWork) -> None:
            match state:
                case "sent":
                    outbox.sent(work, row.id, now)
                case "asked":
                    outbox.asked(work, row.id, now, Form.CONFIRM, f"t{row.id}")
                case "failed":
                    outbox.failed(work, row.id, now, "60011")
                case _:
                    outbox.cancelled(work, row.id, now)

        self.store.run(unit)

    def next_waiting(self) -> datetime | None:
        return self.store.run(outbox.next_waiting)

    def steps(self) -> list[tuple[int, int, int]]:
        query = select(steps.c.ticket, steps.c.round, steps.c.step).order_by(steps.c.ticket, steps.c.round, steps.c.step)
        return self.store.run(lambda work: [tuple(row) for row in work.connection.execute(query)])

    def faults_of_history(self) -> list[str]:
        return self.store.run(lambda work: [fault.sentence for fault in chain.verify(work.connection)])

    def state(self) -> Any:
        def unit(work: SqlWork) -> Any:
            counts = [work.connection.execute(select(func.count()).select_from(table)).scalar_one()
                      for table in (history, steps, ticket_messages)]
            rows = work.connection.execute(select(tickets).order_by(tickets.c.id)).all()
            said = work.connection.execute(select(outbox_table).order_by(outbox_table.c.id)).all()
            return counts, [tuple(row) for row in rows], [tuple(row) for row in said]

        return self.store.run(unit)

    def close(self) -> None:
        self.store.close()
        self.folder.cleanup()


def _row(row: outbox.OutboxRow) -> Row:
    return Row(row.id, row.say, row.state)


class LifeInSqlite(DeskMachine):
    def open_desk(self) -> Desk:
        return SqlDesk()


def run(examples: int, count: int) -> None:
    run_state_machine_as_test(
        LifeInSqlite,
        settings=settings(max_examples=examples, stateful_step_count=count, deadline=None,
                          suppress_health_check=list(HealthCheck), print_blob=True),
    )


def test_any_life_keeps_the_promises() -> None:
    run(6, 22)


@pytest.mark.long
def test_any_long_life_keeps_the_promises() -> None:
    run(400, 60)
