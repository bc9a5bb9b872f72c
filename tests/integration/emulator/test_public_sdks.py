"""The emulator against programs of others: two public SDKs of the AI bot, and wechatpy's own client.

What they need and the emulator lacks is a fault of the emulator.
"""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import requests
import requests.adapters
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wecom_aibot_sdk import WSClient as CommunityClient

from tests.builders.emulated import Emulated, emulated

Frame = dict[str, Any]
WELCOME = {"msgtype": "text", "text": {"content": "您好，有事请说。"}}


class Quiet:
    """A logger for both SDKs that keeps their logs out of the run."""

    def debug(self, *_: object) -> None: ...

    info = warn = error = debug


def card(task_id: str, done: str = "") -> Frame:
    body: Frame = {
        "card_type": "button_interaction",
        "main_title": {"title": "工单 0302-1", "desc": "路灯不亮"},
        "button_list": [{"text": "受理", "style": 1, "key": "accept"}],
        "task_id": task_id,
    }
    return body | {"replace_text": done} if done else body


class Client:
    """What both SDKs have in common; ``heard`` has the frames of each event that they tell of."""

    def __init__(self, sdk: Any, close: Callable[[], Any]) -> None:
        self.sdk = sdk
        self._close = close
        self.heard: dict[str, asyncio.Queue[Any]] = {}

    def listen(self, *events: str) -> None:
        for event in events:
            self.heard[event] = asyncio.Queue()
            self.sdk.on(event, lambda *args, event=event: self.heard[event].put_nowait(args[0] if args else None))

    async def next(self, event: str) -> Any:
        return await asyncio.wait_for(self.heard[event].get(), 10)

    async def close(self) -> None:
        ended = self._close()
        if ended is not None:
            await ended


def official(wecom: Emulated) -> Client:
    """``wecom-aibot-python-sdk``, which speaks TLS only: it is told to trust the emulator's certificate."""
    with warnings.catch_warnings():
        # it asks websockets for a name that is old there
        warnings.simplefilter("ignore", DeprecationWarning)
        from aibot import WSClient, WSClientOptions, ws  # noqa: PLC0415 - the warning would stop the collection

    ws._SSL_CONTEXT = ssl.create_default_context(cafile=wecom.said["tls_certificate"])
    said = wecom.said
    sdk = WSClient(
        WSClientOptions(
            said["bot_id"], said["bot_secret"], ws_url=said["tls_ws_url"], max_reconnect_attempts=0, logger=Quiet()
        )
    )

    async def close() -> None:
        sdk.disconnect()
        # its closing runs beside; without a turn of its own it would outlive the loop
        for _ in range(20):
            await asyncio.sleep(0)

    return Client(sdk, close)


def community(wecom: Emulated) -> Client:
    """``wecom-aibot-sdk``."""
    said = wecom.said
    sdk = CommunityClient(said["bot_id"], said["bot_secret"], ws_url=said["ws_url"], max_reconnect_attempts=1, logger=Quiet())

    async def close() -> None:
        await sdk.disconnect()
        await sdk.api.close()

    return Client(sdk, close)


SDKS = [pytest.param(official, id="wecom-aibot-python-sdk"), pytest.param(community, id="wecom-aibot-sdk")]


@asynccontextmanager
async def connected(make: Callable[[Emulated], Client], wecom: Emulated) -> AsyncIterator[Client]:
    client = make(wecom)
    events = ("message.text", "message.mixed", "message.image", "message.voice", "event.enter_chat")
    client.listen("authenticated", "disconnected", "error", *events, "event.template_card_event")
    client.listen("event.disconnected_event")
    await client.sdk.connect()
    await client.next("authenticated")
    try:
        yield client
    finally:
        await client.close()


async def coordination(wecom: Emulated) -> Frame:
    groups = (await wecom.state())["groups"]
    assert isinstance(groups, list)
    return dict(next(group for group in groups if group["id"] == "g-coord-01"))


async def said_by_the_bot(wecom: Emulated) -> list[str]:
    return [one["text"] for one in (await coordination(wecom))["messages"] if one["sender"] == "bot"]


@pytest.mark.parametrize("make", SDKS)
async def test_an_sdk_receives_answers_and_streams(make: Callable[[Emulated], Client]) -> None:
    async with emulated("--clock", "real", "--tls") as wecom, connected(make, wecom) as client:
        await wecom.act("/say", person="um-01", group="g-coord-01", text="三号楼的水来了吗", mentions=["bot"])
        frame = await client.next("message.text")
        assert frame["body"]["text"]["content"] == "@小格 三号楼的水来了吗"
        assert frame["body"]["from"]["userid"] == "um-01"
        assert frame["body"]["chattype"] == "group"
        for so_far, finish in (("正在查", False), ("正在查…", False), ("已经来了。", True)):
            ack = await client.sdk.reply_stream(frame, "s1", so_far, finish)
            assert ack["errcode"] == 0
        assert await said_by_the_bot(wecom) == ["已经来了。"]
        with pytest.raises(Exception, match="846608"):
            await client.sdk.reply_stream(frame, "s1", "还有", True)
        await wecom.act("/picture", person="um-01", group="g-coord-01", text="看图", mentions=["bot"])
        mixed = await client.next("message.mixed")
        assert [item["msgtype"] for item in mixed["body"]["mixed"]["msg_item"]] == ["text", "image"]
        await client.sdk.reply(mixed, {"msgtype": "markdown", "markdown": {"content": "**收到**"}})
        assert (await said_by_the_bot(wecom))[-1] == "**收到**"


@pytest.mark.parametrize("make", SDKS)
async def test_an_sdk_opens_a_picture(make: Callable[[Emulated], Client]) -> None:
    async with emulated("--clock", "real", "--tls") as wecom, connected(make, wecom) as client:
        await wecom.act("/picture", person="um-01")
        image = (await client.next("message.image"))["body"]["image"]
        got = await client.sdk.download_file(image["url"], image["aeskey"])
        data = got["buffer"] if isinstance(got, dict) else got[0]
        assert data.startswith(b"\x89PNG")


@pytest.mark.parametrize("make", SDKS)
async def test_an_sdk_greets_pushes_and_changes_a_card(make: Callable[[Emulated], Client]) -> None:
    async with emulated("--clock", "real", "--tls") as wecom, connected(make, wecom) as client:
        chat = (await coordination(wecom))["addresses"]["aibot"]
        pushed = {"msgtype": "markdown", "markdown": {"content": "今天还有两件。"}}
        with pytest.raises(Exception, match="93008"):
            await client.sdk.send_message(chat, pushed)
        await wecom.act("/enter", person="um-01")
        assert (await client.sdk.reply_welcome(await client.next("event.enter_chat"), WELCOME))["errcode"] == 0
        await wecom.act("/test/addressed", group="g-coord-01")
        await client.sdk.send_message(chat, pushed)
        await client.sdk.send_message(chat, {"msgtype": "template_card", "template_card": card("T-1")})
        with pytest.raises(Exception, match="93006"):
            await client.sdk.send_message(chat.swapcase(), pushed)
        await wecom.act("/click", person="um-01", card="T-1", key="accept")
        click = await client.next("event.template_card_event")
        assert click["body"]["event"]["template_card_event"]["event_key"] == "accept"
        await client.sdk.update_template_card(click, card("T-1", "已受理"))
        cards = (await wecom.state())["cards"]
        assert isinstance(cards, dict)
        assert [one["body"].get("replace_text") for one in cards.values()] == ["已受理"]
        with pytest.raises(Exception, match="846605"):
            await client.sdk.update_template_card(click, card("T-1", "又一次"))


@pytest.mark.parametrize("make", SDKS)
async def test_an_sdk_is_displaced_and_does_not_come_back(make: Callable[[Emulated], Client]) -> None:
    async with emulated("--clock", "real", "--tls") as wecom, connected(make, wecom) as first, connected(make, wecom) as second:
        event = await first.next("event.disconnected_event")
        assert "from" not in event["body"]
        await asyncio.wait({first.sdk._ws_manager._receive_task}, timeout=10)
        assert not first.sdk.is_connected
        await wecom.act("/say", person="um-01", group="g-coord-01", text="在吗", mentions=["bot"])
        assert await second.next("message.text")
        assert first.heard["message.text"].empty()


@pytest.mark.parametrize("make", SDKS)
async def test_a_wrong_secret_is_told_to_an_sdk(make: Callable[[Emulated], Client]) -> None:
    async with emulated("--clock", "real", "--tls") as wecom:
        wecom.said["bot_secret"] = "wrong"
        client = make(wecom)
        client.listen("error", "authenticated")
        await client.sdk.connect()
        assert "853000" in str(await client.next("error"))
        assert client.heard["authenticated"].empty()
        await client.close()


async def test_the_sdk_uploads_in_chunks_and_sends_what_it_uploaded() -> None:
    async with emulated("--clock", "real") as wecom, connected(community, wecom) as client:
        data = bytes(range(256)) * 4096
        given = await client.sdk.upload_media(data, type="file", filename="值班表.xlsx")
        assert given["type"] == "file"
        assert given["created_at"].isdigit()
        await wecom.act("/say", person="um-01", group="g-coord-01", text="发一下值班表", mentions=["bot"])
        frame = await client.next("message.text")
        await client.sdk.reply_media(frame, "file", given["media_id"])
        assert await said_by_the_bot(wecom) == ["[文件] 值班表.xlsx"]
        chat = (await coordination(wecom))["addresses"]["aibot"]
        await client.sdk.send_media_message(chat, "file", given["media_id"])
        with pytest.raises(Exception, match="40007"):
            await client.sdk.send_media_message(chat, "image", given["media_id"])


class Emulator(requests.adapters.HTTPAdapter):
    """Brings what a client sends to WeCom's own address to the emulator; the client stays as it is."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://qyapi.weixin.qq.com", self._base_url, 1)
        return super().send(request, *args, **kwargs)


def wechatpy_client(wecom: Emulated) -> WeChatClient:
    client = WeChatClient(wecom.said["corp_id"], wecom.said["app_secret"], timeout=10)
    client._http.mount("https://qyapi.weixin.qq.com", Emulator(wecom.said["base_url"]))
    return client


async def test_wechatpy_fetches_a_token_and_sends() -> None:
    async with emulated("--clock", "real") as wecom:
        agent = int(wecom.said["agent_id"])
        client = wechatpy_client(wecom)

        def use() -> tuple[Any, ...]:
            sent = client.message.send_text(agent, ["ul-01", "nobody"], "请受理 0302-1")
            again = client.message.send_markdown(agent, "ul-01", "**请受理**")
            uploaded = client.media.upload("file", ("名单.txt", b"0123456789"))
            return sent, again, uploaded, client.misc.get_wechat_ips()

        sent, again, uploaded, addresses = await asyncio.to_thread(use)
        assert sent["errcode"] == 0
        assert sent["invaliduser"] == "nobody"
        assert again["msgid"] != sent["msgid"]
        assert uploaded["media_id"]
        assert "127.0.0.1" in addresses
        people = (await wecom.state())["people"]
        assert isinstance(people, list)
        lead = next(person for person in people if person["id"] == "ul-01")
        assert [one["text"] for one in lead["messages"]] == ["请受理 0302-1", "**请受理**"]
        asked = [entry["endpoint"] for entry in await wecom.look("/ledger?limit=1000")]
        assert asked.count("gettoken") == 1


async def test_wechatpy_takes_a_new_token_when_the_old_one_ended_early() -> None:
    async with emulated("--clock", "real") as wecom:
        agent = int(wecom.said["agent_id"])
        client = wechatpy_client(wecom)
        first = await asyncio.to_thread(lambda: client.access_token)
        await wecom.act("/test/faults", kind="end_token", errcode=42001)
        await asyncio.to_thread(client.message.send_text, agent, "ul-01", "一")
        assert await asyncio.to_thread(lambda: client.access_token) != first
        await wecom.act("/test/faults", kind="errcode", endpoint="message/send", errcode=60020)
        with pytest.raises(WeChatClientException, match="60020"):
            await asyncio.to_thread(client.message.send_text, agent, "ul-01", "二")
        wrong = WeChatClient(wecom.said["corp_id"], "wrong", timeout=10)
        wrong._http.mount("https://qyapi.weixin.qq.com", Emulator(wecom.said["base_url"]))
        with pytest.raises(WeChatClientException, match="40001"):
            await asyncio.to_thread(wrong.fetch_access_token)
