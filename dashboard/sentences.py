"""Why something was not done, as the page says it.

The sentences are the bot's own (`bot.texts`, refusal.*); where those say what to reply in a group, the page says what
to fill in here instead.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from bot.texts import Context, Texts
from registry.model import Person
from registry.registry import Registry
from tickets.errors import RefusedError
from tickets.model import Ticket

#: {…} are the refusal's facts.
ON_PAGE: Mapping[str, str] = MappingProxyType({
    "category_unknown": "没有这个类别，工单没有改。请从名单里选一个类别。",
    "no_right": "您的身份不能对这张工单做「{action}」。请由接单的人、当班值班员或知情人来做。",
    "not_assigned": "还没有交给哪个单位，不用退回。请在「转办」里选一个单位。",
    "not_found": "没有找到编号「{number}」的工单，没有合并。请核对编号，例如 0302-17。",
    "not_your_area": "这张工单不在您负责的区域，没有改动。请由那里的网格办或县网格办来办。",
    "place_missing": "请填写新的地点，工单没有改。",
    "reason_missing": "请写明理由或意见，再按一次；工单没有改。",
    "repin_reason": "请写明换规则的原因，工单没有改。",
    "same_ticket": "不能合并到它自己。请填另一张工单的编号。",
    "leader_unknown": "请从名单里选一位县领导，工单没有改。",
    "not_topic": "这一件不在专题里，没有改动。要列入，请在工单页点「列入专题」。",
    "opinion_missing": "会议意见是空的，没有记下。请写会上定了什么，再按一次。",
    "whistle_units": "请至少选一个要叫的单位，没有吹哨。",
    "shelve_needs": "请写复查日期和现在办不了的原因，没有挂账。",
    "extension_needs": "请写延到哪天和原因，没有申请延期。",
    "unreasonable_needs": "请写为什么不合理，没有送核定。",
    "second_person": "这是您自己提的，要由另一位网格长或网格办的同志来定。",
    "taker_unknown": "请从名单里选一位接单的人，工单没有改。",
    "unit_unknown": "请从名单里选一个单位，工单没有转。",
})  # fmt: skip


def refusal(texts: Texts, registry: Registry, error: RefusedError, ticket: Ticket, me: Person, now: datetime) -> str:
    """The sentence of a refusal."""
    words = ON_PAGE.get(error.reason)
    if words is not None:
        return words.format_map(error.facts)
    context = Context(ticket, {ticket.id: ticket}, error.facts, registry, now, None, me)
    return texts.render(f"refusal.{error.reason}", context).text
