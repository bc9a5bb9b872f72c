"""Reads the registry file: who is in which group, and the ids by which WeCom knows them.

Only what a chat client needs is read (groups, people, their ids); keys the emulator does not know are ignored,
because the file belongs to the bot. Where addresses or identities are absent they are derived:

- group ``g`` → chat id ``wr`` + id without dashes (aibot, archive and customer alike), webhook key ``wh-`` + id;
- an official's WeCom userid is the person's id; a resident or household head is ``wm`` + id without dashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from emulator.errors import RegistryError

TIERS = ("basic", "coordination", "command")
HEARS = ("all", "mentions", "none")
SPEAKS = ("direct", "confirm", "paste")
ON_WECHAT = ("resident", "household_head")
OFFICIALS = (
    "grid_member",
    "grid_leader",
    "unit_member",
    "unit_lead",
    "county_leader",
    "grid_office",
    "duty_officer",
)
ROLE_NAMES = {
    "resident": "居民",
    "household_head": "中心户长",
    "grid_member": "网格员",
    "grid_leader": "网格长",
    "unit_member": "单位人员",
    "unit_lead": "单位负责人",
    "county_leader": "县领导",
    "grid_office": "网格办",
    "duty_officer": "值班员",
}

Kind = Literal["internal", "customer"]


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the registry; ``wecom`` is a userid, ``wechat`` an external id, at least one is set."""

    id: str
    name: str
    nickname: str
    role: str
    groups: tuple[str, ...]
    wecom: str | None
    wechat: str | None

    @property
    def outside_id(self) -> str:
        """The id by which the group's channels name this person."""
        return self.wecom or self.wechat or self.id

    @property
    def shown(self) -> str:
        """The name a chat shows: residents by nickname."""
        return self.nickname or self.name


@dataclass(frozen=True, slots=True)
class Group:
    """One group; a customer group holds WeChat residents, an internal group WeCom members."""

    id: str
    name: str
    tier: str
    owner: str | None
    parent: str | None
    hears: str
    speaks: str
    aibot: str
    archive: str
    customer: str
    webhook: str
    appchat: str = ""

    @property
    def kind(self) -> Kind:
        """Basic groups are customer groups unless the bot may speak in them directly."""
        return "customer" if self.tier == "basic" and self.speaks != "direct" else "internal"

    @property
    def archived(self) -> bool:
        """Whether a licensed member makes the archive hold this group's talk."""
        return self.hears == "all"


@dataclass(frozen=True, slots=True)
class Registry:
    """The whole county as a chat client sees it, in file order."""

    bot_name: str
    county: str
    groups: dict[str, Group]
    people: dict[str, Person]

    def members(self, group: str) -> list[Person]:
        """People of a group, in file order."""
        return [p for p in self.people.values() if group in p.groups]


def read_registry(*paths: Path) -> Registry:
    """Read and check registry files; raises RegistryError with every fault found.

    Further files add groups and people: those that WeCom has and the bot's registry does not know yet.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise RegistryError([f"读不到登记文件 {path}：{error.strerror}"]) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise RegistryError([f"登记文件 {path} 不是正确的 YAML：{error}"]) from error
        if not isinstance(data, dict):
            raise RegistryError([f"登记文件 {path} 最外层应有 groups、people 等几段"])
        for key, value in data.items():
            known = merged.get(key)
            merged[key] = [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
    return registry_from_data(merged)


def registry_from_data(data: Any) -> Registry:
    """Make a Registry of parsed YAML; raises RegistryError with every fault found."""
    if not isinstance(data, dict):
        raise RegistryError(["登记文件最外层应有 groups、people 等几段"])
    faults: list[str] = []
    groups = _read_groups(_rows(data, "groups", faults), faults)
    people = _read_people(_rows(data, "people", faults), groups, faults)
    raw_bot = data.get("bot")
    bot: dict[str, Any] = raw_bot if isinstance(raw_bot, dict) else {}
    for group in groups.values():
        if group.owner is not None and group.owner not in people and group.owner != bot.get("id", "bot"):
            faults.append(f"群 {group.id} 的群主 {group.owner} 不在 people 里")
        if group.parent is not None and group.parent not in groups:
            faults.append(f"群 {group.id} 的上级群 {group.parent} 不在 groups 里")
    _check_unique(groups, people, faults)
    if not groups:
        faults.append("登记文件里没有群（groups）")
    if not people:
        faults.append("登记文件里没有人（people）")
    if faults:
        raise RegistryError(faults)
    people = {p.id: _with_owned_groups(p, groups) for p in people.values()}
    counties = [a for a in _rows(data, "areas", []) if isinstance(a, dict) and a.get("level") == "county"]
    county = str(counties[0].get("name", "")) if counties else ""
    return Registry(bot_name=str(bot.get("name") or "小格"), county=county, groups=groups, people=people)


def _with_owned_groups(person: Person, groups: dict[str, Group]) -> Person:
    owned = [g.id for g in groups.values() if g.owner == person.id and g.id not in person.groups]
    if not owned:
        return person
    return Person(
        person.id,
        person.name,
        person.nickname,
        person.role,
        (*person.groups, *owned),
        person.wecom,
        person.wechat,
    )


def _rows(data: dict[str, Any], key: str, faults: list[str]) -> list[Any]:
    rows = data.get(key)
    if rows is None:
        return []
    if not isinstance(rows, list):
        faults.append(f"{key} 应是一个列表")
        return []
    return rows


def _read_groups(rows: list[Any], faults: list[str]) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not row.get("id"):
            faults.append(f"groups 第 {number} 行没有 id")
            continue
        gid = str(row["id"])
        if gid in groups:
            faults.append(f"群 {gid} 出现了两次")
        tier, hears, speaks = row.get("tier"), row.get("hears") or "all", row.get("speaks") or "direct"
        if tier not in TIERS:
            faults.append(f"群 {gid} 的 tier 应是 {'、'.join(TIERS)} 之一，写的是 {tier!r}")
        if hears not in HEARS:
            faults.append(f"群 {gid} 的 hears 应是 {'、'.join(HEARS)} 之一，写的是 {hears!r}")
        if speaks not in SPEAKS:
            faults.append(f"群 {gid} 的 speaks 应是 {'、'.join(SPEAKS)} 之一，写的是 {speaks!r}")
        raw = row.get("addresses")
        addresses: dict[str, Any] = raw if isinstance(raw, dict) else {}
        chat = "wr" + gid.replace("-", "")
        groups[gid] = Group(
            id=gid,
            name=str(row.get("name") or gid),
            tier=str(tier),
            owner=str(row["owner"]) if row.get("owner") else None,
            parent=str(row["parent"]) if row.get("parent") else None,
            hears=str(hears),
            speaks=str(speaks),
            aibot=str(addresses.get("aibot") or chat),
            archive=str(addresses.get("archive") or chat),
            customer=str(addresses.get("customer") or chat),
            webhook=str(addresses.get("webhook") or f"wh-{gid}"),
            appchat=str(addresses.get("appchat") or ""),
        )
    return groups


def _read_people(rows: list[Any], groups: dict[str, Group], faults: list[str]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not row.get("id"):
            faults.append(f"people 第 {number} 行没有 id")
            continue
        pid = str(row["id"])
        if pid in people:
            faults.append(f"人员 {pid} 出现了两次")
        role = str(row.get("role"))
        if role not in ON_WECHAT and role not in OFFICIALS:
            faults.append(f"人员 {pid} 的 role 写的是 {role!r}，不认识")
        raw_in = row.get("groups")
        listed = [str(g) for g in raw_in] if isinstance(raw_in, list) else []
        faults.extend(f"人员 {pid} 所在的群 {g} 不在 groups 里" for g in listed if g not in groups)
        raw = row.get("identities")
        identities: dict[str, Any] = raw if isinstance(raw, dict) else {}
        wecom, wechat = identities.get("wecom"), identities.get("wechat")
        if not wecom and not wechat:
            if role in ON_WECHAT:
                wechat = "wm" + pid.replace("-", "")
            else:
                wecom = pid
        people[pid] = Person(
            id=pid,
            name=str(row.get("name") or pid),
            nickname=str(row.get("nickname") or ""),
            role=role,
            groups=tuple(listed),
            wecom=str(wecom) if wecom else None,
            wechat=str(wechat) if wechat else None,
        )
    return people


def _check_unique(groups: dict[str, Group], people: dict[str, Person], faults: list[str]) -> None:
    for what in ("aibot", "archive", "customer", "webhook"):
        seen: dict[str, str] = {}
        for group in groups.values():
            outside = getattr(group, what)
            if outside in seen:
                faults.append(f"群 {group.id} 和 {seen[outside]} 的 {what} 地址相同：{outside}")
            seen[outside] = group.id
    owners: dict[str, str] = {}
    for person in people.values():
        for outside in (person.wecom, person.wechat):
            if outside and outside in owners:
                faults.append(f"人员 {person.id} 和 {owners[outside]} 的微信标识相同：{outside}")
            if outside:
                owners[outside] = person.id
