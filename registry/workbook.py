"""A registry read from an office's Excel workbook.

The sheets become the same plain data as a YAML file has, and go through the same checks; what these find is told by
sheet, row and column. See `registry.workbook_shape` for the columns.
"""

import difflib
import re
from collections.abc import Sequence
from typing import Any

from registry.fields import Wrong
from registry.registry import Registry
from registry.rows import RowError
from registry.source import from_data
from registry.workbook_cells import read_cell, words_of
from registry.workbook_file import SheetCells, open_workbook
from registry.workbook_shape import README_SHEET, ROSTER_ID, SHEETS, Sheet
from registry.workbook_table import CellError, TableRow, read_table
from registry.workbook_words import IN_SENTENCES

#: Where a row of the registry's data came from: by list, number in the list, list inside it and number in that.
_Place = tuple[str, int, str | None, int]
_INNER_FIELD = re.compile(r"(\w+) 第 (\d+) [段条]的 (\w+)(?: 第 (\d+) 组.*)?")
_OTHER_ROW = re.compile(r"第 (\d+) 行(?=重复$|那个)")
_QUOTED = re.compile(r"(「[^」]*」)")
_TERM = re.compile(r"[a-z_]+")
_IN_BRACKETS = re.compile(r"（[a-z]+）")
_BY_NAME = {sheet.name: sheet for sheet in SHEETS}


def read_workbook(content: bytes) -> tuple[Registry | None, tuple[CellError, ...]]:
    """The registry of an .xlsx file, or everything that is wrong with it at once.

    Raises `WorkbookRefused` when it is no workbook that can be opened.
    """
    return read_sheets(open_workbook(content))


def read_sheets(sheets: Sequence[SheetCells]) -> tuple[Registry | None, tuple[CellError, ...]]:
    """The registry of opened sheets."""
    reading = _Reading()
    found = {sheet.name.strip(): sheet for sheet in sheets}
    reading.errors += _sheet_errors(sheets, found)
    for sheet in SHEETS:
        if sheet.name in found:
            reading.take(sheet, found[sheet.name])
    registry, wrong = from_data(reading.data)
    reading.errors += (error for row in wrong if (error := reading.placed(row)) is not None)
    if reading.errors:
        order = {sheet.name: place for place, sheet in enumerate(SHEETS)}
        reading.errors.sort(key=lambda error: (order.get(error.sheet, -1), error.row or 0))
        return None, tuple(dict.fromkeys(reading.errors))
    return registry, ()


def _sheet_errors(sheets: Sequence[SheetCells], found: dict[str, SheetCells]) -> list[CellError]:
    errors = [
        CellError(sheet.name, None, None, "缺少这张工作表；没有内容也要留着，只留列名")
        for sheet in SHEETS
        if sheet.must and sheet.name not in found
    ]
    for other in sheets:
        name = other.name.strip()
        if name in _BY_NAME or name == README_SHEET or other.hidden or not any(any(row) for row in other.rows):
            continue
        near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.5)
        hint = f"，是不是「{near[0]}」？请改名" if near else "，请删掉或隐藏"
        errors.append(CellError(name, None, None, f"没有用到这张工作表{hint}"))
    return errors


class _Reading:
    """The plain data so far, with where each row of it stands in the workbook."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.errors: list[CellError] = []
        self._places: dict[_Place, tuple[Sheet, int]] = {}
        self._wrong: set[tuple[str, int, str]] = set()
        self._rosters: dict[str, int] = {}

    def take(self, sheet: Sheet, cells: SheetCells) -> None:
        headers = [column.header for column in sheet.columns]
        must = [column.header for column in sheet.columns if column.must]
        for row in read_table(cells, headers, must, self.errors):
            values = self._values(sheet, row)
            if sheet.table == "bot":
                self._take_bot(sheet, row, values)
            elif sheet.inner is not None:
                self._take_inner(sheet, sheet.inner, row, values)
            else:
                rows: list[dict[str, Any]] = self.data.setdefault(sheet.table, [])
                rows.append(values)
                self._places[sheet.table, len(rows), None, 0] = (sheet, row.number)
                if sheet.table == "rosters" and "id" in values:
                    self._rosters.setdefault(values["id"], len(rows))

    def _take_bot(self, sheet: Sheet, row: TableRow, values: dict[str, Any]) -> None:
        if "bot" in self.data:
            self.errors.append(CellError(sheet.name, row.number, None, "这张表只有一行"))
        self.data.setdefault("bot", values)
        self._places.setdefault(("bot", 0, None, 0), (sheet, row.number))

    def _take_inner(self, sheet: Sheet, inner: str, row: TableRow, values: dict[str, Any]) -> None:
        header = sheet.columns[0].header
        name = values.pop(ROSTER_ID, None)
        number = self._rosters.get(name)
        if name is None:
            self.errors.append(CellError(sheet.name, row.number, header, "必须填写"))
        elif number is None:
            self.errors.append(CellError(sheet.name, row.number, header, f"「值班」表里没有编号为「{name}」的值班表"))
        else:
            rows: list[dict[str, Any]] = self.data["rosters"][number - 1].setdefault(inner, [])
            rows.append(values)
            self._places["rosters", number, inner, len(rows)] = (sheet, row.number)

    def _values(self, sheet: Sheet, row: TableRow) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in sheet.columns:
            cell = row.cells.get(column.header)
            try:
                value = read_cell(column, cell)
            except Wrong as wrong:
                self.errors.append(CellError(sheet.name, row.number, column.header, str(wrong)))
                self._wrong.add((sheet.name, row.number, column.header))
                # what stands there keeps the checks from calling it missing
                value = _as_it_stands(cell)
            name, _, key = column.name.partition(".")
            if value is not None and key:
                values.setdefault(name, {})[key] = value
            elif value is not None:
                values[name] = value
        return values

    def placed(self, error: RowError) -> CellError | None:
        """A finding of the registry's checks where it stands in the workbook; None when it was told before."""
        name = error.field
        place: _Place = (error.table, error.row or 0, None, 0)
        inner = _INNER_FIELD.fullmatch(name) if name is not None else None
        if inner is not None:
            name, place = inner[3], (error.table, error.row or 0, inner[1], int(inner[2]))
        team = f"第 {inner[4]} 组" if inner is not None and inner[4] else ""
        sentence = team + self._in_words(error.table, error.sentence)
        sheet, row = self._places.get(place, (None, None))
        if sheet is None:
            of_table = next((sheet for sheet in SHEETS if sheet.table == error.table), SHEETS[0])
            return CellError(of_table.name, None, None, sentence)
        column = sheet.column(name) if name is not None else None
        header = column.header if column is not None else None
        if row is not None and header is not None and (sheet.name, row, header) in self._wrong:
            return None
        if column is not None and "." in column.name:
            header = self._key_of(sheet, error)
        return CellError(sheet.name, row, header, sentence)

    def _key_of(self, sheet: Sheet, error: RowError) -> str | None:
        """The column of a mapping that the sentence is about: it begins with the key."""
        key = error.sentence.partition(" ")[0]
        return next((column.header for column in sheet.columns if column.name == f"{error.field}.{key}"), None)

    def _in_words(self, table: str, sentence: str) -> str:
        """Row numbers of the list become the sheet's, and the registry's terms the workbook's words."""

        def row(found: re.Match[str]) -> str:
            place = self._places.get((table, int(found[1]), None, 0))
            return f"第 {place[1] if place else found[1]} 行"

        def word(found: re.Match[str]) -> str:
            return IN_SENTENCES.get(found[0], found[0])

        parts = _QUOTED.split(_OTHER_ROW.sub(row, sentence))
        return "".join(
            part if part.startswith("「") else _TERM.sub(word, _IN_BRACKETS.sub("", part)) for part in parts
        )


def _as_it_stands(cell: Any) -> str:
    try:
        return words_of(cell)
    except Wrong:
        return str(cell)
