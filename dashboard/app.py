"""The web side put together: `mount` adds it to a running application, `build` makes one of its own."""

from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web
from aiohttp.typedefs import Handler as AiohttpHandler

from dashboard.attempts import Attempts
from dashboard.deps import DESK, Deps, Desk
from dashboard.errors import Sorry
from dashboard.pages import (
    api,
    board,
    chats,
    codes,
    groups,
    ledger,
    registry,
    resident,
    rotation,
    rules,
    sign_in,
    ticket,
    topics,
)
from dashboard.uploads import read_laid, read_upload
from dashboard.visit import TEMPLATES, Handler, guarded, office

_HERE = Path(__file__).parent


def build(deps: Deps) -> web.Application:
    """An application with nothing but the office page, the residents' page and the API."""
    app = web.Application(middlewares=[not_found])
    mount(app, deps)
    return app


def mount(app: web.Application, deps: Deps) -> None:
    """Add pages, API and static files to an application. It keeps its other routes; sign-in guards only ours."""
    app[DESK] = Desk(deps, Attempts())
    aiohttp_jinja2.setup(
        app,
        app_key=TEMPLATES,
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    app.router.add_static("/static/", _HERE / "static")
    app.add_routes(routes())


def routes() -> list[web.RouteDef]:
    """Our paths (design, section 7)."""
    return [
        web.get("/login", guarded(sign_in.show)),
        web.post("/login", guarded(sign_in.sign_in)),
        web.post("/logout", office(sign_in.sign_out)),
        web.get("/", office(board.show)),
        web.get("/parts/board", office(board.part)),
        web.post(r"/sends/{id:\d{1,18}}/seen", office(board.mark_seen)),
        web.get("/tickets/{number}", office(ticket.show)),
        web.get(r"/tickets/{number}/files/{id:\d{1,18}}", office(ticket.show_file)),
        web.post("/tickets/{number}/numbers", office(ticket.open_numbers)),
        web.post("/tickets/{number}/{action}", office(ticket.act)),
        web.get("/ledger.xlsx", office(ledger.download)),
        web.get("/topics", office(topics.show)),
        web.get("/topics.xlsx", office(topics.as_workbook)),
        web.get("/topics.csv", office(topics.as_table)),
        web.post("/topics/{number}/{what:opinion|withdraw}", office(topics.act)),
        web.get("/rotation", office(rotation.show)),
        web.get("/rotation.xlsx", office(rotation.as_workbook)),
        web.get("/rotation.csv", office(rotation.as_table)),
        web.get("/rules", office(rules.show)),
        web.post("/rules/emergency", office(rules.start)),
        web.post("/rules/peace", office(rules.end)),
        web.get("/codes", office(codes.show)),
        web.post("/codes", office(codes.make)),
        web.get("/chats", office(chats.show)),
        web.post("/chats/group", office(chats.bind_group)),
        web.post("/chats/person", office(chats.bind_person)),
        web.get("/groups", office(groups.show)),
        web.post("/groups/bind", office(groups.bind)),
        web.post("/groups/owner", office(groups.agree_owner)),
        web.get("/groups/codes/{area}.png", office(groups.code)),
        web.get("/groups/sheets/{area}", office(groups.sheet)),
        web.get("/registry", office(registry.show)),
        web.get("/registry.xlsx", office(registry.download)),
        web.get("/registry-template.xlsx", office(registry.template)),
        web.post("/registry/look", office(registry.look, read_upload)),
        web.post("/registry/import", office(registry.keep, read_laid)),
        web.post("/registry/undo", office(registry.undo)),
        web.get("/t/{code}", guarded(resident.show)),
        web.get("/api/v1/tickets", office(api.tickets)),
        web.get("/api/v1/tickets/{number}", office(api.one_ticket)),
    ]


@web.middleware
async def not_found(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    """A path that nobody has is answered by a page, in Chinese."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        return await guarded(_nothing(error.status))(request)


def _nothing(status: int) -> Handler:
    async def say(request: web.Request) -> web.StreamResponse:
        raise Sorry(status, "没有这个页面", "请检查地址，或回到首页。")

    return say
