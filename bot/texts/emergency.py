"""Which danger is it, what to do first, whom to call: the first line of every danger."""

import re
from enum import StrEnum

from bot.texts.sentences import Sentences
from registry.terms import Category
from tickets.model import Ticket


class Hazard(StrEnum):
    """Kinds of place danger with advice of their own; the value names `advice.*` and `numbers.*`."""

    FIRE = "fire"
    GAS = "gas"
    WIRE = "wire"
    LANDSLIDE = "landslide"
    WATER = "water"
    LIFT = "lift"
    VIOLENCE = "violence"
    HURT = "hurt"
    GENERIC = "generic"


#: First fit wins. Gas comes before fire where only its smell is told, since a spark is what must not happen.
_SIGNS: tuple[tuple[Hazard, re.Pattern[str]], ...] = (
    (Hazard.FIRE, re.compile(r"着火|起火|失火|走水|火灾|火苗|明火|浓烟|黑烟|冒烟|烧起来|烧着|爆炸|燃起来|山火|火光")),
    (Hazard.GAS, re.compile(r"煤气|燃气|天然气|液化气|沼气|一氧化碳|气罐")),
    (Hazard.LIFT, re.compile(r"电梯|轿厢")),
    (Hazard.WIRE, re.compile(r"电线|电缆|高压线|漏电|触电|电杆|电着|带电|变压器|落地线")),
    (Hazard.WATER, re.compile(r"溺水|落水|掉(进|到|下)?(河|水|井|塘|池|沟)|淹|洪水|山洪|冲走|涨水|水位")),
    (Hazard.LANDSLIDE, re.compile(r"滑坡|塌方|垮塌|坍塌|塌了|垮了|垮下来|泥石流|落石|滚石|崩塌|山体|地陷|塌陷")),
    (Hazard.VIOLENCE, re.compile(r"砍人|持刀|拿刀|动刀|行凶|打人|打架|斗殴|抢劫|捅")),
    (Hazard.HURT, re.compile(r"受伤|流血|昏迷|昏倒|晕倒|压住|埋|被困|困住|摔|撞了人|中毒|没(有)?(呼吸|意识)")),
)

_BY_CATEGORY = {
    Category.GAS_HEATING: Hazard.GAS,
    Category.POWER: Hazard.WIRE,
    Category.ORDER: Hazard.VIOLENCE,
    Category.HEALTH: Hazard.HURT,
}


def hazard_of(ticket: Ticket | None) -> Hazard:
    """The kind of danger by the summary's words, else by the category."""
    if ticket is None:
        return Hazard.GENERIC
    words = ticket.summary.partition("：")[2] or (ticket.place or "")
    found = next((hazard for hazard, signs in _SIGNS if signs.search(words)), None)
    return found or _BY_CATEGORY.get(ticket.category, Hazard.GENERIC)


CALLED = ("fire", "police", "medical", "power", "gas", "hotline")


def called(sentences: Sentences) -> dict[str, str]:
    """Every number to call, as the county says it."""
    return {name: sentences.by_name[f"number.{name}"] for name in CALLED}


def numbers(sentences: Sentences, hazard: Hazard) -> str:
    """Whom to call in this danger."""
    return sentences.fill(f"numbers.{hazard.value}", called(sentences))


def advice(sentences: Sentences, hazard: Hazard) -> str:
    """What to do and whom to call, in one sentence."""
    return sentences.fill(
        f"advice.{hazard.value}", called(sentences) | {"numbers": numbers(sentences, hazard)}
    )
