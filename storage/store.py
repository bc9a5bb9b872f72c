"""The store: where units of work run, and where they are committed.

A unit is a synchronous function `f(work)`. SQLite has one writing connection: a thread takes the units that are queued
when it is free, runs each in a savepoint, commits once, then answers; it never waits for more, since the commit itself
forms the next batch. PostgreSQL has a thread and a connection for each named writer and a transaction for each unit.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection, Engine

from storage import migrate
from storage.engine import parse_url, reading_engine, writing_engine
from storage.errors import CollisionError, ReadOnlyError, StoreError, in_sentences
from storage.work import SqlWork
from storage.writer import Queued, Writer

T = TypeVar("T")
Unit = Callable[[SqlWork], T]

#: How often a unit runs when it collides with another (PostgreSQL).
RUNS = 5
#: How long a unit that collided waits at most before its second run, in seconds; doubled each time.
_PAUSE = 0.005


class Store:
    """The open database. `close` it, or use it as a context manager."""

    def __init__(self, url: URL, *, readonly: bool, durable: bool, salt: Callable[[], str] | None) -> None:
        self.url = url
        self._salt = salt
        self._is_sqlite = url.get_backend_name() == "sqlite"
        self._writing: Engine | None = None if readonly else writing_engine(url, durable=durable)
        self._reading = reading_engine(url)
        self._writers: dict[str, Writer] = {}
        self._writers_lock = threading.Lock()
        self._connection: Connection | None = None
        self._connection_lock = threading.Lock()
        self._closed = False

    @classmethod
    def open(
        cls, url: str, *, readonly: bool = False, durable: bool = True, salt: Callable[[], str] | None = None
    ) -> Self:
        """Open a database by its address (`sqlite:////abs/path.db`, `postgresql://…`).

        `durable=False` gives up safety against power loss, for files that are thrown away (replay, tests). `salt` makes
        the salts of kept words, for runs that must come out the same. Raises StoreError with a Chinese sentence.
        """
        store = cls(parse_url(url), readonly=readonly, durable=durable, salt=salt)
        try:
            with in_sentences(), (store._reading if readonly else store._engine()).connect() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master" if store._is_sqlite else "SELECT 1")
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def migrate(self) -> None:
        """Bring the tables to this program's version; SchemaError when they are newer. Starts again where a migration
        was killed half-way, since it runs in one transaction."""
        with in_sentences(), self._connection_lock, self._engine().connect() as connection, connection.begin():
            migrate.upgrade(connection)

    def check_schema(self) -> None:
        """SchemaError with a sentence unless the tables are exactly this program's."""
        with in_sentences(), self._reading.connect() as connection, connection.begin():
            migrate.check(connection)

    # units ------------------------------------------------------------------
    async def unit(self, f: Unit[T], *, writer: str = "main") -> T:
        """Run a unit and wait until it is committed. What it raises is raised here, and nothing of it is kept.

        `writer` names the line in which it stands (decider, pass, sender, door, web); on SQLite all stand in one.
        """
        return await asyncio.wrap_future(self.submit(f, writer=writer))

    def submit(self, f: Unit[T], *, writer: str = "main") -> "Future[T]":
        """Queue a unit from any thread; the future is answered after its commit."""
        name = "main" if self._is_sqlite else writer
        with self._writers_lock:
            if self._closed:
                raise StoreError("数据库已关闭。")
            line = self._writers.get(name)
            if line is None:
                run = self._run_together if self._is_sqlite else self._run_each
                line = self._writers[name] = Writer(name, run)
            return line.put(f)

    def run(self, f: Unit[T]) -> T:
        """Run a unit in this thread and commit it (replay, commands, tests)."""
        if not self._is_sqlite:
            return self._run_alone(f)
        with in_sentences(), self._connection_lock:
            connection = self._open_connection()
            with connection.begin():
                return f(SqlWork(connection, self._salt))

    # reading ----------------------------------------------------------------
    async def read(self, f: Unit[T]) -> T:
        """Run a function that only reads, on a connection of its own in a thread of its own."""
        return await asyncio.to_thread(self.look, f)

    def look(self, f: Unit[T]) -> T:
        """Run a function that only reads, in this thread. It sees what was committed when it began."""
        with in_sentences(), self._reading.connect() as connection, connection.begin():
            return f(SqlWork(connection, self._salt))

    def close(self) -> None:
        """Finish the queued units and close. Idempotent."""
        with self._writers_lock:
            self._closed = True
            lines = list(self._writers.values())
        for line in lines:
            line.stop()
        with self._connection_lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        if self._writing is not None:
            self._writing.dispose()
        self._reading.dispose()

    # inside -----------------------------------------------------------------
    def _engine(self) -> Engine:
        if self._writing is None:
            raise ReadOnlyError("数据库是以只读方式打开的，不能写入。")
        return self._writing

    def _open_connection(self) -> Connection:
        """The one writing connection of SQLite; its lock is held."""
        if self._connection is None:
            self._connection = self._engine().connect()
        return self._connection

    def _run_each(self, batch: "list[Queued[Any]]") -> None:
        """PostgreSQL: each unit in a transaction of its own."""
        for queued in batch:
            try:
                result = self._run_alone(queued.unit)
            except BaseException as error:
                queued.fail(error)
            else:
                queued.succeed(result)

    def _run_alone(self, f: Unit[T]) -> T:
        for run in range(1, RUNS):
            try:
                return self._run_once(f)
            except CollisionError:
                # let the other finish; two that collide must not try again at the same moment
                time.sleep(random.uniform(0, _PAUSE * 2**run))
        try:
            return self._run_once(f)
        except CollisionError as error:
            raise (error.fault if error.is_same_key else error) from None

    def _run_once(self, f: Unit[T]) -> T:
        with in_sentences(), self._engine().connect() as connection, connection.begin():
            return f(SqlWork(connection, self._salt))

    def _run_together(self, batch: "list[Queued[Any]]") -> None:
        """SQLite: each unit in a savepoint, one commit, then the answers."""
        results: list[tuple[Queued[Any], Any]] = []
        failures: list[tuple[Queued[Any], BaseException]] = []
        try:
            with in_sentences(), self._connection_lock:
                connection = self._open_connection()
                with connection.begin():
                    work = SqlWork(connection, self._salt)
                    for queued in batch:
                        try:
                            with work.savepoint():
                                result = queued.unit(work)
                        except BaseException as error:
                            if not _in_transaction(connection):
                                raise
                            failures.append((queued, error))
                        else:
                            results.append((queued, result))
        except BaseException as error:
            # the transaction is gone (a full disk, a lost file): nothing of the batch was kept
            for queued in batch:
                queued.fail(error)
            return
        for queued, failure in failures:
            queued.fail(failure)
        for queued, result in results:
            queued.succeed(result)


def _in_transaction(connection: Connection) -> bool:
    """Whether SQLite still has the transaction; it rolls back by itself when the disk is full."""
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", False))
