"""Tables that are taken away: an Excel workbook, or CSV that a spreadsheet program opens. No cell is a formula."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from typing import TypeAlias

import xlsxwriter

#: Name and width of each column.
Columns: TypeAlias = Sequence[tuple[str, int]]
#: One line in the order of the columns. A moment is wall time without a zone: Excel knows none.
Cells: TypeAlias = Sequence[str | int | datetime | None]

#: A cell that begins so is a formula to a spreadsheet program that opens CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a header and its lines. `printed` stands on top of each printed page."""

    name: str
    columns: Columns
    lines: Iterable[Cells]
    printed: str = ""


def workbook(title: str, sheets: Iterable[Sheet], now: datetime) -> bytes:
    """The xlsx file. Every text is written as text; header and first column stay in sight; a page is as wide as paper."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "border_color": "#B8C4D0", "valign": "vcenter"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
    for one in sheets:
        sheet = book.add_worksheet(one.name)
        for column, (name, width) in enumerate(one.columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        last = 0
        for last, line in enumerate(one.lines, start=1):
            for column, value in enumerate(line):
                if isinstance(value, datetime):
                    sheet.write_datetime(last, column, value, moment)
                elif isinstance(value, int):
                    sheet.write_number(last, column, value, text)
                elif value:
                    sheet.write_string(last, column, value, text)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(last, 1), len(one.columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        printed = (one.printed or one.name).replace("&", "&&")
        sheet.set_header(f"&L{printed}&R第 &P 页，共 &N 页")
    book.close()
    return file.getvalue()


def table(columns: Columns, lines: Iterable[Cells]) -> bytes:
    """The CSV file, in UTF-8 with the mark by which Excel knows it."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([name for name, _ in columns])
    writer.writerows([_plain(value) for value in line] for line in lines)
    return file.getvalue().encode("utf-8-sig")


def local(at: datetime, zone: datetime) -> datetime:
    """The wall time in the zone of another moment, to the second, as a cell holds it."""
    return at.astimezone(zone.tzinfo).replace(tzinfo=None, microsecond=0)


def _plain(value: str | int | datetime | None) -> str | int:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
