"""What each form of `gridbot try` does, from the settings to the lines that are printed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.learning_commands import trial
from bot.learning_commands.other_reader import other_reader
from bot.loading import House, LoadingError, load_book
from bot.replay import read_messages
from config.settings import Settings
from storage import registry_rows, shadow_rows
from storage.shadow_rows import ShadowOrder
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's options; exactly one of those after `lists` is given."""

    lists: Path | None
    days: int | None = None
    file: Path | None = None
    shadow: int | None = None
    report: bool = False
    off: bool = False


def run(asked: Asked, settings: Settings, now: Callable[[], datetime], told: Callable[[str, int, int], None]) -> list[str]:
    """Do it and give the lines for people. Raises LoadingError, ReplayError, StoreError."""
    with Store.open(settings.database_url) as store:
        store.migrate()
        if asked.report:
            return _report(store, now())
        if asked.off:
            store.run(lambda work: shadow_rows.put_order(work, None))
            return ["已停止并排跑；已有的数字用 --shadow-report 看。"]
        if asked.lists is None:
            raise LoadingError(("要写试哪个词表或模型。",))
        lists = trial.lists_path(asked.lists)
        other = other_reader(lists, settings.county_dir)
        if asked.shadow is not None:
            since = now()
            until = since + timedelta(days=asked.shadow)
            store.run(lambda work: shadow_rows.put_order(work, ShadowOrder(str(lists), since, until)))
            return [f"从现在起并排跑 {asked.shadow} 天，到 {until:%m-%d %H:%M}；正在用的不变。每天的数字用 gridbot try --shadow-report 看。"]
        house = House(load_book(settings.county_dir), store.look(registry_rows.load_registry))
        if not house.rules().registry.groups:
            raise LoadingError(("还没有登记：先运行 gridbot registry import FILE。",))
        if asked.file is not None:
            try:
                messages = read_messages(asked.file)
            except (OSError, UnicodeDecodeError):
                raise LoadingError((f"读不到文件：{asked.file}",)) from None
            return trial.lines(trial.compare(house, other, messages).total())
        days = asked.days or 1
        return trial.lines(asyncio.run(trial.archive_days(settings, store, house, other, days, now(), told)).total())


def _report(store: Store, now: datetime) -> list[str]:
    order, days = store.look(shadow_rows.get_order), store.look(shadow_rows.days)
    found = trial.day_lines(days)
    if order is None:
        return [*found, "现在没有并排跑的词表或模型。"]
    if order.trouble:
        return [*found, f"并排跑的用不了：{order.trouble}"]
    return [*found, f"并排跑到 {order.until:%m-%d %H:%M}。" if order.until > now else f"{order.until:%m-%d %H:%M} 已跑完。"]
