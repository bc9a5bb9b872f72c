"""/rules: the version in force, 平战转换 with its log, and today's proof of the ladders."""

from datetime import datetime

from aiohttp import web

from dashboard import reading
from dashboard.terms import when
from dashboard.visit import Visit
from tickets import emergency
from tickets.errors import RefusedError
from tickets.office_log import OfficeLine, OfficeWhat

_WHAT = {
    OfficeWhat.EMERGENCY_STARTED: "进入战时",
    OfficeWhat.EMERGENCY_CHANGED: "更改战时",
    OfficeWhat.EMERGENCY_ENDED: "结束战时",
}
_REFUSED = {
    "emergency_right": "战时由县领导或网格办决定，没有改动。",
    "emergency_reason": "请写明原因，没有改动。",
    "emergency_until": "结束的时间已经过了，没有改动。",
    "emergency_off": "现在不在战时，不用结束。",
}


async def show(visit: Visit) -> web.Response:
    """GET /rules."""
    return await _render(visit)


async def start(visit: Visit) -> web.Response:
    """POST /rules/emergency: 进入战时, or another reason and end while it is on."""
    rules, now, me, form = visit.rules, visit.now, visit.me, visit.form
    try:
        until = datetime.fromisoformat(form["until"]).replace(tzinfo=now.tzinfo) if form.get("until") else None
    except ValueError:
        return await _render(visit, 400, refused="结束的时间没有写对，没有改动。")
    try:
        await visit.deps.store.unit(
            lambda work: emergency.do_start(work, rules, now, me, form.get("reason", ""), until, because=f"office:{me.id}"),
            writer="web",
        )
    except RefusedError as error:
        return await _render(visit, 409, refused=_REFUSED[error.reason])
    return web.Response(status=303, headers={"Location": "/rules"})


async def end(visit: Visit) -> web.Response:
    """POST /rules/peace: 结束战时."""
    rules, now, me = visit.rules, visit.now, visit.me
    try:
        await visit.deps.store.unit(
            lambda work: emergency.do_end(work, rules, now, me, because=f"office:{me.id}"), writer="web"
        )
    except RefusedError as error:
        return await _render(visit, 409, refused=_REFUSED[error.reason])
    return web.Response(status=303, headers={"Location": "/rules"})


async def _render(visit: Visit, status: int = 200, *, refused: str = "") -> web.Response:
    now, rules = visit.now, visit.rules
    page = await visit.deps.store.read(lambda work: reading.read_rules_page(work, now))

    def row(line: OfficeLine, words: str | None) -> dict[str, str]:
        by = visit.registry.person(line.by) if line.by else None
        until = line.facts.get("until")
        return {
            "at": when(line.at, now), "what": _WHAT[line.what], "by": by.name if by else "到时间自动",
            "until": when(datetime.fromisoformat(until), now) if until else "", "reason": words or "",
        }

    on, proof = page.emergency, page.proof
    return visit.page(
        "rules.html",
        status,
        refused=refused,
        version=rules.policy.version,
        emergency={"since": when(on.since, now), "until": when(on.until, now) if on.until else ""} if on else None,
        log=[row(line, words) for line, words in page.log],
        proof={"at": when(proof.at, now), "holes": proof.facts["holes"], "count": proof.facts["count"]} if proof else None,
    )
