"""By which door a call reaches a person or a group, and what stands in the way (design, section 4)."""

from dataclasses import dataclass
from enum import StrEnum

from registry.registry import Registry
from registry.terms import OFFICIALS, Role, Speaks


class Door(StrEnum):
    """How a sentence gets there."""

    CARD = "card"
    DIRECT = "direct"
    CONFIRM = "confirm"
    PASTE = "paste"


DOOR_NAMES = {Door.CARD: "发卡片", Door.DIRECT: "直接说", Door.CONFIRM: "群主点发送", Door.PASTE: "网格员转发"}

_OF_GROUP = {Speaks.DIRECT: Door.DIRECT, Speaks.CONFIRM: Door.CONFIRM, Speaks.PASTE: Door.PASTE}


@dataclass(frozen=True, slots=True)
class Way:
    """A door, and why nothing gets through it as things stand; no `obstacle`: it reaches."""

    door: Door
    obstacle: str | None = None

    @property
    def is_open(self) -> bool:
        return self.obstacle is None


def way_to_person(registry: Registry, person_id: str, area: str) -> Way:
    """Cards are for WeCom members: a head's goes to the grid member of the area beside him, with his name on it."""
    person = registry.person(person_id)
    if person is None:
        return Way(Door.CARD, "不在登记表里")
    if registry.identity(person.id, "wecom") is not None:
        return Way(Door.CARD)
    if person.role in OFFICIALS:
        return Way(Door.CARD, f"{person.name}没有绑定企业微信")
    beside = registry.grid_member_of(area) if person.role is Role.HOUSEHOLD_HEAD else None
    if beside is None:
        return Way(Door.PASTE, f"{person.name}没有企业微信，旁边也没有网格员")
    return Way(Door.PASTE, way_to_person(registry, beside.id, area).obstacle)


def way_to_group(registry: Registry, group_id: str) -> Way:
    """A group needs an outside id to be spoken to, and where a person must press or paste, that person's account."""
    group = registry.group(group_id)
    if group is None:
        return Way(Door.DIRECT, "不在登记表里")
    door = _OF_GROUP[registry.speaks(group.id) or Speaks.PASTE]
    if door is not Door.DIRECT:
        beside = registry.grid_member_of(group.area)
        presses = group.owner if door is Door.CONFIRM else (beside.id if beside is not None else group.owner)
        if presses is None or registry.identity(presses, "wecom") is None:
            return Way(door, f"{group.name}没有能点发送或转发的人")
        return Way(door)
    return Way(door, None if group.addresses else f"{group.name}还没有绑定")
