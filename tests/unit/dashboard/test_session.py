"""A sign-in is a signed cookie that runs out, and a form must come from our own page."""

from datetime import timedelta

import pytest

from dashboard.session import LASTS, begin, form_token, is_form_token, is_password, seal, unseal
from tests.builders.tickets import NOW

KEY = "k" * 32


def test_a_sealed_session_is_read_back() -> None:
    session = begin("office-1", NOW)

    read = unseal(seal(session, KEY), KEY, NOW + timedelta(hours=1))

    assert read is not None
    assert (read.person, read.nonce) == ("office-1", session.nonce)


def test_a_session_runs_out() -> None:
    cookie = seal(begin("office-1", NOW), KEY)

    assert unseal(cookie, KEY, NOW + LASTS - timedelta(seconds=1)) is not None
    assert unseal(cookie, KEY, NOW + LASTS) is None


@pytest.mark.parametrize("cookie", ["", ".", "abc", "abc.def", "签名.签名"])
def test_what_we_did_not_seal_is_nothing(cookie: str) -> None:
    assert unseal(cookie, KEY, NOW) is None


def test_a_changed_session_is_nothing() -> None:
    body, _, signature = seal(begin("office-1", NOW), KEY).partition(".")
    other = seal(begin("office-2", NOW), KEY).partition(".")[0]

    assert unseal(f"{other}.{signature}", KEY, NOW) is None
    assert unseal(f"{body}.{signature}", "z" * 32, NOW) is None


def test_a_forms_token_belongs_to_one_session_and_key() -> None:
    token = form_token("nonce", KEY)

    assert is_form_token(token, "nonce", KEY)
    assert not is_form_token(token, "another", KEY)
    assert not is_form_token(token, "nonce", "z" * 32)
    assert not is_form_token("", "nonce", KEY)
    assert not is_form_token("汉字", "nonce", KEY)


def test_a_session_cookie_is_no_form_token() -> None:
    session = begin("office-1", NOW)
    body, _, signature = seal(session, KEY).partition(".")

    assert not is_form_token(signature, body, KEY)


def test_passwords_are_compared_whole() -> None:
    assert is_password("晴川-2026", "晴川-2026")
    assert not is_password("晴川-202", "晴川-2026")
    assert not is_password("", "晴川-2026")
