"""/t/<code>: a resident's page of a ticket. How far it is, and nothing by which anybody could be known."""

from aiohttp import web

from dashboard import reading
from dashboard.deps import DESK
from dashboard.errors import Sorry
from dashboard.resident_code import number_of
from dashboard.terms import when
from dashboard.visit import render
from registry.terms import CATEGORY_NAMES, DISCREET, OPEN_STATUSES, ClockKind, Status
from tickets.model import Ticket

#: (heading, what happens next) by state.
WORDS = {
    Status.OPEN: ("已收到", "正在找合适的单位来办。"),
    Status.ASSIGNED: ("已交办", "已经交给单位，等单位接单。"),
    Status.ACCEPTED: ("正在办理", "单位已经接单，正在处理。"),
    Status.DONE: ("已办结，请您评价", "办好了没有，请在群里告诉小格；没好就回「还没好」。"),
    Status.CLOSED: ("已结束", "如果又不行了，请在群里再说一声。"),
    Status.SHELVED: ("暂缓办理", "已说明原因，到复查日期会再看。"),
    Status.EXCLUDED: ("不再办理", "这件事没有作为诉求办理；有疑问请在群里 @小格。"),
    Status.WITHDRAWN: ("已撤回", "您或邻居说不用了；需要时请再说一声。"),
    Status.MERGED: ("已并到同一件事", "和邻居说的是同一件事，一起办理。"),
}
#: What happens next where it was told to the bot alone (微信客服, 公众号): there is no group to speak in.
ALONE = {
    Status.DONE: "办好了没有，请在跟小格的聊天里点「好了」或「还没好」。",
    Status.CLOSED: "如果又不行了，请在跟小格的聊天里再说一声。",
    Status.EXCLUDED: "这件事没有作为诉求办理；有疑问请在跟小格的聊天里说。",
}
STEPS = ("收到", "交办", "接单", "办结", "评价")
_REACHED = {
    Status.OPEN: 1,
    Status.ASSIGNED: 2,
    Status.ACCEPTED: 3,
    Status.SHELVED: 3,
    Status.DONE: 4,
    Status.CLOSED: 5,
}


async def show(request: web.Request) -> web.Response:
    """GET /t/<code>. A wrong code and a person danger look the same: there is no such page."""
    deps = request.config_dict[DESK].deps
    number = number_of(request.match_info["code"], deps.session_key)
    now = deps.clock()
    found = await deps.store.read(lambda work: reading.read_public(work, number, now)) if number else None
    if found is None or found[0].is_private:
        raise Sorry(404, "没有这个页面", "链接可能不完整，请从小格发给您的消息重新打开。")
    ticket, clocks = found
    heading, after = WORDS[ticket.status]
    if ticket.group is None:
        after = ALONE.get(ticket.status, after)
    limit = clocks.get(ClockKind.DONE)
    return render(
        request, "resident.html", number=ticket.aloud, what=what_of(ticket), heading=heading, after=after,
        steps=STEPS, reached=_REACHED.get(ticket.status, 0), opened=when(ticket.opened_at, now),
        due=when(limit.limit_at, now) if limit and ticket.status in OPEN_STATUSES and limit.limit_at > now else "",
    )


def what_of(ticket: Ticket) -> str:
    """The category, where it gives nobody away."""
    return "您反映的事项" if ticket.category in DISCREET or ticket.missing else CATEGORY_NAMES[ticket.category]
