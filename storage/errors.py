"""What can go wrong with the store, each as one Chinese sentence that says what to do.

No error carries parameters of a statement: they may hold heard words.
"""

import sqlite3

from sqlalchemy import exc


class GridbotError(Exception):
    """An error whose message is a sentence for people."""


class StoreError(GridbotError):
    """The database refused."""


class DiskFullError(StoreError):
    """Nothing was written; writing goes on by itself when there is room again."""


class ReadOnlyError(StoreError):
    """The database can't be written."""


class CorruptError(StoreError):
    """The file is damaged or not a database."""


class BusyError(StoreError):
    """Another process held the database for too long, or the unit collided too often."""


class SchemaError(StoreError):
    """The tables are older or newer than this program."""


class LeaseLostError(StoreError):
    """Another process has taken over the role; what this one was about to write is refused."""


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


def in_words(error: BaseException) -> StoreError | None:
    """The sentence for a database error; None for an error that is not about the database's state (a broken
    constraint is a fault of the program and stays as it is)."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    if not isinstance(error, exc.DBAPIError | sqlite3.Error) or isinstance(error, exc.IntegrityError):
        return None
    text = str(cause)
    for signs, kind, sentence in _SENTENCES:
        if any(sign in text for sign in signs):
            return kind(sentence)
    return None
