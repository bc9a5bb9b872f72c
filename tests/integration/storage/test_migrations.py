"""Models and migrations agree, and a program refuses tables that are not its own."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from storage import migrate
from storage.engine import parse_url, writing_engine
from storage.errors import SchemaError
from storage.store import Store
from storage.tables import METADATA


def test_migrations_make_what_the_models_say(store: Store, url: str) -> None:
    engine = writing_engine(parse_url(url), durable=False)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert differences == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.run(lambda work: work.set_agenda("digest", None))
    store.migrate()
    store.check_schema()


def test_an_empty_database_is_not_ready(url: str) -> None:
    with Store.open(url, durable=False) as empty, pytest.raises(SchemaError, match="gridbot db upgrade"):
        empty.check_schema()


def test_tables_of_a_newer_program_are_refused(store: Store) -> None:
    store.run(lambda work: work.connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaError, match="升级 gridbot"):
        store.check_schema()
    with pytest.raises(SchemaError, match="升级 gridbot"):
        store.migrate()


def test_a_migration_killed_half_way_starts_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = migrate.command.upgrade

    def killed(*arguments: object) -> None:
        upgrade(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with Store.open(url, durable=False) as opened:
        with monkeypatch.context() as patch:
            patch.setattr(migrate.command, "upgrade", killed)
            with pytest.raises(KeyboardInterrupt):
                opened.migrate()
        with pytest.raises(SchemaError):
            opened.check_schema()
        opened.migrate()
        opened.check_schema()
