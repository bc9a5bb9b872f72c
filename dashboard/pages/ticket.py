"""/tickets/<number>: facts, history, reasons, words, what was told to whom, and the actions."""

from aiohttp import web

from dashboard import reading
from dashboard.actions import ACTIONS, do_action, offered
from dashboard.errors import Sorry
from dashboard.people import knows, may_open_numbers, may_see_files, serves, takers
from dashboard.sentences import refusal
from dashboard.terms import category_name
from dashboard.ticket_view import ticket_view
from dashboard.visit import HEADERS, Visit
from registry.terms import CATEGORY_NAMES, Category, Role, What
from tickets.errors import RefusedError


async def show(visit: Visit) -> web.Response:
    """GET /tickets/<number>."""
    done = ACTIONS.get(visit.request.query.get("done", ""))
    return await _render(visit, notice=done.done if done else "")


async def act(visit: Visit) -> web.Response:
    """POST /tickets/<number>/<action>: one use case in one unit; a refusal is shown on the ticket's page."""
    number = visit.request.match_info["number"]
    action = ACTIONS.get(visit.request.match_info["action"])
    if action is None:
        raise Sorry(404, "没有这个操作", "请返回工单页，用页面上的按钮操作。")
    rules, now, me, form = visit.rules, visit.now, visit.me, visit.form
    try:
        ticket = await visit.deps.store.unit(
            lambda work: do_action(work, rules, now, number, me, action, form), writer="web"
        )
    except LookupError:
        raise _no_ticket(number) from None
    except RefusedError as error:
        return await _render(visit, status=409, refused=error)
    return web.Response(status=303, headers={"Location": f"/tickets/{ticket.number}?done={action.key}"})


async def open_numbers(visit: Visit) -> web.Response:
    """POST /tickets/<number>/numbers: show what is masked, to whom may see it; each opening is a line of history."""
    number = visit.request.match_info["number"]
    registry, now, me = visit.registry, visit.now, visit.me

    def record(work: reading.AnyWork) -> None:
        ticket = work.find_number(number, now)
        if ticket is None:
            raise LookupError(number)
        if not may_open_numbers(registry, me, ticket, now):
            raise RefusedError("no_right", ticket.id, action="打开号码")
        work.record(ticket.id, now, What.OPENED_NUMBER, me.id)

    try:
        await visit.deps.store.unit(record, writer="web")
    except LookupError:
        raise _no_ticket(number) from None
    except RefusedError as error:
        return await _render(visit, status=409, refused=error)
    return await _render(visit, opened=True)


async def show_file(visit: Visit) -> web.Response:
    """GET /tickets/<number>/files/<id>: a picture or voice, for whoever answers for the matter."""
    number, file = visit.request.match_info["number"], int(visit.request.match_info["id"])
    registry, now, me = visit.registry, visit.now, visit.me

    def read(work: reading.AnyWork) -> tuple[str, bytes] | None:
        ticket = work.find_number(number, now)
        if ticket is None or not may_see_files(registry, me, ticket):
            return None
        return reading.read_file(work, ticket, file)

    found = await visit.deps.store.read(read)
    if found is None:
        raise Sorry(404, "没有这个文件", "图片或语音已经撤回，或者只有负责这件事的人能看。")
    content_type, body = found
    headers = {**HEADERS, "Content-Disposition": "inline" if content_type == "image/jpeg" else "attachment"}
    return web.Response(body=body, content_type=content_type, headers=headers)


async def _render(
    visit: Visit, status: int = 200, *, notice: str = "", refused: RefusedError | None = None, opened: bool = False
) -> web.Response:
    number = visit.request.match_info["number"]
    registry, now, me = visit.registry, visit.now, visit.me
    page = await visit.deps.store.read(lambda work: reading.read_ticket(work, number, now))
    if page is None:
        raise _no_ticket(number)
    ticket = page.ticket
    may_know = knows(registry, me, ticket)
    may_act = may_know and serves(registry, me, ticket)
    view = ticket_view(visit.rules, visit.deps, page, me, now, opened=opened)
    return visit.page(
        "ticket.html",
        status,
        view=view,
        ticket=ticket,
        category_word=category_name(ticket),
        may_know=may_know,
        actions=offered(ticket) if may_act else {},
        takers=takers(registry, ticket, me) if may_act else [],
        units=list(registry.units.values()) if may_act else [],
        leaders=registry.officials(Role.COUNTY_LEADER, ticket.area) if may_act else [],
        categories=[(category.value, CATEGORY_NAMES[category]) for category in Category],
        may_open=may_open_numbers(registry, me, ticket, now) and not opened,
        opened=opened,
        notice=notice,
        refusal=refusal(visit.deps.texts, registry, refused, ticket, me, now) if refused else "",
    )


def _no_ticket(number: str) -> Sorry:
    return Sorry(404, "没有这张工单", f"没有找到编号「{number[:24]}」的工单，请核对编号，例如 2026-0302-17 或 0302-17。")
