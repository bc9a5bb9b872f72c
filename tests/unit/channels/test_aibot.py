import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from bot.channels.aibot import GROUP, AiBot, Link
from bot.channels.limits import MemoryMeter
from bot.channels.outcomes import Failed, Limited, Retry, Sent, Unclear
from bot.channels.times import CHINA
from bot.messages import Incoming, WayBack

START = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)
Frame = dict[str, object]


def message(number: int, text: str = "@小格 路灯坏了") -> Frame:
    return {
        "cmd": "aibot_msg_callback",
        "headers": {"req_id": f"R{number}"},
        "body": {
            "msgid": f"m{number}",
            "chatid": "wrC1",
            "chattype": "group",
            "from": {"userid": "zhang"},
            "msgtype": "text",
            "text": {"content": text},
        },
    }


class Far:
    """The far side of the socket: acks everything unless told otherwise."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.arrived = asyncio.Condition()
        self.silent: set[str] = set()
        self.codes: dict[str, int] = {}
        self.cut_on: set[str] = set()

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for got in socket:
            if got.type is not WSMsgType.TEXT:
                continue
            frame = json.loads(got.data)
            cmd = frame["cmd"]
            self.frames.append(frame)
            if cmd in self.cut_on:
                await socket.close()
                break
            if cmd not in self.silent:
                await socket.send_json({"headers": frame["headers"], "errcode": self.codes.get(cmd, 0), "errmsg": "x"})
            async with self.arrived:
                self.arrived.notify_all()
        return socket

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(condition)

    def sent(self, cmd: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["cmd"] == cmd]


class Gate:
    """Pauses of the bot: noted, and each lasts until the test lets it end (or not at all when `open`)."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.open: Callable[[float], bool] = lambda seconds: False
        self.changed = asyncio.Condition()

    async def pause(self, seconds: float) -> None:
        self.asked.append(seconds)
        async with self.changed:
            self.changed.notify_all()
        if not self.open(seconds):
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(condition)


class Ear:
    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.arrived = asyncio.Condition()
        self.links: list[Link] = []
        self.failures = 0

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("locked")
        assert key == f"aibot:{incoming.id}"
        async with self.arrived:
            self.heard.append(incoming)
            self.arrived.notify_all()

    async def count(self, number: int) -> None:
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: len(self.heard) >= number)


@asynccontextmanager
async def connected(
    far: Far, gate: Gate, ear: Ear, *, up: bool = True
) -> AsyncIterator[tuple[AiBot, "asyncio.Task[None]"]]:
    app = web.Application()
    app.router.add_get("/ws", far.connect)
    async with TestServer(app) as server:
        bot = AiBot(
            f"http://127.0.0.1:{server.port}/ws",
            "AIB",
            "SECRET",
            ear.accept,
            lambda: START,
            MemoryMeter(lambda: START),
            on_link=lambda link, at: ear.links.append(link),
            pause=gate.pause,
            ack_within=0.05,
        )
        run = asyncio.create_task(bot.run())
        try:
            if up:
                await gate.until(lambda: 30.0 in gate.asked)
            yield bot, run
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)


def case(test: Callable[[Far, Gate, Ear], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """A test with fresh parts."""

    async def with_parts() -> None:
        await test(Far(), Gate(), Ear())

    return with_parts


@case
async def test_it_subscribes_hears_and_answers(far: Far, gate: Gate, ear: Ear) -> None:
    async with connected(far, gate, ear) as (bot, _):
        assert bot.link is Link.UP
        assert far.frames[0]["body"] == {"bot_id": "AIB", "secret": "SECRET"}
        await far.sockets[0].send_json(message(1))
        await ear.count(1)
        assert ear.heard[0].words.text == "路灯坏了"
        assert bot.last_heard == START
        way = ear.heard[0].reply
        assert way is not None
        assert isinstance(await bot.respond(way, "收到，已登记。"), Sent)
        answer = far.sent("aibot_respond_msg")[0]
        assert answer["headers"] == {"req_id": "R1"}
        stream = answer["body"]["stream"]  # type: ignore[index]
        assert (stream["finish"], stream["content"]) == (True, "收到，已登记。")
        assert isinstance(await bot.send("wrC1", GROUP, "**催办**"), Sent)
        assert far.sent("aibot_send_msg")[0]["body"] == {
            "chatid": "wrC1", "chat_type": 2, "msgtype": "markdown", "markdown": {"content": "**催办**"}
        }  # fmt: skip
        assert isinstance(await bot.update_card(WayBack("aibot_update", "R9", START), {"task_id": "T"}), Sent)
        assert far.sent("aibot_respond_update_msg")[0]["headers"] == {"req_id": "R9"}
        welcome = WayBack("aibot_welcome", "R8", START)
        assert isinstance(await bot.respond(welcome, "你好，我是小格。"), Sent)
        assert far.sent("aibot_respond_welcome_msg")[0]["body"] == {
            "msgtype": "text", "text": {"content": "你好，我是小格。"}
        }  # fmt: skip
        assert isinstance(await bot.update_card(welcome, {}), Failed)
        early = START - timedelta(seconds=1)
        assert isinstance(await bot.update_card(WayBack("aibot_update", "R9", early), {}), Failed)
        assert isinstance(await bot.respond(WayBack("aibot_respond", "R1", early), "x"), Failed)
        assert isinstance(await bot.respond(WayBack("app_response_code", "RC", START), "x"), Failed)
    assert ear.links == [Link.UP, Link.DOWN]


@case
async def test_order_is_kept_and_bad_frames_harm_nothing(far: Far, gate: Gate, ear: Ear) -> None:
    async with connected(far, gate, ear) as (bot, _):
        socket = far.sockets[0]
        for number in range(50):
            await socket.send_json(message(number, f"@小格 第{number}条"))
            await socket.send_str("{" if number % 2 else "[]")
            await socket.send_json({"cmd": "aibot_msg_callback", "headers": 7, "body": {"msgid": number}})
        await ear.count(50)
        assert [one.words.text for one in ear.heard] == [f"第{number}条" for number in range(50)]
        assert bot.counts == {"accepted": 50, "bad_json": 25, "bad_frame": 25, "bad_shape": 50}


@case
async def test_a_cut_connection_comes_back_and_hears_again(far: Far, gate: Gate, ear: Ear) -> None:
    gate.open = lambda seconds: seconds < 30
    async with connected(far, gate, ear):
        await far.sockets[0].close()
        await far.until(lambda: len(far.sent("aibot_subscribe")) == 2)
        await far.sockets[1].send_json(message(1))
        await ear.count(1)
    assert ear.links == [Link.UP, Link.DOWN, Link.UP, Link.DOWN]


@case
async def test_silence_is_noticed(far: Far, gate: Gate, ear: Ear) -> None:
    far.silent.add("ping")
    gate.open = lambda seconds: len(far.sockets) < 2
    async with connected(far, gate, ear, up=False) as (bot, _):
        await far.until(lambda: len(far.sent("aibot_subscribe")) == 2)
        assert bot.counts["silent"] == 1
    assert len(far.sent("ping")) == 2


@case
async def test_cuts_are_met_with_growing_pauses_and_jitter(far: Far, gate: Gate, ear: Ear) -> None:
    far.cut_on.add("aibot_subscribe")
    gate.open = lambda seconds: len(far.sockets) < 9
    async with connected(far, gate, ear, up=False):
        await gate.until(lambda: len(gate.asked) >= 9)
    longest = [1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert all(full / 2 <= pause <= full for full, pause in zip(longest, gate.asked[:9], strict=True))
    assert len({pause / full for full, pause in zip(longest, gate.asked[:9], strict=True)}) > 5


@case
async def test_a_displaced_connection_does_not_fight(far: Far, gate: Gate, ear: Ear) -> None:
    async with connected(far, gate, ear) as (bot, run):
        await far.sockets[0].send_json(
            {
                "cmd": "aibot_event_callback",
                "headers": {"req_id": "R1"},
                "body": {"msgid": "e", "msgtype": "event", "event": {"eventtype": "disconnected_event"}},
            }
        )
        await asyncio.wait_for(run, 5)
        assert bot.link is Link.DISPLACED
        assert isinstance(await bot.send("wrC1", GROUP, "x"), Retry)
    assert len(far.sockets) == 1
    assert ear.links == [Link.UP, Link.DISPLACED]


@case
async def test_a_refused_secret_waits_a_minute_and_says_so(far: Far, gate: Gate, ear: Ear) -> None:
    far.codes["aibot_subscribe"] = 853000
    async with connected(far, gate, ear, up=False) as (bot, _):
        await gate.until(lambda: len(gate.asked) == 1)
        assert bot.link is Link.REFUSED
        assert bot.alarm is not None
        assert "密钥" in bot.alarm.sentence
    assert gate.asked[0] >= 30


@case
async def test_no_ack_is_unclear_and_no_connection_is_a_retry(far: Far, gate: Gate, ear: Ear) -> None:
    async with connected(far, gate, ear) as (bot, _):
        far.silent.add("aibot_send_msg")
        assert isinstance(await bot.send("wrC1", GROUP, "x"), Unclear)
        far.cut_on.add("aibot_respond_update_msg")
        assert isinstance(await bot.update_card(WayBack("aibot_update", "R", START), {}), Unclear)
        await gate.until(lambda: any(seconds < 30 for seconds in gate.asked))
        assert isinstance(await bot.send("wrC1", GROUP, "x"), Retry)


@case
async def test_who_waits_for_an_ack_learns_at_once_that_the_connection_is_gone(far: Far, gate: Gate, ear: Ear) -> None:
    far.cut_on.add("aibot_send_msg")
    async with connected(far, gate, ear) as (bot, _), asyncio.timeout(5):
        bot._ack_within = 3600
        assert isinstance(await bot.send("wrC1", GROUP, "x"), Unclear)


@case
async def test_answers_and_pushes_share_the_conversations_limit(far: Far, gate: Gate, ear: Ear) -> None:
    async with connected(far, gate, ear) as (bot, _):
        await far.sockets[0].send_json(message(1))
        await ear.count(1)
        for _ in range(9):
            assert isinstance(await bot.send("wrC1", GROUP, "x"), Sent)
        way = ear.heard[0].reply
        assert way is not None
        assert isinstance(await bot.respond(way, "x"), Sent)
        assert isinstance(await bot.respond(way, "x"), Limited)
        assert isinstance(await bot.send("wrC1", GROUP, "x"), Limited)
        assert isinstance(await bot.send("wrC2", GROUP, "x"), Sent)
        far.codes["aibot_send_msg"] = 45009
        assert isinstance(await bot.send("wrC3", GROUP, "x"), Limited)
        far.codes.clear()
        assert isinstance(await bot.send("wrC3", GROUP, "x"), Limited), "what WeCom limits is left alone"


@case
async def test_frames_of_one_req_id_wait_for_each_other(far: Far, gate: Gate, ear: Ear) -> None:
    async with connected(far, gate, ear) as (bot, _):
        way = WayBack("aibot_respond", "R1", START)
        outcomes = await asyncio.gather(*(bot.respond(way, str(number)) for number in range(5)))
        assert all(isinstance(outcome, Sent) for outcome in outcomes)


@case
async def test_a_store_that_fails_is_offered_the_message_again(far: Far, gate: Gate, ear: Ear) -> None:
    gate.open = lambda seconds: seconds < 30
    ear.failures = 2
    async with connected(far, gate, ear) as (bot, _):
        await far.sockets[0].send_json(message(1))
        await ear.count(1)
    assert bot.counts == {"storage": 2, "accepted": 1}
