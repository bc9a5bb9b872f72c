"""`gridbot export ledger` and `gridbot export brief` over a desk in a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from bot import cli
from dashboard.brief import FIGURES
from dashboard.ledger import COLUMNS
from registry.source import to_data
from registry.terms import Category
from storage import figure_rows
from storage.registry_rows import save_registry
from storage.store import Store
from tests.builders.office import Office, office_county
from tests.builders.tickets import NOW
from tickets import assigning, rating

NORTH = "77020101"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """On Monday 2 March water leaks at the old stage; on Tuesday a line is down at the bridge and somebody is in danger;
    on Thursday the north has no light. It is Friday morning."""
    address = f"sqlite:///{tmp_path}/county.db"
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", address)
    with Store.open(address, durable=False) as store:
        store.migrate()
        store.run(lambda work: save_registry(work, to_data(office_county()), "test", NOW))
        office = Office(store)
        monkeypatch.setattr(cli, "present", lambda _: office.now)
        water = office.tell("老戏台漏水，电话13800001234")
        lead = office.rules.registry.people["u-1"]
        office.do(assigning.do_accept, office.ticket(water.id), lead, because="x")
        office.do(rating.do_done, office.ticket(water.id), lead, because="x")
        office.walk(days=1)
        office.tell_danger()
        office.tell_person_danger()
        office.walk(days=2)
        office.tell("路灯不亮", area=NORTH, township="7702", category=Category.FACILITY, place="村口", group="g-north")
        office.walk(days=1)
        yield office


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["export", *map(str, words)])


def sheet(file: Path, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(file)).get_sheet_by_name(name).to_python()


def figures(file: Path) -> dict[str, float]:
    return {row[0]: row[1] for row in sheet(file, "简报")[1:-1]}


# ledger ---------------------------------------------------------------------------------------------------------------


def test_the_ledger_holds_what_was_opened_in_its_days_masked(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"

    done = run("ledger", file, "--from", "2026-03-02", "--to", "2026-03-03")

    assert done.exit_code == 0, done.output
    assert done.output == f"已写到 {file}：全县 2026-03-02 至 2026-03-03 受理的 3 件。\n"
    head, *lines = sheet(file, "台账")
    assert head == [name for name, _ in COLUMNS]
    assert [line[0] for line in lines] == ["2026-0302-1", "2026-0303-1", "2026-0303-2"]
    assert "13800001234" not in str(lines)
    assert "不想活" not in str(lines)
    assert lines[2][3] == "个人事项"


def test_without_days_it_is_the_week_until_today(office: Office, tmp_path: Path) -> None:
    assert "2026-02-28 至 2026-03-06 受理的 4 件" in run("ledger", tmp_path / "1.xlsx").output
    office.walk(days=3)
    assert "2026-03-03 至 2026-03-09 受理的 3 件" in run("ledger", tmp_path / "2.xlsx").output
    assert "2026-02-26 至 2026-03-04 受理的 3 件" in run("ledger", tmp_path / "3.xlsx", "--to", "2026-03-04").output


@pytest.mark.parametrize("area", ["7702", "北岭乡", NORTH])
def test_of_one_area_by_code_or_name(office: Office, tmp_path: Path, area: str) -> None:
    file = tmp_path / "北岭.csv"

    done = run("ledger", file, "--area", area)

    assert done.exit_code == 0, done.output
    text = file.read_bytes().decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["编号", "2026-0305-1"]


# brief ----------------------------------------------------------------------------------------------------------------


def test_the_brief_as_text_names_the_tickets_of_each_figure(office: Office) -> None:
    done = run("brief")

    assert done.exit_code == 0, done.output
    assert done.output.startswith("全县 简报 2026-02-28 至 2026-03-06\n没办完、超时的，算到 2026-03-06 09:00。人身险情不在这些数字里。\n")
    assert "新增 3 件：2026-0302-1、2026-0303-1、2026-0305-1\n" in done.output
    assert "险情 1 件：2026-0303-1\n" in done.output
    assert "办过又重办 0 件。\n" in done.output
    assert "按类别：" in done.output
    assert "供水排水 1 件" in done.output
    assert "县水务局：交办 1 件，接单 1（按时 1），办结 1（按时 1）" in done.output
    assert "2026-0303-2" not in done.output, "a person danger is in no figure"


def test_who_holds_what_is_late_and_since_when(office: Office) -> None:
    late = office.store.look(lambda work: figure_rows.overdue(work.connection, None, office.now, 9))
    assert late, "the danger was never accepted"

    told = run("brief").output

    assert f"其中已超时 {len(late)} 件：" in told
    assert f"  {late[0][0].number} 超2天" in told
    assert "云亭供电公司" in told


def test_the_workbook_has_the_tickets_behind_each_figure(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "简报.xlsx"

    done = run("brief", file, "--from", "2026-03-02")

    assert done.output == f"已写到 {file}：全县 简报 2026-03-02 至 2026-03-06。\n"
    tickets = sheet(file, "工单")[1:]
    counted = figures(file)
    assert list(counted) == list(FIGURES.values())
    assert counted == {told: len([row for row in tickets if row[0] == told]) for told in FIGURES.values()}
    assert counted["新增"] == 3
    assert counted["险情"] == 1
    assert "13800001234" not in str(tickets)
    assert "个人事项" not in str(tickets)
    assert ["供水排水", 1.0] in sheet(file, "类别")
    assert ["县水务局", *[1.0] * 5, 0.0, 0.0, 0.0, 0.0] in sheet(file, "单位")


def test_the_figures_are_those_of_the_boards(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "简报.xlsx"
    run("brief", file)
    until = office.now + timedelta(seconds=1)

    shown = office.store.look(lambda work: figure_rows.figures(work.connection, None, office.now - timedelta(days=7), until))

    assert figures(file) == {told: shown[name] for name, told in FIGURES.items()}


def test_what_happened_is_of_the_days_and_what_is_open_of_now(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "北岭.xlsx"

    office.walk(days=3)
    assert run("brief", file, "--from", "2026-03-02", "--to", "2026-03-03", "--area", "北岭网格").exit_code == 0

    assert figures(file) == {told: int(told in ("现在没办完", "其中已超时")) for told in FIGURES.values()}


# refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["ledger", "brief"])
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--from", "三月二日"), "日期要写成 2026-03-02 这样"),
        (("--to", "2026/03/02"), "日期要写成 2026-03-02 这样"),
        (("--from", "2026-03-03", "--to", "2026-03-02"), "结束日期早于开始日期"),
        (("--from", "2025-01-01", "--to", "2026-03-02"), "一次最多导出 366 天"),
        (("--from", "2026-03-07", "--to", "2026-03-09"), "开始日期 2026-03-07 还没有到"),
        (("--area", "东海"), "--area 写了 东海，登记表里没有这个区域"),
    ],
)
def test_wrong_days_and_areas_are_refused(
    office: Office, tmp_path: Path, command: str, options: tuple[str, ...], sentence: str
) -> None:
    file = tmp_path / "出.xlsx"

    done = run(command, file, *options)

    assert done.exit_code == 2
    assert sentence in done.output
    assert not file.exists()


@pytest.mark.parametrize("command", ["ledger", "brief"])
def test_all_that_is_wrong_is_said_at_once(office: Office, tmp_path: Path, command: str) -> None:
    done = run(command, tmp_path / "出.doc", "--from", "x", "--area", "东海")

    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 3
    assert "文件名要以 .xlsx" in done.output


@pytest.mark.parametrize("command", ["ledger", "brief"])
def test_a_file_that_is_there_is_not_overwritten(office: Office, tmp_path: Path, command: str) -> None:
    file = tmp_path / "出.xlsx"
    file.write_text("上个月的")

    done = run(command, file)

    assert done.exit_code == 2
    assert f"{file} 已经有了，没有改动它" in done.output
    assert file.read_text() == "上个月的"


def test_a_name_that_two_areas_have_wants_the_code(office: Office, tmp_path: Path) -> None:
    data = to_data(office_county())
    data["areas"] += [{"code": "7703", "level": "township", "name": "北岭村", "parent": "77"}]
    office.store.run(lambda work: save_registry(work, data, "test", NOW))

    done = run("brief", "--area", "北岭村")

    assert done.exit_code == 2
    assert "--area 写了 北岭村，登记表里有几个，请写代码" in done.output


def test_days_without_anything_are_said_and_no_file_is_written(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "出.xlsx"

    done = run("ledger", file, "--from", "2026-02-01", "--to", "2026-02-02")

    assert done.exit_code == 2
    assert "全县 2026-02-01 至 2026-02-02 没有受理过工单，没有写文件。" in done.output
    assert not file.exists()


def test_a_place_where_nothing_ever_was_has_no_brief(office: Office, tmp_path: Path) -> None:
    data = to_data(office_county())
    data["areas"] += [{"code": "7703", "level": "township", "name": "石桥乡", "parent": "77"}]
    office.store.run(lambda work: save_registry(work, data, "test", NOW))

    done = run("brief", "--area", "石桥乡")

    assert done.exit_code == 2
    assert "没有可以写的简报" in done.output


def test_a_folder_that_is_not_there_is_an_error(office: Office, tmp_path: Path) -> None:
    done = run("ledger", tmp_path / "没有" / "台账.xlsx")

    assert done.exit_code == 1
    assert "写不了这个文件" in done.output
