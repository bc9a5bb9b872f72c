"""/chats: chats and people that the registry does not know; the office binds them to whom they are."""

from aiohttp import web

from dashboard import reading
from dashboard.errors import Sorry
from dashboard.terms import CHANNEL, ROLE, TIER, when
from dashboard.visit import Visit
from registry.model import ADDRESS_KINDS
from registry.terms import Role

#: In a picker the id stands last, so that the name is read first.
_MARK = "｜"


async def show(visit: Visit) -> web.Response:
    """GET /chats."""
    registry, now = visit.registry, visit.now
    found = await visit.deps.store.read(reading.read_unknown)
    chats = [
        {
            "channel": row.channel,
            "channel_name": CHANNEL.get(row.channel, row.channel),
            "external": row.group,
            "sender": row.sender,
            "first": when(row.first_at, now),
            "last": when(row.last_at, now),
            "times": row.times,
            "bindable": row.channel in ADDRESS_KINDS if row.group else bool(identity_channel(row.channel)),
        }
        for row in found
    ]
    bound = visit.request.query.get("bound", "")
    group, person = registry.group(bound), registry.person(bound)
    name = group.name if group else person.name if person else ""
    return visit.page(
        "chats.html",
        groups=[chat for chat in chats if chat["external"]],
        people=[chat for chat in chats if not chat["external"]],
        group_choices=[f"{group.name}（{TIER[group.tier]}）{_MARK}{group.id}" for group in registry.groups.values()],
        person_choices=[
            f"{person.name}（{ROLE[person.role]}）{_MARK}{person.id}"
            for person in registry.people.values() if person.role is not Role.RESIDENT
        ],
        notice=f"已绑定：{name}。" if name else "",
    )


async def bind_group(visit: Visit) -> web.Response:
    """POST /chats/group: this outside chat is that registered group."""
    group = visit.registry.group(picked(visit.form.get("group", "")))
    channel, external = visit.form.get("channel", ""), visit.form.get("external", "")
    if group is None:
        raise Sorry(400, "没有选中群", "请从名单里选一个已登记的群，再按绑定。")
    if channel not in ADDRESS_KINDS or not external:
        raise Sorry(400, "没有选中要绑定的会话", "请从上一页的名单里操作。")
    group_id, me, now = group.id, visit.me.id, visit.now
    await visit.deps.store.unit(
        lambda work: reading.bind_chat(work, group_id, channel, external, me, now), writer="web"
    )
    return web.Response(status=303, headers={"Location": f"/chats?bound={group_id}"})


async def bind_person(visit: Visit) -> web.Response:
    """POST /chats/person: this outside person is that registered one."""
    person = visit.registry.person(picked(visit.form.get("person", "")))
    source, external = visit.form.get("channel", ""), visit.form.get("external", "")
    channel = identity_channel(source)
    if person is None or person.role is Role.RESIDENT:
        raise Sorry(400, "没有选中人", "请从名单里选一位已登记的干部或户长，再按绑定。")
    if channel is None or not external:
        raise Sorry(400, "没有选中要绑定的人", "请从上一页的名单里操作。")
    person_id, me, now = person.id, visit.me.id, visit.now
    await visit.deps.store.unit(
        lambda work: reading.bind_stranger(work, person_id, channel, source, external, me, now), writer="web"
    )
    return web.Response(status=303, headers={"Location": f"/chats?bound={person_id}"})


def picked(choice: str) -> str:
    """The id at the end of a picker's line."""
    return choice.rpartition(_MARK)[2].strip()


def identity_channel(channel: str) -> str | None:
    """By which name a person of this door is known: a WeCom userid at the bot and the app, a WeChat id at 微信客服."""
    return {"aibot": "wecom", "app": "wecom", "wecom": "wecom", "customer": "wechat", "kf": "wechat",
            "wechat": "wechat"}.get(channel)  # fmt: skip
