"""`gridbot policy show`, `policy repin` and what `gridbot check` proves of rules, over a real database."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from sqlalchemy import update
from typer.testing import CliRunner, Result

from bot import check as checking
from bot import cli
from registry.source import to_data
from storage.registry_rows import save_registry
from storage.store import Store
from storage.tables import tickets
from tests.builders.office import Office, office_county
from tests.builders.registry_rows import GRID
from tests.builders.talk import COUNTY_DIR, shipped_registry
from tests.builders.tickets import CHINA, NOW

EVENING = datetime(2026, 3, 5, 20, 0, tzinfo=CHINA)
SHOW = ["policy", "show", "--at", "2026-03-02T22:30", "--category", "供水排水", "--urgency", "urgent", "--area", GRID]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/county.db"
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", address)
    monkeypatch.setattr(cli, "present", lambda _: EVENING)
    with Store.open(address) as store:
        store.migrate()
        store.run(lambda work: save_registry(work, to_data(office_county()), "test", NOW))
    return address


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


# show -----------------------------------------------------------------------------------------------------------------


def test_it_says_who_hears_what_when_and_what_is_not_reached(url: str) -> None:
    done = run(*SHOW)
    assert done.exit_code == 0, done.output
    assert "时限：接单 3月2日（周一）23:00" in done.output
    assert "接单逾期第1级" in done.output
    assert "到不了" in done.output
    assert "没有绑定企业微信" in done.output


def test_the_same_for_programs(url: str) -> None:
    told = json.loads(run(*SHOW, "--json").stdout)
    assert told["limits"]["accept"] == "2026-03-02T23:00:00+08:00"
    assert {one["door"] for step in told["steps"] for one in step["hears"]} <= {"direct", "confirm", "paste", "card"}
    steps = [step["at"] for step in told["steps"]]
    assert steps == sorted(steps)


def test_in_an_emergency(url: str) -> None:
    told = json.loads(run(*SHOW, "--emergency", "--json").stdout)
    assert told["policy"] == "2026-01+emergency"
    assert told["limits"]["accept"] == "2026-03-02T22:45:00+08:00"


def test_another_registry_and_policy(url: str, tmp_path: Path) -> None:
    data = yaml.safe_load((COUNTY_DIR / "policies" / "2026-01.yaml").read_text("utf-8"))
    data["version"] = "2027-01"
    data["limits"]["urgent"]["accept_within_minutes"] = 25
    (tmp_path / "2027.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    area = next(code for code, one in shipped_registry().areas.items() if one.level.value == "grid")
    told = json.loads(
        run(*SHOW[:-1], area, "--registry", str(COUNTY_DIR / "registry.yaml"), "--policy", str(tmp_path / "2027.yaml"), "--json").stdout
    )
    assert (told["policy"], told["limits"]["accept"]) == ("2027-01", "2026-03-02T22:55:00+08:00")


def test_every_wrong_option_at_once(url: str) -> None:
    done = run("policy", "show", "--at", "2026-03-02T22:30", "--category", "fire", "--urgency", "calm", "--area", "1",
               "--danger", "both")
    assert done.exit_code == 1
    for option in ("--category", "--urgency", "--area", "--danger"):
        assert f"✗ {option} 写了" in done.output


# repin ----------------------------------------------------------------------------------------------------------------


def test_a_ticket_is_moved_and_the_rest_is_refused(url: str) -> None:
    with Store.open(url) as store:
        ticket = Office(store).tell()
        store.run(lambda work: work.connection.execute(update(tickets).values(policy="2025-01")))
    assert "2025-01 换到 2026-01，进入第 2 轮" in run("policy", "repin", ticket.aloud, "--reason", "旧版撤了").output
    again = run("policy", "repin", ticket.aloud, "--reason", "旧版撤了")
    assert again.exit_code == 1
    assert "已经按现行规则办" in again.output
    assert "要写明原因" in run("policy", "repin", ticket.aloud, "--reason", " ").output
    assert "没有找到编号" in run("policy", "repin", "0101-999", "--reason", "x").output


# check ----------------------------------------------------------------------------------------------------------------


def test_check_names_holes_of_the_week_and_unknown_versions(url: str) -> None:
    with Store.open(url) as store:
        Office(store).tell()
        Office(store).tell("桥头的路灯灭了")
        store.run(lambda work: work.connection.execute(update(tickets).where(tickets.c.id == 1).values(policy="2024-09+emergency")))
    report = checking.run(EVENING)
    assert "policies/ 里没有版本 2024-09+emergency，还有 1 张没办完的工单在用：请把那个文件放回去。" in report.errors
    assert any("没有绑定企业微信" in sentence for sentence in report.warnings)
    assert any("没有人绑定企业微信，派给它的事" in sentence for sentence in report.warnings)
    assert not any("节假日" in sentence for sentence in report.warnings)


def test_check_asks_for_next_year_from_november(url: str) -> None:
    november = datetime(2026, 11, 1, 9, 0, tzinfo=CHINA)
    assert any("还没有 2027 年的节假日" in sentence for sentence in checking.run(november).warnings)
