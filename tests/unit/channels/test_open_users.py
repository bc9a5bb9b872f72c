from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from bot.channels.client import WeComClient
from bot.channels.open_users import PlainSenders, is_encrypted
from bot.channels.outcomes import Failed, Outcome, Retry, Sent
from bot.channels.times import CHINA
from bot.messages import Incoming, MessageKind

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)
OPEN = "wo" + "A" * 30
OTHER = "wo" + "B" * 30


class Kept:
    def __init__(self) -> None:
        self.names: dict[str, str | None] = {}

    async def known(self, open_userids: Sequence[str]) -> Mapping[str, str | None]:
        return {one: self.names[one] for one in open_userids if one in self.names}

    async def learn(self, found: Mapping[str, str | None]) -> None:
        self.names |= found


class Told:
    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[object] = []

    async def post(self, path: str, body: Mapping[str, object], *, repeatable: bool = False) -> Outcome:
        self.asked.append(body["open_userid_list"])
        return self.outcomes.pop(0)


async def pause(seconds: float) -> None:
    return None


def senders(told: Told | None, kept: Kept) -> PlainSenders:
    return PlainSenders(cast(WeComClient | None, told), kept, pause=pause)


def said(sender: str, channel: str = "aibot") -> Incoming:
    return Incoming(id="m1", channel=channel, sender=sender, at=NOW, kind=MessageKind.TEXT)


ANSWER = Sent(data={"userid_list": [{"open_userid": OPEN, "userid": "zhang"}], "invalid_open_userid_list": [OTHER]})


async def test_encrypted_ids_become_userids_and_are_asked_for_once() -> None:
    told, kept = Told(ANSWER), Kept()
    plain = await senders(told, kept).plain([said(OPEN), said("li"), said(OTHER), said(OPEN)])
    assert [one.sender for one in plain] == ["zhang", "li", OTHER, "zhang"]
    assert told.asked == [[OPEN, OTHER]]
    again = await senders(told, kept).plain([said(OPEN), said(OTHER)])
    assert [one.sender for one in again] == ["zhang", OTHER]
    assert len(told.asked) == 1


async def test_a_passing_fault_is_waited_out_and_a_refusal_leaves_a_stranger() -> None:
    told, kept = Told(Retry(-1, "x"), Retry(0, "x"), ANSWER), Kept()
    assert [one.sender for one in await senders(told, kept).plain([said(OPEN)])] == ["zhang"]
    refused, kept = Told(Failed(48002, "x", alert=True)), Kept()
    assert [one.sender for one in await senders(refused, kept).plain([said(OPEN)])] == [OPEN]
    assert kept.names == {}, "what was not told is asked again"
    assert [one.sender for one in await senders(None, kept).plain([said(OPEN)])] == [OPEN]


def test_wo_means_an_encrypted_member_on_the_bots_channel_only() -> None:
    assert is_encrypted(said(OPEN))
    assert not is_encrypted(said(OPEN, "archive")), "there it is a member of another enterprise"
    assert not is_encrypted(said("wolong"))
