"""The emulator's one HTTP server, on loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import web

from emulator import aibot_socket, aibot_url, api, archive_api, console_api, drive_api, groups_api, kf, mp
from emulator.clock import Clock
from emulator.credentials import Credentials
from emulator.errors import EmulatorError
from emulator.keys import VERSIONS, load_or_make_keys, pem_path
from emulator.registry import Registry
from emulator.tls import certificate_path
from emulator.wecom import Options, WeCom

HOST = "127.0.0.1"
TICK_SECONDS = 0.25
MOST_BODY_BYTES = 32 * 1024 * 1024


class Server:
    """A running emulator; ``announcement`` is what it prints when it has started.

    With ``tls`` it serves the same on a second port, of its own choice, by HTTPS and WSS.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        credentials: Credentials,
        options: Options,
        keys_dir: Path,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._keys_dir = keys_dir
        self._base_url = ""
        self._tls = tls
        self._tls_port = 0
        self.wecom = WeCom(
            registry,
            clock,
            credentials,
            load_or_make_keys(keys_dir),
            options,
            lambda file: f"{self._base_url}/aibot/file/{file}",
        )
        self.kf = kf.Kf(self.wecom)
        self.mp = mp.Mp(self.wecom, options.mp_url, options.retry_seconds)

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``, known once it runs."""
        return self._base_url

    def announcement(self) -> dict[str, Any]:
        """Addresses and credentials, as the bot's settings need them."""
        credentials = self.wecom.credentials
        secured = {}
        if self._tls is not None:
            secured = {
                "tls_base_url": f"https://{HOST}:{self._tls_port}",
                "tls_ws_url": f"wss://{HOST}:{self._tls_port}/aibot/ws",
                "tls_certificate": str(certificate_path(self._keys_dir)),
            }
        return {
            **secured,
            "base_url": self._base_url,
            "ws_url": self._base_url.replace("http://", "ws://") + "/aibot/ws",
            "page": self._base_url + "/",
            "clock_url": self._base_url + "/clock",
            "archive_url": self._base_url + "/archive",
            "archive_keys": {str(v): str(pem_path(self._keys_dir, v)) for v in VERSIONS},
            "callback_url": self.wecom.callbacks.url,
            "corp_id": credentials.corp_id,
            "agent_id": credentials.agent_id,
            "app_secret": credentials.app_secret,
            "app_token": credentials.app_token,
            "app_aes_key": credentials.app_aes_key,
            "bot_id": credentials.bot_id,
            "bot_secret": credentials.bot_secret,
            "bot_token": credentials.bot_token,
            "bot_aes_key": credentials.bot_aes_key,
            "kf_account": self.kf.account,
            "mp_base_url": self._base_url + "/mp",
            "mp_app_id": self.mp.app_id,
            "mp_app_secret": self.mp.secret,
            "mp_token": self.mp.token,
            "mp_aes_key": self.mp.aes_key,
        }

    @contextlib.asynccontextmanager
    async def running(self, port: int) -> AsyncIterator[None]:
        """Serve until the block ends; port 0 takes a free one. Raises EmulatorError when the port is taken."""
        app = web.Application(middlewares=[drive_api.refusals], client_max_size=MOST_BODY_BYTES)
        groups_api.add_routes(app, self.wecom)  # before the API, which answers every other path
        console_api.add_routes(app, self.wecom)
        kf.add_routes(app, self.wecom, self.kf)
        mp.add_routes(app, self.wecom, self.mp)
        api.add_routes(app, self.wecom)
        archive_api.add_routes(app, self.wecom)
        aibot_socket.add_routes(app, self.wecom)
        if self.wecom.bot_url is not None:
            aibot_url.add_routes(app, self.wecom.bot_url)
        drive_api.add_routes(app, self.wecom)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        ticking: asyncio.Task[None] | None = None
        try:
            try:
                await web.TCPSite(runner, HOST, port).start()
            except OSError as error:
                why = "已被别的程序占用" if error.errno == errno.EADDRINUSE else f"用不了：{error.strerror}"
                raise EmulatorError(f"端口 {port} {why}，请换一个 --port / port {port} is not available") from error
            self._base_url = f"http://{HOST}:{runner.addresses[0][1]}"
            if self._tls is not None:
                await web.TCPSite(runner, HOST, 0, ssl_context=self._tls).start()
                self._tls_port = runner.addresses[1][1]
            await self.wecom.callbacks.start()
            if self.wecom.bot_url is not None:
                await self.wecom.bot_url.start(self._base_url)
            ticking = asyncio.create_task(self._tick())
            yield
        finally:
            if ticking:
                ticking.cancel()
                await asyncio.gather(ticking, return_exceptions=True)
            await self.wecom.callbacks.stop()
            if self.wecom.bot_url is not None:
                await self.wecom.bot_url.stop()
            await runner.cleanup()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.wecom.tick()
