"""Excel files as offices make them: sheets of rows, with whatever stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

from registry.registry import Registry
from registry.workbook_file import open_workbook
from registry.workbook_writer import write_workbook

Rows = Sequence[Sequence[Any]]


def workbook_of(sheets: Mapping[str, Rows], hidden: Sequence[str] = ()) -> bytes:
    """An .xlsx file; None leaves a cell out, numbers, days and times are written as Excel has them."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_urls": False})
    day, clock = book.add_format({"num_format": "yyyy/m/d"}), book.add_format({"num_format": "h:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime | date):
                    sheet.write_datetime(at, column, cell, day)
                elif isinstance(cell, time):
                    sheet.write_datetime(at, column, cell, clock)
                elif isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write(at, column, cell)
        if name in hidden:
            sheet.hide()
    book.close()
    return content.getvalue()


def sheets_of(registry: Registry) -> dict[str, list[list[Any]]]:
    """The export of a registry as rows, to be spoilt by each test."""
    return {sheet.name: [list(row) for row in sheet.rows] for sheet in open_workbook(write_workbook(registry))}


def put(sheets: dict[str, list[list[Any]]], sheet: str, row: int, column: str, cell: Any) -> None:
    """Write into a cell: Excel's row number, the column by its header."""
    at = sheets[sheet][0].index(column)
    line = sheets[sheet][row - 1]
    line += [""] * (at + 1 - len(line))
    line[at] = cell
