"""access_token: one while it lives, early ends by switch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulator.errors import ApiError
from emulator.wecom import WeCom
from tests.unit.emulator.builders import RealSeconds, make_wecom


def fetch(wecom: WeCom) -> str:
    return wecom.tokens.fetch(wecom.credentials.corp_id, wecom.credentials.app_secret)[0]


def code(wecom: WeCom, token: str) -> int:
    try:
        wecom.tokens.check(token)
    except ApiError as error:
        return error.errcode
    return 0


def test_the_same_token_comes_while_it_lives() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    first, seconds, _ = wecom.tokens.fetch(wecom.credentials.corp_id, wecom.credentials.app_secret)
    real.pass_by(minutes=119)
    assert seconds == 7200
    assert wecom.tokens.fetch(wecom.credentials.corp_id, wecom.credentials.app_secret) == (first, 60, False)
    assert code(wecom, first) == 0


def test_it_expires_on_the_emulators_clock() -> None:
    wecom = make_wecom(RealSeconds())
    first = fetch(wecom)
    wecom.clock.walk(wecom.clock.now() + timedelta(hours=2))
    assert code(wecom, first) == 42001
    second = fetch(wecom)
    assert second != first
    assert (code(wecom, second), code(wecom, first)) == (0, 42001)


def test_missing_and_foreign_tokens_and_secrets() -> None:
    wecom = make_wecom(RealSeconds())
    fetch(wecom)
    assert (code(wecom, ""), code(wecom, "x")) == (41001, 40014)
    for corp, secret, errcode in (
        (wecom.credentials.corp_id, "no", 40001),
        ("ww0", wecom.credentials.app_secret, 40013),
    ):
        with pytest.raises(ApiError) as caught:
            wecom.tokens.fetch(corp, secret)
        assert caught.value.errcode == errcode


@pytest.mark.parametrize("errcode", [42001, 40014])
def test_ended_early_once_a_new_token_helps(errcode: int) -> None:
    wecom = make_wecom(RealSeconds())
    wecom.faults.add({"kind": "end_token", "errcode": errcode})
    first = fetch(wecom)
    assert (code(wecom, first), code(wecom, first)) == (errcode, 40014)
    second = fetch(wecom)
    assert second != first
    assert code(wecom, second) == 0


def test_ended_for_ever_no_token_helps() -> None:
    wecom = make_wecom(RealSeconds())
    wecom.faults.add({"kind": "end_token", "times": None})
    assert [code(wecom, fetch(wecom)) for _ in range(3)] == [42001] * 3


def test_two_fetches_within_a_second_are_noticed() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    flags = []
    for pause in (0.0, 0.5, 1.5):
        real.pass_by(seconds=pause)
        flags.append(wecom.tokens.fetch(wecom.credentials.corp_id, wecom.credentials.app_secret)[2])
    assert flags == [False, True, False]
