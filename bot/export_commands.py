"""`gridbot export ledger` and `gridbot export brief`: 台账 and 简报 of some days as files or, the brief, as text. What was
asked wrongly raises AskedWrongly with every reason at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.loading import AskedWrongly
from bot.policy_commands import area_called
from dashboard import brief as briefs
from dashboard import ledger as ledgers
from dashboard.reading import read_brief, read_ledger
from registry.registry import Registry
from storage.registry_rows import load_registry
from storage.store import Store

#: The days that are taken where none are named, today among them.
_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed."""

    file: Path | None
    first: str | None
    last: str | None
    area: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """What goes into the file, and what is printed."""

    content: bytes
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The options as they are understood. `areas` None means all."""

    start: date
    end: date
    place: str
    areas: Collection[str] | None

    @property
    def told(self) -> str:
        return f"{self.place} {self.start:%Y-%m-%d} 至 {self.end:%Y-%m-%d} "


def ledger(store: Store, asked: Asked, now: datetime) -> Made:
    """台账 as .xlsx or .csv."""
    registry = store.look(load_registry)
    chosen = _choose(asked, registry, now, (".xlsx", ".csv"))
    since, until = ledgers.bounds(chosen.start, chosen.end, now)
    rows = store.look(lambda work: read_ledger(work, since, until, chosen.areas))
    if not rows:
        raise AskedWrongly((f"{chosen.told}没有受理过工单，没有写文件。",))
    if asked.file is not None and asked.file.suffix.lower() == ".csv":
        content = ledgers.table(rows, registry, now)
    else:
        content = ledgers.workbook(rows, registry, chosen.start, chosen.end, now)
    return Made(content, (f"已写到 {asked.file}：{chosen.told}受理的 {len(rows)} 件。",))


def brief(store: Store, asked: Asked, now: datetime) -> Made:
    """简报 as .xlsx, or, without a file, as lines of text."""
    registry = store.look(load_registry)
    chosen = _choose(asked, registry, now, (".xlsx",))
    found = store.look(lambda work: read_brief(work, chosen.place, chosen.areas, chosen.start, chosen.end, now))
    if found.is_empty:
        raise AskedWrongly((f"{chosen.told}没有新增、办结的事，现在也没有没办完的，没有可以写的简报。",))
    if asked.file is None:
        return Made(b"", tuple(briefs.lines(found, registry, now)))
    return Made(briefs.workbook(found, registry, now), (f"已写到 {asked.file}：{found.title}。",))


def _choose(asked: Asked, registry: Registry, now: datetime, endings: tuple[str, ...]) -> _Chosen:
    errors: list[str] = []
    file = asked.file
    if file is not None and file.suffix.lower() not in endings:
        errors.append(f"文件名要以 {' 或 '.join(endings)} 结尾：{file.name}")
    elif file is not None and file.exists():
        errors.append(f"{file} 已经有了，没有改动它。请换一个文件名。")
    start = end = now.date()
    try:
        start, end = _days(asked, now)
    except ledgers.LedgerDatesError as wrong:
        errors.append(str(wrong))
    else:
        if start > now.date():
            errors.append(f"开始日期 {start:%Y-%m-%d} 还没有到，请重新选。")
    place, areas = "全县", None
    if asked.area is not None:
        area = area_called(registry, asked.area, errors)
        if area is not None:
            place = area.name
            areas = frozenset(code for code in registry.areas if registry.within(code, area.code))
    if errors:
        raise AskedWrongly(tuple(errors))
    return _Chosen(start, end, place, areas)


def _days(asked: Asked, now: datetime) -> tuple[date, date]:
    """The last day is today where none is named, the first six days before it."""
    last = asked.last if asked.last is not None else f"{now.date()}"
    if asked.first is not None:
        return ledgers.read_days(asked.first, last)
    _, end = ledgers.read_days(last, last)
    return end - _DAYS + timedelta(days=1), end
