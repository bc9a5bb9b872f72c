"""Reading an office's old ledger, as Excel or CSV: each open line a matter, everything wrong at once by its cell."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from escalation.calendar import Calendar
from registry.fields import Wrong
from registry.model import Area, Unit
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, Category, Status
from registry.workbook_cells import Cell, read_day, read_time, words_of
from registry.workbook_file import SheetCells, WorkbookRefused, open_workbook
from registry.workbook_shape import Column, Kind, Sheet
from registry.workbook_table import CellError, TableRow, read_table
from registry.workbook_words import CATEGORIES
from tickets.carrying_over import OldMatter, holder_of

SHEET = "台账"
#: Target of a mapping for a column that is not to be read.
LEAVE_OUT = ""
WORDS_AT_MOST = 2000
_NUMBER_AT_MOST = 80
_STATES: Mapping[str, Status] = {
    **dict.fromkeys(("待交办", "待办", "未办", "未派", "待派单", "待受理", "已受理", "新增"), Status.OPEN),
    **dict.fromkeys(("待接单", "已交办", "已派单", "已转办", "已派", "未接单"), Status.ASSIGNED),
    **dict.fromkeys(("办理中", "处理中", "在办", "已接单", "已签收", "正在办理"), Status.ACCEPTED),
    **dict.fromkeys(("挂账", "暂缓"), Status.SHELVED),
    **dict.fromkeys(
        ("已办结", "办结", "已完成", "完成", "已办", "待评价", "已归档", "归档", "已关闭", "已撤回", "不是诉求", "作废"),
        Status.CLOSED,
    ),
}
_STATE_WORDS = {"open": "待交办", "assigned": "待接单", "accepted": "办理中", "shelved": "挂账", "closed": "已办结"}
_MUST = True
FORM = Sheet(
    SHEET, "ledger",
    (
        Column("编号", "number", Kind.TEXT, "旧台账里的编号；同一个编号只导入一次", _MUST, 16),
        Column("时间", "told_at", Kind.TEXT, "什么时候反映的，例如 2026-03-01 或 2026-03-01 09:30", _MUST, 18),
        Column("网格", "area", Kind.TEXT, "网格的编码或名称，和登记表里一样；重名时写编码", _MUST, 24),
        Column("地点", "place", Kind.TEXT, "具体在哪里，例如 样例小区3栋", width=20),
        Column("类别", "category", Kind.WORD, "21 类之一，空着是 其他：" + "、".join(CATEGORIES.values()), width=12, words=CATEGORIES),
        Column("内容", "words", Kind.TEXT, "什么事。号码照写，列表和群里会自动打星", _MUST, 44),
        Column("责任单位", "unit", Kind.TEXT, "单位的名称、简称或编号；空着按类别找", width=20),
        Column("状态", "status", Kind.WORD, "空着是 待交办；已办结的不导入", width=12, words=_STATE_WORDS),
        Column("时限", "limit_at", Kind.TEXT, "什么时候办完；挂账的写复查日期；空着按本县时限从反映时间算", width=18),
    ),
    "没有办完的事，一行一件。",
    {"number": "2026-样例-1", "told_at": "2026-03-01 09:30", "area": "样例村第一网格", "place": "样例小区3栋", "category": "供水排水",
     "words": "楼道里的水管接头漏水", "unit": "样例县水务局", "status": "办理中", "limit_at": "2026-03-05"},
)  # fmt: skip
INTRODUCTION = (
    "把旧台账里没有办完的事抄到「台账」表，一行一件；橙色列名必填。以「示例」开头的行整行跳过。",
    "先试：gridbot ledger import 台账.xlsx --dry-run。有错会一次全说出来：哪一行、哪一列、怎么改。",
    "导入时不通知任何人。时限已经过了的，到下一个工作日上班时才开始催，导入后会列给网格办看。",
    "列名不一样时不用改表：gridbot ledger import 台账.xlsx --mapping 受理时间=时间 --mapping 联系人=（等号后面空着就是不要这一列）。",
)


@dataclass(frozen=True, slots=True)
class OldLedger:
    """What a ledger holds: open matters in its order, and how many lines were settled long ago."""

    matters: tuple[OldMatter, ...]
    settled: int


def read_old_ledger(
    content: bytes, registry: Registry, calendar: Calendar, now: datetime, mapping: Mapping[str, str] | None = None
) -> tuple[OldLedger | None, tuple[CellError, ...]]:
    """The ledger of an .xlsx or CSV file, or everything that is wrong with it. `mapping` gives our column for theirs.

    Raises WorkbookRefused for a file that is neither.
    """
    names = [column.header for column in FORM.columns]
    must = [column.header for column in FORM.columns if column.must]
    errors: list[CellError] = []
    sheet = _renamed(_sheet(content), mapping or {}, names)
    reader = _Reader(sheet.name, registry, calendar, now, errors)
    rows = list(read_table(sheet, names, must, errors))
    found = [matter for row in rows if (matter := reader.matter(row)) is not None]
    if not rows and not errors:
        errors.append(CellError(sheet.name, None, None, "没有可以导入的行"))
    return (None, tuple(errors)) if errors else (OldLedger(tuple(found), len(rows) - len(found)), ())


def _sheet(content: bytes) -> SheetCells:
    if not content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _csv(content)
    sheets = [sheet for sheet in open_workbook(content) if not sheet.hidden]
    named = [sheet for sheet in sheets if sheet.name.strip() == SHEET]
    filled = named or [sheet for sheet in sheets if sheet.name != "说明" and any(any(row) for row in sheet.rows)]
    if len(filled) != 1:
        raise WorkbookRefused(f"看不出哪张工作表是台账，请把它命名为「{SHEET}」")
    return filled[0]


def _csv(content: bytes) -> SheetCells:
    if not content.strip():
        raise WorkbookRefused("文件是空的")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise WorkbookRefused("看不懂这个文件，请另存为 .xlsx 再导入") from None
    if "\0" in text:
        raise WorkbookRefused("看不懂这个文件，请另存为 .xlsx 再导入")
    first = text.partition("\n")[0]
    try:
        rows: list[list[Cell]] = [[*row] for row in csv.reader(io.StringIO(text), delimiter=max(",\t;", key=first.count))]
    except csv.Error:
        raise WorkbookRefused("这个 CSV 文件的引号没有写完或一格太长，请另存为 .xlsx 再导入") from None
    return SheetCells(SHEET, False, rows)


def _renamed(sheet: SheetCells, mapping: Mapping[str, str], names: Sequence[str]) -> SheetCells:
    """The sheet under our columns' names. Raises WorkbookRefused for a mapping that leads nowhere."""
    if not mapping or not sheet.rows:
        return sheet
    unknown = [ours for ours in mapping.values() if ours != LEAVE_OUT and ours not in names]
    if unknown:
        raise WorkbookRefused(f"--mapping 等号后面没有「{'、'.join(unknown)}」这一列，只能是 {'、'.join(names)}")
    header = [str(cell).strip() if cell is not None else "" for cell in sheet.rows[0]]
    missing = [theirs for theirs in mapping if theirs not in header]
    if missing:
        raise WorkbookRefused(f"表里没有「{'、'.join(missing)}」这一列，请检查 --mapping")
    left_out = {at for at, name in enumerate(header) if mapping.get(name) == LEAVE_OUT}
    rows = [[cell for at, cell in enumerate(row) if at not in left_out] for row in sheet.rows[1:]]
    first: list[Cell] = [mapping.get(name, name) for at, name in enumerate(header) if at not in left_out]
    return SheetCells(sheet.name, sheet.hidden, [first, *rows])


class _Reader:
    """Reads row by row; what is wrong is added to `errors`."""

    def __init__(
        self, sheet: str, registry: Registry, calendar: Calendar, now: datetime, errors: list[CellError]
    ) -> None:
        self._sheet, self._errors = sheet, errors
        self._registry, self._calendar, self._now = registry, calendar, now
        self._by_name: dict[str, list[Area]] = {}
        for area in registry.areas.values():
            chain = [step.name for step in reversed(registry.chain(area.code))]
            for start in range(len(chain)):
                self._by_name.setdefault("".join(chain[start:]), []).append(area)

    def matter(self, row: TableRow) -> OldMatter | None:
        """The row's matter; None for one that is settled, or wrong."""
        before = len(self._errors)
        status = self._status(row)
        if status is Status.CLOSED:
            return None
        number = self._text(row, "编号", _NUMBER_AT_MOST)
        words = self._text(row, "内容", WORDS_AT_MOST)
        told_at = self._moment(row, "时间", time())
        limit_at = self._moment(row, "时限", time(*divmod(self._calendar.hours[-1][1] % (24 * 60), 60)))
        area = self._area(row)
        category = self._category(row)
        unit = self._unit(row, area)
        if told_at is None and "时间" not in row.cells:
            self._wrong(row, "时间", "必须填写")
        if told_at is not None and told_at > self._now:
            self._wrong(row, "时间", "还没有到这个时间")
        if told_at is not None and limit_at is not None and limit_at < told_at:
            self._wrong(row, "时限", "比反映的时间还早")
        if status is Status.SHELVED and "时限" not in row.cells:
            self._wrong(row, "时限", "挂账的要写复查日期")
        if len(self._errors) > before or told_at is None or area is None:
            return None
        place = words_of(row.cells.get("地点")) or None
        return OldMatter(number, told_at, area.code, place, category, words, unit.id if unit else None, status, limit_at)

    def _wrong(self, row: TableRow, column: str, sentence: str) -> None:
        self._errors.append(CellError(self._sheet, row.number, column, sentence))

    def _words(self, row: TableRow, column: str) -> str:
        """The cell as text; what is wrong with it is told, and then it is empty."""
        try:
            return words_of(row.cells.get(column))
        except Wrong as wrong:
            self._wrong(row, column, str(wrong))
            row.cells[column] = None
            return ""

    def _text(self, row: TableRow, column: str, at_most: int) -> str:
        if column not in row.cells:
            self._wrong(row, column, "必须填写")
        text = self._words(row, column)
        if len(text) > at_most:
            self._wrong(row, column, f"太长，最多 {at_most} 个字")
        return text

    def _moment(self, row: TableRow, column: str, without_time: time) -> datetime | None:
        value = row.cells.get(column)
        if value is None:
            return None
        try:
            return _moment(value, without_time).replace(tzinfo=self._calendar.zone)
        except Wrong as wrong:
            self._wrong(row, column, str(wrong))
            return None

    def _area(self, row: TableRow) -> Area | None:
        word = "".join(self._words(row, "网格").split())
        if not word:
            if "网格" not in row.cells:
                self._wrong(row, "网格", "必须填写")
            return None
        found = [area] if (area := self._registry.area(word)) is not None else self._by_name.get(word, [])
        if len(found) != 1:
            codes = "、".join(area.code for area in found[:5])
            self._wrong(row, "网格", f"有几个地方叫「{word}」，请写编码：{codes}" if found else f"登记表里没有叫「{word}」的地方")
            return None
        if holder_of(self._registry, found[0].code) is None:
            self._wrong(row, "网格", f"「{word}」没有网格员、网格长，也没有登记网格办，没有人接")
        return found[0]

    def _category(self, row: TableRow) -> Category:
        word = self._words(row, "类别")
        by_name = {name: category for category, name in CATEGORY_NAMES.items()} | {c.value: c for c in Category}
        if word and word not in by_name:
            self._wrong(row, "类别", f"没有「{word}」这个写法，只能是 {'、'.join(CATEGORY_NAMES.values())}")
        return by_name.get(word, Category.OTHER)

    def _unit(self, row: TableRow, area: Area | None) -> Unit | None:
        word = self._words(row, "责任单位")
        if not word:
            return None
        named = self._registry.unit(word) or next((u for u in self._registry.units.values() if u.name == word), None)
        unit = named or self._registry.unit_by_words(word, area.code if area else None)
        if unit is None:
            self._wrong(row, "责任单位", f"登记表里没有叫「{word}」的单位，或有几个单位都这样叫；请写全称或编号")
        return unit

    def _status(self, row: TableRow) -> Status:
        word = self._words(row, "状态")
        if word and word not in _STATES:
            self._wrong(row, "状态", f"没有「{word}」这个写法，只能是 {'、'.join(_STATE_WORDS.values())}")
        return _STATES.get(word, Status.OPEN)


def _moment(value: Cell, without_time: time) -> datetime:
    """A day with or without a time of day. Raises Wrong."""
    if isinstance(value, datetime):
        return value if value.time() != time() else datetime.combine(value.date(), without_time)
    day, _, rest = (value.strip().replace("T", " ") if isinstance(value, str) else "").partition(" ")
    if rest.strip():
        return datetime.combine(read_day(day), time.fromisoformat(_padded(read_time(rest.strip()))))
    return datetime.combine(read_day(value), without_time)


def _padded(clock: str) -> str:
    """A time of day that exists; Wrong for 25:00."""
    try:
        return time.fromisoformat(clock).isoformat()
    except ValueError:
        raise Wrong(f"「{clock}」不是时间，请写成 09:30 这样") from None
