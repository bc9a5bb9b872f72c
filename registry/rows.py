"""The shape of a registry's lists: which fields a row has, read one by one so that all errors are found at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry import fields
from registry.fields import Wrong
from registry.model import ADDRESS_KINDS, IDENTITY_CHANNELS
from registry.terms import Category, Hears, Level, Role, Speaks, Tier

#: What people call the lists.
LIST_NAMES = {
    "bot": "机器人（bot）",
    "areas": "区域（areas）",
    "units": "单位（units）",
    "groups": "群（groups）",
    "people": "人员（people）",
    "rosters": "值班表（rosters）",
}


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong: in which list, which row (1-based; None for the list itself), which field, and why."""

    table: str
    row: int | None
    field: str | None
    sentence: str

    def __str__(self) -> str:
        where = LIST_NAMES.get(self.table, self.table)
        row = f"第 {self.row} 行" if self.row is not None else ""
        name = f"的 {self.field}" if self.field is not None else ""
        return f"{where}{row}{name}：{self.sentence}"


@dataclass(frozen=True, slots=True)
class Field:
    read: Callable[[object], object]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row as far as it could be read: fields that are missing or wrong are absent from `values`."""

    table: str
    number: int
    values: dict[str, Any] = field(default_factory=dict)

    def error(self, name: str | None, sentence: str) -> RowError:
        return RowError(self.table, self.number, name, sentence)

    def get(self, name: str) -> Any:
        return self.values.get(name)


_MUST = True
#: Lists whose rows are flat; `rosters` has rows inside rows and is read apart.
FLAT: dict[str, dict[str, Field]] = {
    "areas": {
        "code": Field(fields.text, _MUST),
        "level": Field(fields.one_of(Level), _MUST),
        "name": Field(fields.text, _MUST),
        "parent": Field(fields.text),
        "places": Field(fields.texts),
        "sponsor": Field(fields.text),
    },
    "units": {
        "id": Field(fields.text, _MUST),
        "name": Field(fields.text, _MUST),
        "kind": Field(fields.text, _MUST),
        "area": Field(fields.text, _MUST),
        "categories": Field(fields.several_of(Category)),
        "aliases": Field(fields.texts),
    },
    "groups": {
        "id": Field(fields.text, _MUST),
        "name": Field(fields.text, _MUST),
        "tier": Field(fields.one_of(Tier), _MUST),
        "area": Field(fields.text, _MUST),
        "owner": Field(fields.text),
        "parent": Field(fields.text),
        "hears": Field(fields.one_of(Hears), _MUST),
        "speaks": Field(fields.one_of(Speaks), _MUST),
        "covers": Field(fields.texts),
        "addresses": Field(fields.mapping_with(ADDRESS_KINDS)),
        "office": Field(fields.flag),
    },
    "people": {
        "id": Field(fields.text, _MUST),
        "name": Field(fields.text, _MUST),
        "role": Field(fields.one_of(Role), _MUST),
        "nickname": Field(fields.text),
        "area": Field(fields.text),
        "unit": Field(fields.text),
        "phone": Field(fields.phone),
        "publishes_phone": Field(fields.flag),
        "hours": Field(fields.text),
        "confidant": Field(fields.flag),
        "groups": Field(fields.texts),
        "identities": Field(fields.mapping_with(IDENTITY_CHANNELS)),
    },
}
BOT = {"id": Field(fields.text, _MUST), "name": Field(fields.text, _MUST)}
ROSTER = {
    "id": Field(fields.text, _MUST),
    "role": Field(fields.one_of(Role), _MUST),
    "area": Field(fields.text, _MUST),
}
SHIFT = {
    "name": Field(fields.text),
    "from": Field(fields.time_of_day, _MUST),
    "until": Field(fields.time_of_day, _MUST),
    "people": Field(fields.texts, _MUST),
    "days": Field(fields.weekdays),
}
ROTATION = {
    "name": Field(fields.text),
    "from": Field(fields.time_of_day, _MUST),
    "until": Field(fields.time_of_day, _MUST),
    "since": Field(fields.calendar_day, _MUST),
    "days_each": Field(fields.number_of_days),
    "teams": Field(fields.anything, _MUST),
    "days": Field(fields.weekdays),
}
#: One team of a rotation.
TEAM = {"people": Field(fields.texts, _MUST)}
OVERRIDE = {
    "day": Field(fields.calendar_day, _MUST),
    "until": Field(fields.calendar_day),
    "shift": Field(fields.text),
    "absent": Field(fields.text, _MUST),
    "instead": Field(fields.text),
}


def read_rows(table: str, value: object, errors: list[RowError]) -> list[Row]:
    """The rows of one flat list; what is wrong is added to `errors`."""
    return [
        Row(table, number, read_row(table, number, row, FLAT[table], errors))
        for number, row in listed(table, value, errors)
    ]


def listed(table: str, value: object, errors: list[RowError]) -> list[tuple[int, Mapping[Any, object]]]:
    """The rows that are mappings, numbered from 1."""
    if value is None:
        return []
    if not isinstance(value, list):
        errors.append(RowError(table, None, None, "这里要写一个列表，每行以短横开头"))
        return []
    rows: list[tuple[int, Mapping[Any, object]]] = []
    for number, row in enumerate(value, start=1):
        if isinstance(row, Mapping):
            rows.append((number, row))
        else:
            errors.append(RowError(table, number, None, "这一行要写成「名称: 值」的形式"))
    return rows


def read_row(
    table: str,
    number: int | None,
    row: Mapping[Any, object],
    known: Mapping[str, Field],
    errors: list[RowError],
    prefix: str = "",
) -> dict[str, Any]:
    """The fields of one row that are right. `prefix` says where in the row they stand (「shifts 第 2 段的 」)."""
    errors += (
        RowError(table, number, f"{prefix}{key}", f"没有这一项，这里只能写 {'、'.join(known)}")
        for key in row
        if key not in known
    )
    values: dict[str, Any] = {}
    for name, rule in known.items():
        value = row.get(name)
        if value is None:
            if rule.required:
                errors.append(RowError(table, number, f"{prefix}{name}", "必须填写"))
            continue
        try:
            values[name] = rule.read(value)
        except Wrong as wrong:
            errors.append(RowError(table, number, f"{prefix}{name}", str(wrong)))
    return values
