"""The registry as an Excel workbook: equal to YAML, kind to what offices do, and clear about what is wrong."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import config
from registry.difference import difference
from registry.model import ADDRESS_KINDS, IDENTITY_CHANNELS
from registry.registry import Registry
from registry.rows import BOT, FLAT, LIST_NAMES, OVERRIDE, ROSTER, ROTATION, SHIFT
from registry.source import from_data
from registry.terms import Category, Hears, Level, Role, Speaks, Tier
from registry.workbook import read_workbook
from registry.workbook_cells import FAILED
from registry.workbook_file import WorkbookRefused, open_workbook
from registry.workbook_shape import NOTE, ROSTER_ID, SHEETS
from registry.workbook_words import CATEGORIES, HEARS, LEVELS, ROLES, SPEAKS, TIERS
from registry.workbook_writer import write_template, write_workbook
from registry.yaml_file import read_yaml, write_yaml
from tests.builders.registry_rows import registry_of, row, small_county
from tests.builders.workbooks import put, sheets_of, workbook_of

SAMPLE = Path(config.__file__).parent / "county" / "registry.yaml"


def full_county() -> dict[str, Any]:
    """The small county with every field that a registry has."""
    data = small_county()
    data["bot"] = {"id": "bot-7", "name": "小云"}
    row(data, "units", "un-water")["aliases"] = ["水务", "水利，水保", "自来水"]
    row(data, "areas", "770101")["places"] = ["南塘，北岸", "01"]
    row(data, "groups", "g-coord").update(covers=["7701"], addresses={
        "aibot": "wrA", "archive": "wrB", "customer": "wrC", "webhook": "0f-1", "appchat": "0077"})
    row(data, "groups", "g-cmd")["office"] = True
    row(data, "people", "m-1").update(
        nickname="=白杨", publishes_phone=True, hours="工作日 8:30–18:00", identities={"wecom": "0012", "wechat": "wm-9"})
    data["people"].append({"id": "d-3", "name": "程星", "role": "duty_officer", "area": "77"})
    data["rosters"] = [
        {
            "id": "duty", "role": "duty_officer", "area": "77",
            "shifts": [{"name": "白班", "from": "08:00", "until": "20:00", "people": ["d-1", "d-3"],
                        "days": ["mon", "tue", "wed", "thu", "fri"]}],
            "rotations": [{"name": "夜班", "from": "20:00", "until": "08:00", "since": "2026-01-01", "days_each": "2",
                           "teams": [{"people": ["d-2", "d-3"]}, {"people": ["d-1"]}]}],
            "overrides": [
                {"day": "2026-03-02", "absent": "d-1", "instead": "d-2"},
                {"day": "2026-04-01", "until": "2026-04-03", "shift": "夜班", "absent": "d-2"},
            ],
        },
        {"id": "duty-2", "role": "duty_officer", "area": "7701",
         "shifts": [{"from": "00:00", "until": "00:00", "people": ["d-1"]}]},
    ]
    return data


def read(sheets: dict[str, Any], **more: Any) -> Registry:
    registry, errors = read_workbook(workbook_of(sheets, **more))
    assert registry is not None, [str(error) for error in errors]
    return registry


def wrong(sheets: dict[str, Any], **more: Any) -> list[str]:
    registry, errors = read_workbook(workbook_of(sheets, **more))
    assert registry is None
    return [str(error) for error in errors]


@pytest.fixture
def sheets() -> dict[str, list[list[Any]]]:
    return sheets_of(registry_of(small_county()))


# equal to YAML ---------------------------------------------------------------------


@pytest.mark.parametrize("data", [small_county(), full_county()], ids=["small", "full"])
def test_an_export_is_imported_without_any_change(data: dict[str, Any]) -> None:
    registry = registry_of(data)
    again, errors = read_workbook(write_workbook(registry))
    assert [str(error) for error in errors] == []
    assert again is not None
    assert again == registry
    assert difference(registry, again) == ()
    assert write_yaml(again) == write_yaml(registry)


def test_the_shipped_sample_is_the_same_in_both_forms() -> None:
    text = SAMPLE.read_text("utf-8")
    registry, _ = from_data(read_yaml(text)[0])
    assert registry is not None
    again, _ = read_workbook(write_workbook(registry))
    assert again is not None
    assert write_yaml(again) == text


def test_the_same_registry_gives_the_same_bytes() -> None:
    registry = registry_of(full_county())
    assert write_workbook(registry) == write_workbook(registry)


def test_every_term_has_one_chinese_word() -> None:
    for words, terms in ((LEVELS, Level), (TIERS, Tier), (ROLES, Role), (HEARS, Hears), (SPEAKS, Speaks), (CATEGORIES, Category)):
        assert list(words) == [term.value for term in terms]
        assert len(set(words.values())) == len(words)


def test_every_field_of_the_registry_has_its_column() -> None:
    """A field that is added to the rows must be added to the workbook, or an export would lose it."""
    columns = {(sheet.table, sheet.inner): {column.name for column in sheet.columns} for sheet in SHEETS}
    kinds = {"addresses": ADDRESS_KINDS, "identities": IDENTITY_CHANNELS}
    flat = {(table, None): set(fields) for table, fields in FLAT.items()}
    inner = {("rosters", name): {*fields, ROSTER_ID} for name, fields in
             (("shifts", SHIFT), ("rotations", ROTATION), ("overrides", OVERRIDE))}
    expected = flat | inner | {("bot", None): set(BOT), ("rosters", None): set(ROSTER)}
    for table, fields in expected.items():
        expected[table] = {f"{name}.{key}" for name in fields & set(kinds) for key in kinds[name]} | (fields - set(kinds))
    assert columns == expected
    assert set(LIST_NAMES) == {table for table, _ in columns}


# the template ----------------------------------------------------------------------


def test_the_template_explains_every_column_and_has_an_example_that_is_skipped() -> None:
    sheets = {sheet.name: sheet.rows for sheet in open_workbook(write_template())}
    assert list(sheets) == ["说明", *(sheet.name for sheet in SHEETS)]
    explained = [str(cell) for row in sheets["说明"] for cell in row]
    for sheet in SHEETS:
        assert sheets[sheet.name][0] == [NOTE, *(column.header for column in sheet.columns)]
        assert str(sheets[sheet.name][1][0]).startswith("示例")
        for column in sheet.columns:
            assert column.says in explained
    registry, errors = read_workbook(write_template())
    assert registry is None
    assert [str(error) for error in errors] == ["工作表「区划」：至少要有一个区域"]


def test_the_template_has_drop_downs_frozen_headers_and_comments() -> None:
    with ZipFile(BytesIO(write_template())) as book:
        people = book.read("xl/worksheets/sheet6.xml").decode()
        styles, comments = book.read("xl/styles.xml").decode(), book.read("xl/comments5.xml").decode()
    assert "居民,中心户长,网格员,网格长,单位经办人,单位负责人,县领导,网格办,值班员" in people
    assert 'ySplit="1"' in people
    assert 'state="frozen"' in people
    assert 'formatCode="@"' in styles
    assert "必填。" in comments


def test_the_examples_of_the_template_can_be_read_when_they_are_no_examples_any_more() -> None:
    sheets = {sheet.name: [list(row) for row in sheet.rows] for sheet in open_workbook(write_template())}
    for name in sheets:
        if name != "说明":
            sheets[name][1][0] = ""
    errors = wrong(sheets)
    # what is left are the areas, groups and people to which a single example row points
    assert errors
    assert [error for error in errors if "找不到编号为" not in error] == []


# what offices do -------------------------------------------------------------------


def test_numbers_days_times_and_full_width_signs_are_understood(sheets: dict[str, list[list[Any]]]) -> None:
    for number, code in ((2, 77), (3, 7701), (4, 770101.0)):
        put(sheets, "区划", number, "编码", code)
    put(sheets, "区划", 3, "上级编码", 77.0)
    put(sheets, "区划", 4, "上级编码", " ７７０１\u3000")
    put(sheets, "区划", 4, "地名", "南塘；\u3000南塘大桥 ,新村")
    put(sheets, "人员", 4, "电话", 13800000000.0)
    put(sheets, "人员", 3, "电话", "１３８０００00000 ")
    put(sheets, "人员", 4, "角色", "grid_member")
    put(sheets, "人员", 3, "角色", " 户长 ")
    put(sheets, "人员", 4, "公布电话", True)
    put(sheets, "群", 2, "能听到", "每句")
    put(sheets, "班次", 2, "从", time(8, 0))
    put(sheets, "班次", 2, "到", "20：00")
    put(sheets, "班次", 3, "从", 20 / 24)
    put(sheets, "班次", 3, "到", "8点")
    put(sheets, "班次", 3, "星期", "工作日，周末")
    sheets["代班"] += [
        ["", "duty", date(2026, 3, 2), datetime(2026, 3, 4), "", "d-1", "d-2"],  # noqa: DTZ001
        ["", "duty", "2026年3月9日", "2026/3/10", "", "d-1", ""],
        ["", "duty", "20260312", "", "", "d-1", "d-2"],
    ]
    registry = read(sheets)
    expected = small_county()
    row(expected, "areas", "770101")["places"] = ["南塘", "南塘大桥", "新村"]
    row(expected, "people", "m-1").update(phone="13800000000", publishes_phone=True)
    row(expected, "people", "h-1")["phone"] = "13800000000"
    expected["rosters"][0]["overrides"] = [
        {"day": "2026-03-02", "until": "2026-03-04", "absent": "d-1", "instead": "d-2"},
        {"day": "2026-03-09", "until": "2026-03-10", "absent": "d-1"},
        {"day": "2026-03-12", "absent": "d-1", "instead": "d-2"},
    ]
    assert difference(registry_of(expected), registry) == ()


@pytest.mark.parametrize(
    ("cell", "days"),
    [("周一至周五", (0, 1, 2, 3, 4)), ("星期六、星期天", (5, 6)), ("周五到周一", (0, 4, 5, 6)), ("周一三五", (0, 2, 4)),
     ("每天", (0, 1, 2, 3, 4, 5, 6)), ("mon,sun", (0, 6)), ("周末", (5, 6))],
)
def test_weekdays_as_people_write_them(sheets: dict[str, list[list[Any]]], cell: str, days: tuple[int, ...]) -> None:
    put(sheets, "班次", 2, "星期", cell)
    assert read(sheets).rosters[0].shifts[0].days == days


def test_columns_in_another_order_blank_rows_notes_and_hidden_sheets_do_no_harm(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["单位"] = [list(reversed(line + [""] * (7 - len(line)))) for line in sheets["单位"]]
    sheets["人员"].insert(2, [])
    sheets["人员"].insert(3, ["\u3000", " "])
    sheets["人员"].append(["示例：以后再填", "x", "x", "没有这个角色"])
    sheets["人员"].append(["只有备注"])
    sheets["打印用"] = [["随便", "什么"]]
    sheets["空表"] = []
    assert read(sheets, hidden=["打印用", "群"]) == registry_of(small_county())


def test_optional_sheets_and_columns_may_be_missing(sheets: dict[str, list[list[Any]]]) -> None:
    for name in ("机器人", "轮班", "代班", "说明"):
        del sheets[name]
    sheets["群"] = [line[:9] for line in sheets["群"]]
    registry = read(sheets)
    assert registry.bot_name == "小格"
    assert registry.groups["g-basic"].addresses == {}


# what is wrong ---------------------------------------------------------------------


def test_all_wrong_cells_are_told_at_once_by_sheet_row_and_column(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["人员"].insert(1, [])
    put(sheets, "人员", 3, "角色", "网格元")
    put(sheets, "人员", 4, "编号", "m-1")
    put(sheets, "人员", 5, "电话", "打办公室")
    put(sheets, "人员", 5, "知情专人", "也许")
    put(sheets, "人员", 6, "姓名", "")
    put(sheets, "人员", 6, "单位", "un-none")
    put(sheets, "区划", 4, "级别", "县")
    put(sheets, "区划", 5, "编码", 98020100100101001.0)
    put(sheets, "群", 2, "上级群", "g-cmd")
    put(sheets, "群", 3, "存档群号", "wrgbasic")
    put(sheets, "单位", 2, "负责的类别", "供水排水、修路")
    put(sheets, "值班", 2, "角色", "网格员")
    put(sheets, "班次", 2, "从", "早上")
    put(sheets, "班次", 2, "星期", "周八")
    put(sheets, "班次", 3, "人员", "m-9")
    sheets["班次"].append(["", "zb-9", "", "08:00", "09:00", "", "d-1"])
    sheets["轮班"].append(["", "duty", "", "20:00", "08:00", "2026-02-30", "", "d-1|d-8", ""])
    sheets["代班"].append(["", "duty", "", "", "", "d-1", ""])
    errors = wrong(sheets)
    for sentence in (
        "工作表「区划」第 4 行「上级编码」列：上级的级别要比本级高，镇街 不能是 县 的上级",
        "工作表「区划」第 5 行「编码」列：这一格是数字格式，超过 15 位的编号 Excel 会丢掉后几位，请把格式改为文本，重新填写",
        "工作表「单位」第 2 行「负责的类别」列：没有「修路」这个写法，只能是 " + "、".join(CATEGORIES.values()),
        "工作表「群」第 2 行「上级群」列：基础群的上级必须是协调群，不能是指挥群",
        "工作表「群」第 3 行「存档群号」列：会话存档 的「wrgbasic」已经是第 2 行那个群的",
        "工作表「人员」第 3 行「角色」列：没有「网格元」这个写法，只能是 " + "、".join(ROLES.values()),
        "工作表「人员」第 5 行「编号」列：「m-1」和第 4 行重复",
        "工作表「人员」第 5 行「电话」列：不像电话号码，只能有数字、星号、短横和空格",
        "工作表「人员」第 5 行「知情专人」列：只能写 是 或 否，空着就是否",
        "工作表「人员」第 6 行「姓名」列：必须填写",
        "工作表「人员」第 6 行「单位」列：找不到编号为「un-none」的单位",
        "工作表「班次」第 2 行「从」列：「早上」不是时间，请写成 08:00 这样",
        "工作表「班次」第 2 行「星期」列：「周八」不是星期，请写成 周一、周二 或 周一至周五",
        "工作表「班次」第 2 行「人员」列：「d-1」的角色不是 网格员，不能排进这张表",
        "工作表「班次」第 3 行「人员」列：找不到编号为「m-9」的人员",
        "工作表「班次」第 4 行「值班表」列：「值班」表里没有编号为「zb-9」的值班表",
        "工作表「轮班」第 2 行「从哪天起」列：「2026-02-30」不是日期，请写成 2026-03-02 这样",
        "工作表「代班」第 2 行「日期」列：必须填写",
    ):
        assert sentence in errors, errors
    assert any(error.startswith("工作表「轮班」第 2 行「各组人员」列：") and "d-8" in error for error in errors)
    # each cell is told once
    assert len([error for error in errors if "角色」列" in error]) == 1
    assert not [error for error in errors if "只能写 true" in error or "grid_member" in error]


def test_a_phone_number_that_is_wrong_is_not_repeated(sheets: dict[str, list[list[Any]]]) -> None:
    put(sheets, "人员", 4, "电话", "1380000000O转接")
    assert not [error for error in wrong(sheets) if "1380" in error]


def test_a_header_that_is_not_the_first_row_is_named(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["群"].insert(0, ["云亭县微信群一览表"])
    assert "工作表「群」第 1 行：第一行要是列名（编号、群名、层级……），上面不要有标题、合并的格子或空行" in wrong(sheets)


def test_unknown_missing_and_doubled_columns_and_sheets_are_named(sheets: dict[str, list[list[Any]]]) -> None:
    sheets["人员"][0] = [("电话号" if name == "电话" else name) for name in sheets["人员"][0]] + ["", "家庭住址"]
    sheets["人员"][1] += ["某处"]
    sheets["群"][0][-1] = "群名"
    sheets["单位"][0][2] = ""
    sheets["人员名单"] = [["姓名"]]
    sheets["Sheet1"] = [["草稿"]]
    del sheets["区划"]
    errors = wrong(sheets)
    for sentence in (
        "工作表「人员」第 1 行「电话号」列：没有这一列，是不是「电话」？",
        "工作表「人员」第 1 行「家庭住址」列：没有这一列，请删掉，或把内容移到「备注」列",
        "工作表「人员」第 2 行：O 列没有列名，里面却有内容",
        "工作表「群」第 1 行「群名」列：这一列写了两次",
        "工作表「单位」第 1 行「名称」列：缺少这一列，不能删",
        "工作表「人员名单」：没有用到这张工作表，是不是「人员」？请改名",
        "工作表「Sheet1」：没有用到这张工作表，请删掉或隐藏",
        "工作表「区划」：缺少这张工作表；没有内容也要留着，只留列名",
    ):
        assert sentence in errors, errors


def test_a_date_or_a_failed_formula_where_words_belong_is_told(sheets: dict[str, list[list[Any]]]) -> None:
    put(sheets, "单位", 2, "编号", date(2026, 3, 2))
    put(sheets, "单位", 3, "名称", "#N/A")
    errors = wrong(sheets)
    assert "工作表「单位」第 2 行「编号」列：这一格被 Excel 当成了日期或时间，请把格式改为文本，重新填写" in errors
    assert "工作表「单位」第 3 行「名称」列：这一格的公式算不出来，请改为文字" in errors


# files that are none ---------------------------------------------------------------

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def document() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return content.getvalue()


def torn() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (_OLD, "旧格式（.xls 或 .et）"),
        (_OLD + "EncryptedPackage".encode("utf-16-le"), "文件有打开密码"),
        ("编号,姓名\n".encode("gb18030"), "这不是 Excel 文件，请用 Excel 或 WPS 打开，另存为 .xlsx 格式再导入"),
        (document(), "这不是 Excel 工作簿"),
        (torn(), "文件打不开"),
        (write_template()[:2000], "文件打不开"),
        (b"PK\x03\x04" + b"x" * 100, "文件打不开"),
        (workbook_of({"区划": [["编码"]], "远": [[], *[[] for _ in range(900_000)], ["", "", "", "", "", "", "x"]]}), "有一张工作表太大"),
    ],
    ids=["empty", "xls", "password", "csv", "docx", "no xml", "half", "zip head", "far cell"],
)
def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(WorkbookRefused, match=re.escape(sentence)):
        read_workbook(content)


def test_what_excel_cannot_hold_is_refused_and_not_cut_short() -> None:
    data = small_county()
    row(data, "areas", "770101")["places"] = [f"第{number}号样例地点" for number in range(5000)]
    with pytest.raises(WorkbookRefused, match="工作表「区划」第 4 行「地名」列太长"):
        write_workbook(registry_of(data))


# a whole county --------------------------------------------------------------------


def large_county() -> Registry:
    data = small_county()
    data["areas"] += [
        {"code": f"7701{grid:06d}", "level": "village", "name": f"第{grid}村", "parent": "7701", "places": ["甲", "乙"]}
        for grid in range(2000)
    ]
    data["groups"] += [
        {"id": f"g-{grid}", "name": f"第{grid}群", "tier": "basic", "area": f"7701{grid:06d}", "parent": "g-coord",
         "hears": "all", "speaks": "confirm", "addresses": {"archive": f"wr{grid}"}}
        for grid in range(2000)
    ]
    data["people"] += [
        {"id": f"p-{one}", "name": "某人", "role": "household_head", "area": f"7701{one % 2000:06d}", "phone": "13800000000",
         "groups": [f"g-{one % 2000}"], "identities": {"wechat": f"wm{one}"}}
        for one in range(3000)
    ]
    return registry_of(data)


def test_a_county_of_2000_groups_and_3000_people_comes_back_whole() -> None:
    registry = large_county()
    again, errors = read_workbook(write_workbook(registry))
    assert again == registry, [str(error) for error in errors[:3]]


_WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1, max_size=12).filter(
    lambda word: word == word.strip(" \t\r\n\u3000\xa0\u200b\ufeff") == word.strip() and word not in FAILED
)


@given(name=_WORD, places=st.lists(_WORD, unique=True, max_size=4), aliases=st.lists(_WORD, unique=True, max_size=3), hours=_WORD)
@settings(max_examples=60, deadline=None)
def test_whatever_words_a_county_uses_come_back(name: str, places: list[str], aliases: list[str], hours: str) -> None:
    data = small_county()
    row(data, "areas", "770101").update(name=name, places=places)
    row(data, "units", "un-water")["aliases"] = aliases
    row(data, "people", "m-1").update(hours=hours, nickname=name)
    registry = registry_of(data)
    again, errors = read_workbook(write_workbook(registry))
    assert again == registry, [str(error) for error in errors]
