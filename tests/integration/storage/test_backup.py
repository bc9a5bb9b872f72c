"""A backup of a running store is whole, and restoring it loses nothing of what it holds."""

import threading
from pathlib import Path

import pytest

from registry.terms import What
from storage import backup, chain
from storage.engine import parse_url
from storage.errors import CorruptError, StoreError
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_ticket


def opened(path: Path) -> Store:
    store = Store.open(f"sqlite:///{path}/test.db", durable=False)
    store.migrate()
    return store


def add(store: Store, place: int) -> None:
    def unit(work: SqlWork) -> None:
        ticket = work.add_ticket(a_ticket(f"2026-0302-{place}"))
        work.record(ticket.id, NOW, What.OPENED, "r1")

    store.run(unit)


def test_a_backup_under_load_is_consistent_and_comes_back(tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    with opened(tmp_path) as store:
        add(store, 1)
        writing = threading.Thread(target=lambda: [add(store, place) for place in range(2, 200)])
        writing.start()
        size = backup.backup(store, saved)
        writing.join()
        assert size == saved.stat().st_size
        assert saved.stat().st_mode & 0o077 == 0
        with pytest.raises(StoreError, match="已存在"):
            backup.backup(store, saved)
    kept = backup.restore(saved, parse_url(f"sqlite:///{tmp_path}/test.db"))
    assert kept is not None
    assert kept.exists()
    with opened(tmp_path) as store:
        numbers = [ticket.number for ticket in store.look(lambda work: work.open_tickets())]
        assert numbers[0] == "2026-0302-1"
        assert store.look(lambda work: list(chain.verify(work.connection))) == []


def test_a_damaged_backup_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, 1)
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"not a database" * 500)
    with pytest.raises(CorruptError):
        backup.restore(bad, parse_url(f"sqlite:///{tmp_path}/test.db"))
    with opened(tmp_path) as store:
        assert len(store.look(lambda work: work.open_tickets())) == 1


def test_postgresql_is_saved_by_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        backup.restore(_empty(tmp_path), parse_url("postgresql://nowhere/x"))


def _empty(path: Path) -> Path:
    with opened(path):
        pass
    return path / "test.db"
