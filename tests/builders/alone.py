"""The whole service with residents in their own chats: 微信客服 and a 公众号 of the emulated WeChat, all over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port

from bot.app import Service
from bot.channels.times import CHINA
from bot.web import build_web
from config.settings import Settings
from emulator.credentials import derived, make_credentials
from registry.source import to_data
from storage import outbox, registry_rows
from storage.outbox import OutboxRow
from storage.store import Store
from tests.builders.emulated import Emulated, emulated
from tests.builders.talk import shipped_registry
from tickets.model import Ticket

START = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
REGISTRY = Path(__file__).parents[2] / "config" / "county" / "registry.yaml"
#: On WeChat and in no registry of ours.
STRANGERS = """
people:
  - {id: x-01, name: 路人, nickname: 晨跑的人, role: resident, groups: [g-basic-01], identities: {wechat: wmstranger01}}
  - {id: x-02, name: 行人, nickname: 晚归的人, role: resident, groups: [g-basic-01], identities: {wechat: wmstranger02}}
"""
PUBLIC = "https://grid.example.com"


class Forenoon:
    """A Monday's clock that can be put forward."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return START + timedelta(seconds=time.monotonic() - self._start) + self.ahead


class AloneRun:
    """A service without loops: each act is followed by one reading, deciding and sending."""

    def __init__(self, service: Service, wechat: Emulated, clock: Forenoon, web: TestServer, session: aiohttp.ClientSession) -> None:
        self.service, self.wechat, self.clock, self.web, self.session = service, wechat, clock, web, session
        self._read = 0

    def _notices(self) -> int:
        return self.service.app_door.counts["kf_notice"] if self.service.app_door is not None else 0

    async def kf(self, path: str, **data: object) -> dict[str, object]:
        """Somebody does something in 微信客服; the callback has come and the service has worked when this returns."""
        before = self._notices()
        given = await self.wechat.act(f"/kf/{path}", **data)
        async with asyncio.timeout(10):
            while self._notices() == before:  # noqa: ASYNC110 - WeCom's callback comes when it comes
                await asyncio.sleep(0.01)
        await self.works()
        return given

    async def works(self) -> None:
        """What the loops of a running service would do next."""
        if self.service.kf is not None and self._notices() > self._read:
            # Without a callback's token WeCom lets nobody read often.
            self._read = self._notices()
            await self.service.kf.read_all()
        await self.service.decide_heard()
        await self.service.send_due()

    async def later(self, **span: float) -> None:
        """Time passes here and at WeChat; what fell due is done."""
        self.clock.ahead += timedelta(**span)
        await self.wechat.act("/clock", at=self.clock.now().isoformat())
        await self.service.do_due()
        await self.works()

    async def says(self, person: str, text: str, **more: object) -> dict[str, object]:
        """In 微信客服."""
        return await self.kf("say", person=person, text=text, **more)

    async def chat(self, person: str) -> list[dict[str, Any]]:
        """What the person sees in 微信客服."""
        return await self.wechat.look(f"/kf/chat?person={person}")

    async def heard(self, person: str) -> list[str]:
        """What the account has said to the person."""
        return [said["text"] for said in await self.chat(person) if said["from"] == "account"]

    async def mp_says(self, person: str, text: str, **more: object) -> dict[str, object]:
        """To the 公众号, whose callback waits while the service works."""
        return await self._while_working(self.wechat.act("/mp/say", person=person, text=text, **more))

    async def mp_acts(self, path: str, **data: object) -> dict[str, object]:
        return await self._while_working(self.wechat.act(f"/mp/{path}", **data))

    async def _while_working(self, act: Any) -> dict[str, object]:
        acting = asyncio.create_task(act)
        while not acting.done():
            await self.works()
            await asyncio.sleep(0.01)
        await self.works()
        given: dict[str, object] = await acting
        return given

    async def mp_heard(self, person: str) -> list[dict[str, Any]]:
        return [said for said in await self.wechat.look(f"/mp/chat?person={person}") if said["from"] == "account"]

    def tickets(self) -> list[Ticket]:
        """All, in order of opening."""

        def every(work: Any) -> list[Ticket]:
            found: list[Ticket] = []
            while True:
                try:
                    found.append(work.get_ticket(len(found) + 1))
                except LookupError:
                    return found

        return self.service.store.look(every)

    def rows(self) -> list[OutboxRow]:
        """Everything that was queued, in order."""

        def every(work: Any) -> list[OutboxRow]:
            found: list[OutboxRow] = []
            while True:
                try:
                    found.append(outbox.get(work, len(found) + 1))
                except LookupError:
                    return found

        return self.service.store.look(every)

    async def unit(self, f: Any) -> Any:
        """A use case of the desk, as an official's click would run it."""
        done = await self.service.store.unit(f, writer="decider")
        await self.works()
        return done


@asynccontextmanager
async def alone(folder: Path, **more: Any) -> AsyncIterator[AloneRun]:
    """Service and WeChat, with 微信客服 and a 公众号 set up."""
    port, url = unused_port(), f"sqlite:///{folder / 'gridbot.db'}"
    strangers = folder / "strangers.yaml"
    strangers.write_text(STRANGERS, "utf-8")

    def filled() -> None:
        with Store.open(url) as store:
            store.migrate()
            store.run(lambda work: registry_rows.save_registry(work, to_data(shipped_registry()), "test", START))

    await asyncio.to_thread(filled)
    said, base = make_credentials(1), f"http://127.0.0.1:{port}"
    settings = Settings(
        **{
            "database_url": url, "wecom_base_url": base, "wecom_corp_id": said.corp_id, "wecom_app_agent_id": said.agent_id,
            "wecom_app_secret": said.app_secret, "wecom_app_token": said.app_token, "wecom_app_aes_key": said.app_aes_key,
            "wecom_kf_account": "wk" + derived(1, "kf account", 20), "wechat_mp_base_url": f"{base}/mp",
            "wechat_mp_app_id": "wx" + derived(1, "mp app id", 16).lower(), "wechat_mp_app_secret": derived(1, "mp secret", 32),
            "wechat_mp_token": derived(1, "mp token", 24), "wechat_mp_aes_key": derived(1, "mp aes key", 43),
            "public_url": PUBLIC, "session_key": "s" * 40, **more,
        }
    )
    clock = Forenoon()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.WallClock", lambda: clock)
        service = await asyncio.to_thread(Service, settings)
    try:
        server = TestServer(build_web(service))
        async with server, aiohttp.ClientSession() as session:
            here = f"http://127.0.0.1:{server.port}"
            options = ("--port", str(port), "--start", START.isoformat(), "--callback-url", f"{here}/wecom/app",
                       "--mp-url", f"{here}/wechat/mp", "--registry", str(strangers))
            async with emulated(*options, registry=REGISTRY) as wechat:
                yield AloneRun(service, wechat, clock, server, session)
    finally:
        await service.close()
