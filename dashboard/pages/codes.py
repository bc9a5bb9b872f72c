"""/codes: a 6-digit code by which a head or grid member on WeChat binds himself, once, within 24 hours."""

import secrets
from datetime import timedelta

from aiohttp import web

from dashboard import reading
from dashboard.errors import Sorry
from dashboard.people import area_name, serves_area
from dashboard.terms import ROLE, when
from dashboard.visit import Visit
from registry.model import Person
from registry.terms import Role

VALID = timedelta(hours=24)
#: Who binds by a code: officials with a WeCom account are known by it.
BINDS = (Role.HOUSEHOLD_HEAD, Role.GRID_MEMBER)
SHOWN = 50


async def show(visit: Visit) -> web.Response:
    """GET /codes?q=: people to pick from."""
    return _page(visit)


async def make(visit: Visit) -> web.Response:
    """POST /codes: make the code and show it once; an older one of the person stops working."""
    person = visit.registry.person(visit.form.get("person", ""))
    if person is None or person.role not in BINDS:
        raise Sorry(400, "不能发绑定码", "绑定码只发给名册里的户长和网格员，请从名单里选。")
    if person.area is not None and not serves_area(visit.registry, visit.me, person.area):
        raise Sorry(403, "不在您的范围", "这个人不在您负责的区域，请上一级网格办来发。")
    expires, person_id, now = visit.now + VALID, person.id, visit.now
    code = await visit.deps.store.unit(
        lambda work: reading.add_code(work, new_code, person_id, expires, now), writer="web"
    )
    return _page(visit, code=code, person=person, until=when(expires, visit.now))


def new_code() -> str:
    """Six digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def found_people(visit: Visit, words: str) -> list[Person]:
    """Heads and grid members of my area whose name, group or grid holds the words; at most 50."""
    registry = visit.registry
    found = []
    for person in registry.people.values():
        if person.role not in BINDS or (person.area is not None and not serves_area(registry, visit.me, person.area)):
            continue
        groups = " ".join(group.name for group in map(registry.group, person.groups) if group)
        if words in f"{person.name} {groups} {area_name(registry, person.area) if person.area else ''}":
            found.append(person)
        if len(found) == SHOWN:
            break
    return found


def _page(visit: Visit, code: str = "", person: Person | None = None, until: str = "") -> web.Response:
    words = " ".join(visit.request.query.get("q", "").split())[:20]
    registry = visit.registry
    people = [
        (p, ROLE[p.role], "、".join(g.name for g in map(registry.group, p.groups) if g), "wechat" in p.identities)
        for p in found_people(visit, words)
    ]
    return visit.page("codes.html", q=words, people=people, code=code, person=person, until=until, shown=SHOWN)
