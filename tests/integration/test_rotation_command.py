"""`gridbot rotation plan` over the imported registry and the member lists."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from bot import cli
from registry.source import to_data
from storage import member_rows
from storage.registry_rows import save_registry
from storage.store import Store
from tests.builders.registry_rows import GRID, registry_of, small_county
from tests.builders.tickets import CHINA, NOW


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/county.db"
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", address)
    monkeypatch.setattr(cli, "present", lambda _: NOW)
    data = small_county()
    data["people"] += [{"id": "c-1", "name": "石远", "role": "county_leader", "area": "77"}]
    data["groups"] += [{"id": f"g-{n}", "name": f"南塘{n}群", "tier": "basic", "area": GRID, "parent": "g-coord", "hears": "all",
                        "speaks": "direct"} for n in range(4)]
    with Store.open(address) as store:
        store.migrate()
        store.run(lambda work: save_registry(work, to_data(registry_of(data)), "test", NOW))
        store.run(lambda work: member_rows.joined(work, "g-0", ("c-1",), datetime(2026, 3, 9, 9, tzinfo=CHINA)))
    return address


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["rotation", "plan", *words])


def test_a_plan_that_covers_all_is_printed_and_said_to() -> None:
    done = run("--from", "2026-03", "--months", "2")
    assert done.exit_code == 0, done.output
    assert "2026-03  石远：" in done.output
    assert "全部基础群都能走到" in done.output


def test_what_cannot_be_covered_is_an_error_with_how_many_more() -> None:
    done = run("--from", "2026-03", "--months", "1", "--leaders", "30")
    assert done.exit_code == 1
    assert "登记了 1 名县领导，少于要求的 30 名" in done.output
    assert "每人每月要再多进 1 个" in done.output


def test_the_workbook_says_who_is_in_by_the_lists_of_the_month(tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    done = run("--from", "2026-03", "--months", "2", "--out", str(file))
    assert done.exit_code == 0, done.output
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("轮流进群").to_python()[1:]
    stands = {(row[0], row[2]): row[4] for row in rows}
    assert {value for (_, group), value in stands.items() if group != "南塘0群"} == {"名单未读到"}
    in_march = stands.get(("2026-03", "南塘0群"))
    in_april = stands.get(("2026-04", "南塘0群"))
    assert in_march in (None, "已进群")
    assert in_april in (None, "未进群")
    assert (in_march, in_april) != (None, None)


def test_all_wrong_options_are_said_at_once(tmp_path: Path) -> None:
    done = run("--from", "三月", "--months", "0")
    assert done.exit_code == 1
    assert "--from 写错了" in done.output
    assert "--months 要写" in done.output
    assert run("--from", "2026-03", "--out", str(tmp_path / "plan.txt")).exit_code == 1
