"""Backup and restore of a SQLite file. PostgreSQL is saved by its own tools (pg_dump), which `gridbot backup` says."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from storage.errors import CorruptError, StoreError, in_sentences
from storage.store import Store

_PAGES = 1000


def backup(store: Store, target: Path) -> int:
    """Write a consistent copy of the running store to a new file, readable by its owner alone; gives its size in bytes.

    StoreError on PostgreSQL, or when the file exists already.
    """
    if target.exists():
        raise StoreError(f"备份文件 {target.name} 已存在，请换一个名字。")
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_CREAT | os.O_WRONLY, 0o600))
    with in_sentences(), closing(sqlite3.connect(_file(store.url))) as source, closing(sqlite3.connect(half)) as copy:
        source.backup(copy, pages=_PAGES)
    check(half)
    half.replace(target)
    return target.stat().st_size


def check(file: Path) -> None:
    """CorruptError unless the file is a whole database."""
    with in_sentences(), closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise CorruptError(f"{file.name} 已损坏，不能用来恢复。请换一份备份。")


def restore(file: Path, url: URL) -> Path | None:
    """Put a backup in the place of the database, which no process may use; gives where the old file was kept.

    The backup is checked first, and nothing is touched when it is damaged.
    """
    check(file)
    target = _file(url)
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    with in_sentences(), closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(half)) as copy:
        source.backup(copy)
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.name}.before-restore")
        target.replace(kept)
        for tail in ("-wal", "-shm"):
            # the old log belongs to the old file: beside the new one it would damage it
            old = target.with_name(f"{target.name}{tail}")
            if old.exists():
                old.replace(kept.with_name(f"{kept.name}{tail}"))
    half.replace(target)
    return kept


def _file(url: URL) -> Path:
    if url.get_backend_name() != "sqlite" or not url.database:
        raise StoreError("PostgreSQL 数据库请用 pg_dump 备份，用 pg_restore 恢复。")
    return Path(url.database)
