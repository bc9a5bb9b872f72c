"""The emulator over HTTP and WebSocket, with a small bot on the other side."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from emulator import callbacks
from emulator.cipher import aes_decrypt
from emulator.credentials import key_bytes
from tests.integration.emulator.small_bot import small_bot
from tests.unit.emulator.builders import app_message, button_card


@pytest.fixture(scope="module")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of RSA keys for the module: making them takes a second."""
    return tmp_path_factory.mktemp("keys")


async def test_a_card_goes_out_its_click_comes_in_and_it_changes(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        sent = await bot.api("message/send", app_message("gm-01|nobody", "template_card", **button_card()))
        assert (sent["errcode"], sent["invaliduser"]) == (0, "nobody")
        await bot.post("/click", {"person": "gm-01", "card": "T-1", "key": "accept"})
        await bot.door.wait_for(1)
        click = bot.door.heard[0]
        assert (click["Event"], click["EventKey"], click["TaskId"]) == ("template_card_event", "accept", "T-1")
        assert (click["ToUserName"], click["AgentID"]) == (bot.credentials.corp_id, "1000002")
        update = {
            "userids": ["gm-01"],
            "agentid": 1000002,
            "response_code": click["ResponseCode"],
            "button": {"replace_name": "已接单"},
        }
        assert (await bot.api("message/update_template_card", update))["errcode"] == 0
        assert (await bot.api("message/update_template_card", update))["errcode"] == 40058
        state = await bot.get("/state")
        assert state["cards"]["c00001"]["own"]["gm-01"]["replace_text"] == "已接单"


async def test_a_cut_callback_is_delivered_three_times_with_the_same_id(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        bot.door.refuse = 5
        await bot.post("/say", {"person": "gm-01", "text": "我的单", "to": "app"})
        await bot.door.wait_for(3)
        bot.door.refuse = 0
        await bot.post("/say", {"person": "gm-01", "text": "帮助", "to": "app"})
        await bot.door.wait_for(4)
        assert [h["Content"] for h in bot.door.heard] == ["我的单"] * 3 + ["帮助"]
        assert len({h["MsgId"] for h in bot.door.heard}) == 2


async def test_no_answer_in_time_is_delivered_again(keys_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "ANSWER_SECONDS", 0.05)
    async with small_bot(keys_dir) as bot:
        bot.door.silent = 1
        await bot.post("/say", {"person": "gm-01", "text": "我的单", "to": "app"})
        await bot.door.wait_for(2)
        assert len({h["MsgId"] for h in bot.door.heard}) == 1


async def test_an_encrypted_answer_to_a_click_changes_the_card(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        await bot.api("message/send", app_message("gm-01", "template_card", **button_card()))
        bot.door.answer = {"MsgType": "update_button", "Button": {"ReplaceName": "已接单"}}
        await bot.post("/click", {"person": "gm-01", "card": "T-1", "key": "accept"})
        await bot.server.wecom.callbacks.idle()
        state = await bot.get("/state")
        assert state["cards"]["c00001"]["own"]["gm-01"]["replace_text"] == "已接单"
        assert (await bot.post("/click", {"person": "gm-01", "card": "T-1", "key": "accept"}))["status"] == 409


async def test_callbacks_are_lost_or_doubled_by_switch(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        await bot.post("/test/faults", {"kind": "drop_callback", "endpoint": "app"})
        await bot.post("/say", {"person": "gm-01", "text": "丢了", "to": "app"})
        await bot.post("/test/faults", {"kind": "deliver_twice", "endpoint": "app"})
        await bot.post("/say", {"person": "gm-01", "text": "两次", "to": "app"})
        await bot.door.wait_for(2)
        assert [h["Content"] for h in bot.door.heard] == ["两次", "两次"]


async def test_the_callback_url_is_verified(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        assert await bot.post("/test/verify") == {"status": 200, "ok": True, "reason": ""}
        await bot.post("/test/callback", {"url": bot.base + "/nothing"})
        assert (await bot.post("/test/verify"))["ok"] is False


async def test_tokens_are_wanted_and_faults_strike_once(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        body = app_message("gm-01")
        assert (await bot.post("/cgi-bin/message/send", body))["errcode"] == 41001
        await bot.post("/test/faults", {"kind": "end_token", "errcode": 42001})
        assert [(await bot.api("message/send", body))["errcode"] for _ in range(2)] == [42001, 0]
        await bot.post("/test/faults", {"kind": "errcode", "errcode": 45009, "endpoint": "message/send"})
        assert [(await bot.api("message/send", body))["errcode"] for _ in range(2)] == [45009, 0]
        token = await bot.token()
        await bot.post("/test/faults", {"kind": "http", "status": 502, "endpoint": "message/send"})
        async with bot.session.post(f"{bot.base}/cgi-bin/message/send?access_token={token}", json=body) as answer:
            assert answer.status == 502
        assert (await bot.post("/cgi-bin/unheard/of"))["errcode"] == 48002


async def test_an_answer_may_be_lost_though_the_call_was_carried_out(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        token = await bot.token()
        for kind, shown in (("drop_request", 0), ("drop_answer", 1)):
            await bot.post("/test/faults", {"kind": kind, "endpoint": "message/send"})
            with pytest.raises(aiohttp.ClientError):
                await bot.post(f"/cgi-bin/message/send?access_token={token}", app_message("gm-01"))
            state = await bot.get("/state")
            assert len(next(p for p in state["people"] if p["id"] == "gm-01")["messages"]) == shown


async def test_the_bot_hears_a_tag_answers_and_is_displaced(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot, bot.line() as first:
        await bot.post("/say", {"group": "g-coord-01", "person": "um-01", "text": "我的单", "mentions": ["bot"]})
        frame = await first.receive_json(timeout=10)
        assert frame["body"]["text"]["content"] == "@小格 我的单"
        answer = {"msgtype": "stream", "stream": {"id": "s", "finish": True, "content": "没有"}}
        assert (await bot.frame(first, "aibot_respond_msg", answer, frame["headers"]["req_id"]))["errcode"] == 0
        push = {"chatid": "wrgcoord01", "chat_type": 2, "msgtype": "markdown", "markdown": {"content": "早"}}
        assert (await bot.frame(first, "aibot_send_msg", push))["errcode"] == 0
        async with bot.line() as second:
            gone = await first.receive_json(timeout=10)
            assert gone["body"]["event"] == {"eventtype": "disconnected_event"}
            assert (await first.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
            assert (await bot.frame(second, "ping", {}))["errcode"] == 0


async def test_a_picture_in_the_single_chat_comes_encrypted(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot, bot.line() as line:
        await bot.post("/picture", {"person": "gm-01"})
        frames = [await line.receive_json(timeout=10) for _ in range(2)]
        image = frames[1]["body"]["image"]
        async with bot.session.get(image["url"]) as answer:
            plain = aes_decrypt(key_bytes(image["aeskey"]), await answer.read())
        assert plain.startswith(b"\x89PNG")
        bot.real.pass_by(minutes=6)
        async with bot.session.get(image["url"]) as answer:
            assert answer.status == 404


async def test_the_archive_is_fetched_and_opened_with_the_pem_files(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        for number in range(2):
            await bot.post("/say", {"group": "g-basic-01", "person": "re-01", "text": f"第{number}句"})
        fetched = await bot.post("/archive/fetch", {"seq": 0, "limit": 1000})
        pairs = []
        for row in fetched["chatdata"]:
            pem = (keys_dir / f"archive-{row['publickey_ver']}.pem").read_bytes()
            key = serialization.load_pem_private_key(pem, None)
            assert isinstance(key, RSAPrivateKey)
            random_key = key.decrypt(base64.b64decode(row["encrypt_random_key"]), padding.PKCS1v15()).decode()
            pairs.append({"random_key": random_key, "encrypt_chat_msg": row["encrypt_chat_msg"]})
        async with bot.session.post(bot.base + "/archive/decrypt", json=pairs) as answer:
            records = await answer.json()
        assert [r["text"]["content"] for r in records] == ["第0句", "第1句"]
        one = await bot.post("/archive/decrypt", pairs[0])
        assert one["roomid"] == "wrgbasic01"
        assert (await bot.post("/archive/fetch", {"seq": 2, "limit": 10}))["chatdata"] == []
        assert (await bot.post("/archive/fetch", {"seq": "x"}))["errcode"] == 10000
        await bot.door.wait_for(1)
        assert bot.door.heard[0]["Event"] == "msgaudit_notify"


async def test_a_mass_send_waits_for_its_owner(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        body = {
            "chat_type": "group",
            "sender": "gm-01",
            "chat_id_list": ["wrgbasic01"],
            "text": {"content": "今日情况"},
        }
        task = (await bot.api("externalcontact/add_msg_template", body))["msgid"]
        assert (await bot.api("externalcontact/remind_groupmsg_send", {"msgid": task}))["errcode"] == 0
        waiting = await bot.api("externalcontact/get_groupmsg_task", {"msgid": task})
        assert waiting["task_list"][0]["status"] == 0
        assert (await bot.post("/confirm", {"owner": "gl-01", "task": task}))["status"] == 403
        assert (await bot.post("/confirm", {"owner": "gm-01", "task": task}))["results"] == {"g-basic-01": 1}
        sent = await bot.api("externalcontact/get_groupmsg_send_result", {"msgid": task, "userid": "gm-01"})
        assert [row["chat_id"] for row in sent["send_list"]] == ["wrgbasic01"]


async def test_time_is_walked_with_the_bot(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        assert await bot.get("/clock") == {"now": "2026-03-02T08:00:00+08:00", "walking_to": None}
        target = "2026-03-02T09:00:00+08:00"
        assert (await bot.post("/walk", {"minutes": 60}))["walking_to"] == target
        walked = asyncio.create_task(bot.post("/test/clock", {"walk_to": target}))
        half = await bot.post("/clock", {"reached": "2026-03-02T08:30:00+08:00"})
        assert (half["now"], half["walking_to"]) == ("2026-03-02T08:30:00+08:00", "2026-03-02T09:00:00+08:00")
        assert not walked.done()
        await bot.post("/clock", {"reached": "2026-03-02T09:00:00+08:00"})
        assert (await walked)["now"] == "2026-03-02T09:00:00+08:00"
        assert (await bot.post("/walk", {"to": "2026-03-02T08:00:00+08:00"}))["status"] == 400
        assert (await bot.post("/walk", {"to": "2026-03-03T08:00:00"}))["status"] == 400
        assert (await bot.post("/walk", {"minutes": "x"}))["status"] == 400


async def test_pages_are_told_of_changes_and_lines(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot, bot.session.get(bot.base + "/events") as stream:
        lines = stream.content
        assert (await lines.readline()).strip() == b"event: changed"
        await bot.post("/say", {"group": "g-basic-01", "person": "re-01", "text": "漏水"})
        while (await asyncio.wait_for(lines.readline(), 10)).strip() != b"event: ledger":
            pass
        entry = json.loads((await lines.readline()).removeprefix(b"data: "))
        assert entry["direction"] == "page"
        ledger = await bot.get(f"/ledger?after={entry['n'] - 1}")
        assert ledger[0] == entry


async def test_media_is_uploaded_and_read_back(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        token = await bot.token()
        form = aiohttp.FormData()
        form.add_field("media", b"\x89PNG-and-more", filename="a.png", content_type="image/png")
        url = f"{bot.base}/cgi-bin/media/upload?access_token={token}&type=image"
        async with bot.session.post(url, data=form) as answer:
            uploaded = await answer.json()
        assert uploaded["errcode"] == 0
        assert isinstance(uploaded["created_at"], str)
        url = f"{bot.base}/cgi-bin/media/get?access_token={token}&media_id={uploaded['media_id']}"
        async with bot.session.get(url) as answer:
            assert await answer.read() == b"\x89PNG-and-more"


async def test_broken_requests_are_refused_in_words(keys_dir: Path) -> None:
    async with small_bot(keys_dir) as bot:
        for path, status in (("/say", 400), ("/test/faults", 400)):
            async with bot.session.post(bot.base + path, data=b"{") as answer:
                assert answer.status == status
                assert "JSON" in (await answer.json())["error"]
        assert (await bot.post("/test/faults", {"kind": "earthquake"}))["status"] == 400
        token = await bot.token()
        async with bot.session.post(f"{bot.base}/cgi-bin/message/send?access_token={token}", data=b"{") as answer:
            assert (await answer.json())["errcode"] == 40035
