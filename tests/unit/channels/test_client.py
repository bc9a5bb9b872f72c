import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.channels.client import WeComClient
from bot.channels.outcomes import Failed, Limited, Partial, Retry, Sent, Unclear
from bot.channels.times import CHINA

START = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)
Answer = dict[str, object] | web.StreamResponse


class Far:
    """A far side that answers by script: one answer for each call of a path, the last one for ever."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.valid = "T1"
        self.script: dict[str, list[Answer | str]] = {}
        self.bodies: list[dict[str, object]] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/cgi-bin/")
        self.calls[path] += 1
        if path != "gettoken" and request.body_exists:
            self.bodies.append(await request.json())
        script = self.script.get(path, [])
        answer = (script.pop(0) if len(script) > 1 else script[0]) if script else None
        if answer == "cut":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(answer, web.StreamResponse):
            return answer
        if isinstance(answer, dict):
            return web.json_response(answer)
        if path == "gettoken":
            if self.meanwhile is not None:
                await self.meanwhile()
            return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": self.valid, "expires_in": 7200})
        if "key" not in request.query and request.query.get("access_token") != self.valid:
            return web.json_response({"errcode": 42001, "errmsg": "access_token expired"})
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": "M1", "response_code": "RC"})


class Hand:
    """A clock moved by hand, and a pause that only notes how long it was asked to be."""

    def __init__(self) -> None:
        self.at = START
        self.pauses: list[float] = []

    def now(self) -> datetime:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@asynccontextmanager
async def reached(far: Far, hand: Hand) -> AsyncIterator[WeComClient]:
    app = web.Application()
    app.router.add_route("*", "/cgi-bin/{name:.+}", far.handle)
    async with TestServer(app) as server:
        base = f"http://127.0.0.1:{server.port}"
        async with WeComClient(base, "ww1", "SECRET", hand.now, pause=hand.pause) as client:
            yield client


async def test_a_token_is_fetched_once_for_two_hundred_callers_and_once_more_at_its_end() -> None:
    far, hand = Far(), Hand()
    async with reached(far, hand) as client:
        outcomes = await asyncio.gather(*(client.post("message/send", {}) for _ in range(200)))
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        assert far.calls["gettoken"] == 1
        hand.at += timedelta(seconds=7200 - 299)
        await asyncio.gather(*(client.post("message/send", {}) for _ in range(200)))
    assert far.calls == {"gettoken": 2, "message/send": 400}


async def test_two_hundred_callers_with_a_stale_token_cause_one_refresh() -> None:
    far, hand = Far(), Hand()
    async with reached(far, hand) as client:
        await client.post("message/send", {})
        far.valid = "T2"
        outcomes = await asyncio.gather(*(client.post("message/send", {}) for _ in range(200)))
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert far.calls["gettoken"] == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_server_that_refuses_for_ever_sees_few_calls_and_raises_an_alarm(code: int) -> None:
    far, hand = Far(), Hand()
    far.script["message/send"] = [{"errcode": code, "errmsg": "no"}]
    async with reached(far, hand) as client:
        for _ in range(50):
            outcome = await client.post("message/send", {})
            assert isinstance(outcome, Failed)
            assert outcome.alert
        assert far.calls == {"gettoken": 2, "message/send": 2}
        assert client.alarm is not None
        hand.at += timedelta(seconds=61)
        del far.script["message/send"]
        assert isinstance(await client.post("message/send", {}), Sent)
        assert client.alarm is None


async def test_a_wrong_secret_stops_every_call_for_a_minute() -> None:
    far, hand = Far(), Hand()
    far.script["gettoken"] = [{"errcode": 40001, "errmsg": "invalid credential"}]
    async with reached(far, hand) as client:
        for _ in range(20):
            assert isinstance(await client.post("message/send", {}), Failed)
    assert far.calls == {"gettoken": 1}


async def test_busy_is_repeated_three_times_with_growing_pauses() -> None:
    far, hand = Far(), Hand()
    busy: Answer = {"errcode": -1, "errmsg": "system busy"}
    far.script["message/send"] = [busy, busy, {"errcode": 0, "msgid": "M"}]
    async with reached(far, hand) as client:
        assert await client.post("message/send", {}) == Sent("M", data={"errcode": 0, "msgid": "M"})
        far.script["message/send"] = [busy]
        outcome = await client.post("message/send", {})
        assert isinstance(outcome, Retry)
    assert far.calls["message/send"] == 3 + 4
    assert all(2**n / 2 <= pause <= 2**n for n, pause in zip([0, 1, 0, 1, 2], hand.pauses, strict=True))


@pytest.mark.parametrize(
    "answer", ["cut", web.Response(status=502), web.Response(text='{"errcode":0,"ms'), web.Response(text="[1]")]
)
async def test_no_usable_answer_is_unclear_for_a_send_and_a_retry_for_a_question(answer: Answer | str) -> None:
    far, hand = Far(), Hand()
    async with reached(far, hand) as client:
        await client.post("warm", {})
        far.script["message/send"] = [answer]
        assert isinstance(await client.post("message/send", {}), Unclear)
    assert far.calls["message/send"] == 1, "never sent twice by itself"


async def test_one_api_that_refuses_does_not_silence_the_others() -> None:
    far, hand = Far(), Hand()
    far.script["externalcontact/x"] = [{"errcode": 40001, "errmsg": "token of another secret"}]
    async with reached(far, hand) as client:
        for _ in range(20):
            assert isinstance(await client.post("message/send", {}), Sent)
            assert isinstance(await client.post("externalcontact/x", {}), Failed)
        assert client.alarm is not None
        assert client.fetches == 2
    assert far.calls["externalcontact/x"] == 2


async def test_half_a_character_does_not_stop_a_send() -> None:
    far, hand = Far(), Hand()
    async with reached(far, hand) as client:
        assert isinstance(await client.post("message/send", {"text": "灯\ud800"}), Sent)


async def test_a_redirect_is_not_followed() -> None:
    far, hand = Far(), Hand()
    far.script["message/send"] = [web.Response(status=302, headers={"Location": "/cgi-bin/elsewhere"})]
    async with reached(far, hand) as client:
        assert isinstance(await client.post("message/send", {}), Failed)
    assert "elsewhere" not in far.calls


async def test_a_question_that_got_no_answer_may_be_asked_again() -> None:
    far, hand = Far(), Hand()
    async with reached(far, hand) as client:
        await client.post("warm", {})
        far.script["x/get"] = ["cut"]
        assert isinstance(await client.post("x/get", {}, repeatable=True), Retry)


async def test_nobody_there_means_that_nothing_was_sent() -> None:
    async with WeComClient(f"http://127.0.0.1:{unused_port()}", "ww1", "SECRET", Hand().now) as client:
        assert isinstance(await client.post("message/send", {}), Retry)
        assert isinstance(await client.post_with_key("webhook/send", "KEY", {}), Retry)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"errcode": 45009, "errmsg": "freq"}, Limited(60.0)),
        ({"errcode": 45033, "errmsg": "concurrency"}, Limited(5.0)),
        (
            {"errcode": 60020, "errmsg": "not allow to access from your ip, hint: [1_2_3], from ip: 203.0.113.9, more"},
            "203.0.113.9",
        ),
        ({"errcode": 81013, "errmsg": "user & party & tag all invalid"}, "没有一个接收人有效"),
        ({"errcode": 987654, "errmsg": "new"}, "987654"),
    ],
)
async def test_codes_are_acted_on(answer: dict[str, object], expected: object) -> None:
    far, hand = Far(), Hand()
    far.script["message/send"] = [answer]
    async with reached(far, hand) as client:
        outcome = await client.post("message/send", {})
    if isinstance(expected, str):
        assert isinstance(outcome, Failed)
        assert expected in outcome.sentence
        assert outcome.alert == (answer["errcode"] == 60020)
    else:
        assert outcome == expected


async def test_a_partly_invalid_send_names_whom_it_missed_in_both_spellings() -> None:
    far, hand = Far(), Hand()
    text: Answer = {"errcode": 0, "errmsg": "ok", "invaliduser": "x|y", "unlicenseduser": "z", "msgid": "M2"}
    array: Answer = {"errcode": 0, "errmsg": "ok", "invaliduser": ["x"]}
    far.script = {"message/send": [text], "message/update_template_card": [array]}
    async with reached(far, hand) as client:
        outcome = await client.post("message/send", {})
        assert isinstance(outcome, Partial)
        assert (outcome.invalid, outcome.msgid) == (("x", "y", "z"), "M2")
        outcome = await client.post("message/update_template_card", {})
        assert isinstance(outcome, Partial)
        assert outcome.invalid == ("x",)


async def test_no_outcome_shows_token_secret_key_or_text() -> None:
    far, hand = Far(), Hand()
    far.script = {"message/send": [{"errcode": 60020, "errmsg": "T1 SECRET"}, "cut"], "webhook/send": ["cut"]}
    async with reached(far, hand) as client:
        shown = [
            repr(await client.post("message/send", {"text": "heard words"})),
            repr(await client.post("message/send", {"text": "heard words"})),
            repr(await client.post_with_key("webhook/send", "KEY-9", {"text": "heard words"})),
            repr(await client.post("other", {"text": "heard words"})),
        ]
    for marked in ("T1", "SECRET", "KEY-9", "heard words"):
        assert not any(marked in one for one in shown)
