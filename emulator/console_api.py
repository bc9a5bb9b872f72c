"""What a check of the settings asks: the app itself, who has 客户联系, who is licensed for the archive; a webhook's media."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulator.api import Answer, Body, guarded
from emulator.errors import ApiError
from emulator.wecom import WeCom

PERMIT_TYPES = (1, 2, 3)


def agent(wecom: WeCom, agent_id: str) -> dict[str, Any]:
    """agent/get: the app's name and who may use it; raises ApiError 40056 (path/90227)."""
    if agent_id != str(wecom.credentials.agent_id):
        raise ApiError(40056, "invalid agentid")
    members = [{"userid": p.wecom} for p in wecom.world.registry.people.values() if p.wecom]
    return {
        "agentid": wecom.credentials.agent_id,
        "name": wecom.world.registry.bot_name,
        "description": "",
        "allow_userinfos": {"user": members},
        "allow_partys": {"partyid": [1] if wecom.appchat.whole_company else []},
        "close": 0,
        "redirect_domain": "",
        "home_url": "",
    }


def followers(wecom: WeCom) -> dict[str, Any]:
    """externalcontact/get_follow_user_list: members with 客户联系 (path/92571): here those in customer groups."""
    world = wecom.world
    groups = {g.id for g in world.registry.groups.values() if g.kind == "customer"}
    return {"follow_user": [p.wecom for p in world.registry.people.values() if p.wecom and groups & set(p.groups)]}


def licensed(wecom: WeCom, body: Body) -> dict[str, Any]:
    """msgaudit/get_permit_user_list (path/91614): here the members in archived groups; raises ApiError."""
    if body.get("type", 1) not in PERMIT_TYPES:
        raise ApiError(40058, "type: 1, 2 or 3")
    world = wecom.world
    groups = {g.id for g in world.registry.groups.values() if g.archived}
    ids = [p.wecom for p in world.registry.people.values() if p.wecom and groups & set(p.groups)]
    # one edition is bought here, the office's
    return {"ids": ids if body.get("type", 1) == 1 else []}


def add_routes(app: web.Application, wecom: WeCom) -> None:
    """The paths; before the API, which answers every other one."""

    def with_token(name: str, call: Callable[[web.Request, Body], dict[str, Any]]) -> Any:
        async def handler(request: web.Request) -> web.StreamResponse:
            def carry_out(body: Body) -> Answer:
                wecom.tokens.check(request.query.get("access_token"))
                return call(request, body), ()

            return await guarded(wecom, request, name, "http", carry_out)

        return handler

    async def webhook_upload(request: web.Request) -> web.StreamResponse:
        async def upload(_: Body) -> Answer:
            key, kind = request.query.get("key", ""), request.query.get("type", "")
            form = await request.post()
            media = form.get("media")
            if not isinstance(media, web.FileField):
                raise ApiError(41005, "media data missing")
            data = media.file.read()
            return wecom.webhook.upload(key, kind, media.filename, data), ()

        return await guarded(wecom, request, "webhook/upload_media", "webhook", upload)

    gets: dict[str, Callable[[web.Request, Body], dict[str, Any]]] = {
        "agent/get": lambda request, _: agent(wecom, request.query.get("agentid", "")),
        "externalcontact/get_follow_user_list": lambda _, __: followers(wecom),
    }
    for name, call in gets.items():
        app.router.add_get(f"/cgi-bin/{name}", with_token(name, call))
    permits: Callable[..., Awaitable[web.StreamResponse]] = with_token(
        "msgaudit/get_permit_user_list", lambda _, body: licensed(wecom, body)
    )
    app.router.add_post("/cgi-bin/msgaudit/get_permit_user_list", permits)
    app.router.add_post("/cgi-bin/webhook/upload_media", webhook_upload)
