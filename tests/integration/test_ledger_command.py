"""`gridbot ledger import` on a real database: no row of the outbox, a clean sweep, and the ladder in the morning."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from bot import cli
from registry.source import to_data
from storage import chain, figures
from storage.registry_rows import save_registry
from storage.store import Store
from storage.sweep import sweep
from storage.tables import outbox, tickets
from tests.builders.office import office_county, rules_of_office
from tests.builders.tickets import CHINA, NOW
from tests.builders.workbooks import workbook_of
from tickets.due import do_pass
from tickets.old_ledger import FORM

EVENING = datetime(2026, 3, 5, 20, 0, tzinfo=CHINA)
MORNING = datetime(2026, 3, 6, 8, 30, tzinfo=CHINA)
HEADER = [column.header for column in FORM.columns]
ROWS: list[list[Any]] = [
    HEADER,
    ["旧-1", "2026-02-03 10:00", "南塘第一网格", "老戏台", "供水排水", "水管漏水，打13800000000找我", "县水务局", "办理中", "2026-02-10"],
    ["旧-2", "2026-03-01", "南塘第一网格", "", "矛盾纠纷", "两家为排水沟吵架", "", "待交办", "2026-03-20"],
    ["旧-3", "2026-01-01", "南塘第一网格", "", "", "早就好了", "", "已办结", ""],
]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/county.db"
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", address)
    monkeypatch.setattr(cli, "present", lambda _: EVENING)
    with Store.open(address) as store:
        store.migrate()
        store.run(lambda work: save_registry(work, to_data(office_county()), "test", NOW))
    return address


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "台账.xlsx"
    file.write_bytes(workbook_of({"台账": ROWS}))
    return file


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["ledger", *map(str, words)])


def count(url: str, table: Any) -> int:
    with Store.open(url) as store:
        return int(store.look(lambda work: work.connection.execute(select(func.count()).select_from(table)).scalar_one()))


def test_an_old_ledger_is_carried_over_without_waking_anyone(url: str, ledger: Path) -> None:
    result = run("import", ledger)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "已接过来 2 件，没有通知任何人，2026-03-06 08:30 起照常催办。已办结不导入的 1 件，以前导入过、这次跳过的 0 件。",
        "时限已经过了的 1 件，请网格办先看：",
        "  0305-1 旧编号 旧-1 时限 2026-02-10 18:00 县水务局 供水排水·老戏台：水管漏水，打138****0000找我",
    ]
    assert (count(url, tickets), count(url, outbox)) == (2, 0)


def test_the_sweep_is_clean_right_after_and_the_ladder_goes_on_in_the_morning(url: str, ledger: Path) -> None:
    run("import", ledger)
    rules = rules_of_office()
    with Store.open(url) as store:
        for now in (EVENING, datetime(2026, 3, 6, 8, 29, tzinfo=CHINA)):
            assert store.run(lambda work, now=now: do_pass(work, rules, now)) == 0  # type: ignore[misc]
            assert store.look(lambda work, now=now: sweep(work, now)) == []  # type: ignore[misc]
        assert store.look(lambda work: work.connection.execute(select(func.count()).select_from(outbox)).scalar_one()) == 0
        assert store.run(lambda work: do_pass(work, rules, MORNING)) > 0
        assert store.look(lambda work: sweep(work, MORNING)) == []
        events = store.look(lambda work: list(work.connection.execute(select(outbox.c.event).distinct()).scalars()))
        assert set(events) >= {"step.card"}
        assert store.look(lambda work: list(chain.verify(work.connection))) == []
        # a recount from history gives the dashboard's figures (P11)
        assert store.look(lambda work: figures.differences(work, datetime(2026, 1, 1, tzinfo=CHINA), MORNING)) == {}


def test_a_dry_run_keeps_nothing_and_the_second_time_is_named(url: str, ledger: Path) -> None:
    dry = run("import", ledger, "--dry-run")
    assert dry.output.startswith("试运行，没有写入：会接过来 2 件")
    assert count(url, tickets) == 0
    run("import", ledger)
    again = run("import", ledger)
    assert "已接过来 0 件" in again.output
    assert "以前导入过、这次跳过的 2 件" in again.output
    assert "跳过的旧编号：旧-1、旧-2" in again.output
    assert count(url, tickets) == 2


def test_a_wrong_row_keeps_all_out(url: str, tmp_path: Path) -> None:
    file = tmp_path / "台账.csv"
    rows = [*ROWS[:2], ["旧-9", "2026-03-01", "火星", "", "", "x", "", "", ""]]
    file.write_bytes("\n".join(",".join(map(str, row)) for row in rows).encode("gb18030"))
    result = run("import", file)
    assert result.exit_code == 1
    assert result.output == "✗ 工作表「台账」第 3 行「网格」列：登记表里没有叫「火星」的地方\n"
    assert count(url, tickets) == 0


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [("单号", "--mapping 要写成 表里的列名=我们的列名"), ("单号=编号", "表里没有「单号」这一列"), ("编号=单号", "只能是 编号、时间")],
)
def test_a_mapping_that_leads_nowhere_is_refused(url: str, ledger: Path, mapping: str, sentence: str) -> None:
    result = run("import", ledger, "--mapping", mapping)
    assert result.exit_code == 1
    assert sentence in result.output


def test_without_a_registry_or_a_file_it_says_what_to_do(
    tmp_path: Path, url: str, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "读不到文件" in run("import", tmp_path / "none.xlsx").output
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    assert "还没有登记，先运行 gridbot registry import FILE。" in run("import", ledger).output


def test_the_template_can_be_filled_in(url: str, tmp_path: Path) -> None:
    file = tmp_path / "旧台账.xlsx"
    assert "已写好" in run("template", file).output
    assert "没有可以导入的行" in run("import", file).output
