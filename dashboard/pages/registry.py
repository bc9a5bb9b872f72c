"""/registry: the county's registry as a workbook: taken home, filled in, looked over and imported, all or nothing.

Between looking and importing nothing is kept here: the checked registry lies in the page and comes back with the press,
so any process may answer, and it is checked again as if it came from a file.
"""

import asyncio
import base64
import json
import zlib
from typing import Any
from urllib.parse import quote

from aiohttp import web

from dashboard import reading
from dashboard.errors import Sorry
from dashboard.people import serves_area, signed_in
from dashboard.terms import when
from dashboard.visit import HEADERS, Visit
from registry.completeness import warnings
from registry.difference import difference, first_import
from registry.registry import Registry
from registry.source import from_data, to_data
from registry.terms import Role
from registry.workbook import read_workbook
from registry.workbook_file import WorkbookRefused
from registry.workbook_writer import write_template, write_workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Lines of differences, faults or warnings that a page shows; the rest is counted.
SHOWN = 300
#: A registry unfolds to at most so many bytes.
_UNFOLDED_AT_MOST = 64 * 1024 * 1024
_SAID = {"imported": "已导入，马上生效。", "undone": "已恢复到上一次导入之前，马上生效。"}


async def show(visit: Visit) -> web.Response:
    """GET /registry: what is in use, and the imports."""
    _may(visit)
    found = await visit.deps.store.read(reading.read_registry)
    return _start(visit, found)


async def download(visit: Visit) -> web.Response:
    """GET /registry.xlsx: the registry in use."""
    _may(visit)
    found = await visit.deps.store.read(reading.read_registry)
    if found.registry is None:
        raise Sorry(404, "还没有登记", "请先下载空表，填好以后导入。")
    try:
        body = await asyncio.to_thread(write_workbook, found.registry)
    except WorkbookRefused as refused:
        raise Sorry(409, "导不出来", f"{refused}。") from None
    return _file(body, f"登记表_{visit.now:%Y%m%d}.xlsx", "registry.xlsx")


async def template(visit: Visit) -> web.Response:
    """GET /registry-template.xlsx: an empty form with instructions and examples."""
    _may(visit)
    return _file(await asyncio.to_thread(write_template), "登记表_空表.xlsx", "registry-template.xlsx")


async def look(visit: Visit) -> web.Response:
    """POST /registry/look: what a workbook would change, or everything wrong with it; nothing is written."""
    _may(visit)
    found = await visit.deps.store.read(reading.read_registry)
    try:
        new, cells = await asyncio.to_thread(read_workbook, visit.upload)
    except WorkbookRefused as refused:
        return _start(visit, found, status=400, faults=[f"{refused}。"])
    if new is None:
        return _start(visit, found, status=400, faults=[str(cell) for cell in cells])
    return _differences(visit, found, new)


async def keep(visit: Visit) -> web.Response:
    """POST /registry/import: use what was looked at; shown anew when somebody else was quicker."""
    _may(visit)
    new = _unfold(visit.form.get("data", ""))
    _keeps_me(visit, new)
    me, now, seen = visit.me.id, visit.now, _version(visit)
    data = to_data(new)
    kept = await visit.deps.store.unit(
        lambda work: reading.import_registry(work, seen, data, me, now), writer="web"
    )
    if kept:
        return _back("imported")
    found = await visit.deps.store.read(reading.read_registry)
    return _differences(visit, found, new, notice="看变化的时候，登记被别人改过，还没有写入。请按现在的变化再看一遍。")


async def undo(visit: Visit) -> web.Response:
    """POST /registry/undo: back to what was there before the last import."""
    _may(visit)
    seen = _version(visit)
    if not await visit.deps.store.unit(lambda work: reading.undo_registry(work, seen), writer="web"):
        raise Sorry(409, "不能撤销", "没有更早的一份，或者登记刚刚被别人改过。请回到登记页看一看。")
    return _back("undone")


def _may(visit: Visit) -> None:
    """A registry is the whole county's, so only the county's grid office changes it."""
    registry = visit.registry
    roots = [area.code for area in registry.areas.values() if area.parent is None]
    if visit.me.role is not Role.GRID_OFFICE or not all(serves_area(registry, visit.me, root) for root in roots):
        raise Sorry(403, "不在您的范围", "全县的登记由县网格办来改，请把要改的告诉他们。")


def _keeps_me(visit: Visit, new: Registry) -> None:
    if signed_in(new, visit.me.id) is None:
        raise Sorry(400, "新的登记里没有您", "导入以后您就进不来了。请在「人员」表里留着自己这一行，角色写 网格办。")


def _start(
    visit: Visit, found: reading.RegistryInUse, *, status: int = 200, faults: list[str] | None = None
) -> web.Response:
    faults = faults or []
    names = visit.registry.people
    registry = found.registry
    return visit.page(
        "registry.html", status,
        counts=_counts(registry) if registry is not None else "",
        imports=[
            (when(at, visit.now), "命令行" if by == "cli" else names[by].name if by in names else by, active)
            for _, at, by, active in found.imports
        ],
        version=found.version or "", faults=faults[:SHOWN], more_faults=max(len(faults) - SHOWN, 0),
        notice=_SAID.get(visit.request.query.get("done", ""), ""),
    )


def _differences(visit: Visit, found: reading.RegistryInUse, new: Registry, *, notice: str = "") -> web.Response:
    _keeps_me(visit, new)
    old = found.registry
    changes = difference(old, new) if old is not None else (first_import(new),)
    lacks = warnings(new)
    return visit.page(
        "registry_look.html", counts=_counts(new), changes=changes[:SHOWN], total=len(changes),
        more=max(len(changes) - SHOWN, 0), lacks=lacks[:SHOWN], more_lacks=max(len(lacks) - SHOWN, 0),
        version=found.version or "", data=_fold(new), notice=notice,
    )


def _counts(registry: Registry) -> str:
    return (
        f"{len(registry.areas)} 个区域、{len(registry.groups)} 个群、{len(registry.units)} 个单位、"
        f"{len(registry.people)} 人、{len(registry.rosters)} 张值班表"
    )


def _fold(registry: Registry) -> str:
    plain = json.dumps(to_data(registry), ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(plain.encode())).decode()


def _unfold(folded: str) -> Registry:
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(base64.b64decode(folded, validate=True), _UNFOLDED_AT_MOST)
        data: Any = json.loads(plain) if unpacker.eof else None
    except (ValueError, zlib.error, RecursionError):
        data = None
    registry, _ = from_data(data)
    if registry is None:
        raise Sorry(400, "看不懂提交的内容", "请回到登记页，重新选文件。")
    return registry


def _version(visit: Visit) -> int | None:
    text = visit.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _back(done: str) -> web.Response:
    return web.Response(status=303, headers={**HEADERS, "Location": f"/registry?done={done}"})


def _file(body: bytes, name: str, plain: str) -> web.Response:
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return web.Response(body=body, content_type=_XLSX, headers={**HEADERS, "Content-Disposition": disposition})
