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


def opened(answer: dict[str, Any]) -> dict[str, Any]:
    """The reply of the door, as WeCom opens it."""
    assert set(answer) == {"encrypt", "msgsignature", "timestamp", "nonce"}
    cipher = Cipher(TOKEN, KEY, "")
    cipher.verify(answer["msgsignature"], str(answer["timestamp"]), answer["nonce"], answer["encrypt"])
    plain = json.loads(cipher.decrypt(answer["encrypt"]))
    return dict(plain)


async def posted(client: TestClient[Any, Any], said: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
    cipher = Cipher(TOKEN, KEY, "")
    encrypted = cipher.encrypt(json.dumps(said).encode())
    query = {"timestamp": "1790000000", "nonce": "n1", "msg_signature": cipher.sign("1790000000", "n1", encrypted)}
    answer = await client.post("/wecom/bot", params=query, json={"encrypt": encrypted})
    body = await answer.read()
    return answer.status, opened(json.loads(body)) if body else None


def asking(number: str, url: str = "https://once") -> dict[str, Any]:
    return {
        "msgid": number, "aibotid": "AIB", "chatid": "wrgcoord01", "chattype": "group", "from": {"userid": "d-01"},
        "response_url": url, "msgtype": "text", "text": {"content": "@小格 今日情况"},
    }


async def decided(service: Service) -> None:
    """Whatever comes in is decided and answered, once something has come."""
    while not await service.decide_inbox():
        await service.wake.wait()
        service.wake.clear()
    await service.send_due()


async def test_what_is_decided_in_time_is_answered_in_the_callbacks_own_reply(tmp_path: Path) -> None:
    service = await asyncio.to_thread(service_in, tmp_path)
    try:
        async with TestClient(TestServer(build_web(service))) as client:
            (status, reply), _ = await asyncio.gather(posted(client, asking("m1")), decided(service))
            assert status == 200
            assert reply is not None
            assert (reply["msgtype"], reply["stream"]["finish"]) == ("stream", True)
            assert "在办" in reply["stream"]["content"] or "新增" in reply["stream"]["content"]
            again = await posted(client, asking("m1"))
            assert again == (200, None), "a repeat is known, and waits for nothing"
            chat = {**asking("m2"), "text": {"content": "@小格 "}, "msgtype": "image", "image": {"url": "https://u"}}
            (status, reply), _ = await asyncio.gather(posted(client, chat), decided(service))
            assert (status, reply) == (200, None), "what needs no answer holds its callback no longer than the grace"
    finally:
        await service.close()


async def test_what_is_decided_late_finishes_a_stream(tmp_path: Path) -> None:
    service = await asyncio.to_thread(service_in, tmp_path)
    service.passive.within = 0.0
    try:
        async with TestClient(TestServer(build_web(service))) as client:
            status, reply = await posted(client, asking("m1"))
            assert reply is not None
            stream = reply["stream"]
            assert (stream["finish"], stream["content"]) == (False, "正在办，请稍等…")
            poll = {"msgtype": "stream", "stream": {"id": stream["id"]}}
            status, reply = await posted(client, poll)
            assert (status, reply) == (200, {"msgtype": "stream", "stream": stream}), "asked again, still at it"
            await decided(service)
            status, reply = await posted(client, poll)
            assert reply is not None
            assert (reply["stream"]["id"], reply["stream"]["finish"]) == (stream["id"], True)
            assert "在办" in reply["stream"]["content"] or "新增" in reply["stream"]["content"]
    finally:
        await service.close()


async def test_without_a_reply_in_time_the_answer_goes_to_the_messages_own_address(tmp_path: Path) -> None:
    answers: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        answers.append(await request.json())
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    wecom = web.Application()
    wecom.router.add_post("/answer", take)
    service = await asyncio.to_thread(service_in, tmp_path)
    service.passive.within = 0.0
    try:
        async with TestServer(wecom) as there, TestClient(TestServer(build_web(service))) as client:
            service.passive.decided(str(there.make_url("/answer")))  # as if the grace were over
            cipher = Cipher(TOKEN, KEY, "")
            encrypted = cipher.encrypt(json.dumps(asking("m1", str(there.make_url("/answer")))).encode())
            query = {"timestamp": "1790000000", "nonce": "n1",
                     "msg_signature": cipher.sign("1790000000", "n1", encrypted)}
            answer = await client.post("/wecom/bot", params=query, json={"encrypt": encrypted})
            assert await answer.read() == b""
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
