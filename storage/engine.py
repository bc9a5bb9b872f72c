"""Engines for both databases, with the settings that the promises need (reliability R17)."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool, QueuePool

from storage.errors import StoreError

#: How long a writer waits for another process that holds the file, in milliseconds.
BUSY_TIMEOUT_MS = 5_000


def parse_url(text: str) -> URL:
    """The database's address; StoreError with a sentence for anything but a SQLite file or PostgreSQL."""
    try:
        url = make_url(text)
    except Exception:
        # the address may hold a password, so nothing of it is repeated
        raise StoreError("GRIDBOT_DATABASE_URL 不是有效的数据库地址。") from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        if not url.database or url.database == ":memory:":
            raise StoreError("GRIDBOT_DATABASE_URL 要写明数据库文件，例如 sqlite:////var/lib/gridbot/gridbot.db。")
        return url.set(drivername="sqlite")
    raise StoreError("GRIDBOT_DATABASE_URL 只支持 sqlite:////绝对路径 和 postgresql://…。")


def writing_engine(url: URL, *, durable: bool) -> Engine:
    """The engine of writers. SQLite: WAL, synchronous FULL (OFF for a throw-away file), BEGIN IMMEDIATE, foreign keys.
    PostgreSQL: repeatable read, so that two units that change the same row never both succeed."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, hide_parameters=True, poolclass=NullPool,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        )
        settings = (
            f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
            "PRAGMA journal_mode=WAL",
            f"PRAGMA synchronous={'FULL' if durable else 'OFF'}",
            "PRAGMA foreign_keys=ON",
            # what is erased is overwritten, not just forgotten
            "PRAGMA secure_delete=ON",
            "PRAGMA cache_size=-65536",
        )
        _prepare_sqlite(engine, settings, begin="BEGIN IMMEDIATE")
        return engine
    return create_engine(
        url, hide_parameters=True, poolclass=QueuePool, pool_size=8, max_overflow=8, pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
    )


def reading_engine(url: URL) -> Engine:
    """The engine of readers: each sees one moment and can't write."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, hide_parameters=True, poolclass=QueuePool, pool_size=4, max_overflow=4,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        )
        _prepare_sqlite(
            engine, (f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}", "PRAGMA query_only=ON", "PRAGMA cache_size=-16384"),
            begin="BEGIN",
        )
        return engine
    engine = create_engine(
        url, hide_parameters=True, poolclass=QueuePool, pool_size=4, max_overflow=8, pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
    )

    @event.listens_for(engine, "begin")
    def read_only(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    return engine


def _prepare_sqlite(engine: Engine, settings: tuple[str, ...], *, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        # the driver must not open transactions by itself: we say when they begin
        connection.isolation_level = None
        for setting in settings:
            connection.execute(setting).fetchall()

    @event.listens_for(engine, "begin")
    def begin_by_hand(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
