"""A very small bot on the other side of the emulator: a callback door, the long connection, calls with a token."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from emulator.cipher import CallbackCipher
from emulator.clock import CHINA, Clock
from emulator.credentials import Credentials, make_credentials
from emulator.registry import read_registry
from emulator.server import Server
from emulator.wecom import Options
from emulator.xml import from_xml, to_xml
from tests.unit.emulator.builders import SMALL, START, RealSeconds

Json = dict[str, Any]


class Door:
    """Receives app callbacks: what it decrypted, and how it shall behave for the next ones."""

    def __init__(self, credentials: Credentials) -> None:
        self._cipher = CallbackCipher(credentials.app_token, credentials.app_aes_key, credentials.corp_id)
        self.heard: list[Json] = []
        self.refuse = 0
        self.silent = 0
        self.answer: Json | None = None
        self.arrived = asyncio.Event()

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Decrypt and keep; cut the line while ``refuse``, say nothing while ``silent`` is above 0."""
        encrypted = str(from_xml(await request.text())["Encrypt"])
        query = request.query
        self._cipher.verify(query["msg_signature"], query["timestamp"], query["nonce"], encrypted)
        self.heard.append(from_xml(self._cipher.decrypt(encrypted)))
        self.arrived.set()
        if self.refuse > 0:
            self.refuse -= 1
            if request.transport:
                request.transport.abort()
        if self.silent > 0:
            self.silent -= 1
            await asyncio.Event().wait()
        if self.answer is None:
            return web.Response()
        sealed = self._cipher.encrypt(to_xml(self.answer), bytes(16))
        signature = self._cipher.sign("1790000000", "n", sealed)
        reply = {"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": 1790000000, "Nonce": "n"}
        return web.Response(text=to_xml(reply))

    async def get(self, request: web.Request) -> web.StreamResponse:
        """URL verification."""
        return web.Response(text=self._cipher.decrypt(request.query["echostr"]))

    async def wait_for(self, count: int) -> None:
        """Until this many callbacks have come."""
        while len(self.heard) < count:
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), 10)


class SmallBot:
    """An emulator, a door and a client."""

    def __init__(self, server: Server, door: Door, session: aiohttp.ClientSession, real: RealSeconds) -> None:
        self.server = server
        self.door = door
        self.session = session
        self.real = real
        self.credentials = server.wecom.credentials
        self.base = server.base_url
        self._requests = 0

    async def post(self, path: str, data: Any = None) -> Json:
        """Drive the emulator or call an API without token."""
        async with self.session.post(self.base + path, json=data or {}) as answer:
            return {"status": answer.status, **await answer.json()}

    async def get(self, path: str) -> Any:
        """Read JSON."""
        async with self.session.get(self.base + path) as answer:
            return await answer.json()

    async def token(self) -> str:
        """The access token."""
        query = f"corpid={self.credentials.corp_id}&corpsecret={self.credentials.app_secret}"
        return str((await self.get(f"/cgi-bin/gettoken?{query}"))["access_token"])

    async def api(self, name: str, data: Json) -> Json:
        """A call with a token."""
        return await self.post(f"/cgi-bin/{name}?access_token={await self.token()}", data)

    async def frame(self, ws: aiohttp.ClientWebSocketResponse, cmd: str, body: Json, req_id: str = "") -> Json:
        """Send a frame and wait for its ack (a frame without cmd)."""
        self._requests += 1
        await ws.send_json({"cmd": cmd, "headers": {"req_id": req_id or f"c{self._requests}"}, "body": body})
        while True:
            answer: Json = await ws.receive_json(timeout=10)
            if "cmd" not in answer:
                return answer

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A subscribed long connection."""
        async with self.session.ws_connect(f"{self.base}/aibot/ws") as ws:
            body = {"bot_id": self.credentials.bot_id, "secret": self.credentials.bot_secret}
            assert (await self.frame(ws, "aibot_subscribe", body))["errcode"] == 0
            yield ws


@contextlib.asynccontextmanager
async def small_bot(keys: Path, *, registry: Path = SMALL, all_addressed: bool = False) -> AsyncIterator[SmallBot]:
    """Everything running on loopback, in this process; the emulator's real seconds are the test's."""
    credentials = make_credentials(1)
    door = Door(credentials)
    app = web.Application()
    app.router.add_post("/wecom/app", door.post)
    app.router.add_get("/wecom/app", door.get)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/app"
        real = RealSeconds()
        options = Options(callback_url=url, retry_seconds=0.01, all_addressed=all_addressed)
        clock = Clock(START.astimezone(CHINA), real)
        server = Server(read_registry(registry), clock, credentials, options, keys)
        async with server.running(0), aiohttp.ClientSession() as session:
            yield SmallBot(server, door, session, real)
    finally:
        await runner.cleanup()
