"""The registry as an Excel workbook for offices: an empty template with examples, or the present registry.

What is written here reads back by `registry.workbook` to an equal registry.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from registry.registry import Registry
from registry.source import to_data
from registry.workbook_cells import write_cell
from registry.workbook_file import WorkbookRefused
from registry.workbook_shape import EXAMPLE, NOTE, README_SHEET, ROSTER_ID, SHEETS, Column, Kind, Sheet
from registry.workbook_words import NO, YES

#: Drop-downs reach so far down.
_LAST_ROW = 20_000
_NOTE_WIDTH = 18
_OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
#: The same registry gives the same file.
_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


_TITLE = "小格登记表：怎么填"


def write_template() -> bytes:
    """The workbook to be filled in: instructions, and an example row in each sheet that an import skips."""
    return write_form(_TITLE, _INTRODUCTION, SHEETS)


def write_form(title: str, introduction: Sequence[str], sheets: Sequence[Sheet]) -> bytes:
    """A workbook to be filled in: a sheet of instructions, and of each table its header with an example row."""
    return _book(title, introduction, sheets, None)


def write_workbook(registry: Registry) -> bytes:
    """The registry in the template's shape. Raises WorkbookRefused where Excel cannot hold it."""
    return _book(_TITLE, _INTRODUCTION, SHEETS, to_data(registry))


def _book(title: str, introduction: Sequence[str], sheets: Sequence[Sheet], data: Mapping[str, Any] | None) -> bytes:
    content = BytesIO()
    book = xlsxwriter.Workbook(content, _OPTIONS)
    book.set_properties({"title": title, "created": _MADE})
    looks = _looks(book)
    _write_readme(book.add_worksheet(README_SHEET), looks, title, introduction, sheets)
    for sheet in sheets:
        worksheet = book.add_worksheet(sheet.name)
        _write_header(worksheet, sheet, looks)
        if data is None:
            example = (f"{EXAMPLE}，导入时跳过", *(sheet.example.get(column.name, "") for column in sheet.columns))
            _write_row(worksheet, sheet, 1, example, looks["example"])
            continue
        for number, row in enumerate(_rows(sheet, data), start=1):
            _write_row(worksheet, sheet, number, ("", *_cells(sheet, row)), looks["text"])
    book.close()
    return content.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    text = {"num_format": "@", "valign": "top", "text_wrap": True}
    head = {"bold": True, "border": 1, "valign": "vcenter", "num_format": "@"}
    return {
        "text": book.add_format(text),
        "example": book.add_format({**text, "italic": True, "font_color": "#7F7F7F"}),
        "must": book.add_format({**head, "bg_color": "#F8CBAD"}),
        "may": book.add_format({**head, "bg_color": "#DDEBF7"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "part": book.add_format({"bold": True, "bg_color": "#E2EFDA"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_header(worksheet: Any, sheet: Sheet, looks: dict[str, Any]) -> None:
    worksheet.freeze_panes(1, 2)
    worksheet.set_column(0, 0, _NOTE_WIDTH, looks["text"])
    worksheet.write_string(0, 0, NOTE, looks["may"])
    worksheet.write_comment(0, 0, f"自己看的，不导入。以「{EXAMPLE}」开头的行整行跳过。")
    for at, column in enumerate(sheet.columns, start=1):
        worksheet.set_column(at, at, column.width, looks["text"])
        worksheet.write_string(0, at, column.header, looks["must" if column.must else "may"])
        worksheet.write_comment(0, at, f"{'必填。' if column.must else '可以空着。'}{column.says}", {"x_scale": 2})
        choices = _choices(column)
        if choices:
            worksheet.data_validation(1, at, _LAST_ROW, at, {
                "validate": "list", "source": choices, "error_title": "请从下拉里选",
                "error_message": f"「{column.header}」只能选下拉里的一项。",
            })  # fmt: skip


def _choices(column: Column) -> list[str]:
    if column.kind is Kind.WORD:
        return list(column.words.values())
    return [YES, NO] if column.kind is Kind.FLAG else []


def _write_row(worksheet: Any, sheet: Sheet, number: int, cells: Iterable[str], look: Any) -> None:
    for at, cell in enumerate(cells):
        if cell and worksheet.write_string(number, at, cell, look) != 0:
            header = sheet.columns[at - 1].header if at else NOTE
            raise WorkbookRefused(
                f"工作表「{sheet.name}」第 {number + 1} 行「{header}」列太长，Excel 一格只能放 32767 个字，请导出为 YAML"
            )


def _rows(sheet: Sheet, data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if sheet.table == "bot":
        yield data["bot"]
        return
    for row in data.get(sheet.table, ()):
        if sheet.inner is None:
            yield row
        else:
            yield from ({**inner, ROSTER_ID: row["id"]} for inner in row.get(sheet.inner, ()))


def _cells(sheet: Sheet, row: Mapping[str, Any]) -> Iterator[str]:
    for column in sheet.columns:
        name, _, key = column.name.partition(".")
        value = row.get(name)
        if key and value is not None:
            value = value.get(key)
        yield "" if value is None else write_cell(column, value)


_INTRODUCTION = (
    "一行一个地方、群、人或单位。橙色列名必填，蓝色列名可以空着；鼠标放在列名上有说明。",
    "列的先后可以换；列名和工作表名不要改，第一行不要加标题，不要合并格子。空行没有关系。",
    f"最前面的「{NOTE}」列是自己看的，不导入。以「{EXAMPLE}」开头的行整行跳过，看明白以后可以删掉。",
    "一格写几项时用顿号、逗号或分号隔开；要写的词里本来有逗号，就一行写一项（Alt+回车）。",
    "编号自己定：短、不重复、以后不改。电话和编码所在的格子是文本格式，前面的 0 不会丢。",
    "隐藏或筛选掉的行也会导入。",
    "导入前先试：gridbot registry import 登记.xlsx --dry-run。有错会一次全说出来：哪张表、哪一行、哪一列、怎么改。",
    "导入时先列出新增、修改、删除了什么，确认后才写入；要么全部写入，要么一行不进。表里没有的行就是删除。",
    "导错了：gridbot registry undo，回到上一次导入之前。",
)


def _write_readme(
    worksheet: Any, looks: dict[str, Any], title: str, introduction: Sequence[str], sheets: Sequence[Sheet]
) -> None:
    worksheet.set_column(0, 0, 16, looks["wrap"])
    worksheet.set_column(1, 1, 18, looks["wrap"])
    worksheet.set_column(2, 2, 8, looks["wrap"])
    worksheet.set_column(3, 3, 80, looks["wrap"])
    worksheet.write_string(0, 0, title, looks["title"])
    row = 2
    for line in introduction:
        worksheet.merge_range(row, 0, row, 3, line, looks["wrap"])
        row += 1
    for sheet in sheets:
        row += 1
        worksheet.merge_range(row, 0, row, 3, f"「{sheet.name}」 {sheet.says}", looks["part"])
        for column in sheet.columns:
            row += 1
            worksheet.write_string(row, 1, column.header, looks["wrap"])
            worksheet.write_string(row, 2, "必填" if column.must else "", looks["wrap"])
            worksheet.write_string(row, 3, column.says, looks["wrap"])
        row += 1
