"""By which door a group is told: what calls people goes where people can be called."""

from __future__ import annotations

from typing import Any

from bot.channels.aibot import AiBot
from bot.channels.appchat import AppChat
from bot.channels.outcomes import Failed, Outcome, Sent
from bot.channels.webhook import Webhook
from bot.doors import LiveDoors
from bot.messages import Outgoing
from registry.model import Group
from registry.terms import Form, Hears, Lane, Said, Speaks, Tier


class Door:
    """Keeps what it was given."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.given: list[tuple[Any, ...]] = []
        self.outcomes = list(outcomes)

    async def _take(self, *what: Any) -> Outcome:
        self.given.append(what)
        return self.outcomes.pop(0) if self.outcomes else Sent()

    async def send_text(self, to: str, text: str, *, mentions: Any = (), mobiles: Any = (), lane: Lane = Lane.NORMAL) -> Outcome:
        return await self._take(to, tuple(mentions), tuple(mobiles))

    async def send(self, chat: str, kind: int, text: str, *, lane: Lane = Lane.NORMAL) -> Outcome:
        return await self._take(chat)


def group(**addresses: str) -> Group:
    return Group("g-1", "协调群", Tier.COORDINATION, "77", "m-1", None, Hears.MENTIONS, Speaks.DIRECT, addresses=addresses)


def outgoing(**changes: Any) -> Outgoing:
    return Outgoing(row=1, kind=Said.STEP, form=Form.DIRECT, lane=Lane.URGENT, text="请接单", group="g-1", **changes)


def doors(bot: Door | None, webhook: Door | None, appchat: Door | None) -> LiveDoors:
    def as_kind(door: Door | None, kind: type[Any]) -> Any:
        return door

    return LiveDoors(bot=as_kind(bot, AiBot), app=None, webhook=as_kind(webhook, Webhook), mass=None, appchat=as_kind(appchat, AppChat))


async def test_a_call_goes_where_people_can_be_called() -> None:
    bot, webhook, appchat = Door(), Door(), Door()
    place = group(aibot="wr1", webhook="key", appchat="own1")
    await doors(bot, webhook, appchat).to_group(outgoing(mentions=("zhang",), mobiles=("13800000000",)), place)
    assert webhook.given == [("key", ("zhang",), ("13800000000",))]
    await doors(bot, None, appchat).to_group(outgoing(mentions=("zhang",)), place)
    assert appchat.given == [("own1", ("zhang",), ())]
    await doors(bot, webhook, appchat).to_group(outgoing(), place)
    assert bot.given == [("wr1",)], "what calls nobody goes by the bot"


async def test_a_bot_that_was_never_spoken_to_is_stood_in_for() -> None:
    refused = Failed(93008, "没有 @ 过")
    bot, webhook, appchat = Door(refused, refused), Door(), Door()
    await doors(bot, webhook, appchat).to_group(outgoing(), group(aibot="wr1", webhook="key"))
    assert len(webhook.given) == 1
    await doors(bot, webhook, appchat).to_group(outgoing(), group(aibot="wr1", appchat="own1"))
    assert len(appchat.given) == 1


async def test_a_group_without_any_address_says_so() -> None:
    outcome = await doors(None, Door(), Door()).to_group(outgoing(), group())
    assert isinstance(outcome, Failed)
    assert "没有登记能发言的地址" in outcome.sentence
