"""What one reading of a customer group changes: whose it is, who of the officials is in it, what the office must know."""

from datetime import datetime

from bot.channels.customer_groups import CustomerGroup
from registry.model import Group
from registry.registry import Registry
from registry.terms import OFFICIALS, Hears, Lane, Tier
from storage import consent_rows, customer_group_rows, member_rows
from storage.customer_group_rows import SeenGroup
from storage.work import SqlWork
from tickets.alarming import tell_office
from tickets.work import Rules

EAR = "customer"


def binding_of(registry: Registry, chat: CustomerGroup) -> Group | None:
    """The basic group that an unregistered chat is, where that is certain.

    By the join way's state, which is the grid's code: where the grid has one basic group that has no chat yet. By its
    name: where one basic group without a chat is called exactly so and the chat's owner is a registered official.
    Everything else is for the office to say.
    """
    free = [g for g in registry.groups.values() if g.tier is Tier.BASIC and EAR not in g.addresses]
    if chat.state:
        in_grid = [group for group in free if group.area == chat.state]
        if len(in_grid) == 1:
            return in_grid[0]
    owner = registry.person_by_identity("wecom", chat.owner)
    named = [group for group in free if group.name == chat.name]
    return named[0] if len(named) == 1 and owner is not None and owner.role in OFFICIALS else None


def take(work: SqlWork, rules: Rules, now: datetime, chat: CustomerGroup) -> Group | None:
    """Keep what WeCom showed of a group and bind it where that is certain; the registered group, None where unknown."""
    registry = rules.registry
    customer_group_rows.seen(
        work, SeenGroup(chat.chat, chat.name, chat.owner, chat.version, len(chat.residents), chat.state, now)
    )
    group = registry.group_by_address(EAR, chat.chat) or _bind(work, registry, now, chat)
    if group is None:
        work.note_stranger(EAR, chat.chat, None, now)
        return None
    people = [registry.person_by_identity("wecom", member.external) for member in chat.members if member.is_ours]
    member_rows.joined(work, group.id, [p.id for p in people if p is not None and p.role in OFFICIALS], now)
    consent_rows.stayed(work, room_of(group, chat.chat), [member.external for member in chat.residents])
    _look_at_owner(work, rules, now, group, chat)
    return group


def room_of(group: Group, chat: str) -> str:
    """The id by which the archive knows the group: its own where it was bound, else WeCom's one id for both."""
    return group.addresses.get("archive", chat)


def _bind(work: SqlWork, registry: Registry, now: datetime, chat: CustomerGroup) -> Group | None:
    # 「@小格 绑定」 in a customer group is heard by the archive, and binds its room: the chat has the same id
    group = registry.group_by_address("archive", chat.chat) or binding_of(registry, chat)
    if group is None or group.addresses.get(EAR, chat.chat) != chat.chat:
        return None
    work.bind_address(group.id, EAR, chat.chat, None, now)
    if group.hears is Hears.ALL and "archive" not in group.addresses:
        # a customer group has one id for the API and the archive (wire, id shapes)
        work.bind_address(group.id, "archive", chat.chat, None, now)
    return group


def _look_at_owner(work: SqlWork, rules: Rules, now: datetime, group: Group, chat: CustomerGroup) -> None:
    """Where somebody else owns the group than the registry says, the office is told once, with who it is now; until it
    agrees nobody can press, and the group's sentences are pasted."""
    registry = rules.registry
    known = registry.identity(group.owner, "wecom") if group.owner else None
    row = customer_group_rows.get(work, chat.chat)
    told = row.told_owner if row is not None else None
    if known is None:
        # an owner on WeChat cannot press anyway: `gridbot check` names such groups
        return
    if known.lower() == chat.owner.lower():
        if told is not None:
            customer_group_rows.told_of_owner(work, chat.chat, None)
        return
    if told == chat.owner:
        return
    owner = registry.person_by_identity("wecom", chat.owner)
    tell_office(
        work, rules, now, "alarm.group_owner", because=f"group:{group.id}", area=group.area, lane=Lane.NORMAL,
        args={"group": group.id, "new_owner": owner.id if owner else None},
    )  # fmt: skip
    customer_group_rows.told_of_owner(work, chat.chat, chat.owner)
