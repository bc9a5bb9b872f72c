"""`gridbot check --wecom` against the emulated WeCom: every door tried, every refusal told."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from bot.channels.app_door import AppDoor
from bot.channels.bot_door import BotDoor
from bot.channels.console import MISSING, OFF, OK, UNCLEAR, UNTRIED, Door, Finding
from bot.channels.crypto import Cipher
from bot.channels.times import CHINA
from bot.cli import app
from bot.loading import read_registry
from bot.messages import Incoming
from bot.wecom_check import check_doors
from config.settings import Settings
from registry.registry import Registry
from tests.builders.archive_standin import CORP as ARCHIVE_CORP
from tests.builders.archive_standin import FarEnd, compiled, write_keys
from tests.builders.archive_standin import sealed as sealed_record
from tests.builders.emulated import REGISTRY, Emulated, emulated

COUNTY = Settings.model_fields["county_dir"].default / "registry.yaml"
BOT_TOKEN, BOT_KEY = "botToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def now() -> datetime:
    return datetime.now(CHINA)


def small_county(**webhooks: str) -> Registry:
    """The emulator's county with the webhooks that the emulator gives its groups, `webhooks` by group id instead."""
    read = read_registry(REGISTRY)
    keys = {"g-coord-01": "wh-g-coord-01", "g-cmd-01": "wh-g-cmd-01"} | webhooks
    groups = [
        replace(group, addresses={"webhook": keys[group.id]} if group.id in keys else {}) for group in read.groups.values()
    ]
    people = [replace(person, identities={"wecom": person.id}) for person in read.people.values()]
    return Registry.of(read.areas.values(), read.units.values(), groups, people)


def settings_of(wecom: Emulated, **changed: Any) -> Settings:
    said: dict[str, Any] = dict(wecom.said)
    keys = Path(next(iter(said["archive_keys"].values()))).parent
    given: dict[str, Any] = {
        "wecom_base_url": said["base_url"], "wecom_bot_ws_url": said["ws_url"], "wecom_corp_id": said["corp_id"],
        "wecom_app_agent_id": said["agent_id"], "wecom_app_secret": said["app_secret"], "wecom_app_token": said["app_token"],
        "wecom_app_aes_key": said["app_aes_key"], "wecom_bot_id": said["bot_id"], "wecom_bot_secret": said["bot_secret"],
        "wecom_archive_url": said["archive_url"], "wecom_archive_keys_dir": keys, "wecom_archive_secret": said["app_secret"],
        "wecom_report_secret": said["app_secret"], "wecom_kf_account": said["kf_account"], "http_port": 1,
        "wechat_mp_base_url": said["mp_base_url"], "wechat_mp_app_id": said["mp_app_id"], "wechat_mp_token": said["mp_token"],
        "wechat_mp_app_secret": said["mp_app_secret"], "wechat_mp_aes_key": said["mp_aes_key"],
    }  # fmt: skip
    return Settings(**(given | changed))


async def tried(
    wecom: Emulated, county: Registry | None = None, public_url: str | None = None, **changed: Any
) -> dict[Door, Finding]:
    found = await check_doors(settings_of(wecom, **changed), county, now, public_url)
    assert [one.door for one in found] == list(dict.fromkeys(one.door for one in found))
    return {one.door: one for one in found}


@asynccontextmanager
async def callbacks(wecom: Emulated, app_key: str | None = None) -> AsyncIterator[str]:
    """A program that answers WeCom's callbacks; gives its root address."""

    async def accept(incoming: Incoming, key: str, body: bytes) -> None:
        raise AssertionError("a verification is no message")

    said = wecom.said
    door = AppDoor(Cipher(said["app_token"], app_key or said["app_aes_key"], said["corp_id"]), said["corp_id"], accept)
    bot = BotDoor(Cipher(BOT_TOKEN, BOT_KEY, ""), accept, now)

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "swept_at": None})

    app = web.Application()
    app.add_routes([*door.routes(), *bot.routes(), web.get("/healthz", healthz)])
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}"


async def test_every_door_of_a_well_kept_county_is_open() -> None:
    async with emulated("--clock", "real") as wecom, callbacks(wecom) as root:
        found = await tried(wecom, small_county(), root)
        assert {door for door, one in found.items() if one.state != OK} == {Door.BOT_CALLBACK}, found
        assert found[Door.BOT_CALLBACK].state == OFF
        groups = (await wecom.state())["groups"]
        assert isinstance(groups, list)
        assert not [said for group in groups for said in group["messages"]], "nothing may be posted by a check"
        tokens = [one for one in await wecom.look("/ledger?limit=1000") if one["endpoint"] == "gettoken"]
        assert len(tokens) == 1, "the app's secret serves several doors by one token"


async def test_nothing_configured_says_what_is_missing() -> None:
    found = {one.door: one for one in await check_doors(Settings(), None, now)}
    assert set(found) == set(Door)
    assert {one.state for one in found.values()} == {OFF}


async def refused(wecom: Emulated, endpoint: str, errcode: int, door: Door) -> Finding:
    await wecom.act("/test/faults", kind="errcode", endpoint=endpoint, errcode=errcode)
    return (await tried(wecom, small_county()))[door]


async def test_refusals_are_told_with_where_to_click() -> None:
    async with emulated("--clock", "real") as wecom:
        app = await refused(wecom, "agent/get", 60020, Door.APP)
        assert (app.state, app.code) == (MISSING, 60020)
        assert "127.0.0.1" in app.said[0]
        assert "企业可信 IP" in app.todo[0]
        contact = await refused(wecom, "groupchat/list", 48002, Door.CONTACT)
        assert (contact.state, contact.code) == (MISSING, 48002)
        assert "可调用接口的应用" in contact.todo[0]
        archive = await refused(wecom, "msgaudit", 301052, Door.ARCHIVE)
        assert "续费" in archive.said[0]
        media = await refused(wecom, "media/upload", 45009, Door.MEDIA)
        assert (media.state, media.code) == (UNCLEAR, 45009)
        helper = await refused(wecom, "archive/fetch", 10009, Door.ARCHIVE_HELPER)
        assert "可信 IP" in helper.todo[0]
        bot = await refused(wecom, "aibot_subscribe", 853000, Door.BOT)
        assert "Secret" in bot.todo[0]
        customer_service = await refused(wecom, "kf/account/list", 95017, Door.KF)
        assert "微信客服" in customer_service.todo[0]
        account = await refused(wecom, "mp/getcallbackip", 40164, Door.MP)
        assert "白名单" in account.todo[0]
        report = await refused(wecom, "get_order_list", 48002, Door.REPORT)
        assert "居民上报" in report.todo[0]
        many = await refused(wecom, "groupchat/list", 81017, Door.CONTACT)
        assert many.state == OK, "over a thousand members are no missing permission"


async def test_wrong_settings_are_told() -> None:
    async with emulated("--clock", "real") as wecom:
        assert (await tried(wecom, wecom_app_secret="wrong"))[Door.APP].code == 40001
        assert (await tried(wecom, wecom_corp_id="wwWrong"))[Door.APP].code == 40013
        assert (await tried(wecom, wecom_app_agent_id=9))[Door.APP].code == 40056
        assert (await tried(wecom, wecom_bot_secret="wrong"))[Door.BOT].code == 853000
        assert (await tried(wecom, wecom_kf_account="wkNONE"))[Door.KF].state == MISSING
        mp = (await tried(wecom, wechat_mp_app_id="wxNONE"))[Door.MP]
        assert (mp.state, mp.code) == (MISSING, 40013)
        assert "AppID" in mp.said[0]
        nobody = (await tried(wecom, wecom_base_url="http://127.0.0.1:1"))[Door.APP]
        assert nobody.state == UNCLEAR
        assert "BASE_URL" in nobody.todo[0]


async def test_a_webhook_that_is_gone_and_an_owner_without_customer_contact_are_named() -> None:
    async with emulated("--clock", "real") as wecom:
        county = small_county(**{"g-cmd-01": "gone"})
        owner = county.people["ul-01"]
        groups = [replace(g, owner=owner.id) if g.id == "g-basic-01" else g for g in county.groups.values()]
        county = Registry.of(county.areas.values(), county.units.values(), groups, county.people.values())
        found = await tried(wecom, county)
        assert (found[Door.WEBHOOK].state, found[Door.WEBHOOK].code) == (MISSING, 93000)
        assert [said.split("：")[0] for said in found[Door.WEBHOOK].said] == ["青禾县指挥群"]
        assert found[Door.CONTACT].state == MISSING
        assert "桃园小区一群的群主岳大寒" in found[Door.CONTACT].said[0]


async def test_a_range_that_is_too_small_for_the_apps_own_groups_is_told() -> None:
    async with emulated("--clock", "real") as wecom:
        county = small_county()
        groups = [replace(g, addresses={"appchat": "coord1"}) if g.id == "g-coord-01" else g for g in county.groups.values()]
        county = Registry.of(county.areas.values(), county.units.values(), groups, county.people.values())
        assert (await tried(wecom, county))[Door.APP].state == OK
        await wecom.act("/test/visible_range", whole_company=False)
        assert (await tried(wecom, county))[Door.APP].state == MISSING


async def test_a_running_gridbot_keeps_its_connection() -> None:
    async with emulated("--clock", "real") as wecom, callbacks(wecom) as root:
        found = await tried(wecom, http_port=int(root.rpartition(":")[2]))
        assert found[Door.BOT].state == UNTRIED
        assert not [one for one in await wecom.look("/ledger?limit=1000") if one["endpoint"] == "aibot_subscribe"]


async def test_an_address_that_answers_wrongly_is_told() -> None:
    async with emulated("--clock", "real") as wecom:
        by_url = {"wecom_bot_secret": None, "wecom_bot_token": BOT_TOKEN, "wecom_bot_aes_key": BOT_KEY}
        async with callbacks(wecom, app_key="z" * 43) as root:
            found = await tried(wecom, None, root, **by_url)
            assert found[Door.CALLBACK].state == MISSING
            assert "密钥" in found[Door.CALLBACK].said[0]
            assert found[Door.BOT_CALLBACK].state == OK
            assert "nowhere" in (await tried(wecom, None, root + "/nowhere"))[Door.CALLBACK].said[0]
        assert "连不上" in (await tried(wecom, None, "http://127.0.0.1:1"))[Door.CALLBACK].said[0]
        assert (await tried(wecom))[Door.CALLBACK].state == UNTRIED


async def test_a_private_key_of_another_version_is_missed(tmp_path: Path) -> None:
    async with emulated("--clock", "real") as wecom:
        await wecom.act("/say", person="re-01", group="g-basic-01", text="路灯不亮")
        paths = dict(wecom.said)["archive_keys"]
        shutil.copy(next(iter(dict(paths).values())), tmp_path / "archive-9.pem")
        found = (await tried(wecom, wecom_archive_keys_dir=tmp_path))[Door.ARCHIVE_HELPER]
        assert found.state == MISSING
        assert "没有这一版的私钥" in found.said[0]
        (tmp_path / "archive-9.pem").unlink()
        assert (await tried(wecom, wecom_archive_keys_dir=tmp_path))[Door.ARCHIVE_HELPER].state == MISSING


async def test_the_archives_own_library_is_started_asked_and_ended(tmp_path: Path) -> None:
    library = compiled(tmp_path)
    async with emulated("--clock", "real") as wecom:
        far = FarEnd([sealed_record(1, {"msgid": "N1"}, version=3)], {})
        async with TestServer(far.app()) as server:
            native = {"wecom_archive_library": library, "wecom_corp_id": ARCHIVE_CORP, "wecom_archive_secret": str(server.port)}
            keys = write_keys(tmp_path, (3,))
            found = (await tried(wecom, wecom_archive_url=None, wecom_archive_keys_dir=keys, **native))[Door.ARCHIVE_HELPER]
            assert (found.state, found.said) == (OK, ("取得到存档，有第 3 版私钥。",))
        no_library = tmp_path / "no_library.so"
        no_library.write_bytes(b"no library")
        native["wecom_archive_library"] = no_library
        found = (await tried(wecom, wecom_archive_url=None, wecom_archive_keys_dir=keys, **native))[Door.ARCHIVE_HELPER]
        assert found.state == MISSING
        assert "ARCHIVE_LIBRARY" in found.todo[0]


async def test_the_command_tells_people_and_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with emulated("--clock", "real") as wecom:
        shown = settings_of(wecom, database_url=f"sqlite:///{tmp_path / 'grid.db'}").model_dump(exclude_defaults=True)
        for name, value in shown.items():
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            monkeypatch.setenv(f"GRIDBOT_{name.upper()}", str(plain))
        monkeypatch.chdir(tmp_path)

        async def gridbot(*words: str) -> Result:
            return await asyncio.to_thread(CliRunner().invoke, app, list(words))

        imported = await gridbot("registry", "import", str(COUNTY))
        assert imported.exit_code == 0, imported.output
        said = await gridbot("check", "--wecom")
        assert "✓ 自建应用：" in said.output
        told = json.loads((await gridbot("check", "--wecom", "--json")).output)
        assert {one["door"] for one in told["doors"]} == set(Door)
        await wecom.act("/test/faults", kind="errcode", endpoint="agent/get", errcode=60020, times=2)
        said = await gridbot("check", "--wecom")
        assert said.exit_code == 1
        assert "企业可信 IP" in said.output
        told = json.loads((await gridbot("check", "--wecom", "--json")).output)
        assert told["ok"] is False
        assert next(one for one in told["doors"] if one["door"] == "app")["code"] == 60020
        assert "doors" in json.loads((await gridbot("check", "--json")).output)
        secrets = [one.get_secret_value() for one in shown.values() if isinstance(one, SecretStr)]
        assert not [one for one in secrets if one in said.output or one in json.dumps(told)]
