"""What a new registry changes, in lines for whoever is about to import it."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.registry import Registry
from registry.source import area_data, group_data, person_data, roster_data, unit_data

_FIELDS = {
    "level": "级别", "name": "名称", "parent": "上级", "places": "地名", "sponsor": "包抓单位", "kind": "类型",
    "area": "区域", "categories": "负责的类别", "aliases": "简称", "tier": "层级", "owner": "群主", "hears": "能听到",
    "speaks": "怎么说", "covers": "覆盖区域", "addresses": "群地址", "role": "角色", "nickname": "昵称",
    "unit": "单位", "phone": "电话", "publishes_phone": "公布电话", "office": "网格办自己的群", "hours": "工作时间", "confidant": "可知个人事项",
    "groups": "所在群", "identities": "账号", "shifts": "班次", "rotations": "轮班", "overrides": "代班",
}  # fmt: skip
#: Their new value is told as well; of the rest only that it changed (numbers of people, long lists).
_TOLD = frozenset(
    {"level", "name", "parent", "sponsor", "kind", "area", "tier", "owner", "hears", "speaks", "role", "unit"}
)


def difference(old: Registry, new: Registry) -> tuple[str, ...]:
    """One Chinese line for each row that is new, changed or gone; empty when nothing changes."""
    lines: list[str] = []
    if (old.bot_id, old.bot_name) != (new.bot_id, new.bot_name):
        lines.append(f"修改 机器人：{old.bot_name}（{old.bot_id}）→ {new.bot_name}（{new.bot_id}）")
    for kind, before, after in zip(_KINDS, _rows(old), _rows(new), strict=True):
        lines += _lines(kind, before, after)
    return tuple(lines)


def first_import(new: Registry) -> str:
    """What the very first import brings, in one line."""
    return f"首次导入：{len(new.areas)} 个区域、{len(new.groups)} 个群、{len(new.units)} 个单位、{len(new.people)} 人"


_KINDS = ("区域", "单位", "群", "人员", "值班表")


def _rows(registry: Registry) -> tuple[Mapping[str, dict[str, Any]], ...]:
    return (
        {code: area_data(area) for code, area in registry.areas.items()},
        {unit_id: unit_data(unit) for unit_id, unit in registry.units.items()},
        {group_id: group_data(group) for group_id, group in registry.groups.items()},
        {person_id: person_data(person) for person_id, person in registry.people.items()},
        {roster.id: roster_data(roster) for roster in registry.rosters},
    )


def _lines(kind: str, before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    for key, row in after.items():
        if key not in before:
            yield f"新增 {kind} {_called(key, row)}"
        elif row != before[key]:
            yield f"修改 {kind} {_called(key, row)}：{'，'.join(_changes(before[key], row))}"
    for key, row in before.items():
        if key not in after:
            yield f"删除 {kind} {_called(key, row)}"


def _called(key: str, row: dict[str, Any]) -> str:
    name = row.get("name")
    return f"{key}（{name}）" if name else key


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for field, label in _FIELDS.items():
        old, new = before.get(field), after.get(field)
        if old == new:
            continue
        yield f"{label} {old or '无'} → {new or '无'}" if field in _TOLD else f"{label}有变化"
