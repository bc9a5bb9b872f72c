"""/topics: 专题, the list for the standing meeting; its opinions are noted here, and it is taken away as a file."""

import asyncio
from collections.abc import Callable
from urllib.parse import quote

from aiohttp import web

from dashboard import reading
from dashboard.errors import Sorry
from dashboard.people import serves
from dashboard.sentences import refusal
from dashboard.topics import TopicRow, table, topic_row, workbook
from dashboard.visit import HEADERS, Visit
from registry.terms import Role
from tickets import topics
from tickets.errors import RefusedError
from tickets.model import Ticket

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Longest opinion that is noted.
_WORDS_AT_MOST = 600
_NAMES = {"opinion": "记会议意见", "withdraw": "撤专题"}
_DONE = {"opinion": "会议意见已记下，负责人和两级群会收到。", "withdraw": "已撤出专题。"}


async def show(visit: Visit) -> web.Response:
    """GET /topics?all=1: with those taken off the list."""
    return await _render(visit, notice=_DONE.get(visit.request.query.get("done", ""), ""))


async def act(visit: Visit) -> web.Response:
    """POST /topics/<number>/<opinion|withdraw>, by the grid office for its own area."""
    number, what = visit.request.match_info["number"], visit.request.match_info["what"]
    rules, now, me, form = visit.rules, visit.now, visit.me, visit.form

    def run(work: reading.AnyWork) -> None:
        ticket: Ticket | None = work.find_number(number, now)
        if ticket is None:
            raise LookupError(number)
        if me.role is not Role.GRID_OFFICE:
            raise RefusedError("no_right", ticket.id, action=_NAMES[what])
        if not serves(rules.registry, me, ticket):
            raise RefusedError("not_your_area", ticket.id)
        if what == "opinion":
            words = form.get("words", "").strip()[:_WORDS_AT_MOST]
            topics.do_note_opinion(work, rules, now, ticket, me, words, because=f"office:{me.id}")
        else:
            topics.do_withdraw_topic(work, rules, now, ticket, me, because=f"office:{me.id}")

    try:
        await visit.deps.store.unit(run, writer="web")
    except LookupError:
        raise Sorry(404, "没有这张工单", f"没有找到编号「{number[:24]}」的工单，请核对编号，例如 2026-0302-17。") from None
    except RefusedError as error:
        return await _render(visit, 409, refused=error)
    return web.Response(status=303, headers={"Location": f"/topics?done={what}"})


async def as_workbook(visit: Visit) -> web.Response:
    """GET /topics.xlsx."""
    return await _download(visit, lambda rows: workbook(rows, visit.now), "xlsx", _XLSX)


async def as_table(visit: Visit) -> web.Response:
    """GET /topics.csv."""
    return await _download(visit, table, "csv", "text/csv")


async def _download(visit: Visit, make: Callable[[list[TopicRow]], bytes], ending: str, content_type: str) -> web.Response:
    rows = await _rows(visit, with_withdrawn=False)
    body = await asyncio.to_thread(make, rows)
    day = f"{visit.now:%Y%m%d}"
    disposition = f"attachment; filename=\"topics_{day}.{ending}\"; filename*=UTF-8''{quote(f'专题清单_{day}.{ending}')}"
    return web.Response(body=body, content_type=content_type, headers={**HEADERS, "Content-Disposition": disposition})


async def _rows(visit: Visit, *, with_withdrawn: bool) -> list[TopicRow]:
    lines = await visit.deps.store.read(lambda work: reading.read_topics(work, with_withdrawn=with_withdrawn))
    return [topic_row(visit.registry, line.ticket, line.topic, line.opinion, visit.now) for line in lines]


async def _render(visit: Visit, status: int = 200, *, notice: str = "", refused: RefusedError | None = None) -> web.Response:
    with_withdrawn = visit.request.query.get("all") == "1"
    sentence = ""
    if refused is not None:
        ticket_id = refused.ticket
        ticket = await visit.deps.store.read(lambda work: work.get_ticket(ticket_id))
        sentence = refusal(visit.deps.texts, visit.registry, refused, ticket, visit.me, visit.now)
    return visit.page(
        "topics.html", status, rows=await _rows(visit, with_withdrawn=with_withdrawn), with_withdrawn=with_withdrawn,
        may_note=visit.me.role is Role.GRID_OFFICE, notice=notice, refusal=sentence,
    )
