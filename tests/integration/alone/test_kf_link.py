"""`gridbot kf link` against the emulated WeCom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import yaml
from aiohttp.test_utils import unused_port
from typer.testing import CliRunner, Result

from bot import cli
from bot.texts.sentences import overlaid
from tests.builders.emulated import emulated


@asynccontextmanager
async def wecom(monkeypatch: pytest.MonkeyPatch, **other: str) -> AsyncIterator[str]:
    """An emulator, and settings that lead to it; gives the 客服 account."""
    async with emulated("--clock", "real") as running:
        said = running.said
        for name, value in {
            "WECOM_BASE_URL": said["base_url"], "WECOM_CORP_ID": said["corp_id"], "WECOM_KF_ACCOUNT": said["kf_account"],
            "WECOM_APP_AGENT_ID": str(said["agent_id"]), "WECOM_APP_SECRET": said["app_secret"],
            "WECOM_APP_TOKEN": said["app_token"], "WECOM_APP_AES_KEY": said["app_aes_key"], **other,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"GRIDBOT_{name}", str(value))
        yield str(said["kf_account"])


async def link() -> Result:
    """In a thread: the command has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli.app, ["kf", "link"])


async def test_the_link_and_a_line_for_the_countys_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    async with wecom(monkeypatch) as account:
        given = await link()
    assert given.exit_code == 0, given.output
    first, _, last = given.output.splitlines()
    address = first.removeprefix("微信客服的链接：")
    assert address.startswith("https://work.weixin.qq.com/kf")
    assert account in address
    pasted = yaml.safe_load(last)
    assert pasted == {"contact.alone": f"点这里跟小格说 {address}"}
    assert overlaid(pasted).by_name["contact.alone"].endswith(address)


async def test_a_refusal_of_wecom_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async with wecom(monkeypatch, WECOM_KF_ACCOUNT="wkNobody"):
        given = await link()
    assert given.exit_code == 1
    assert "企业微信没有给链接（95000）：微信客服账号（open_kfid）不对" in given.output


async def test_no_wecom_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async with wecom(monkeypatch, WECOM_BASE_URL=f"http://127.0.0.1:{unused_port()}"):
        given = await link()
    assert given.exit_code == 1
    assert "请过一会儿再试" in given.output


async def test_without_settings_it_says_what_to_fill_in() -> None:
    given = await link()
    assert given.exit_code == 1
    assert "没有配置微信客服" in given.output
    assert "GRIDBOT_WECOM_KF_ACCOUNT" in given.output
