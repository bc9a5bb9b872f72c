"""What can go wrong with the store, each as one Chinese sentence that says what to do.

No error carries a value of a statement: it may hold heard words.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc


class GridbotError(Exception):
    """An error whose message is a sentence for people."""


class StoreError(GridbotError):
    """The database can't be written as it is now. The message being decided is not to blame: let it through, so that
    the whole unit ends (a decider that counts failures of a message must not count this one)."""


class DiskFullError(StoreError):
    """Nothing was written; writing goes on by itself when there is room again."""


class ReadOnlyError(StoreError):
    """The database can't be written."""


class CorruptError(StoreError):
    """The file is damaged or not a database."""


class BusyError(StoreError):
    """Another process held the file for too long."""


class SchemaError(StoreError):
    """The tables are older or newer than this program."""


class LeaseLostError(StoreError):
    """Another process has taken over the role; what this one was about to write is refused."""


class CollisionError(StoreError):
    """Another unit changed the same rows meanwhile: the store runs the unit again (PostgreSQL)."""

    def __init__(self, fault: "StatementFaultError", *, is_same_key: bool) -> None:
        super().__init__("数据库太忙，这一步没有完成，请稍后再试。")
        self.fault = fault
        self.is_same_key = is_same_key
        """Both took one unique key: should it stay so, the statement itself is at fault."""


class StatementFaultError(GridbotError):
    """A statement that the database will never take: a fault of the program, told by its kind and place alone."""


#: PostgreSQL's names for a collision: serialisation failure, deadlock, and two units that took the same unique key.
_SAME_ROWS, _SAME_KEY = ("40001", "40P01"), "23505"

_SENTENCES: tuple[tuple[tuple[str, ...], type[StoreError], str], ...] = (
    (
        ("disk is full", "No space left", "disk full", "could not extend file"),
        DiskFullError,
        "数据库所在的磁盘已满，刚才的内容没有写入。请清理磁盘，腾出空间后会自动继续。",
    ),
    (
        ("readonly database", "read-only", "unable to open database file"),
        ReadOnlyError,
        "数据库文件不能打开或不能写入。请检查文件夹是否存在、运行用户是否有写权限。",
    ),
    (
        ("file is not a database", "malformed", "file is encrypted", "invalid page"),
        CorruptError,
        "数据库文件已损坏或不是数据库。请停止服务，保留原文件，用 gridbot restore 从最近的备份恢复。",
    ),
    (
        ("database is locked", "database table is locked"),
        BusyError,
        "数据库被另一个程序占用超过 5 秒。请确认没有第二个 gridbot 或备份工具在使用同一个文件。",
    ),
    (
        ("no such table", "no such column", "does not exist"),
        SchemaError,
        "数据库的表与程序版本不符。请先运行 gridbot db upgrade。",
    ),
    (
        ("connection refused", "could not connect", "connection failed", "server closed the connection",
         "terminating connection", "the connection is closed", "could not translate host name"),
        StoreError,
        "连不上数据库服务器。请检查 GRIDBOT_DATABASE_URL 和数据库服务是否在运行。",
    ),
)


def in_words(error: BaseException) -> GridbotError | None:
    """What a driver's error means; None for an error that is none of a driver's."""
    if not isinstance(error, exc.DBAPIError | sqlite3.Error):
        return None
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    state = getattr(cause, "sqlstate", None)
    if state in _SAME_ROWS or state == _SAME_KEY:
        return CollisionError(_fault(cause, state), is_same_key=state == _SAME_KEY)
    text = str(cause)
    for signs, kind, sentence in _SENTENCES:
        if any(sign in text for sign in signs):
            return kind(sentence)
    return _fault(cause, state)


def _fault(cause: BaseException, state: str | None) -> StatementFaultError:
    """PostgreSQL quotes whole rows in its messages, so only the names that it gives beside them are taken; SQLite's
    messages name tables and columns."""
    diag: Any = getattr(cause, "diag", None)
    if diag is None:
        return StatementFaultError(f"{type(cause).__name__}: {cause}")
    names = (state, diag.table_name, diag.column_name, diag.constraint_name)
    return StatementFaultError(" ".join([type(cause).__name__, *(name for name in names if name)]))


@contextmanager
def in_sentences() -> Iterator[None]:
    """Say what the database refused in a sentence, without the driver's error, which may quote a value."""
    try:
        yield
    except Exception as error:
        told = in_words(error)
        if told is None:
            raise
        raise told from None
