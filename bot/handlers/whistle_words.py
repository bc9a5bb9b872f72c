"""吹哨 in free words: which units, who leads, now or within working hours. Pure: words and the registry in, names out."""

import re
from dataclasses import dataclass

from registry.model import Unit
from registry.registry import Registry
from tickets.called_in import WhistleKind

_SPLIT = re.compile(r"[\s，,、；;。！!：:]+|(?:和|跟|与|以及|还有|叫上|喊上|请|叫|喊|让|由|通知|加上)")
_LEAD = re.compile(r"牵个?头(单位)?(是|为)?")
_WHISTLE = re.compile(r"(吹|拉)?(个|一?声|一下|下|响)?(日常|联动|紧急)?哨(子)?(报到)?")
_NOW = re.compile(r"联动|紧急|马上|立即|立刻|现在|赶紧|火速")
#: Endings of an office's name: such a word names a unit, and one that nobody knows is asked about, never left out.
_OFFICE = re.compile(r".{2,}(局|所|公司|中心|大队|中队|支队|队|站|办|委|院|政府|物业|厂)$")


@dataclass(frozen=True, slots=True)
class Called:
    """What was said: the units in order, who leads if somebody said so, the kind if the words tell, unknown names."""

    units: tuple[Unit, ...]
    lead: Unit | None
    kind: WhistleKind | None
    unknown: tuple[str, ...]


def read_whistle(words: str, registry: Registry, area: str) -> Called:
    """`吹哨 城管局 供电公司 物业 牵头 城管局`, `吹个哨，叫上供电公司和物业，城管牵头`."""
    units: dict[str, Unit] = {}
    unknown: list[str] = []
    lead: Unit | None = None
    awaits_lead = False
    last: Unit | None = None
    for piece in _SPLIT.split(_WHISTLE.sub(" ", words)):
        named = _LEAD.sub("", piece)
        leads = awaits_lead or named != piece
        unit = registry.unit_by_words(named, area) if named else None
        if unit is None:
            if _OFFICE.match(named):
                unknown.append(named)
            if named != piece and not named:
                # 牵头 stands alone: of the unit that follows, else of the one before.
                awaits_lead, lead = True, lead or last
            continue
        units[unit.id] = last = unit
        if leads:
            lead, awaits_lead = unit, False
    kind = WhistleKind.JOINT if _NOW.search(words) else WhistleKind.DAILY if "日常" in words else None
    return Called(tuple(units.values()), lead, kind, tuple(unknown))
