"""Plain data (what YAML, a workbook or the database gives) to a registry, all or nothing, and back."""

from collections.abc import Mapping
from typing import Any

from registry.fields import DAYS
from registry.model import Area, Group, Override, Person, Roster, Rotation, Shift, Unit
from registry.registry import Registry
from registry.relations import check_relations
from registry.rows import (
    BOT,
    LIST_NAMES,
    OVERRIDE,
    ROSTER,
    ROTATION,
    SHIFT,
    TEAM,
    Field,
    Row,
    RowError,
    listed,
    read_row,
    read_rows,
)

_DEFAULT_BOT = {"id": "bot", "name": "小格"}
_EVERY_DAY = tuple(range(len(DAYS)))


def from_data(data: object) -> tuple[Registry | None, tuple[RowError, ...]]:
    """A registry of plain data with the keys bot, areas, units, groups, people, rosters; None when anything is wrong.

    All errors are found at once, in the order of the lists.
    """
    if not isinstance(data, Mapping):
        return None, (RowError("registry", None, None, "整个文件要写成 areas、units、groups、people 几个列表"),)
    errors = [
        RowError(str(key), None, None, f"没有这一项，这里只能写 {'、'.join(LIST_NAMES)}")
        for key in data
        if key not in LIST_NAMES
    ]
    bot = _read_bot(data.get("bot"), errors)
    if not data.get("areas"):
        errors.append(RowError("areas", None, None, "至少要有一个区域"))
    areas = read_rows("areas", data.get("areas"), errors)
    units = read_rows("units", data.get("units"), errors)
    groups = read_rows("groups", data.get("groups"), errors)
    people = read_rows("people", data.get("people"), errors)
    rosters = _read_rosters(data.get("rosters"), errors)
    errors += check_relations(areas, units, groups, people, rosters, bot.get("id", _DEFAULT_BOT["id"]))
    if errors:
        order = {name: place for place, name in enumerate(LIST_NAMES)}
        errors.sort(key=lambda error: (order.get(error.table, -1), error.row or 0))
        return None, tuple(errors)
    registry = Registry.of(
        areas=(Area(**row.values) for row in areas),
        units=(Unit(**row.values) for row in units),
        groups=(Group(**{"owner": None, "parent": None, **row.values}) for row in groups),
        people=(Person(**row.values) for row in people),
        rosters=(_roster(row) for row in rosters),
        bot_id=bot["id"],
        bot_name=bot["name"],
    )
    return registry, ()


def to_data(registry: Registry) -> dict[str, Any]:
    """Plain data that `from_data` reads back to an equal registry: text, lists and mappings only; defaults left out."""
    data: dict[str, Any] = {"bot": {"id": registry.bot_id, "name": registry.bot_name}}
    lists: dict[str, list[dict[str, Any]]] = {
        "areas": [area_data(area) for area in registry.areas.values()],
        "units": [unit_data(unit) for unit in registry.units.values()],
        "groups": [group_data(group) for group in registry.groups.values()],
        "people": [person_data(person) for person in registry.people.values()],
        "rosters": [roster_data(roster) for roster in registry.rosters],
    }
    return data | {name: rows for name, rows in lists.items() if rows}


def area_data(area: Area) -> dict[str, Any]:
    return _filled(
        code=area.code,
        level=area.level.value,
        name=area.name,
        parent=area.parent,
        places=list(area.places),
        sponsor=area.sponsor,
    )


def unit_data(unit: Unit) -> dict[str, Any]:
    return _filled(
        id=unit.id,
        name=unit.name,
        kind=unit.kind,
        area=unit.area,
        categories=[category.value for category in unit.categories],
        aliases=list(unit.aliases),
    )


def group_data(group: Group) -> dict[str, Any]:
    return _filled(
        id=group.id,
        name=group.name,
        tier=group.tier.value,
        area=group.area,
        owner=group.owner,
        parent=group.parent,
        hears=group.hears.value,
        speaks=group.speaks.value,
        covers=list(group.covers),
        addresses=dict(sorted(group.addresses.items())),
        office=group.office,
    )


def person_data(person: Person) -> dict[str, Any]:
    return _filled(
        id=person.id,
        name=person.name,
        role=person.role.value,
        nickname=person.nickname,
        area=person.area,
        unit=person.unit,
        phone=person.phone,
        publishes_phone=person.publishes_phone,
        hours=person.hours,
        confidant=person.confidant,
        groups=list(person.groups),
        identities=dict(sorted(person.identities.items())),
    )


def roster_data(roster: Roster) -> dict[str, Any]:
    shifts = [_hours(shift) | {"people": list(shift.people)} | _weekdays(shift) for shift in roster.shifts]
    rotations = [
        _hours(rotation)
        | {"since": rotation.since.isoformat()}
        | ({} if rotation.days_each == 1 else {"days_each": str(rotation.days_each)})
        | {"teams": [{"people": list(team)} for team in rotation.teams]}
        | _weekdays(rotation)
        for rotation in roster.rotations
    ]
    overrides = [
        _filled(
            day=override.day.isoformat(),
            until=override.until.isoformat() if override.until is not None else None,
            shift=override.shift,
            absent=override.absent,
            instead=override.instead,
        )
        for override in roster.overrides
    ]
    return _filled(
        id=roster.id,
        role=roster.role.value,
        area=roster.area,
        shifts=shifts,
        rotations=rotations,
        overrides=overrides,
    )


def _hours(shift: Shift | Rotation) -> dict[str, Any]:
    return _filled(name=shift.name) | {"from": f"{shift.start:%H:%M}", "until": f"{shift.until:%H:%M}"}


def _weekdays(shift: Shift | Rotation) -> dict[str, Any]:
    return {} if shift.days == _EVERY_DAY else {"days": [DAYS[day] for day in shift.days]}


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _read_bot(value: object, errors: list[RowError]) -> dict[str, Any]:
    if value is None:
        return dict(_DEFAULT_BOT)
    if not isinstance(value, Mapping):
        errors.append(RowError("bot", None, None, "这里要写 id 和 name"))
        return {}
    return read_row("bot", None, value, BOT, errors)


def _read_rosters(value: object, errors: list[RowError]) -> list[Row]:
    rows: list[Row] = []
    for number, row in listed("rosters", value, errors):
        flat = {key: item for key, item in row.items() if key not in _INNER}
        values = read_row("rosters", number, flat, ROSTER, errors)
        if not row.get("shifts") and not row.get("rotations"):
            errors.append(RowError("rosters", number, "shifts", "至少要有一个班次（shifts）或一个轮班（rotations）"))
        for name, (known, called) in _INNER.items():
            values[name] = [
                read_row("rosters", number, inner, known, errors, prefix=f"{name} 第 {place} {called}的 ")
                for place, inner in _inner(number, name, row.get(name), errors)
            ]
        for place, shift in enumerate(values["shifts"], start=1):
            if shift.get("people") == ():
                errors.append(RowError("rosters", number, f"shifts 第 {place} 段的 people", "至少要有一个人"))
        for place, rotation in enumerate(values["rotations"], start=1):
            _read_teams(number, place, rotation, errors)
        rows.append(Row("rosters", number, values))
    return rows


#: Lists inside a roster: their fields, and what one row of them is called.
_INNER: dict[str, tuple[dict[str, Field], str]] = {
    "shifts": (SHIFT, "段"),
    "rotations": (ROTATION, "段"),
    "overrides": (OVERRIDE, "条"),
}


def _read_teams(number: int, place: int, rotation: dict[str, Any], errors: list[RowError]) -> None:
    """The teams of a rotation, each at least one person, in place of their rows."""
    where = f"rotations 第 {place} 段的 teams"
    read = [
        read_row("rosters", number, team, TEAM, errors, prefix=f"{where} 第 {turn} 组的 ")
        for turn, team in _inner(number, where, rotation.get("teams"), errors)
    ]
    rotation["teams"] = tuple(team.get("people", ()) for team in read)
    errors += (
        RowError("rosters", number, f"{where} 第 {turn} 组的 people", "至少要有一个人")
        for turn, team in enumerate(read, start=1)
        if team.get("people") == ()
    )


def _inner(number: int, field: str, value: object, errors: list[RowError]) -> list[tuple[int, Mapping[Any, object]]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        errors.append(RowError("rosters", number, field, "这里要写一个列表，每段写成「名称: 值」的形式"))
        return []
    return list(enumerate(value, start=1))


def _roster(row: Row) -> Roster:
    return Roster(
        id=row.values["id"],
        role=row.values["role"],
        area=row.values["area"],
        shifts=tuple(Shift(**_with_start(shift)) for shift in row.values["shifts"]),
        rotations=tuple(Rotation(**_with_start(rotation)) for rotation in row.values["rotations"]),
        overrides=tuple(Override(**override) for override in row.values["overrides"]),
    )


def _with_start(shift: dict[str, Any]) -> dict[str, Any]:
    return {"start" if name == "from" else name: value for name, value in shift.items()}
