"""What a registry that is right in itself still lacks before a county can rely on it. `gridbot check` prints it."""

from collections.abc import Callable, Iterator

from registry.model import Area, Group, Person, Roster
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, OFFICIALS, Level, Role, Speaks, Tier

_UNIT_ROLES = (Role.UNIT_MEMBER, Role.UNIT_LEAD)
_MINUTES_A_DAY = 24 * 60
_MINUTES_A_WEEK = 7 * _MINUTES_A_DAY


def warnings(registry: Registry) -> tuple[str, ...]:
    """Chinese sentences about what is missing, each with what follows from it; empty when all is there."""
    return (
        *_areas(registry),
        *_duty_and_confidants(registry),
        *_grid_people(registry),
        *_categories(registry),
        *_units(registry),
        *_groups(registry),
        *_people(registry),
        *(sentence for roster in registry.rosters for sentence in _gaps(roster)),
    )


def _areas(registry: Registry) -> Iterator[str]:
    for area in registry.areas.values():
        if area.parent is None and area.level is not Level.COUNTY:
            yield f"区域 {_area(area)}没有上级：县里的单位和值班员都管不到它。"


def _duty_and_confidants(registry: Registry) -> Iterator[str]:
    for area in _widest(registry, lambda area: not registry.officials(Role.DUTY_OFFICER, area.code)):
        yield f"区域 {_area(area)}没有值班员：紧急事项和个人事项没有人接。"
    for area in _widest(registry, lambda area: not _has_second_confidant(registry, area)):
        yield f"区域 {_area(area)}除一名值班员外没有第二个可知个人事项的人（confidant）：请再登记一名网格长或民警。"
    for person in registry.people.values():
        if person.role is Role.DUTY_OFFICER and not person.confidant:
            yield f"值班员 {_person(person)}没有设为可知个人事项（confidant: true）：个人事项的卡片发不到他。"
        if person.confidant and person.role not in OFFICIALS:
            yield f"人员 {_person(person)}不是工作人员，不能知道个人事项：confidant 不起作用。"


def _has_second_confidant(registry: Registry, area: Area) -> bool:
    known = registry.confidants(area.code)
    on_duty = [person for person in known if person.role is Role.DUTY_OFFICER]
    return len(known) - min(len(on_duty), 1) > 0


def _grid_people(registry: Registry) -> Iterator[str]:
    for area in _widest(registry, lambda area: registry.grid_member_of(area.code) is None):
        yield f"区域 {_area(area)}没有网格员：这里的事没有首问责任人。"


def _categories(registry: Registry) -> Iterator[str]:
    lacking: dict[str, list[str]] = {}
    for category, name in CATEGORY_NAMES.items():
        for area in _widest(registry, lambda area, category=category: not registry.units_for(category, area.code)):  # type: ignore[misc]
            lacking.setdefault(area.code, []).append(name)
    for code, names in lacking.items():
        fallback = registry.fallback_unit(code)
        taker = f"兜底的{fallback.name}" if fallback is not None else "网格员"
        yield f"区域 {_area(registry.areas[code])}没有单位负责：{'、'.join(names)}。这些事只能由{taker}接。"


def _units(registry: Registry) -> Iterator[str]:
    sponsors = {area.sponsor for area in registry.areas.values() if area.sponsor is not None}
    coordination = {group.id for group in registry.groups.values() if group.tier is Tier.COORDINATION}
    for unit in registry.units.values():
        people = registry.unit_people(unit.id)
        if not people:
            what = "包抓单位" if unit.id in sponsors else "单位"
            yield f"{what} {unit.id}（{unit.name}）没有登记任何人：派给它的事送不到。"
        elif not any(coordination.intersection(person.groups) for person in people):
            yield f"单位 {unit.id}（{unit.name}）没有人在协调群里：派给它的事只能发卡片到个人。"


def _groups(registry: Registry) -> Iterator[str]:
    for group in registry.groups.values():
        if registry.speaks(group.id) is not group.speaks:
            yield f"群 {_group(group)}的群主不是企业微信成员，不能确认群发：改为由网格员转发，直到换了群主。"
        if group.tier is Tier.BASIC and registry.coordination_of(group.id) is None:
            yield f"基础群 {_group(group)}没有上级协调群：派单只能发卡片到个人。"
        if group.tier is Tier.COORDINATION and group.parent is None:
            yield f"协调群 {_group(group)}没有上级指挥群：逾期的事升不上去。"
        if group.speaks is Speaks.PASTE and registry.grid_member_of(group.area) is None:
            yield f"群 {_group(group)}要网格员转发，但这里没有网格员。"


def _people(registry: Registry) -> Iterator[str]:
    for person in registry.people.values():
        if person.role in _UNIT_ROLES and person.unit is None:
            yield f"人员 {_person(person)}是单位人员，但没有写单位：派单找不到他。"
        elif person.role in OFFICIALS and person.area is None and person.unit is None:
            yield f"人员 {_person(person)}没有写区域：不会有事派给他。"


def _gaps(roster: Roster) -> Iterator[str]:
    covered = bytearray(_MINUTES_A_WEEK)
    for shift in roster.plan:
        start = shift.start.hour * 60 + shift.start.minute
        length = (shift.until.hour * 60 + shift.until.minute - start) % _MINUTES_A_DAY or _MINUTES_A_DAY
        for day in shift.days:
            for minute in range(length):
                covered[(day * _MINUTES_A_DAY + start + minute) % _MINUTES_A_WEEK] = 1
    first = covered.find(0)
    if first >= 0:
        day, minute = divmod(first, _MINUTES_A_DAY)
        when = f"周{'一二三四五六日'[day]} {minute // 60:02d}:{minute % 60:02d}"
        yield f"值班表 {roster.id} 有空档（从{when}起）：空档里会点名无人值守，直接叫上一级；新的险情由本区域的值班员先担着。"


def _widest(registry: Registry, lacks: Callable[[Area], bool]) -> list[Area]:
    """Areas under which all lack something, the widest only, so that a county's gap is one line and not thousands.

    The lowest areas are asked; an area above them lacks it when all below do.
    """
    children: dict[str, list[str]] = {}
    for area in registry.areas.values():
        if area.parent is not None:
            children.setdefault(area.parent, []).append(area.code)
    lacking: set[str] = set()
    # parents stand on longer branches than their children: the lowest first
    for area in sorted(registry.areas.values(), key=lambda area: -len(registry.chain(area.code))):
        below = children.get(area.code)
        if lacking.issuperset(below) if below else lacks(area):
            lacking.add(area.code)
    return [area for area in registry.areas.values() if area.code in lacking and area.parent not in lacking]


def _area(area: Area) -> str:
    return f"{area.code}（{area.name}）"


def _group(group: Group) -> str:
    return f"{group.id}（{group.name}）"


def _person(person: Person) -> str:
    return f"{person.id}（{person.name}）"
