"""One request of a signed-in person: who it is, the rule book and the moment; and the guards in front of every page."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import quote

import aiohttp_jinja2
import jinja2
from aiohttp import web

from dashboard import session as sessions
from dashboard.deps import DESK, Deps, Desk
from dashboard.errors import Sorry
from dashboard.forms import Sent, read_fields
from dashboard.people import signed_in
from dashboard.session import Session
from registry.model import Person
from registry.registry import Registry
from registry.terms import Level
from tickets.work import Rules

log = logging.getLogger(__name__)

TEMPLATES = web.AppKey("dashboard_templates", jinja2.Environment)

#: Nothing from elsewhere is loaded, nobody frames the pages, and nothing of them is kept by a browser or proxy.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person's request. `form` is empty for a GET; `upload` is the file of a form that has one."""

    request: web.Request
    desk: Desk
    session: Session
    me: Person
    rules: Rules
    now: datetime
    form: Mapping[str, str]
    upload: bytes = field(default=b"", repr=False)

    @property
    def deps(self) -> Deps:
        return self.desk.deps

    @property
    def registry(self) -> Registry:
        return self.rules.registry

    def page(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page of the office with its head."""
        return render(
            self.request, template, status, me=self.me, county=county_name(self.registry), now=self.now,
            token=sessions.form_token(self.session.nonce, self.deps.session_key), **values,
        )


Page: TypeAlias = Callable[[Visit], Awaitable[web.StreamResponse]]
ReadForm: TypeAlias = Callable[[web.Request], Awaitable[Sent]]
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def render(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page with our headers."""
    response = aiohttp_jinja2.render_template(template, request, values, app_key=TEMPLATES, status=status)
    response.headers.update(HEADERS)
    return response


def county_name(registry: Registry) -> str:
    """The name over every page."""
    return next((area.name for area in registry.areas.values() if area.level is Level.COUNTY), "网格")


def guarded(handler: Handler) -> Handler:
    """A page for everybody: what it cannot do is said in Chinese, and an error of ours shows nothing of what was sent."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Sorry as sorry:
            response = _say(request, sorry)
            if sorry.close:
                response.force_close()
            return response
        except web.HTTPException:
            raise
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            # the error's own words might quote a person's: its class and place are enough to find it
            log.error("page failed: %s at %s:%s", type(error).__name__, where.filename, where.lineno)
            return _say(request, Sorry(500, "页面出了问题", "刚才的操作没有完成，请稍后再试；还是不行请联系管理员看日志。"))

    return handle


def office(page: Page, read: ReadForm = read_fields) -> Handler:
    """A page for those signed in; a POST must carry the token of its session. `read` reads its form."""

    async def handle(request: web.Request) -> web.StreamResponse:
        desk = request.config_dict[DESK]
        deps = desk.deps
        rules = deps.rules()
        session = sessions.unseal(request.cookies.get(sessions.COOKIE, ""), deps.session_key, deps.wall_now())
        me = signed_in(rules.registry, session.person) if session is not None else None
        if session is None or me is None:
            return _to_sign_in(request)
        sent = Sent()
        if request.method == "POST":
            sent = await read(request)
            if not sessions.is_form_token(sent.fields.get("token", ""), session.nonce, deps.session_key):
                raise Sorry(403, "这个页面过期了", "请返回上一页，刷新后再操作。")
        return await page(Visit(request, desk, session, me, rules, deps.clock(), sent.fields, sent.upload))

    return guarded(handle)


def is_api(request: web.Request) -> bool:
    """Whether a program asks, not a person."""
    return request.path.startswith("/api/")


def json_error(status: int, sentence: str) -> web.Response:
    """The API's refusals."""
    return web.json_response({"error": sentence}, status=status, headers=HEADERS)


def _to_sign_in(request: web.Request) -> web.Response:
    if is_api(request):
        return json_error(401, "请先登录。")
    if request.headers.get("HX-Request") == "true":
        return web.Response(status=401, headers={**HEADERS, "HX-Redirect": "/login"})
    after = f"?next={quote(request.path)}" if request.method == "GET" and request.path != "/" else ""
    return web.Response(status=303, headers={**HEADERS, "Location": f"/login{after}"})


def _say(request: web.Request, sorry: Sorry) -> web.Response:
    if is_api(request):
        return json_error(sorry.status, f"{sorry.title}：{sorry.sentence}")
    return render(request, "message.html", sorry.status, title=sorry.title, sentence=sorry.sentence)
