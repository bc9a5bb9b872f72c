"""登录: one password for the office, and who acts is picked from the registry so that history has a name."""

from datetime import timedelta

from aiohttp import web

from dashboard import session as sessions
from dashboard.deps import DESK, Desk
from dashboard.errors import Sorry
from dashboard.forms import read_form
from dashboard.people import office_people, signed_in
from dashboard.terms import ROLE, span
from dashboard.visit import HEADERS, Visit, county_name, render


async def show(request: web.Request) -> web.Response:
    """GET /login."""
    return _form(request, request.config_dict[DESK], after=request.query.get("next", ""))


async def sign_in(request: web.Request) -> web.Response:
    """POST /login: password and person; five wrong passwords from one address in ten minutes, and it waits."""
    desk = request.config_dict[DESK]
    deps = desk.deps
    form = await read_form(request)
    nonce = request.cookies.get(sessions.FORM_COOKIE, "")
    if not nonce or not sessions.is_form_token(form.get("token", ""), nonce, deps.session_key):
        raise Sorry(403, "这个页面过期了", "请返回登录页，刷新后再登录。")
    after = form.get("next", "")
    if deps.password is None:
        return _form(request, desk, after=after, status=503)
    now = deps.wall_now()
    address = request.remote or ""
    wait = desk.attempts.wait(address, now)
    if wait is not None:
        sentence = f"密码错得太多，请过 {span(wait + timedelta(minutes=1))} 再试。"
        return _form(request, desk, after=after, status=429, error=sentence, person=form.get("person", ""))
    if not sessions.is_password(form.get("password", ""), deps.password):
        desk.attempts.note_wrong(address, now)
        return _form(request, desk, after=after, status=401, error="密码不对，请重新输入。", person=form.get("person", ""))
    person = signed_in(deps.rules().registry, form.get("person", ""))
    if person is None:
        return _form(request, desk, after=after, status=400, error="请选择您是谁，经办记录要用。")
    desk.attempts.forget(address)
    session = sessions.begin(person.id, now)
    response = web.Response(status=303, headers={**HEADERS, "Location": local_path(after)})
    response.del_cookie(sessions.FORM_COOKIE)
    response.set_cookie(
        sessions.COOKIE, sessions.seal(session, deps.session_key), httponly=True, samesite="Strict",
        secure=is_secure(request), max_age=int(sessions.LASTS.total_seconds()),
    )
    return response


async def sign_out(visit: Visit) -> web.Response:
    """POST /logout."""
    response = web.Response(status=303, headers={**HEADERS, "Location": "/login"})
    response.del_cookie(sessions.COOKIE)
    return response


def local_path(after: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    is_ours = after.startswith("/") and not after.startswith("//") and after.isascii() and after.isprintable()
    return after if is_ours and "\\" not in after else "/"


def is_secure(request: web.Request) -> bool:
    """Whether the browser came by HTTPS, to us or to the proxy before us."""
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"


def _form(
    request: web.Request, desk: Desk, *, after: str, status: int = 200, error: str = "", person: str = ""
) -> web.Response:
    deps = desk.deps
    registry = deps.rules().registry
    # one nonce a browser, so that several open sign-in pages all work
    nonce = request.cookies.get(sessions.FORM_COOKIE) or sessions.new_nonce()
    response = render(
        request, "login.html", status, county=county_name(registry), people=office_people(registry), roles=ROLE,
        token=sessions.form_token(nonce, deps.session_key), after=local_path(after), error=error, chosen=person,
        no_password=deps.password is None,
    )
    response.set_cookie(
        sessions.FORM_COOKIE, nonce, httponly=True, samesite="Strict", secure=is_secure(request), max_age=3600
    )
    return response
