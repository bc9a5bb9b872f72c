"""入群码: one join QR code for each grid, made once and kept; the same code goes on when its groups change."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from bot.channels.join_ways import GROUPS, JoinWay, JoinWays
from bot.channels.outcomes import Failed, Sent
from bot.groups.watch import sentence_of
from registry.model import Area
from registry.registry import Registry
from registry.terms import Level
from storage import join_way_rows
from storage.join_way_rows import KeptWay
from storage.store import Store

#: errcode of a join way that is not there any more.
_UNKNOWN = 40058


@dataclass(frozen=True, slots=True)
class Made:
    """One grid's line: what was done, in Chinese; `failed` where it could not be."""

    area: str
    line: str
    failed: bool = False


def chats_of(registry: Registry, area: str) -> tuple[str, ...]:
    """The grid's own customer groups, at most 5, in the registry's order."""
    groups = [group for group in registry.basic_groups_of(area) if group.area == area]
    return tuple(group.addresses["customer"] for group in groups if "customer" in group.addresses)[:GROUPS]


def grids(registry: Registry, only: str | None) -> list[Area]:
    """Grids and micro-grids with a basic group, or those in the area named."""
    return [
        area for area in registry.areas.values()
        if area.level in (Level.GRID, Level.MICRO_GRID) and (only is None or registry.within(area.code, only))
        and any(group.area == area.code for group in registry.basic_groups_of(area.code))
    ]  # fmt: skip


async def make(
    store: Store, ways: JoinWays, registry: Registry, now: datetime, only: str | None = None
) -> AsyncIterator[Made]:
    """Make what is missing, bring into step what has other groups by now, and keep each picture."""
    for area in grids(registry, only):
        chats = chats_of(registry, area.code)
        if not chats:
            yield Made(area.code, f"{area.name}：还没有绑定客户群，先建群并绑定，再做入群码", failed=True)
            continue
        code = area.code
        kept = await store.read(lambda work, code=code: join_way_rows.get(work, code))  # type: ignore[misc]
        if kept is not None and kept.chats == chats and kept.picture:
            yield Made(area.code, f"{area.name}：已有入群码")
            continue
        yield await _make_one(store, ways, area, chats, kept, now)


async def _make_one(
    store: Store, ways: JoinWays, area: Area, chats: tuple[str, ...], kept: KeptWay | None, now: datetime
) -> Made:
    config_id = kept.config_id if kept is not None else None
    if config_id is not None:
        changed = await ways.update(config_id, area.code, chats, area.name)
        if isinstance(changed, Failed) and changed.code == _UNKNOWN:
            config_id = None
        elif not isinstance(changed, Sent):
            return Made(area.code, f"{area.name}：{sentence_of(changed)}", failed=True)
    done = "入群码换了群，码不变" if config_id is not None else "做好入群码"
    if config_id is None:
        made = await ways.create(area.code, chats, area.name)
        if not isinstance(made, str):
            return Made(area.code, f"{area.name}：{sentence_of(made)}", failed=True)
        config_id = made
    # kept before the picture is fetched: a second run must not make a second code
    first = KeptWay(area.code, config_id, chats, kept.picture if kept is not None else b"", now)
    await store.unit(lambda work: join_way_rows.put(work, first), writer="web")
    way = await ways.get(config_id)
    if not isinstance(way, JoinWay):
        return Made(area.code, f"{area.name}：码做好了，图片没取到（{sentence_of(way)}），再运行一次", failed=True)
    picture = await ways.picture(way)
    if picture is None:
        return Made(area.code, f"{area.name}：码做好了，图片没取到，再运行一次", failed=True)
    whole = KeptWay(area.code, config_id, chats, picture, now)
    await store.unit(lambda work: join_way_rows.put(work, whole), writer="web")
    return Made(area.code, f"{area.name}：{done}")
