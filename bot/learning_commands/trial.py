"""`gridbot try`: what other lists or another model would have opened on the archive's last days, or in a recorded talk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from bot.channels.archive import ArchiveEar
from bot.channels.archive_helper import ArchiveHelper, ArchiveUnavailable
from bot.channels.archive_keeper import START_SECONDS, ArchiveKeeper, NativeArchive
from bot.channels.consent import obeyed
from bot.classifier.reader import Classifier
from bot.decider import Decider
from bot.learning_commands.beside import Beside, Difference
from bot.loading import House, LoadingError
from bot.messages import Incoming
from bot.talk import Talk
from config.settings import Settings
from registry.terms import CATEGORY_NAMES, Category
from storage import consent_rows, ears
from storage.shadow_rows import ShadowDay
from storage.store import Store

#: WeCom keeps the archive for five days.
MOST_DAYS = 5
_ARCHIVE = "archive"
_BATCH = 1000
#: Talk before the days asked for, so that their first lines are read with what came before.
_BEFORE = timedelta(hours=2)


def compare(house: House, other: Classifier, messages: Iterable[Incoming], since: datetime | None = None) -> Beside:
    """Both readers over messages in order, from `since` on (what is before only fills the talk)."""
    decider = Decider(house.classifier, Talk(), house.rules)
    beside = Beside(decider, other)
    for incoming in messages:
        read = decider.read(incoming)
        if since is None or incoming.at >= since:
            beside.hear([read])
    return beside


@contextlib.asynccontextmanager
async def archive_of(settings: Settings, bot_name: str) -> AsyncIterator[ArchiveEar]:
    """An ear of its own on the archive: by a helper that runs elsewhere, or by the native library in a process for these
    minutes. Raises LoadingError where no archive is set."""
    if not settings.archive_on or settings.wecom_archive_keys_dir is None:
        raise LoadingError(("没有接会话存档，试不了过去几天：可以用 --file 试记录下来的群聊，或用 --shadow 和现在的并排跑几天。",))
    async with contextlib.AsyncExitStack() as ends:
        if settings.wecom_archive_library and settings.wecom_corp_id and settings.wecom_archive_secret:
            password = settings.wecom_archive_proxy_password
            keeper = ArchiveKeeper(NativeArchive(
                settings.wecom_archive_library, settings.wecom_corp_id, settings.wecom_archive_secret.get_secret_value(),
                str(settings.wecom_archive_proxy or ""), password.get_secret_value() if password else "",
            ))
            ends.push_async_callback(keeper.close)
            running = asyncio.create_task(keeper.run())
            ends.push_async_callback(_ended, running)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(keeper.first_said(), START_SECONDS)
            if keeper.refusal:
                raise LoadingError((keeper.refusal,))
            helper = keeper.helper
        else:
            helper = ArchiveHelper(str(settings.wecom_archive_url))
            ends.push_async_callback(helper.close)
        ear = ArchiveEar(helper, settings.wecom_archive_keys_dir, own=frozenset(settings.wecom_archive_own), names=(bot_name,))
        ends.callback(ear.close)
        yield ear


async def _ended(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def archive_days(
    settings: Settings, store: Store, house: House, other: Classifier, days: int, now: datetime,
    told: Callable[[str, int, int], None],
) -> Beside:
    """Both readers over the archive's last `days` days (1–5), in memory; those who refused the archive are not heard.
    The service's own cursor is not touched. Raises LoadingError where there is no archive or it does not answer."""
    since = now - timedelta(days=days)
    refusers = store.look(consent_rows.refusers)
    cursor = store.look(lambda work: ears.mark_before(work, _ARCHIVE, since - _BEFORE)) or 0
    decider = Decider(house.classifier, Talk(), house.rules)
    beside = Beside(decider, other)
    heard = 0
    try:
        async with archive_of(settings, house.rules().registry.bot_name) as ear:
            while (batch := await ear.batch(cursor, _BATCH)).records:
                kept, agreements, _ = obeyed(batch.heard, refusers)
                for one in agreements:
                    (refusers.discard if one.agreed else refusers.add)((one.room, one.external))
                for incoming in kept:
                    if incoming.at >= since - _BEFORE:
                        read = decider.read(incoming)
                        if incoming.at >= since:
                            beside.hear([read])
                heard += len(kept)
                told("读存档", heard, heard)
                cursor = batch.cursor
    except ArchiveUnavailable:
        raise LoadingError(("会话存档没有应答，请看看存档程序是否在运行，过一会儿再试。",)) from None
    return beside


def lines(found: Difference) -> list[str]:
    """The difference for people: counts alone."""
    told = [
        f"听了 {found.heard} 条。两边一样的工单 {found.same} 张；换上以后：多开 {found.added} 张，少开 {found.lost} 张，"
        f"类别、紧急或险情变了 {found.changed} 张。",
        f"险情：多报 {found.added_danger} 件，少报 {found.lost_danger} 件。",
    ]
    for name, counts in (("多开", found.added_by), ("少开", found.lost_by)):
        if counts:
            told.append(f"{name}的：" + "，".join(f"{_name(category)} {count}" for category, count in counts) + "。")
    if found.lost_danger:
        told.append("注意：有险情会漏报，先别换。")
    return told


def _name(category: Category) -> str:
    return CATEGORY_NAMES[category]


def day_lines(days: Iterable[ShadowDay]) -> list[str]:
    """The counts of a shadow's days, a line each."""
    return [
        f"{day.day}：听了 {day.heard} 条，一样 {day.same} 张，多开 {day.added}，少开 {day.lost}，变了 {day.changed}；"
        f"险情多报 {day.added_danger}、少报 {day.lost_danger}"
        for day in days
    ]


def lists_path(lists: Path) -> Path:
    """The path by which the service finds the lists. Raises LoadingError where there is nothing."""
    if not lists.exists():
        raise LoadingError((f"没有这个文件或文件夹：{lists}",))
    return lists.resolve()
