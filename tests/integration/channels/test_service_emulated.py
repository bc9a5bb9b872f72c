"""The whole service against the emulated WeCom: cards, clicks, changes, welcome, encrypted ids, alarms."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer, unused_port

from bot.app import Service
from bot.channels.aibot import Link
from bot.channels.times import CHINA
from bot.web import build_web
from config.settings import Settings
from emulator.credentials import make_credentials
from registry.source import to_data
from registry.terms import Lane, Said
from storage import outbox, registry_rows
from storage.store import Store
from tests.builders.emulated import Emulated, emulated
from tests.builders.talk import shipped_registry
from tickets.model import ToSay

START = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
REGISTRY = Path(__file__).parents[3] / "config" / "county" / "registry.yaml"


def settings(folder: Path, port: int, **more: Any) -> Settings:
    said = make_credentials(1)
    base = f"http://127.0.0.1:{port}"
    return Settings(
        database_url=f"sqlite:///{folder / 'gridbot.db'}", wecom_base_url=base, wecom_corp_id=said.corp_id,
        wecom_app_agent_id=said.agent_id, wecom_app_secret=said.app_secret, wecom_app_token=said.app_token,
        wecom_app_aes_key=said.app_aes_key, wecom_bot_id=said.bot_id, wecom_bot_ws_url=f"ws://127.0.0.1:{port}/aibot/ws",
        **more,
    )  # fmt: skip


class Noon:
    """A clock that begins on a Monday before noon and can be put forward, so that nothing waits for the morning."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return START + timedelta(seconds=time.monotonic() - self._start) + self.ahead


class Running:
    """A service whose loops run, and the WeCom that it serves."""

    def __init__(self, service: Service, wecom: Emulated, clock: Noon) -> None:
        self.service, self.wecom, self.clock = service, wecom, clock

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The emulator's page once it shows this."""
        async with asyncio.timeout(20):
            while True:
                state: dict[str, Any] = await self.wecom.state()
                if holds(state):
                    return state
                await self.service.decide_heard()
                await self.service.send_due()


@asynccontextmanager
async def running(folder: Path, *options: str, socket: bool = True, **more: Any) -> AsyncIterator[Running]:
    port = unused_port()
    url = f"sqlite:///{folder / 'gridbot.db'}"

    def filled() -> None:
        with Store.open(url) as store:
            store.migrate()
            store.run(lambda work: registry_rows.save_registry(work, to_data(shipped_registry()), "test", START))

    await asyncio.to_thread(filled)
    if socket:
        more["wecom_bot_secret"] = make_credentials(1).bot_secret
    clock = Noon()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.WallClock", lambda: clock)
        service = await asyncio.to_thread(Service, settings(folder, port, **more))
    try:
        async with TestServer(build_web(service)) as server:
            url = f"http://127.0.0.1:{server.port}/wecom/app"
            options = ("--port", str(port), "--clock", "demo", "--start", START.isoformat(), "--callback-url", url, *options)
            async with emulated(*options, registry=REGISTRY) as wecom:
                bot = asyncio.create_task(service.bot.run()) if service.bot is not None else None
                try:
                    async with asyncio.timeout(10):
                        while service.bot is not None and service.bot.link is not Link.UP:  # noqa: ASYNC110
                            await asyncio.sleep(0.01)
                    yield Running(service, wecom, clock)
                finally:
                    if bot is not None:
                        bot.cancel()
                        await asyncio.gather(bot, return_exceptions=True)
    finally:
        await service.close()


def card_seen(state: dict[str, Any], person: str, *, task: str | None = None) -> dict[str, Any]:
    """The newest card that a person has, as he sees it."""
    cards = [c for c in state["cards"].values() if person in c["people"] and task in (None, c["task_id"])]
    return dict(cards[-1]["own"].get(person, cards[-1]["body"])) if cards else {}


def told(state: dict[str, Any], person: str) -> list[str]:
    """What a person's own chats show."""
    return [m["text"] for p in state["people"] if p["id"] == person for m in p["messages"]]


def said_in(state: dict[str, Any], group: str) -> list[str]:
    """What a group shows."""
    return [m["text"] for g in state["groups"] if g["id"] == group for m in g["messages"]]


def keys(card: dict[str, Any]) -> list[str]:
    """What can be pressed on a card."""
    return [] if card.get("replace_text") else [button["key"] for button in card.get("button_list", [])]


async def assigned(run: Running) -> str:
    """A lamp is told in the coordination group and its unit's person has the card; gives the card's task id."""
    await run.wecom.act("/say", person="m-01", group="g-coord-01", text="@小格 河湾花园3号楼楼道灯不亮")
    await run.until(lambda state: any("编号" in m["text"] for g in state["groups"] for m in g["messages"]))
    run.clock.ahead += timedelta(seconds=30)
    state = await run.until(lambda state: bool(keys(card_seen(state, "u-09"))))
    return str(card_seen(state, "u-09")["task_id"])


async def test_a_click_is_answered_on_the_card_in_the_callbacks_own_reply(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        task = await assigned(run)
        await run.wecom.act("/click", person="u-09", card=task, key="accept")
        state = await run.until(lambda state: "hand_over" in keys(card_seen(state, "u-09", task=task)))
        card = card_seen(state, "u-09", task=task)
        assert (card["task_id"], card["card_type"]) == (task, "button_interaction")
        assert keys(card) == ["done", "return", "hand_over", "shelve", "extend"]
        await run.wecom.act("/click", person="u-09", card=task, key="done")
        state = await run.until(lambda state: card_seen(state, "u-09", task=task).get("replace_text", "") != "")
        assert card_seen(state, "u-09", task=task)["replace_text"].startswith("已办结")
        assert run.service.app_door is not None
        assert run.service.app_door.counts["answered"] == 2
        ledger = await run.wecom.look("/ledger?limit=1000")
        updates = [one for one in ledger if one["endpoint"] == "message/update_template_card"]
        assert {one["errcode"] for one in updates} <= {0}, "no code is used twice"


async def test_what_another_does_greys_the_card_and_a_stale_click_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        task = await assigned(run)
        await run.wecom.act("/say", person="m-01", group="g-coord-01", text="@小格 0302-1 接单")
        state = await run.until(lambda state: not keys(card_seen(state, "u-09", task=task)))
        assert card_seen(state, "u-09", task=task)["replace_text"] == "已有人接单"
        ledger = await run.wecom.look("/ledger?limit=1000")
        updates = [one for one in ledger if one["endpoint"] == "message/update_template_card"]
        assert [one["errcode"] for one in updates] == [0]


async def test_a_card_whose_codes_are_over_is_followed_by_one_that_says_what_is_so(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        task = await assigned(run)
        run.service.store.run(lambda work: work.connection.exec_driver_sql("DELETE FROM card_codes"))
        await run.wecom.act("/say", person="m-01", group="g-coord-01", text="@小格 0302-1 接单")
        state = await run.until(lambda state: any("先前的卡片" in text for text in told(state, "u-09")))
        assert [text for text in told(state, "u-09") if "先前的卡片" in text] == ["0302-1 现在的情况：已由河湾花园物业公司接单。先前的卡片不用再点。"]
        assert keys(card_seen(state, "u-09", task=task)), "nothing could change the old one"
        await run.wecom.act("/click", person="u-09", card=task, key="accept")
        state = await run.until(lambda state: not keys(card_seen(state, "u-09", task=task)))
        assert card_seen(state, "u-09", task=task)["replace_text"], "the stale click itself greys it"


async def test_who_opens_the_bots_chat_or_gets_the_app_is_greeted(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.wecom.act("/enter", person="u-09")
        first = await run.until(lambda state: len(told(state, "u-09")) == 1)
        await run.wecom.act("/test/event", event="subscribe", person="u-09")
        second = await run.until(lambda state: len(told(state, "u-09")) == 2)
        assert told(first, "u-09")[0] == told(second, "u-09")[1]
        assert "接单" in told(first, "u-09")[0]
        ledger = await run.wecom.look("/ledger?limit=1000")
        assert [one["errcode"] for one in ledger if one["endpoint"] == "aibot_respond_welcome_msg"] == [0]


async def test_encrypted_ids_are_turned_into_userids_once(tmp_path: Path) -> None:
    async with running(tmp_path, "--bot-made-by", "member") as run:
        await run.wecom.act("/say", person="m-01", group="g-coord-01", text="@小格 河湾花园3号楼楼道灯不亮")
        await run.until(lambda state: any("编号" in m["text"] for g in state["groups"] for m in g["messages"]))
        await run.wecom.act("/say", person="m-01", group="g-coord-01", text="@小格 今日情况")
        await run.until(lambda state: sum(m["sender"] == "bot" for g in state["groups"] for m in g["messages"]) >= 2)
        ledger = await run.wecom.look("/ledger?limit=1000")
        assert len([one for one in ledger if one["endpoint"] == "batch/openuserid_to_userid"]) == 1
        rows = run.service.store.look(lambda work: work.connection.exec_driver_sql("SELECT userid FROM open_users").scalars().all())
        assert rows == ["m-01"]


async def test_an_idle_app_and_a_shut_webhook_are_told_to_the_office(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.wecom.act("/test/event", event="inactive_alert", fields={"EffectTime": 1790000000})
        await run.until(lambda state: any("没人使用" in text for text in said_in(state, "g-office-01")))
        await run.wecom.act("/test/faults", kind="errcode", endpoint="webhook/send", errcode=93000, times=None)

        def help_in(group: str) -> int:
            row = ToSay(kind=Said.HELP, event="help", lane=Lane.URGENT, ticket=None, because="t", group=group, args={"role": "unit_lead"})
            return run.service.store.run(lambda work: work.say(row, run.clock.now()))

        rows = [help_in("g-coord-01") for _ in range(2)]
        async with asyncio.timeout(10):
            while any(run.service.store.look(lambda work, row=row: outbox.get(work, row)).state == "waiting" for row in rows):
                await run.service.send_due()
        await run.wecom.act("/test/faults", kind="errcode", endpoint="message/send", errcode=60020, times=None)
        await run.service.watch_channels()
        assert any("群机器人地址已失效" in sentence for sentence in run.service.watch.found())
        ledger = await run.wecom.look("/ledger?limit=1000")
        assert len([one for one in ledger if one["endpoint"] == "webhook/send" and one["errcode"] == 93000]) == 2, "one call each for two groups"


async def test_a_callback_from_elsewhere_is_refused_where_sources_are_checked(tmp_path: Path) -> None:
    async with running(tmp_path, wecom_callback_host_ips=("203.0.113.0/24",)) as run:
        assert run.service.app_door is not None
        assert (await run.wecom.act("/test/verify"))["ok"] is False
        assert run.service.app_door.counts["wrong_source"] == 1
        await run.service.refresh_sources()
        assert (await run.wecom.act("/test/verify"))["ok"] is True, "WeCom's own list names the caller"


async def test_the_group_gets_the_same_buttons_on_the_bots_card(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        store = run.service.store
        await run.wecom.act("/test/addressed", group="g-coord-01")
        await run.wecom.act("/test/faults", kind="errcode", endpoint="webhook/send", errcode=93000, times=None)
        task = await assigned(run)
        row = ToSay(kind=Said.STEP, event="step.group", lane=Lane.NORMAL, ticket=1, because="t", group="g-coord-01", step=1,
                    args={"ladder": "accept", "people": []})
        store.run(lambda work: work.say(row, run.clock.now()))
        state = await run.until(lambda state: any(c["group"] == "g-coord-01" for c in state["cards"].values()))
        card = next(c for c in state["cards"].values() if c["group"] == "g-coord-01")
        assert keys(card["body"]) == ["accept", "return", "done"]
        await run.wecom.act("/click", person="u-09", card=card["task_id"], key="accept")
        state = await run.until(lambda state: not keys(state["cards"][card["id"]]["body"]))
        assert state["cards"][card["id"]]["body"]["replace_text"] == "已有人接单"
        state = await run.until(lambda state: "hand_over" in keys(card_seen(state, "u-09", task=task)))


async def test_a_unit_is_chosen_on_a_card_and_the_matter_goes_there(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        task = await assigned(run)
        await run.wecom.act("/click", person="u-09", card=task, key="accept")
        await run.until(lambda state: "hand_over" in keys(card_seen(state, "u-09", task=task)))
        await run.wecom.act("/click", person="u-09", card=task, key="hand_over")
        state = await run.until(lambda state: card_seen(state, "u-09").get("card_type") == "vote_interaction")
        vote = card_seen(state, "u-09")
        assert vote["main_title"]["title"] == "转给哪个单位 0302-1"
        assert vote["checkbox"]["mode"] == 0
        chosen = vote["checkbox"]["option_list"][0]
        assert "hand_over" in keys(card_seen(state, "u-09", task=task)), "the clicked card stays beside the question"
        await run.wecom.act("/click", person="u-09", card=vote["task_id"], key="hand_over", choices={"unit": [chosen["id"]]})
        await run.until(lambda state: card_seen(state, "u-09", task=vote["task_id"]).get("replace_text", "") != "")
        assert run.service.store.look(lambda work: work.get_ticket(1)).unit == chosen["id"]
