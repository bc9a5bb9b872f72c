"""The same suite on both databases: `store` is an empty, migrated one, on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from storage.store import Store
from tests.builders import postgres


@cache
def _why_not_postgresql() -> str | None:
    """Why PostgreSQL can't run on this machine; None when it can."""
    try:
        postgres.server()
    except Exception as error:  # whatever keeps it from starting is the reason shown
        return f"PostgreSQL does not start here: {type(error).__name__}: {error}"
    return None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/test.db"
        return
    reason = _why_not_postgresql()
    if reason is not None:
        if os.environ.get("GRIDBOT_REQUIRE_PG") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres.empty_database() as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url, durable=False) as opened:
        opened.migrate()
        yield opened
