"""What must hold between the rows of a registry: no name used twice, none that leads nowhere, no circles."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from registry.rows import Row, RowError
from registry.terms import OFFICIALS, Level, Role, Tier

_DEPTH = {level: depth for depth, level in enumerate(Level)}
_PARENT_TIER = {Tier.BASIC: Tier.COORDINATION, Tier.COORDINATION: Tier.COMMAND, Tier.COMMAND: None}
_TIER_NAMES = {Tier.BASIC: "基础群", Tier.COORDINATION: "协调群", Tier.COMMAND: "指挥群"}


def check_relations(
    areas: Sequence[Row],
    units: Sequence[Row],
    groups: Sequence[Row],
    people: Sequence[Row],
    rosters: Sequence[Row],
    bot_id: str,
) -> Iterator[RowError]:
    """Everything wrong between rows. Rows that could be read only in part are checked as far as they go."""
    by_code = _by("code", areas)
    by_unit, by_group, by_person = _by("id", units), _by("id", groups), _by("id", people)

    for rows, key in ((areas, "code"), (units, "id"), (groups, "id"), (people, "id"), (rosters, "id")):
        yield from _duplicates(rows, key)
    for row in people:
        if row.get("id") == bot_id:
            yield row.error("id", f"「{bot_id}」是机器人自己的编号，请换一个")

    yield from _dangling(areas, "sponsor", by_unit, "单位")
    yield from _parents(areas, by_code, "code", "区域", _wrong_area_level)
    yield from _dangling(units, "area", by_code, "区域")
    yield from _dangling(groups, "area", by_code, "区域")
    yield from _dangling(groups, "owner", by_person, "人员")
    yield from _dangling(groups, "covers", by_code, "区域")
    yield from _parents(groups, by_group, "id", "群", _wrong_group_tier)
    yield from _dangling(people, "area", by_code, "区域")
    yield from _dangling(people, "unit", by_unit, "单位")
    yield from _dangling(people, "groups", by_group, "群")
    yield from _outside_ids(groups, "addresses", "群")
    yield from _outside_ids(people, "identities", "人")
    for row in people:
        if row.get("publishes_phone") and row.get("phone") is None:
            yield row.error("publishes_phone", "没有填电话，不能对外公布")

    yield from _dangling(rosters, "area", by_code, "区域")
    for row in rosters:
        yield from _roster(row, by_person)


def _by(key: str, rows: Iterable[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        name = row.get(key)
        if name is not None:
            found.setdefault(name, row)
    return found


def _duplicates(rows: Iterable[Row], key: str) -> Iterator[RowError]:
    first: dict[str, int] = {}
    for row in rows:
        name = row.get(key)
        if name is None:
            continue
        if name in first:
            yield row.error(key, f"「{name}」和第 {first[name]} 行重复")
        first.setdefault(name, row.number)


def _dangling(rows: Iterable[Row], field: str, known: Mapping[str, Row], what: str) -> Iterator[RowError]:
    for row in rows:
        value = row.get(field)
        names: tuple[str, ...] = value if isinstance(value, tuple) else () if value is None else (value,)
        for name in names:
            if name not in known:
                yield row.error(field, f"找不到编号为「{name}」的{what}")


def _parents(
    rows: Sequence[Row],
    known: Mapping[str, Row],
    key: str,
    what: str,
    wrong: Callable[[Row, Row], str | None],
) -> Iterator[RowError]:
    yield from _dangling(rows, "parent", known, what)
    in_circle = _in_circle(known)
    for row in rows:
        parent = known.get(row.get("parent"))
        if parent is None:
            continue
        if row.get(key) in in_circle:
            yield row.error("parent", f"上级绕成了一个圈：「{row.get(key)}」最后又成了自己的上级")
        elif (sentence := wrong(row, parent)) is not None:
            yield row.error("parent", sentence)


def _in_circle(known: Mapping[str, Row]) -> set[str]:
    """Names that are their own ancestors."""
    circles: set[str] = set()
    settled: set[str] = set()
    for start in known:
        path: dict[str, int] = {}
        at: str | None = start
        while at is not None and at in known and at not in settled and at not in path:
            path[at] = len(path)
            at = known[at].get("parent")
        if at is not None and at in path:
            circles.update(name for name, place in path.items() if place >= path[at])
        settled.update(path)
    return circles


def _wrong_area_level(row: Row, parent: Row) -> str | None:
    level, above = row.get("level"), parent.get("level")
    if level is None or above is None or _DEPTH[above] < _DEPTH[level]:
        return None
    return f"上级的级别要比本级高，{above} 不能是 {level} 的上级"


def _wrong_group_tier(row: Row, parent: Row) -> str | None:
    tier, above = row.get("tier"), parent.get("tier")
    if tier is None or above is None or _PARENT_TIER[tier] is above:
        return None
    wanted = _PARENT_TIER[tier]
    if wanted is None:
        return f"{_TIER_NAMES[tier]}没有上级群"
    return f"{_TIER_NAMES[tier]}的上级必须是{_TIER_NAMES[wanted]}，不能是{_TIER_NAMES[above]}"


def _outside_ids(rows: Iterable[Row], field: str, what: str) -> Iterator[RowError]:
    owners: dict[tuple[str, str], int] = {}
    for row in rows:
        outside: Mapping[str, str] = row.get(field) or {}
        for channel, outside_id in outside.items():
            first = owners.setdefault((channel, outside_id), row.number)
            if first != row.number:
                yield row.error(field, f"{channel} 的「{outside_id}」已经是第 {first} 行那个{what}的")


def _roster(row: Row, people: Mapping[str, Row]) -> Iterator[RowError]:
    role = row.get("role")
    if role is not None and role not in OFFICIALS:
        yield row.error("role", "居民和中心户长不排班")
    for number, shift in enumerate(row.get("shifts") or (), start=1):
        for name in shift.get("people", ()):
            yield from _on_duty(row, f"shifts 第 {number} 段的 people", name, role, people)
    for number, rotation in enumerate(row.get("rotations") or (), start=1):
        for turn, team in enumerate(rotation.get("teams", ()), start=1):
            for name in team:
                yield from _on_duty(row, f"rotations 第 {number} 段的 teams 第 {turn} 组的 people", name, role, people)
    shifts = [*(row.get("shifts") or ()), *(row.get("rotations") or ())]
    keys = {shift.get("name") or f"{shift['from']:%H:%M}" for shift in shifts if shift.get("name") or "from" in shift}
    for number, override in enumerate(row.get("overrides") or (), start=1):
        where = f"overrides 第 {number} 条的"
        for field in ("absent", "instead"):
            if field in override:
                yield from _on_duty(row, f"{where} {field}", override[field], role, people)
        if "until" in override and "day" in override and override["until"] < override["day"]:
            yield row.error(f"{where} until", "不能早于 day")
        if "shift" in override and override["shift"] not in keys:
            yield row.error(f"{where} shift", f"这张表里没有「{override['shift']}」这个班，只有 {'、'.join(sorted(keys))}")


def _on_duty(row: Row, field: str, name: Any, role: Role | None, people: Mapping[str, Row]) -> Iterator[RowError]:
    person = people.get(name)
    if person is None:
        yield row.error(field, f"找不到编号为「{name}」的人员")
    elif role is not None and person.get("role") not in (None, role):
        yield row.error(field, f"「{name}」的角色不是 {role}，不能排进这张表")
