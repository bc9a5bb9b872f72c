"""What the commands about groups do: `groups sync`, `groups welcome`, `joinways make`, `appchat sync`. One line a group."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.channels.appchat import AppChat
from bot.channels.client import WeComClient
from bot.channels.consent import RoomAgreements
from bot.channels.customer_groups import CustomerGroups
from bot.channels.join_ways import JoinWays
from bot.channels.limits import MemoryMeter
from bot.channels.welcome import WelcomeTemplates
from bot.groups import join_codes
from bot.groups.appchat_sync import sync
from bot.groups.refusers import KnownRefusers
from bot.groups.watch import GroupWatch
from bot.groups.welcome_text import set_welcome
from bot.loading import House, LoadingError
from bot.texts import Texts, standing
from config.settings import Settings
from dashboard.sheet import whole_file
from registry.registry import Registry
from registry.terms import Hears, Tier
from storage import join_way_rows
from storage.store import Store

_NO_APP = "没有配置自建应用，先填 GRIDBOT_WECOM_CORP_ID、GRIDBOT_WECOM_APP_SECRET 等几项。"
_NO_CONTACT = "没有配置客户联系：先填自建应用的几项，或 GRIDBOT_WECOM_CONTACT_SECRET。"


@dataclass(frozen=True, slots=True)
class Told:
    """What a command says; `failed` makes it leave with status 1."""

    lines: tuple[str, ...]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What every command works with."""

    settings: Settings
    store: Store
    house: House
    now: Callable[[], datetime]

    @property
    def registry(self) -> Registry:
        return self.house.rules().registry

    def contact(self) -> WeComClient:
        """The app that may use 客户联系. Raises LoadingError."""
        secret = self.settings.contact_secret
        if self.settings.wecom_corp_id is None or secret is None:
            raise LoadingError((_NO_CONTACT,))
        return WeComClient(
            self.settings.wecom_base_url, self.settings.wecom_corp_id, secret.get_secret_value(), self.now
        )

    def app(self) -> tuple[WeComClient, int]:
        """The self-built app and its number. Raises LoadingError."""
        s = self.settings
        if s.wecom_corp_id is None or s.wecom_app_secret is None or s.wecom_app_agent_id is None:
            raise LoadingError((_NO_APP,))
        client = WeComClient(s.wecom_base_url, s.wecom_corp_id, s.wecom_app_secret.get_secret_value(), self.now)
        return client, s.wecom_app_agent_id

    def archive(self) -> WeComClient | None:
        """The archive's own secret, for what residents agreed to; None where it is not set."""
        s = self.settings
        if s.wecom_corp_id is None or s.wecom_archive_secret is None:
            return None
        return WeComClient(s.wecom_base_url, s.wecom_corp_id, s.wecom_archive_secret.get_secret_value(), self.now)


def welcome(texts: Texts, registry: Registry) -> str:
    """The county's welcome text: that the groups are read stands in it where any customer group is."""
    read = any(
        g.tier is Tier.BASIC and g.hears is Hears.ALL and "customer" in g.addresses for g in registry.groups.values()
    )
    return standing.welcome(texts, read=read)


def sync_groups(desk: Desk) -> Told:
    """Read all customer groups now; say what was found and which are nobody's."""

    async def work() -> Told:
        async with desk.contact() as client:
            archive = desk.archive()
            try:
                watch = GroupWatch(
                    desk.store, desk.house.rules, CustomerGroups(client),
                    RoomAgreements(archive) if archive is not None else None, KnownRefusers(), desk.now,
                )  # fmt: skip
                found = await watch.read_all()
            finally:
                if archive is not None:
                    await archive.close()
        if found.fault:
            return Told((f"没有读完：{found.fault}",), failed=True)
        lines = [f"共 {found.groups} 个客户群，登记了 {found.registered} 个，不见了 {found.gone} 个。"]
        if found.groups > found.registered:
            lines.append("没登记的在网格办页面「群」里绑定，或由登记过的干部在群里说「@小格 绑定 群编号」。")
        return Told(tuple(lines))

    return asyncio.run(work())


def set_welcome_text(desk: Desk) -> Told:
    """Make or change the welcome text in WeCom."""

    async def work() -> Told:
        client, agent_id = desk.app()
        async with client:
            line, failed = await set_welcome(
                desk.store, WelcomeTemplates(client, agent_id), welcome(desk.house.texts, desk.registry)
            )
        return Told((line,), failed)

    return asyncio.run(work())


def make_join_ways(desk: Desk, area: str | None, out: Path | None) -> Told:
    """Make the join codes that are missing; with `out` write each grid's picture and sheet there."""
    if area is not None and desk.registry.area(area) is None:
        raise LoadingError((f"没有这个区划：{area}",))

    async def work() -> Told:
        lines: list[str] = []
        failed = False
        async with desk.contact() as client:
            async for made in join_codes.make(desk.store, JoinWays(client), desk.registry, desk.now(), area):
                lines.append(made.line)
                failed |= made.failed
        if not lines:
            lines.append("没有要做入群码的网格：先在登记里写上网格和它的基础群。")
        return Told(tuple(lines), failed)

    told = asyncio.run(work())
    if out is None:
        return told
    return Told(
        (*told.lines, f"图片和门口张贴的页面写到 {out}（{write_sheets(desk, area, out)} 个网格）。"), told.failed
    )


def write_sheets(desk: Desk, area: str | None, out: Path) -> int:
    """Each grid's code as PNG and its sheet as one HTML file; gives how many grids. Raises LoadingError."""
    count = 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for grid in join_codes.grids(desk.registry, area):
            code = grid.code
            kept = desk.store.look(lambda work, code=code: join_way_rows.get(work, code))  # type: ignore[misc]
            if kept is None or not kept.picture:
                continue
            (out / f"{code}.png").write_bytes(kept.picture)
            page = whole_file(desk.house.texts, desk.registry, grid, kept.picture)
            (out / f"{code}.html").write_text(page, encoding="utf-8")
            count += 1
    except OSError as error:
        raise LoadingError((f"写不了文件夹 {out}：{error.strerror}",)) from error
    return count


def sync_app_groups(desk: Desk, *, dry_run: bool) -> Told:
    """Bring the app's own groups into step with the registry, or only say what would change."""

    async def work() -> Told:
        lines: list[str] = []
        failed = False
        client, _ = desk.app()
        async with client:
            chats = AppChat(client, MemoryMeter(desk.now))
            async for one in sync(chats, desk.registry, standing.app_group_hello(desk.house.texts), dry_run=dry_run):
                lines.append(one.line)
                failed |= one.failed
        if not lines:
            lines.append("登记里没有应用建的群（群的 addresses 里没有写 appchat）。")
        elif dry_run:
            lines.append("试运行，没有改动。")
        return Told(tuple(lines), failed)

    return asyncio.run(work())
