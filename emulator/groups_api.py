"""What the app may do with groups it owns or that residents join: join ways, welcome texts, appchat, reports, consent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulator.api import Answer, Body, guarded
from emulator.errors import ApiError, DriveError
from emulator.join_ways import qr_png
from emulator.wecom import WeCom

_WAYS = "externalcontact/groupchat"
_WELCOME = "externalcontact/group_welcome_template"


def room_agreement(wecom: WeCom, body: Body) -> dict[str, Any]:
    """msgaudit/check_room_agree: people of other organisations only, with the time of their last word (path/91782)."""
    group = wecom.world.group_by("archive", str(body.get("roomid", "")))
    if group is None or not group.archived:
        raise ApiError(40058, "roomid unknown")
    rows = [
        {
            "status_change_time": int(wecom.world.agreed_at.get((person.id, group.id), wecom.world.began).timestamp()),
            "exteranalopenid": person.outside_id,
            "agree_status": "Agree" if wecom.world.agreed(person.id, group.id) else "Disagree",
        }
        for person in wecom.world.members(group.id)
        if not person.wecom
    ]
    return {"agreeinfo": rows}


def add_routes(app: web.Application, wecom: WeCom) -> None:
    """The API's paths, the QR codes, and what tests and the page do to them."""

    def root(request: web.Request) -> str:
        return str(request.url.origin())

    posts: dict[str, Callable[[web.Request, Body], Answer]] = {
        f"{_WAYS}/add_join_way": lambda _, body: (wecom.joins.add(body), ()),
        f"{_WAYS}/get_join_way": lambda request, body: (wecom.joins.get(body, root(request)), ()),
        f"{_WAYS}/update_join_way": lambda _, body: (wecom.joins.update(body), ()),
        f"{_WAYS}/del_join_way": lambda _, body: (wecom.joins.delete(body), ()),
        f"{_WELCOME}/add": lambda _, body: (wecom.welcomes.add(body), ()),
        f"{_WELCOME}/edit": lambda _, body: (wecom.welcomes.edit(body), ()),
        f"{_WELCOME}/get": lambda _, body: (wecom.welcomes.get(body), ()),
        f"{_WELCOME}/del": lambda _, body: (wecom.welcomes.delete(body), ()),
        "appchat/create": lambda _, body: (wecom.appchat.create(body), ()),
        "appchat/update": lambda _, body: (wecom.appchat.update(body), ()),
        "appchat/send": lambda _, body: wecom.appchat.send(body),
        "report/resident/get_order_list": lambda _, body: (wecom.reports.order_list(body), ()),
        "report/resident/get_order_info": lambda _, body: (wecom.reports.order_info(body), ()),
        "msgaudit/check_room_agree": lambda _, body: (room_agreement(wecom, body), ()),
    }

    def with_token(
        name: str, call: Callable[[web.Request, Body], Answer]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            def carry_out(body: Body) -> Answer:
                wecom.tokens.check(request.query.get("access_token"))
                return call(request, body)

            return await guarded(wecom, request, name, "http", carry_out)

        return handler

    async def qr(request: web.Request) -> web.StreamResponse:
        way = request.match_info["way"]
        if way not in wecom.joins.ways:
            raise web.HTTPNotFound
        return web.Response(body=qr_png(way), content_type="image/png")

    def act(do: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            return web.json_response({"ok": True, **do(await request.json())})

        return handler

    def new_owner(data: dict[str, Any]) -> dict[str, Any]:
        """A customer group gets another owner; with ``quietly`` by the API, which sends no event."""
        group, person = wecom.world.group(str(data.get("group"))), wecom.world.person(str(data.get("owner")))
        if group.kind != "customer" or not person.wecom:
            raise DriveError("客户群的群主要是企业成员", 400)
        wecom.world.owners[group.id] = person.id
        if not data.get("quietly"):
            wecom.app.group_changed(group.id, {"ChangeType": "update", "UpdateDetail": "change_owner"})
        return {}

    def visible_range(data: dict[str, Any]) -> dict[str, Any]:
        wecom.appchat.whole_company = data.get("whole_company") is not False
        return {}

    def chats(_: dict[str, Any]) -> dict[str, Any]:
        mine = [g for g in wecom.appchat.groups.values() if not g.foreign]
        shown = [{"chatid": g.id, "name": g.name, "owner": g.owner, "userlist": g.members, "said": g.said} for g in mine]
        return {"chats": shown}

    for name, call in posts.items():
        app.router.add_post(f"/cgi-bin/{name}", with_token(name, call))
    got = with_token("appchat/get", lambda request, _: (wecom.appchat.get(request.query.get("chatid", "")), ()))
    app.router.add_get("/cgi-bin/appchat/get", got)
    app.router.add_get("/qr/{way}.png", qr)
    app.router.add_post("/test/report", act(wecom.reports.report))
    app.router.add_post("/test/report_step", act(wecom.reports.process))
    app.router.add_post("/test/owner", act(new_owner))
    app.router.add_post("/test/visible_range", act(visible_range))
    app.router.add_post("/test/appchats", act(chats))
