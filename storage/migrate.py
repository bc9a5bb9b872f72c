"""Schema versions: Alembic's migrations, run from the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.errors import SchemaError

_FOLDER = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration without any file; migrations run on the connection given, in its transaction."""
    made = Config()
    made.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest version, in the connection's transaction. SchemaError when they are newer."""
    if connection.dialect.name == "postgresql":
        # of several processes that start at once, one migrates and the others find it done
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5201314)")
    _refuse_newer(connection)
    command.upgrade(config(connection), "head")


def check(connection: Connection) -> None:
    """SchemaError unless the tables are exactly this program's."""
    _refuse_newer(connection)
    if current(connection) != head():
        raise SchemaError("数据库的表还是旧版本。请先运行 gridbot db upgrade。")


def current(connection: Connection) -> str | None:
    """The version of the tables; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The version that this program wants."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    assert newest is not None
    return newest


def _refuse_newer(connection: Connection) -> None:
    revision = current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaError("数据库的表比程序新。请升级 gridbot 程序，不要用旧程序打开它。")
