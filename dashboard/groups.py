"""The rows of the groups' page: each customer group with its owner as WeCom names him, and what the office may decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.people import area_name, official_name
from registry.model import Group
from registry.registry import Registry
from registry.terms import Speaks, Tier
from storage.queries import SeenGroup

SPEAKS = {Speaks.DIRECT: "直接说", Speaks.CONFIRM: "群主确认后发", Speaks.PASTE: "请网格员转发"}
EAR = "customer"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A registered group with a customer chat. `new_owner` is who owns it now, where the office has not agreed to him:
    (person id, name), id "" where the registry does not know him."""

    chat: str
    id: str
    name: str
    area: str
    owner: str
    new_owner: tuple[str, str] | None
    speaks: str
    residents: int
    refused: int
    sends: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """A customer group that the registry does not know. `proposed` is (id, name, why) of the group that it seems to be."""

    chat: str
    name: str
    owner: str
    residents: int
    proposed: tuple[str, str, str] | None


def rows(
    registry: Registry, seen: list[SeenGroup], refused: Mapping[str, int], sends: Mapping[str, int]
) -> tuple[list[GroupRow], list[UnknownRow]]:
    """Registered and unregistered customer groups. `refused` counts by room, `sends` this month's mass sends by group."""
    known: list[GroupRow] = []
    unknown: list[UnknownRow] = []
    for one in seen:
        group = registry.group_by_address(EAR, one.chat)
        if group is None:
            unknown.append(UnknownRow(one.chat, one.name, _named(registry, one.owner), one.residents, proposal(registry, one)))
        else:
            known.append(_row(registry, one, group, refused, sends))
    # whose owner is to be agreed to stands first
    return sorted(known, key=lambda row: row.new_owner is None), unknown


def _row(registry: Registry, one: SeenGroup, group: Group, refused: Mapping[str, int], sends: Mapping[str, int]) -> GroupRow:
    speaks = registry.speaks(group.id) or group.speaks
    return GroupRow(
        chat=one.chat, id=group.id, name=group.name, area=area_name(registry, group.area),
        owner=official_name(registry, group.owner) or "未登记", new_owner=new_owner(registry, one, group),
        speaks=SPEAKS[speaks], residents=one.residents, refused=refused.get(group.addresses.get("archive", one.chat), 0),
        sends=sends.get(group.id, 0), seen_at=one.seen_at,
    )  # fmt: skip


def new_owner(registry: Registry, one: SeenGroup, group: Group) -> tuple[str, str] | None:
    """Who owns the group in WeCom, where that is not whom we know as its owner."""
    ours = registry.identity(group.owner, "wecom") if group.owner else None
    if not one.owner or (ours is not None and ours.lower() == one.owner.lower()):
        return None
    person = registry.person_by_identity("wecom", one.owner)
    return (person.id, official_name(registry, person.id) or person.name) if person is not None else ("", one.owner)


def proposal(registry: Registry, one: SeenGroup) -> tuple[str, str, str] | None:
    """The registered group without a chat that this one seems to be: by the state of the code by which people came, by
    its name. The office decides."""
    free = [g for g in registry.groups.values() if g.tier is Tier.BASIC and EAR not in g.addresses]
    for found, why in (
        ([g for g in free if one.join_state and g.area == one.join_state], "按入群码"),
        ([g for g in free if g.name == one.name], "按群名"),
    ):
        if len(found) == 1:
            return found[0].id, found[0].name, why
    return None


def _named(registry: Registry, userid: str) -> str:
    person = registry.person_by_identity("wecom", userid)
    return (official_name(registry, person.id) if person is not None else None) or userid
