"""`gridbot policy show`: who would hear what, when, as Chinese lines or as plain data."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from escalation.doors import DOOR_NAMES
from escalation.emergency import MARK
from escalation.foresight import CLOCK_NAMES, Beat, Foresight, Hearer
from escalation.proof import KIND_NAMES
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES

_WEEKDAYS = "一二三四五六日"


def lines(seen: Foresight, registry: Registry) -> Iterator[str]:
    """What is said of the matter, one line a moment and one a hearer."""
    matter = seen.matter
    area, unit = registry.area(matter.area), registry.unit(seen.unit) if seen.unit else None
    kind = KIND_NAMES[matter.urgency, matter.danger]
    yield f"{area.name if area else matter.area}，{kind}，{CATEGORY_NAMES[matter.category]}，{_moment(matter.at)}说起，按规则 {_version(seen.version)}"
    yield f"承办单位：{unit.name}" if unit else "承办单位：没有单位接这类事，由网格员和网格办接"
    yield "时限：" + "；".join(f"{CLOCK_NAMES[kind]} {_moment(at)}" for kind, at in seen.limits)
    yield "没有人接单、办结时："
    for beat in seen.beats:
        yield f"{_moment(beat.at)} {beat.what}"
        for hearer in beat.hearers:
            yield f"    {_hearer(hearer)}"
        for missing in beat.missing:
            yield f"    ！{missing}没有登记"
        if not beat.hearers:
            yield "    ！叫不到任何人"


def data(seen: Foresight) -> dict[str, Any]:
    """The same as plain data; times are ISO 8601 with offset."""
    matter = seen.matter
    return {
        "at": matter.at.isoformat(), "category": matter.category.value, "urgency": matter.urgency.value,
        "danger": matter.danger.value if matter.danger else None, "area": matter.area, "group": matter.group,
        "policy": seen.version, "unit": seen.unit,
        "limits": {kind.value: at.isoformat() for kind, at in seen.limits},
        "steps": [_beat_data(beat) for beat in seen.beats],
    }


def _beat_data(beat: Beat) -> dict[str, Any]:
    return {
        "at": beat.at.isoformat(), "what": beat.what, "missing": list(beat.missing),
        "hears": [
            {"person": one.person, "group": one.group, "name": one.name, "as": one.why, "door": one.way.door.value,
             "reached": one.way.is_open, "why_not": one.way.obstacle}
            for one in beat.hearers
        ],
    }


def _hearer(hearer: Hearer) -> str:
    who = f"{hearer.name}（{hearer.why}）"
    if hearer.way.obstacle is not None:
        return f"！{who} 到不了：{hearer.way.obstacle}"
    return f"→ {who} {DOOR_NAMES[hearer.way.door]}"


def _moment(at: datetime) -> str:
    return f"{at.month}月{at.day}日（周{_WEEKDAYS[at.weekday()]}）{at:%H:%M}"


def _version(name: str) -> str:
    return f"{name.removesuffix(MARK)}（战时）" if name.endswith(MARK) else name
