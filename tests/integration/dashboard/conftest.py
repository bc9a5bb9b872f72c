"""The office page on a real SQLite store, and a signed-in client of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request

from dashboard.app import build
from storage.store import Store
from tests.builders.office import PASSWORD, Office, token_in

Client: TypeAlias = TestClient[Request, Application]
SignIn: TypeAlias = Callable[..., Awaitable[Client]]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Store.open(f"sqlite:///{tmp_path}/office.db", durable=False) as store:
        store.migrate()
        yield Office(store)


@pytest.fixture
async def visitor(office: Office, aiohttp_client: Any) -> Client:
    """Somebody who is not signed in."""
    client: Client = await aiohttp_client(build(office.deps()), cookie_jar=CookieJar(unsafe=True))
    return client


@pytest.fixture
def sign_in(office: Office, aiohttp_client: Any) -> SignIn:
    """Sign somebody of the office in: `client = await sign_in("o-1")`."""

    async def do(person: str = "o-1") -> Client:
        client: Client = await aiohttp_client(build(office.deps()), cookie_jar=CookieJar(unsafe=True))
        form = token_in(await (await client.get("/login")).text())
        data = {"token": form, "person": person, "password": PASSWORD}
        answer = await client.post("/login", data=data, allow_redirects=False)
        assert answer.status == 303, await answer.text()
        return client

    return do
