"""Who gets in, who does not, and what they are told."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientConnectionError

from dashboard.app import build
from dashboard.attempts import AT_MOST
from dashboard.session import LASTS
from tests.builders.office import PASSWORD, Office, token_in
from tests.integration.dashboard.conftest import Client, SignIn


async def form_of(client: Client) -> dict[str, str]:
    """The sign-in form's hidden field with a right answer."""
    page = await (await client.get("/login")).text()
    return {"token": token_in(page), "person": "o-1", "password": PASSWORD}


@pytest.mark.parametrize("path", ["/", "/tickets/0302-1", "/codes", "/chats", "/ledger.xlsx"])
async def test_a_stranger_is_sent_to_the_sign_in(visitor: Client, path: str) -> None:
    answer = await visitor.get(path, allow_redirects=False)

    assert answer.status == 303
    assert answer.headers["Location"].startswith("/login")


async def test_after_signing_in_one_is_where_one_wanted_to_be(visitor: Client) -> None:
    form = await form_of(visitor)

    answer = await visitor.post("/login", data={**form, "next": "/codes"}, allow_redirects=False)

    assert answer.headers["Location"] == "/codes"
    cookie = answer.headers.getall("Set-Cookie")[-1]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"])
async def test_signing_in_leads_to_no_other_site(visitor: Client, after: str) -> None:
    form = await form_of(visitor)

    answer = await visitor.post("/login", data={**form, "next": after}, allow_redirects=False)

    assert answer.headers["Location"] == "/"


async def test_the_page_names_who_is_signed_in(sign_in: SignIn) -> None:
    client = await sign_in("d-1")

    assert "程日升" in await (await client.get("/")).text()


async def test_a_wrong_password_is_refused_and_says_so(visitor: Client) -> None:
    form = await form_of(visitor)

    answer = await visitor.post("/login", data={**form, "password": "12345678"})

    assert answer.status == 401
    assert "密码不对" in await answer.text()
    assert (await visitor.get("/", allow_redirects=False)).status == 303


async def test_many_wrong_passwords_make_the_address_wait(visitor: Client, office: Office) -> None:
    form = await form_of(visitor)
    for _ in range(AT_MOST):
        await visitor.post("/login", data={**form, "password": "12345678"})

    answer = await visitor.post("/login", data=form)
    assert answer.status == 429
    assert "密码错得太多，请过 11分钟 再试" in await answer.text()

    office.walk(minutes=10)
    answer = await visitor.post("/login", data=form, allow_redirects=False)
    assert answer.status == 303


@pytest.mark.parametrize("person", ["", "u-1", "r-1", "nobody"])
async def test_only_people_of_the_office_sign_in(visitor: Client, person: str) -> None:
    form = await form_of(visitor)

    answer = await visitor.post("/login", data={**form, "person": person})

    assert answer.status == 400
    assert "请选择您是谁" in await answer.text()


async def test_a_sign_in_form_from_elsewhere_is_refused(visitor: Client) -> None:
    answer = await visitor.post("/login", data={"person": "o-1", "password": PASSWORD})

    assert answer.status == 403
    assert "这个页面过期了" in await answer.text()


async def test_without_a_password_nobody_signs_in(office: Office, aiohttp_client: object) -> None:
    office.password = None
    client: Client = await aiohttp_client(build(office.deps()))  # type: ignore[operator]

    page = await (await client.get("/login")).text()

    assert "还没有设办公密码" in page
    assert "GRIDBOT_OFFICE_PASSWORD" in page


async def test_a_session_runs_out(sign_in: SignIn, office: Office) -> None:
    client = await sign_in()
    office.now += LASTS - timedelta(seconds=1)
    assert (await client.get("/", allow_redirects=False)).status == 200

    office.walk(seconds=1)

    assert (await client.get("/", allow_redirects=False)).status == 303


async def test_the_poll_of_a_session_that_ran_out_leads_to_the_sign_in(visitor: Client) -> None:
    answer = await visitor.get("/parts/board", headers={"HX-Request": "true"}, allow_redirects=False)

    assert answer.status == 401
    assert answer.headers["HX-Redirect"] == "/login"


async def test_signing_out(sign_in: SignIn) -> None:
    client = await sign_in()
    token = token_in(await (await client.get("/")).text())

    await client.post("/logout", data={"token": token}, allow_redirects=False)

    assert (await client.get("/", allow_redirects=False)).status == 303


async def test_a_post_without_our_token_changes_nothing(sign_in: SignIn, office: Office) -> None:
    client = await sign_in()
    ticket = office.tell()
    before = office.lines(ticket.id)

    for data in ({}, {"token": "x" * 64}):
        answer = await client.post(f"/tickets/{ticket.number}/done", data=data)
        assert answer.status == 403
        assert "这个页面过期了" in await answer.text()

    assert office.lines(ticket.id) == before


async def test_a_token_of_another_session_is_refused(sign_in: SignIn, office: Office) -> None:
    one, other = await sign_in("o-1"), await sign_in("d-1")
    ticket = office.tell()
    token = token_in(await (await one.get("/")).text())

    answer = await other.post(f"/tickets/{ticket.number}/done", data={"token": token})

    assert answer.status == 403


async def test_a_body_that_is_too_large_is_refused(sign_in: SignIn) -> None:
    client = await sign_in()

    answer = await client.post("/codes", data={"token": "x", "person": "长" * 20_000})

    assert answer.status == 413
    assert "内容太长" in await answer.text()


async def test_a_body_without_a_length_is_read_no_further_than_ours(sign_in: SignIn) -> None:
    client = await sign_in()
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += 16_384
            yield b"x" * 16_384

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = await client.post("/codes", data=endless(), headers=form)
        assert answer.status == 413
    except ClientConnectionError:
        # the answer may be lost when we close while the other side still sends
        pass
    assert sent < 100_000_000


async def test_a_body_that_is_no_form_is_refused(sign_in: SignIn) -> None:
    client = await sign_in()

    answer = await client.post("/codes", json={"person": "h-1"})
    assert answer.status == 415

    broken = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/codes", data=b"token=%ff%fe", headers=broken)
    assert answer.status == 400
    assert "看不懂提交的内容" in await answer.text()


async def test_pages_are_kept_by_nobody_and_load_nothing_from_elsewhere(sign_in: SignIn) -> None:
    client = await sign_in()

    answer = await client.get("/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = await answer.text()
    assert "http://" not in page
    assert "https://" not in page


async def test_an_unknown_path_is_a_page_in_chinese(visitor: Client) -> None:
    answer = await visitor.get("/nowhere")

    assert answer.status == 404
    assert "没有这个页面" in await answer.text()
