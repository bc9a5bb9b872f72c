"""Statements that both databases know under different classes: insert with a conflict clause."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

#: An insert of one dialect; its conflict clauses have the same names on both.
AnyInsert = Any


class PerDialect:
    """One statement, built once for each database."""

    def __init__(self, table: Table, build: Callable[[AnyInsert], AnyInsert]) -> None:
        self._sqlite: Insert = build(sqlite.insert(table))
        self._postgresql: Insert = build(postgresql.insert(table))

    def on(self, connection: Connection) -> Insert:
        return self._sqlite if connection.dialect.name == "sqlite" else self._postgresql


class InsertNew:
    """Insert a row unless one of that key exists."""

    def __init__(self, table: Table) -> None:
        # the row count of an insert is not dependable on PostgreSQL: what comes back is
        one = next(iter(table.primary_key.columns))
        self._statement = PerDialect(table, lambda insert: insert.on_conflict_do_nothing().returning(one))

    def __call__(self, connection: Connection, row: Mapping[str, Any]) -> bool:
        """True when it was inserted."""
        return connection.execute(self._statement.on(connection), row).first() is not None


def upsert(table: Table, keys: tuple[str, ...], *values: str) -> PerDialect:
    """Insert, or set `values` of the row with these keys."""
    return PerDialect(
        table,
        lambda insert: insert.on_conflict_do_update(
            index_elements=list(keys), set_={name: getattr(insert.excluded, name) for name in values}
        ),
    )
