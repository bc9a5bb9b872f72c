"""A table in a sheet: its header found by the columns' names in whatever order, and its rows that are not blank.

Used by the registry's workbook and by the import of an old ledger, so that both say what is wrong in the same way.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.fields import Wrong
from registry.workbook_cells import Cell, words_of
from registry.workbook_file import SheetCells
from registry.workbook_shape import EXAMPLE, NOTE


@dataclass(frozen=True, slots=True)
class CellError:
    """One thing wrong in a workbook: in which sheet, which row (1-based; None for the sheet), which column, and why."""

    sheet: str
    row: int | None
    column: str | None
    sentence: str

    def __str__(self) -> str:
        row = f"第 {self.row} 行" if self.row is not None else ""
        column = f"「{self.column}」列" if self.column is not None else ""
        return f"工作表「{self.sheet}」{row}{column}：{self.sentence}"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row by its columns' names; blank cells are left out."""

    number: int
    cells: dict[str, Cell]


def read_table(
    sheet: SheetCells, columns: Sequence[str], must: Sequence[str], errors: list[CellError]
) -> Iterator[TableRow]:
    """The rows under the header in row 1. Blank rows, examples and the note column are skipped."""
    header = _header(sheet, (NOTE, *columns), must, errors)
    if header is None:
        return
    for number, row in enumerate(sheet.rows[1:], start=2):
        filled = {at: cell for at, cell in enumerate(row) if not _is_blank(cell)}
        note = next((str(filled[at]) for at, name in header.items() if name == NOTE and at in filled), "")
        if not filled or note.strip().startswith(EXAMPLE):
            continue
        loose = [at for at in filled if at not in header]
        if loose:
            errors.append(CellError(sheet.name, number, None, f"{_letters(loose[0])} 列没有列名，里面却有内容"))
        cells = {header[at]: cell for at, cell in filled.items() if at in header and header[at] != NOTE}
        if cells:
            yield TableRow(number, cells)


def _header(
    sheet: SheetCells, columns: Sequence[str], must: Sequence[str], errors: list[CellError]
) -> dict[int, str] | None:
    """Which column stands where; None when row 1 is no header at all."""
    names = [(at, _name_of(cell)) for at, cell in enumerate(sheet.rows[0] if sheet.rows else ())]
    written = [(at, name) for at, name in names if name]
    if not any(name in columns for _, name in written):
        errors.append(
            CellError(sheet.name, 1, None, f"第一行要是列名（{'、'.join(columns[1:4])}……），上面不要有标题、合并的格子或空行")
        )
        return None
    found: dict[int, str] = {}
    for at, name in written:
        if name not in columns:
            near = difflib.get_close_matches(name, columns, n=1)
            errors.append(
                CellError(sheet.name, 1, name, f"没有这一列{f'，是不是「{near[0]}」？' if near else '，请删掉，或把内容移到「备注」列'}")
            )
        elif name in found.values():
            errors.append(CellError(sheet.name, 1, name, "这一列写了两次"))
        found[at] = name
    errors += (
        CellError(sheet.name, 1, name, "缺少这一列，不能删") for name in must if name not in found.values()
    )
    return found


def _name_of(cell: Cell) -> str:
    try:
        return "".join(words_of(cell).rstrip("*＊").split())
    except Wrong:
        return str(cell)


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u3000\xa0\u200b\ufeff"))


def _letters(at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
