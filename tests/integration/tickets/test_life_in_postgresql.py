"""The same lives of tickets over the real unit of work on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from storage.store import Store
from storage.tables import METADATA
from tests.builders import postgres
from tests.integration.tickets.test_life_in_sqlite import SqlDesk
from tests.unit.tickets.desk_machine import Desk, DeskMachine

pytestmark = [pytest.mark.postgres, pytest.mark.long]


class PostgresDesk(SqlDesk):
    """The desk on one PostgreSQL database that is emptied for each life."""

    def __init__(self, store: Store) -> None:
        self.store = store
        names = ", ".join(f'"{name}"' for name in METADATA.tables)
        store.run(lambda work: work.connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))

    def close(self) -> None:
        pass


@pytest.fixture
def store() -> Iterator[Store]:
    try:
        postgres.server()
    except Exception as error:  # whatever keeps it from starting is the reason shown
        pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}: {error}")
    with postgres.empty_database() as url, Store.open(url, durable=False) as opened:
        opened.migrate()
        yield opened


def test_any_life_keeps_the_promises(store: Store) -> None:
    class LifeInPostgresql(DeskMachine):
        def open_desk(self) -> Desk:
            return PostgresDesk(store)

    run_state_machine_as_test(
        LifeInPostgresql,
        settings=settings(max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True),
    )
