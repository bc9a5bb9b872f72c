"""/rotation: 轮流进群, a month's table; who joined is read from the groups' member lists and nothing else."""

import asyncio
from datetime import datetime, time
from urllib.parse import quote

from aiohttp import web

from dashboard import reading
from dashboard.errors import Sorry
from dashboard.rotation import LeaderMonth, month_table, table, workbook
from dashboard.visit import HEADERS, Visit
from registry.rotation import Month, Plan, plan_rotation

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def show(visit: Visit) -> web.Response:
    """GET /rotation?month=2026-03: one month of the year's plan."""
    month = _month(visit)
    plan = await _plan(visit, month)
    rows = await _rows(visit, plan, month)
    counted = [place for row in rows for place in row.places if place.joined is not None]
    return visit.page(
        "rotation.html", month=str(month), before=str(month.later(-1)), after=str(month.later(1)), rows=rows,
        problems=plan.problems, min_groups=plan.min_groups, groups=len(plan.groups),
        joined=sum(place.joined is True for place in counted), counted=len(counted),
    )


async def as_workbook(visit: Visit) -> web.Response:
    """GET /rotation.xlsx?month=: the whole year of that month."""
    plan = await _plan(visit, _month(visit))
    rows = [row for month in plan.months for row in await _rows(visit, plan, month)]
    body = await asyncio.to_thread(workbook, rows, plan.problems, visit.now)
    return _file(body, plan.months[0].year, "xlsx", _XLSX)


async def as_table(visit: Visit) -> web.Response:
    """GET /rotation.csv?month=: the whole year of that month."""
    plan = await _plan(visit, _month(visit))
    rows = [row for month in plan.months for row in await _rows(visit, plan, month)]
    return _file(table(rows), plan.months[0].year, "csv", "text/csv")


def _file(body: bytes, year: int, ending: str, content_type: str) -> web.Response:
    name = quote(f"轮流进群_{year}.{ending}")
    disposition = f"attachment; filename=\"rotation_{year}.{ending}\"; filename*=UTF-8''{name}"
    return web.Response(body=body, content_type=content_type, headers={**HEADERS, "Content-Disposition": disposition})


def _month(visit: Visit) -> Month:
    asked = visit.request.query.get("month", "")
    if not asked:
        return Month(visit.now.year, visit.now.month)
    try:
        return Month.read(asked)
    except ValueError:
        raise Sorry(400, "月份写错了", "请写成 2026-03 这样。") from None


async def _plan(visit: Visit, month: Month) -> Plan:
    """The calendar year of a month: each year begins anew, so a page shows the same plan whenever it is opened."""
    return await asyncio.to_thread(plan_rotation, visit.registry, Month(month.year, 1))


async def _rows(visit: Visit, plan: Plan, month: Month) -> list[LeaderMonth]:
    zone = visit.now.tzinfo
    start, end = (datetime.combine(one.first_day, time(), tzinfo=zone) for one in (month, month.later(1)))
    seen, read = await visit.deps.store.read(lambda work: reading.read_members(work, start, end))
    return month_table(visit.registry, plan, month, seen, read)
