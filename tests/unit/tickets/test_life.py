"""The life of tickets in any order of events, over the desk in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.tickets.desk_machine import Desk, DeskMachine, Row
from tests.unit.tickets.memory import MemoryWork

T = TypeVar("T")


class MemoryDesk:
    """The desk in memory."""

    def __init__(self) -> None:
        self.work = MemoryWork()

    def run(self, f: Callable[[Any], T]) -> T:
        return f(self.work)

    def rows(self) -> list[Row]:
        return [Row(row.id, row.say, row.state) for row in self.work.tables.outbox]

    def claim(self, now: datetime) -> list[Row]:
        return [Row(row.id, row.say, row.state) for row in self.work.leaving(now)]

    def mark(self, row: Row, state: str, now: datetime) -> None:
        self.work.mark(row.id, state)

    def next_waiting(self) -> datetime | None:
        waiting = [r.not_before for r in self.work.tables.outbox if r.state == "waiting" and r.say.parent is None]
        return min(waiting, default=None)

    def steps(self) -> list[tuple[int, int, int]]:
        return list(self.work.tables.steps)

    def faults_of_history(self) -> list[str]:
        faults = []
        for lines in self.work.tables.history.values():
            before = ""
            for line in lines:
                body = json.dumps([before, line.at.astimezone(UTC).isoformat(), line.what, line.by, line.to, line.facts],
                                  sort_keys=True)
                if hashlib.sha256(body.encode()).hexdigest() != line.digest:
                    faults.append(f"{line.ticket}:{line.line}")
                before = line.digest
        return faults

    def state(self) -> Any:
        tables = self.work.tables
        outbox = [(row.id, row.state, row.not_before, row.say) for row in tables.outbox]
        history = {ticket: len(lines) for ticket, lines in tables.history.items()}
        return dict(tables.tickets), dict(tables.messages), history, dict(tables.clocks), outbox, set(tables.steps)

    def close(self) -> None:
        pass


class LifeInMemory(DeskMachine):
    def open_desk(self) -> Desk:
        return MemoryDesk()


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        LifeInMemory,
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None,
                          suppress_health_check=list(HealthCheck), print_blob=True),
    )


def test_any_life_keeps_the_promises() -> None:
    run(60, 35)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_any_of_two_thousand_lives_keeps_the_promises(part: int) -> None:
    """In four parts, which may run side by side; each draws its own lives."""
    run(500, 50)
