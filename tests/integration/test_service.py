"""The composition root with real parts in one loop: a callback to the AI bot in URL mode is kept, decided and answered."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Service
from bot.channels.crypto import Cipher
from bot.web import build_web
from config.settings import Settings
from registry.source import to_data
from storage import inbox, registry_rows
from storage.store import Store
from tests.builders.talk import MONDAY, shipped_registry

TOKEN, KEY = "gridbotToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def service_in(folder: Path) -> Service:
    url = f"sqlite:///{folder / 'gridbot.db'}"
    with Store.open(url) as store:
        store.migrate()
        at = datetime.fromisoformat(f"{MONDAY}+08:00")
        store.run(lambda work: registry_rows.save_registry(work, to_data(shipped_registry()), "test", at))
    return Service(Settings(database_url=url, wecom_bot_token=TOKEN, wecom_bot_aes_key=KEY))


async def test_the_ai_bot_in_url_mode_is_heard_and_answered(tmp_path: Path) -> None:
    answers: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        answers.append(await request.json())
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    wecom = web.Application()
    wecom.router.add_post("/answer", take)
    service = await asyncio.to_thread(service_in, tmp_path)
    try:
        async with TestServer(wecom) as there, TestClient(TestServer(build_web(service))) as client:
            said = {
                "msgid": "m1", "aibotid": "AIB", "chatid": "wrgcoord01", "chattype": "group", "from": {"userid": "d-01"},
                "response_url": str(there.make_url("/answer")), "msgtype": "text", "text": {"content": "@小格 今日情况"},
            }
            cipher = Cipher(TOKEN, KEY, "")
            encrypted = cipher.encrypt(json.dumps(said).encode())
            query = {"timestamp": "1790000000", "nonce": "n1",
                     "msg_signature": cipher.sign("1790000000", "n1", encrypted)}
            answer = await client.post("/wecom/bot", params=query, json={"encrypt": encrypted})
            assert answer.status == 200
            assert len(await service.store.read(inbox.undecided)) == 1
            forged = await client.post("/wecom/bot", params={**query, "msg_signature": "0" * 40}, json={"encrypt": encrypted})
            assert forged.status == 403
            await service.decide_inbox()
            await service.send_due()
            assert len(answers) == 1
            assert "在办" in answers[0]["markdown"]["content"] or "新增" in answers[0]["markdown"]["content"]
            assert await service.store.read(inbox.undecided) == []
    finally:
        await service.close()
