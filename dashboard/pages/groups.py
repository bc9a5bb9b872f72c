"""/groups: the customer groups, their owners, what waits for a press, and the join codes with their doorway sheets."""

from aiohttp import web

from dashboard import groups, reading
from dashboard.errors import Sorry
from dashboard.pages.chats import picked
from dashboard.people import area_name, serves_area
from dashboard.sheet import said
from dashboard.terms import when
from dashboard.visit import HEADERS, Visit
from registry.terms import OFFICIALS, Level, Tier

_GRIDS = (Level.GRID, Level.MICRO_GRID)
_MARK = "｜"


async def show(visit: Visit) -> web.Response:
    """GET /groups."""
    registry, now = visit.registry, visit.now
    found = await visit.deps.store.read(lambda work: reading.read_groups(work, now))
    known, unknown = groups.rows(registry, found.seen, found.refused, found.sends)
    codes = [
        {"code": area.code, "name": area_name(registry, area.code), "at": when(found.ways[area.code], now)}
        for area in registry.areas.values() if area.level in _GRIDS and area.code in found.ways
    ]  # fmt: skip
    without = [
        area_name(registry, area.code)
        for area in registry.areas.values()
        if area.level in _GRIDS and area.code not in found.ways
        and any(group.area == area.code and groups.EAR in group.addresses for group in registry.basic_groups_of(area.code))
    ]  # fmt: skip
    free = [g for g in registry.groups.values() if g.tier is Tier.BASIC and groups.EAR not in g.addresses]
    return visit.page(
        "groups.html",
        known=[(row, when(row.seen_at, now)) for row in known],
        unknown=unknown,
        choices=[f"{group.name}{_MARK}{group.id}" for group in free],
        waiting=[(registry.group(row.group), row.event) for row in found.waiting if row.group],
        codes=codes,
        without=without,
        notice=_NOTICES.get(visit.request.query.get("done", ""), ""),
    )


_NOTICES = {"bound": "已绑定。", "owner": "已确认群主，从现在起请他按发送。"}


async def bind(visit: Visit) -> web.Response:
    """POST /groups/bind: this customer group is that registered one."""
    chat, group = visit.form.get("chat", ""), visit.registry.group(picked(visit.form.get("group", "")))
    if group is None or group.tier is not Tier.BASIC:
        raise Sorry(400, "没有选中群", "请从名单里选一个登记过的基础群，再按绑定。")
    if not serves_area(visit.registry, visit.me, group.area):
        raise Sorry(403, "不在您的范围", "这个群不在您负责的区域，请上一级网格办来绑定。")
    group_id, me, now = group.id, visit.me.id, visit.now
    is_bound = await visit.deps.store.unit(
        lambda work: reading.bind_customer_group(work, visit.registry, group_id, chat, me, now), writer="web"
    )
    if not is_bound:
        raise Sorry(400, "没有这个客户群", "名单可能变了，请刷新后再操作。")
    return web.Response(status=303, headers={"Location": "/groups?done=bound"})


async def agree_owner(visit: Visit) -> web.Response:
    """POST /groups/owner: whoever owns the group in WeCom presses send from now on."""
    chat = visit.form.get("chat", "")
    group = visit.registry.group_by_address(groups.EAR, chat)
    person = visit.registry.person(visit.form.get("person", ""))
    if group is None or person is None or person.role not in OFFICIALS:
        raise Sorry(400, "不能确认这位群主", "新群主要先登记成干部，并写上企业微信账号；再回到这里确认。")
    if not serves_area(visit.registry, visit.me, group.area):
        raise Sorry(403, "不在您的范围", "这个群不在您负责的区域，请上一级网格办来确认。")
    person_id = person.id
    await visit.deps.store.unit(lambda work: reading.agree_owner(work, chat, person_id), writer="web")
    return web.Response(status=303, headers={"Location": "/groups?done=owner"})


async def code(visit: Visit) -> web.Response:
    """GET /groups/codes/{area}.png: the grid's join code."""
    area = visit.request.match_info["area"]
    way = await visit.deps.store.read(lambda work: reading.read_join_way(work, area))
    if way is None or not way.picture:
        raise Sorry(404, "还没有入群码", "请管理员运行 gridbot joinways make。")
    return web.Response(body=way.picture, content_type="image/png", headers=HEADERS)


async def sheet(visit: Visit) -> web.Response:
    """GET /groups/sheets/{area}: the page to print for a doorway."""
    area = visit.registry.area(visit.request.match_info["area"])
    way = await visit.deps.store.read(lambda work: reading.read_join_way(work, area.code)) if area is not None else None
    if area is None or way is None:
        raise Sorry(404, "还没有入群码", "请管理员运行 gridbot joinways make。")
    return visit.page(
        "sheet.html", **said(visit.deps.texts, visit.registry, area), source=f"/groups/codes/{area.code}.png", style=""
    )
