"""Reading an old ledger: Excel and CSV as offices have them, every wrong cell at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from registry.model import Area
from registry.registry import Registry
from registry.terms import CATEGORY_NAMES, Category, Level, Status
from registry.workbook_file import WorkbookRefused
from registry.workbook_writer import write_form
from tests.builders.desk import GRID, GRID_TWO, TOWN, at, county, rules
from tests.builders.workbooks import workbook_of
from tickets.carrying_over import OldMatter
from tickets.old_ledger import FORM, INTRODUCTION, OldLedger, read_old_ledger

CALENDAR = rules().calendar
NOW = at("03-05 20:00")
HEADER = [column.header for column in FORM.columns]
GRID_NAME = county().areas[GRID].name
GOOD = ["旧-1", "2026-03-01 09:30", GRID_NAME, "东院3栋", "供水排水", "楼道漏水", "un-water", "办理中", "2026-03-09"]


def read(content: bytes, registry: Registry | None = None, **mapping: str) -> OldLedger:
    ledger, errors = read_old_ledger(content, registry or county(), CALENDAR, NOW, mapping)
    assert ledger is not None, [str(error) for error in errors]
    return ledger


def wrong(rows: Sequence[Sequence[Any]], registry: Registry | None = None) -> list[str]:
    ledger, errors = read_old_ledger(workbook_of({"台账": rows}), registry or county(), CALENDAR, NOW)
    assert ledger is None
    return [str(error) for error in errors]


def one(**cells: Any) -> OldMatter:
    row = [cells.get(header, cell) for header, cell in zip(HEADER, GOOD, strict=True)]
    return read(workbook_of({"台账": [HEADER, row]})).matters[0]


def test_a_line_becomes_a_matter() -> None:
    assert one() == OldMatter(
        number="旧-1", told_at=at("03-01 09:30"), area=GRID, place="东院3栋", category=Category.WATER, words="楼道漏水",
        unit="un-water", status=Status.ACCEPTED, limit_at=at("03-09 18:00"),
    )


@pytest.mark.parametrize(
    ("cell", "told_at"),
    [
        (date(2026, 2, 1), "02-01 00:00"), (datetime(2026, 2, 1, 14, 5), "02-01 14:05"),  # noqa: DTZ001
        ("2026/2/1 9:30", "02-01 09:30"), ("2026年2月1日", "02-01 00:00"), ("2026-02-01T08:00:00", "02-01 08:00"),
        ("20260201", "02-01 00:00"), (20260201, "02-01 00:00"),
    ],
)
def test_times_as_offices_write_them(cell: Any, told_at: str) -> None:
    assert one(时间=cell).told_at == at(told_at)


@pytest.mark.parametrize(
    ("cell", "area"), [(GRID, GRID), (int(GRID_TWO), GRID_TWO), (f" {GRID_NAME} ", GRID), (f"{county().areas[TOWN].name}", TOWN)]
)
def test_a_grid_by_code_or_name(cell: Any, area: str) -> None:
    assert one(网格=cell).area == area


@pytest.mark.parametrize("cell", ["un-water", county().units["un-water"].name])
def test_a_unit_by_id_or_name(cell: str) -> None:
    assert one(责任单位=cell).unit == "un-water"


def test_what_may_be_left_open() -> None:
    matter = one(地点=None, 类别=None, 责任单位=None, 状态=None, 时限=None, 编号=17.0)
    assert (matter.place, matter.category, matter.unit, matter.status, matter.limit_at, matter.number) == (
        None, Category.OTHER, None, Status.OPEN, None, "17")


def test_settled_lines_are_counted_and_need_nothing_else() -> None:
    ledger = read(workbook_of({"台账": [HEADER, GOOD, ["旧-2", "很久以前", "", "", "", "", "", "已办结"]]}))
    assert (len(ledger.matters), ledger.settled) == (1, 1)


def test_all_wrong_cells_at_once() -> None:
    rows: list[list[Any]] = [
        HEADER,
        [None, "昨天", "火星网格", "", "水电", None, "外星局", "再说", "2026-02-30"],
        ["旧-2", "2026-04-01", GRID, "", "", "x", "", "", ""],
        ["旧-3", "2026-03-01", GRID, "", "", "x" * 2001, "", "", "2026-02-01"],
        ["旧-4", None, GRID, "", "", "x", "", "挂账", ""],
        ["旧-5", "2026-03-01 25:10", GRID, "", "", "x", "", "", ""],
    ]
    assert wrong(rows) == [
        "工作表「台账」第 2 行「状态」列：没有「再说」这个写法，只能是 待交办、待接单、办理中、挂账、已办结",
        "工作表「台账」第 2 行「编号」列：必须填写",
        "工作表「台账」第 2 行「内容」列：必须填写",
        "工作表「台账」第 2 行「时间」列：「昨天」不是日期，请写成 2026-03-02 这样",
        "工作表「台账」第 2 行「时限」列：「2026-02-30」不是日期，请写成 2026-03-02 这样",
        "工作表「台账」第 2 行「网格」列：登记表里没有叫「火星网格」的地方",
        f"工作表「台账」第 2 行「类别」列：没有「水电」这个写法，只能是 {'、'.join(CATEGORY_NAMES.values())}",
        "工作表「台账」第 2 行「责任单位」列：登记表里没有叫「外星局」的单位，或有几个单位都这样叫；请写全称或编号",
        "工作表「台账」第 3 行「时间」列：还没有到这个时间",
        "工作表「台账」第 4 行「内容」列：太长，最多 2000 个字",
        "工作表「台账」第 4 行「时限」列：比反映的时间还早",
        "工作表「台账」第 5 行「时间」列：必须填写",
        "工作表「台账」第 5 行「时限」列：挂账的要写复查日期",
        "工作表「台账」第 6 行「时间」列：「25:10」不是时间，请写成 09:30 这样",
    ]


def test_a_name_of_two_places_asks_for_the_code() -> None:
    base = county()
    twins = Registry.of(
        areas=[*base.areas.values(), Area("t-1", Level.VILLAGE, "南河", TOWN), Area("t-2", Level.GRID, "南河", "t-1")],
        units=base.units.values(), groups=base.groups.values(), people=base.people.values(),
    )
    assert wrong([HEADER, [*GOOD[:2], "南河", *GOOD[3:]]], twins) == [
        "工作表「台账」第 2 行「网格」列：有几个地方叫「南河」，请写编码：t-1、t-2"
    ]
    assert read(workbook_of({"台账": [HEADER, [*GOOD[:2], "南河南河", *GOOD[3:]]]}), twins).matters[0].area == "t-2"


def test_a_place_for_which_nobody_answers_is_an_error() -> None:
    nobody = Registry.of(areas=county().areas.values(), units=county().units.values())
    assert wrong([HEADER, GOOD], nobody) == [
        f"工作表「台账」第 2 行「网格」列：「{GRID_NAME}」没有网格员、网格长，也没有登记网格办，没有人接"
    ]


@pytest.mark.parametrize(("encoding", "between"), [("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("gb18030", "\t")])
def test_csv_files_of_both_encodings(encoding: str, between: str) -> None:
    text = "\r\n".join(between.join(row) for row in (HEADER, GOOD))
    assert read(text.encode(encoding)).matters == (one(),)


def test_other_column_names_are_mapped_and_others_left_out() -> None:
    theirs = ["工单号", "受理时间", *HEADER[2:], "联系人"]
    ledger = read(workbook_of({"Sheet1": [theirs, [*GOOD, "某人"]]}), 工单号="编号", 受理时间="时间", 联系人="")
    assert ledger.matters == (one(),)


def test_columns_that_are_not_ours_are_named() -> None:
    errors = wrong([[*HEADER[:-1], "联系人"], GOOD])
    assert "工作表「台账」第 1 行「联系人」列：没有这一列，请删掉，或把内容移到「备注」列" in errors
    assert wrong([HEADER[:2], GOOD[:2]])[:2] == [
        "工作表「台账」第 1 行「网格」列：缺少这一列，不能删", "工作表「台账」第 1 行「内容」列：缺少这一列，不能删"]


@pytest.mark.parametrize(
    ("content", "mapping", "sentence"),
    [
        (b"", {}, "文件是空的"),
        (b"\xff\xfe\x00\x01", {}, "看不懂这个文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {}, "旧格式"),
        (workbook_of({"一": [HEADER], "二": [HEADER]}), {}, "看不出哪张工作表是台账，请把它命名为「台账」"),
        (workbook_of({"台账": [HEADER]}), {"单号": "编号"}, "表里没有「单号」这一列"),
        (workbook_of({"台账": [HEADER]}), {"编号": "单号"}, "等号后面没有「单号」这一列"),
    ],
)
def test_files_that_cannot_be_read_are_refused(content: bytes, mapping: dict[str, str], sentence: str) -> None:
    with pytest.raises(WorkbookRefused, match=sentence):
        read_old_ledger(content, county(), CALENDAR, NOW, mapping)


def test_the_form_has_nothing_to_import_but_an_example() -> None:
    form = write_form("旧台账", INTRODUCTION, (FORM,))
    ledger, errors = read_old_ledger(form, county(), CALENDAR, NOW)
    assert ledger is None
    assert [str(error) for error in errors] == ["工作表「台账」：没有可以导入的行"]
