"""/ : the open tickets, what is overdue, what did not leave, who is unknown, what is wrong. Refreshes itself."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web

from dashboard import reading
from dashboard.rows import list_row
from dashboard.sends import send_row
from dashboard.terms import OUTCOME
from dashboard.visit import Visit
from tickets.learned import CORRECTION_NAMES

PAGE_SIZE = 30
TABS = (
    ("all", "全部"),
    ("danger", "险情"),
    ("overdue", "超时"),
    ("waiting", "待接单"),
    ("accepted", "办理中"),
    ("rating", "待评价"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a tab, words of a number or place, a page from 1."""

    tab: str
    search: str
    page: int

    def address(self, **changes: str | int) -> str:
        """The query string of the same view with something changed."""
        values = {"tab": self.tab, "q": self.search, "page": self.page, **changes}
        kept = {k: v for k, v in values.items() if v not in ("", "all") and (k, v) != ("page", 1)}
        return f"?{urlencode(kept)}" if kept else "?"


def read_query(request: web.Request) -> Asked:
    """Whatever is wrong in the address falls back to the first page of everything."""
    tab = request.query.get("tab", "all")
    page = request.query.get("page", "1")
    return Asked(
        tab if tab in dict(TABS) else "all",
        " ".join(request.query.get("q", "").split())[:40],
        int(page) if page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= 10_000 else 1,
    )


async def show(visit: Visit) -> web.Response:
    """GET /."""
    return await _render(visit, "board.html")


async def part(visit: Visit) -> web.Response:
    """GET /parts/board: the part that is asked for again every 15 seconds."""
    return await _render(visit, "part_board.html")


async def mark_seen(visit: Visit) -> web.Response:
    """POST /sends/<id>/seen: a person has taken care of what did not leave."""
    row = int(visit.request.match_info["id"])
    now = visit.now
    await visit.deps.store.unit(lambda work: reading.mark_seen(work, row, now), writer="web")
    return web.Response(status=303, headers={"Location": "/#sends"})


async def _render(visit: Visit, template: str) -> web.Response:
    asked, now, registry = read_query(visit.request), visit.now, visit.registry
    board = await visit.deps.store.read(lambda work: reading.read_board(work, asked.tab, asked.search, asked.page, PAGE_SIZE, now))
    rows = [list_row(registry, ticket, limit, now) for ticket, limit in board.tickets]
    pages = max(1, -(-board.total // PAGE_SIZE))
    return visit.page(
        template,
        asked=asked,
        tabs=[(key, name, board.counts[key]) for key, name in TABS],
        rows=rows,
        total=board.total,
        pages=pages,
        counts=board.counts,
        today=board.today,
        outcomes=[(OUTCOME[outcome], count) for outcome, count in board.outcomes.items()],
        sends_total=board.sends_total,
        sends=[send_row(registry, row, board.about.get(row.say.ticket), visit.me, now) for row in board.sends],
        strangers=board.strangers,
        alarms=board.alarms,
        corrections=[(CORRECTION_NAMES[kind], count) for kind, count in board.corrections.items() if count],
        county_files=board.county,
        month_ago=(now - timedelta(days=30)).date().isoformat(),
        day=now.date().isoformat(),
    )
