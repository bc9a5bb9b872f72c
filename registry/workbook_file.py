"""Opening an Excel file from somewhere else: its sheets as rows of cells, or one sentence why it cannot be read."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from registry.workbook_cells import Cell

#: How the files of old Excel and of WPS begin, and those with a password.
OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: A county's whole registry takes a tenth of it; a small file that unfolds to more is broken or made to do harm.
_UNFOLDED_AT_MOST = 200 * 1024 * 1024
#: The reader keeps a sheet as a full rectangle up to its last cell.
_CELLS_AT_MOST = 5_000_000
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')

#: What people see for a file that is no Excel workbook.
SAVE_AS = "请用 Excel 或 WPS 打开，另存为 .xlsx 格式再导入"


class WorkbookRefused(Exception):
    """A file that cannot be read or written as a workbook; the sentence is for people."""


@dataclass(frozen=True, slots=True)
class SheetCells:
    """One sheet: its rows from the very first, so that `rows[0]` is Excel's row 1."""

    name: str
    hidden: bool
    rows: list[list[Cell]]


def open_workbook(content: bytes) -> list[SheetCells]:
    """The worksheets of an .xlsx file. Raises WorkbookRefused."""
    if not content:
        raise WorkbookRefused("文件是空的")
    if content.startswith(OLD_FORMAT):
        if _ENCRYPTED in content:
            raise WorkbookRefused("文件有打开密码，请先在 Excel 里取消密码再导入")
        raise WorkbookRefused(f"这是旧格式（.xls 或 .et），{SAVE_AS}")
    if not content.startswith(b"PK"):
        raise WorkbookRefused(f"这不是 Excel 文件，{SAVE_AS}")
    _refuse_too_large(content)
    try:
        book = CalamineWorkbook.from_object(BytesIO(content))
        return [
            SheetCells(sheet.name, sheet.visible is not SheetVisibleEnum.Visible, _rows(book, sheet.name))
            for sheet in book.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        ]
    except PasswordError:
        raise WorkbookRefused("文件有打开密码，请先在 Excel 里取消密码再导入") from None
    except CalamineError:
        raise _broken() from None


def _rows(book: CalamineWorkbook, name: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[*row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    return rows


def _broken() -> WorkbookRefused:
    return WorkbookRefused(f"文件打不开，可能没有传完或已经损坏，{SAVE_AS}")


def _refuse_too_large(content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _UNFOLDED_AT_MOST:
                raise WorkbookRefused("文件太大，请删掉图片和没有用的工作表再导入")
            names = archive.namelist()
            if "xl/workbook.xml" not in names:
                raise WorkbookRefused(f"这不是 Excel 工作簿，{SAVE_AS}")
            for name in names:
                if name.startswith("xl/worksheets/") and _extent(archive.read(name)) > _CELLS_AT_MOST:
                    raise WorkbookRefused("有一张工作表太大（很远的格子里有内容），请删掉多余的行和列再导入")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
        raise _broken() from None


def _extent(sheet: bytes) -> int:
    """Rows × columns up to the last cell that holds something."""
    rows = columns = 0
    for letters, row in _cells(sheet):
        rows, columns = max(rows, row), max(columns, letters)
    return rows * columns


def _cells(sheet: bytes) -> Iterator[tuple[int, int]]:
    numbers: dict[bytes, int] = {}
    for letters, row in _CELL.findall(sheet):
        if letters not in numbers:
            number = 0
            for letter in letters:
                number = number * 26 + letter - 64
            numbers[letters] = number
        yield numbers[letters], int(row)
