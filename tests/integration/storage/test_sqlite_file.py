"""What a SQLite file does when the disk is full, the file damaged, locked or read-only (K16)."""

import sqlite3
from pathlib import Path

import pytest

from storage.errors import BusyError, CorruptError, DiskFullError, ReadOnlyError, StoreError
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket


def opened(path: Path) -> Store:
    store = Store.open(f"sqlite:///{path}/test.db", durable=False)
    store.migrate()
    return store


def test_settings_that_the_promises_need(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/test.db") as store:
        store.migrate()

        def setting(name: str) -> object:
            return store.run(lambda work: work.connection.exec_driver_sql(f"PRAGMA {name}").scalar())

        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        assert [setting(name) for name in names] == ["wal", 2, 1, 5000, 1]


def test_a_full_disk_keeps_nothing_of_the_batch_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        ticket = store.run(lambda work: work.add_ticket(a_ticket()))

        def limit(pages: int) -> None:
            store.run(lambda work: work.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").fetchall())

        def much(work: SqlWork) -> None:
            for place in range(2000):
                work.add_message(a_message(f"m{place}", ticket.id, words="水" * 200))

        limit(1)  # SQLite takes the file's present size
        with pytest.raises(DiskFullError, match="磁盘已满"):
            store.submit(much).result()
        assert store.look(lambda work: work.messages(ticket.id)) == []
        limit(1_000_000)
        store.submit(much).result()
        assert len(store.look(lambda work: work.messages(ticket.id))) == 2000


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "test.db").write_bytes(b"this is not a database " * 200)
    with pytest.raises(CorruptError, match="restore"):
        Store.open(f"sqlite:///{tmp_path}/test.db")


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReadOnlyError, match="文件夹"):
        Store.open(f"sqlite:///{tmp_path}/none/test.db")


def test_a_store_opened_for_reading_refuses_units(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    with Store.open(f"sqlite:///{tmp_path}/test.db", readonly=True) as store:
        store.check_schema()
        with pytest.raises(ReadOnlyError):
            store.run(lambda work: work.set_agenda("x", NOW))


def test_a_file_held_by_another_program_is_said(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.run(lambda work: work.connection.exec_driver_sql("PRAGMA busy_timeout=0").fetchall())
        other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="占用"):
            store.run(lambda work: work.set_agenda("x", NOW))
        other.execute("ROLLBACK")
        other.close()


@pytest.mark.parametrize("address", ["sqlite://", "mysql://x/y", "nonsense"])
def test_other_addresses_are_refused_in_words(address: str) -> None:
    with pytest.raises(StoreError, match="GRIDBOT_DATABASE_URL"):
        Store.open(address)


def test_erased_words_are_in_no_byte_of_the_files(tmp_path: Path) -> None:
    marked = "独一无二的撤回原话"
    with opened(tmp_path) as store:
        ticket = store.run(lambda work: work.add_ticket(a_ticket()))
        store.run(lambda work: work.add_message(a_message("m1", ticket.id, words=marked)))
        store.run(lambda work: work.erase_message("m1"))
        store.run(lambda work: None)
    bytes_left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert marked.encode() not in bytes_left
