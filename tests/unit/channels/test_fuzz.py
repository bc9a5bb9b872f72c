"""All decoders on inputs that nobody means: only clean refusals (ChannelError), and no growth of memory.

Three thousand inputs in every run, 240,000 in `make test-long`. What is taken as good must survive the inbox.
"""

import asyncio
import gc
import json
import os
import random
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from bot.channels.aibot import AiBot
from bot.channels.app_door import AppDoor
from bot.channels.archive_records import read_record
from bot.channels.bot_door import BotDoor
from bot.channels.crypto import Cipher, decrypt_media, unpad
from bot.channels.door import CallbackDoor
from bot.channels.errors import ChannelError
from bot.channels.kf_messages import read_kf_record
from bot.channels.limits import MemoryMeter
from bot.channels.mp_door import MpDoor
from bot.channels.outcomes import outcome_of
from bot.channels.stored import from_body, to_body
from bot.channels.times import CHINA
from bot.channels.xml import parse_xml
from bot.messages import Incoming
from tests.builders.fuzzing import bent, bent_value, bent_xml, times
from tests.builders.wecom import AES_KEY, CORP, TOKEN, cipher, sealed

FOLDER = Path(__file__).parent.parent.parent / "data" / "wecom"
NOW = datetime.fromtimestamp(1790000100, CHINA)
LONG = 240_000
MOST_GROWTH = 24 * 1024 * 1024
"""Bytes by which the process may grow in the long run; one kept input in ten would be more."""


def payloads(door: str) -> list[bytes]:
    return [path.read_bytes().strip() for path in sorted((FOLDER / door).iterdir())]


def values(door: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in payloads(door)]


APP, MP = payloads("app"), payloads("mp")
AIBOT, ARCHIVE, KF = values("aibot"), values("archive"), values("kf")
ANSWERS: list[dict[str, Any]] = [
    {"errcode": 0, "errmsg": "ok", "msgid": "M", "response_code": "R", "invaliduser": "a|b"},
    {"errcode": 60020, "errmsg": "not allow, from ip: 203.0.113.7"},
    {"errcode": 0, "invaliduser": ["a"], "fail_list": []},
]


async def accept(incoming: Incoming, key: str, body: bytes) -> None:
    assert from_body(body) == incoming


class RequestLike(dict[Any, Any]):
    """As much of a request as a door reads: the query, and places for what it notes."""

    def __init__(self, query: dict[str, str]) -> None:
        super().__init__()
        self.query = query


@dataclass
class SocketLike:
    """A socket that brings these frames and then ends."""

    frames: list[str] = field(default_factory=list)
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[Any]:
        while self.frames:
            yield SimpleNamespace(type=aiohttp.WSMsgType.TEXT, data=self.frames.pop())

    async def send_str(self, text: str) -> None:
        raise ConnectionError


class Decoders:
    """One try for each decoder; each takes one bent input."""

    def __init__(self) -> None:
        self.app = AppDoor(cipher(), CORP, accept)
        self.bot = BotDoor(cipher(""), accept, lambda: NOW)
        self.mp = MpDoor(TOKEN, AES_KEY, CORP, accept)
        self.plain = Cipher(TOKEN, AES_KEY, CORP)
        self.sealed = [sealed(one)[1] for one in APP[:4]]
        self.encrypted = [self.plain.encrypt(one) for one in APP[:4]]
        self.socket = AiBot("ws://unused", "AIB", "secret", accept, lambda: NOW, MemoryMeter(lambda: NOW))
        self.frames: list[str] = []
        self.good: Counter[str] = Counter()

    def kept(self, incoming: object) -> None:
        """What was taken as good comes back from the inbox as it was."""
        if isinstance(incoming, Incoming):
            self.good[incoming.channel] += 1
            assert from_body(to_body(incoming)) == incoming

    def through(self, door: CallbackDoor, query: dict[str, str], body: bytes) -> None:
        """What a door makes of a POST, without its server."""
        request: Any = RequestLike(query)
        with suppress(ChannelError):
            self.kept(door._read(request, body))

    def all(self) -> list[Callable[[random.Random], None]]:
        return [
            self.xml, self.app_message, self.app_envelope, self.bot_message, self.bot_text, self.mp_message, self.ciphertext,
            self.media, self.record, self.kf_record, self.frame, self.answer,
        ]  # fmt: skip

    def xml(self, rng: random.Random) -> None:
        with suppress(ChannelError):
            parse_xml(bent(rng, rng.choice(APP)))

    def app_message(self, rng: random.Random) -> None:
        self.through(self.app, *sealed(rng.choice((bent, bent_xml, bent_xml))(rng, rng.choice(APP))))

    def app_envelope(self, rng: random.Random) -> None:
        query, _ = sealed(b"")
        self.through(self.app, query, bent(rng, rng.choice(self.sealed)))

    def _bot(self, plain: bytes) -> None:
        encrypted = cipher("").encrypt(plain)
        query = {"timestamp": "1", "nonce": "n", "msg_signature": cipher("").sign("1", "n", encrypted)}
        self.through(self.bot, query, json.dumps({"encrypt": encrypted}).encode())

    def bot_message(self, rng: random.Random) -> None:
        self._bot(json.dumps(bent_value(rng, rng.choice(AIBOT))).encode())

    def bot_text(self, rng: random.Random) -> None:
        self._bot(bent(rng, json.dumps(rng.choice(AIBOT)).encode()))

    def mp_message(self, rng: random.Random) -> None:
        query, body = sealed(rng.choice((bent, bent_xml, bent_xml))(rng, rng.choice(MP)))
        self.through(self.mp, query | {"encrypt_type": "aes"}, body)

    def ciphertext(self, rng: random.Random) -> None:
        with suppress(ChannelError):
            self.plain.decrypt(bent(rng, rng.choice(self.encrypted).encode()).decode("latin-1"))

    def media(self, rng: random.Random) -> None:
        data = rng.randbytes(rng.choice((0, 1, 16, 31, 32, 48, 64)))
        with suppress(ChannelError):
            decrypt_media(data, b"k" * rng.choice((16, 32, 32, 32)))
        with suppress(ChannelError):
            unpad(data)

    def record(self, rng: random.Random) -> None:
        said = bent_value(rng, rng.choice(ARCHIVE))
        if isinstance(said, dict):
            with suppress(ChannelError):
                self.kept(read_record(said, 1, frozenset({"xiaoge"}), ("小格",)))

    def kf_record(self, rng: random.Random) -> None:
        with suppress(ChannelError):
            self.kept(read_kf_record(bent_value(rng, rng.choice(KF))))

    def frame(self, rng: random.Random) -> None:
        """Gathered, and read as a socket's frames by `read_frames`."""
        said = {"cmd": "aibot_msg_callback", "headers": {"req_id": "r1"}, "body": rng.choice(AIBOT)}
        ack = {"headers": {"req_id": "r2"}, "errcode": 0, "errmsg": "ok"}
        good = rng.choice((said, said, ack))
        if rng.random() < 0.5:
            self.frames.append(json.dumps(bent_value(rng, good)))
        else:
            self.frames.append(bent(rng, json.dumps(good).encode()).decode(errors="surrogateescape"))

    def answer(self, rng: random.Random) -> None:
        said = bent_value(rng, rng.choice(ANSWERS))
        if isinstance(said, dict):
            outcome_of(said)

    async def read_frames(self) -> None:
        """The long connection reads what was gathered. A frame that says that we are displaced ends a reading: the next
        one goes on behind it."""
        socket: Any = SocketLike(self.frames)
        while self.frames:
            await self.socket._read(socket)
        while not self.socket._heard.empty():
            self.kept(self.socket._heard.get_nowait())
            self.socket._heard.task_done()


def run(decoders: Decoders, rng: random.Random, count: int) -> None:
    for _ in range(0, count, 1200):
        times(rng, min(1200, count), decoders.all())
        asyncio.run(decoders.read_frames())


def test_no_decoder_does_anything_but_refuse() -> None:
    decoders = Decoders()
    run(decoders, random.Random(20260302), 3600)
    # bent a little, much of it is still read: the inputs reach the inside of every reader
    assert set(decoders.good) == {"app", "customer", "aibot", "archive", "kf", "mp"}
    assert min(decoders.good.values()) > 20


def test_no_decoder_keeps_what_it_read() -> None:
    decoders, rng = Decoders(), random.Random(7)
    run(decoders, rng, 1200)
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        run(decoders, rng, 1200)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 512 * 1024
    finally:
        tracemalloc.stop()


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is read from /proc")
def test_a_quarter_of_a_million_inputs() -> None:
    decoders, rng = Decoders(), random.Random(1_790_000_000)
    run(decoders, rng, 24_000)
    gc.collect()
    before = resident()
    run(decoders, rng, LONG)
    gc.collect()
    assert resident() - before < MOST_GROWTH
