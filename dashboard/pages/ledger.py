"""/ledger.xlsx: 台账 of some days."""

import asyncio
from urllib.parse import quote

from aiohttp import web

from dashboard import reading
from dashboard.errors import Sorry
from dashboard.ledger import LedgerDatesError, bounds, read_days, workbook
from dashboard.visit import HEADERS, Visit

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def download(visit: Visit) -> web.Response:
    """GET /ledger.xlsx?from=&to=, both days included."""
    query, now, registry = visit.request.query, visit.now, visit.registry
    try:
        start, end = read_days(query.get("from", ""), query.get("to", ""))
    except LedgerDatesError as wrong:
        raise Sorry(400, "日期不对", str(wrong)) from None
    since, until = bounds(start, end, now)
    rows = await visit.deps.store.read(lambda work: reading.read_ledger(work, since, until))
    body = await asyncio.to_thread(workbook, rows, registry, start, end, now)
    name = f"工单台账_{start:%Y%m%d}-{end:%Y%m%d}.xlsx"
    disposition = f"attachment; filename=\"ledger_{start:%Y%m%d}-{end:%Y%m%d}.xlsx\"; filename*=UTF-8''{quote(name)}"
    return web.Response(body=body, content_type=_XLSX, headers={**HEADERS, "Content-Disposition": disposition})
