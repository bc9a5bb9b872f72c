from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.channel_watch import ChannelWatch
from bot.channels.aibot import AiBot, Link
from bot.channels.client import WeComClient
from bot.channels.outcomes import Failed, outcome_of
from bot.channels.times import CHINA
from bot.doors import LiveDoors
from storage.work import SqlWork

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)


class Client:
    def __init__(self, *codes: int) -> None:
        outcomes = [outcome_of({"errcode": code, "errmsg": "hint, from ip: 203.0.113.9, more"}) for code in codes]
        self.alarms = tuple(one for one in outcomes if isinstance(one, Failed))


class Bot:
    link = Link.UP
    alarm: Failed | None = None
    silent = 0.0

    def silent_for(self) -> float:
        return self.silent


class Doors:
    def __init__(self) -> None:
        self.shut_groups: dict[str, str] = {}


class Hand:
    at = NOW

    def now(self) -> datetime:
        return self.at


def watching(client: Client, bot: Bot, doors: Doors, hand: Hand) -> ChannelWatch:
    clients = (cast(WeComClient, client), None)
    return ChannelWatch(clients, cast(AiBot, bot), cast(LiveDoors, doors), cast(Any, lambda: None), hand.now)


def test_all_is_well() -> None:
    watch = watching(Client(), Bot(), Doors(), Hand())
    assert watch.found() == ()
    assert not watch.is_due()


@pytest.mark.parametrize(
    ("code", "says"),
    [(60020, "203.0.113.9"), (60020, "企业可信IP"), (48002, "授权"), (301052, "续费"), (301002, "开通"), (40001, "Secret")],
)
def test_a_refusal_says_what_to_do(code: int, says: str) -> None:
    assert says in watching(Client(code), Bot(), Doors(), Hand()).found()[0]


def test_45009_is_waited_out_and_no_alarm() -> None:
    assert watching(Client(45009), Bot(), Doors(), Hand()).found() == ()


def test_the_connection_is_watched() -> None:
    bot = Bot()
    watch = watching(Client(), bot, Doors(), Hand())
    bot.silent = 91.0
    assert "没有动静" in watch.found()[0]
    bot.link = Link.DISPLACED
    assert "别处" in watch.found()[0]
    bot.link, bot.alarm = Link.REFUSED, Failed(853000, "智能机器人的编号或密钥不对。")
    assert watch.found() == ("智能机器人的编号或密钥不对。",)


def test_what_is_new_is_told_at_once_and_what_lasts_each_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("bot.channel_watch.tell_office", lambda *_, args, **__: told.append(args["finding"]))
    doors, hand = Doors(), Hand()
    watch = watching(Client(60020), Bot(), doors, hand)

    def look() -> None:
        if watch.is_due():
            watch.told(watch.tell(cast(SqlWork, None)))

    look()
    look()
    assert len(told) == 1
    doors.shut_groups["g"] = "协调群的群机器人地址已失效。"
    look()
    assert told[1:] == ["协调群的群机器人地址已失效。"]
    doors.shut_groups.clear()
    look()
    doors.shut_groups["g"] = "协调群的群机器人地址已失效。"
    look()
    assert len(told) == 3, "what had ended and is back is new"
    hand.at += timedelta(minutes=61)
    look()
    assert len(told) == 5
