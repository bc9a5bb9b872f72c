"""App groups, join codes and the welcome text against the emulated WeCom, by the commands that an administrator types."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot import cli
from registry.yaml_file import write_yaml
from tests.builders.emulated import Emulated, emulated
from tests.builders.grouped import grouped_registry

GRID = "99900100100101"


def with_addresses(data: dict[str, Any]) -> None:
    groups = {group["id"]: group for group in data["groups"]}
    groups["g-basic-01"]["addresses"] = {"customer": "wrgbasic01", "archive": "wrgbasic01"}
    groups["g-coord-01"]["addresses"] = {"appchat": "linhe01"}


@asynccontextmanager
async def town(folder: Path, monkeypatch: pytest.MonkeyPatch, edit: Any = with_addresses) -> AsyncIterator[Emulated]:
    """An emulator, settings that lead to it, and the registry imported."""
    file = folder / "登记.yaml"
    file.write_text(write_yaml(grouped_registry(edit)), "utf-8")
    async with emulated("--clock", "real") as wecom:
        said = wecom.said
        for name, value in {
            "DATABASE_URL": f"sqlite:///{folder}/town.db", "WECOM_BASE_URL": said["base_url"], "WECOM_CORP_ID": said["corp_id"],
            "WECOM_APP_AGENT_ID": str(said["agent_id"]), "WECOM_APP_SECRET": said["app_secret"],
            "WECOM_APP_TOKEN": said["app_token"], "WECOM_APP_AES_KEY": said["app_aes_key"],
        }.items():  # fmt: skip
            monkeypatch.setenv(f"GRIDBOT_{name}", value)
        assert (await command("registry", "import", str(file), "--yes")).exit_code == 0
        yield wecom


async def command(*words: str) -> Result:
    """Run a command in a thread: it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli.app, list(words))


async def test_an_app_group_is_made_then_kept_in_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town(tmp_path, monkeypatch) as wecom:
        tried = await command("appchat", "sync", "--dry-run")
        assert (tried.exit_code, tried.output.splitlines()) == (0, ["临河镇协调群：新建，4 人", "试运行，没有改动。"])
        assert (await wecom.act("/test/appchats"))["chats"] == []
        assert (await command("appchat", "sync")).exit_code == 0
        (chat,) = (await wecom.act("/test/appchats"))["chats"]  # type: ignore[misc]
        assert (chat["name"], chat["owner"], sorted(chat["userlist"])) == ("临河镇协调群", "ul-01", ["gl-01", "gm-01", "ul-01", "um-01"])
        assert len(chat["said"]) == 1, "old clients show a group once something is said in it"
        assert (await command("appchat", "sync")).output.splitlines() == ["临河镇协调群：和登记一样"]

        def changed(data: dict[str, Any]) -> None:
            with_addresses(data)
            people = {person["id"]: person for person in data["people"]}
            people["um-01"]["groups"] = []
            people["du-01"]["groups"] = ["g-cmd-01", "g-coord-01"]
            data["groups"][2]["name"] = "临河镇工作协调群"

        file = tmp_path / "新登记.yaml"
        file.write_text(write_yaml(grouped_registry(changed)), "utf-8")
        assert (await command("registry", "import", str(file), "--yes")).exit_code == 0
        line = (await command("appchat", "sync")).output.strip()
        assert line == "临河镇工作协调群：改名为「临河镇工作协调群」，加 1 人（du-01），移出 1 人（um-01）"
        (chat,) = (await wecom.act("/test/appchats"))["chats"]  # type: ignore[misc]
        assert sorted(chat["userlist"]) == ["du-01", "gl-01", "gm-01", "ul-01"]
        assert len(chat["said"]) == 1


async def test_a_visible_range_that_is_too_small_is_said_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town(tmp_path, monkeypatch) as wecom:
        await wecom.act("/test/visible_range", whole_company=False)
        told = await command("appchat", "sync")
        assert told.exit_code == 1
        assert "可见范围要是全公司" in told.output


async def test_each_grid_has_one_code_with_picture_and_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town(tmp_path, monkeypatch) as wecom:
        sheets = tmp_path / "张贴"
        told = await command("joinways", "make", "--out", str(sheets))
        assert told.exit_code == 0, told.output
        assert told.output.splitlines()[0] == "桃园一网格：做好入群码"
        assert (sheets / f"{GRID}.png").read_bytes().startswith(b"\x89PNG")
        page = (sheets / f"{GRID}.html").read_text("utf-8")
        for said in ("桃园一网格", "会读这个群里说的话", "点「不同意」", "110", "data:image/png;base64,", "@page"):
            assert said in page
        again = await command("joinways", "make", "--area", "999001")
        assert again.output.splitlines() == ["桃园一网格：已有入群码"]
        asked = [row["endpoint"] for row in await wecom.look("/ledger") if "join_way" in str(row["endpoint"])]
        assert asked.count("externalcontact/groupchat/add_join_way") == 1
        made = next(row for row in await wecom.look("/ledger") if row["endpoint"] == "externalcontact/groupchat/add_join_way")
        assert made["request"]["state"] == GRID  # type: ignore[index]
        assert (await command("joinways", "make", "--area", "000")).exit_code == 1


async def test_a_picture_that_could_not_be_had_is_fetched_the_next_time_for_the_same_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town(tmp_path, monkeypatch) as wecom:
        await wecom.act("/test/faults", kind="errcode", endpoint="get_join_way", errcode=48002, times=1)
        first = await command("joinways", "make")
        assert first.exit_code == 1
        assert "再运行一次" in first.output
        assert (await command("joinways", "make")).exit_code == 0
        asked = [row["endpoint"] for row in await wecom.look("/ledger")]
        assert asked.count("externalcontact/groupchat/add_join_way") == 1


async def test_the_welcome_text_is_made_once_and_says_that_the_group_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town(tmp_path, monkeypatch) as wecom:
        assert "已建好" in (await command("groups", "welcome")).output
        assert "没有变化" in (await command("groups", "welcome")).output
        (made,) = [row for row in await wecom.look("/ledger") if str(row["endpoint"]).endswith("group_welcome_template/add")]
        text = made["request"]["text"]["content"]  # type: ignore[index]
        assert "会读这个群里说的话" in text
        assert "不同意" in text


async def test_the_groups_are_read_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town(tmp_path, monkeypatch):
        told = await command("groups", "sync")
        assert (told.exit_code, told.output.splitlines()) == (0, ["共 1 个客户群，登记了 1 个，不见了 0 个。"])


@pytest.mark.parametrize("words", [("groups", "sync"), ("groups", "welcome"), ("joinways", "make"), ("appchat", "sync")])
def test_without_settings_each_command_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GRIDBOT_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    told = CliRunner().invoke(cli.app, list(words))
    assert told.exit_code == 1
    assert "没有配置" in told.output
