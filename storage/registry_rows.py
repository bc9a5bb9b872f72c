"""The registry in the database: each import a whole version, and over the active one what was bound in the chat.

A binding made after the import wins over the file; an older one fills only what the file leaves open.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from registry.model import Override
from registry.registry import Registry
from registry.source import from_data
from registry.terms import Speaks
from storage import bindings, duty_rows, hearing
from storage.errors import StoreError
from storage.tables import addresses, customer_groups, identities, registry_versions, roster_overrides
from storage.work_base import OnConnection

_v = registry_versions.c
_g = customer_groups.c
#: Stand-ins kept before their time was.
_BEFORE_TIMES = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Version:
    """One import."""

    id: int
    at: datetime
    by: str
    active: bool


def save_registry(work: OnConnection, data: Mapping[str, Any], by: str, at: datetime) -> int:
    """Keep a registry (plain data of `registry.source.to_data`) and use it; gives the version."""
    before = work.connection.execute(select(_v.id).where(_v.active)).scalar_one_or_none()
    _use_none(work)
    row = {"content": dict(data), "at": at, "actor": by, "active": True, "replaced": before}
    made = work.connection.execute(insert(registry_versions).returning(_v.id), row).scalar_one()
    hearing.keep_only(work.connection, data)
    bindings.changed(work.connection)
    return int(made)


def load_registry(work: OnConnection) -> Registry:
    """The active registry with bindings and stand-ins laid over; an empty one before the first import.

    StoreError when the stored version can't be read by this program.
    """
    row = work.connection.execute(
        select(_v.content, _v.at).where(_v.active)
    ).one_or_none()
    if row is None:
        return Registry.of()
    registry, errors = from_data(row.content)
    if registry is None:
        raise StoreError(f"数据库里的登记册有 {len(errors)} 处不能读取，请重新导入：gridbot registry import 文件。")
    bound = _with_identities(work, _with_addresses(work, registry, row.at), row.at)
    return _with_overrides(work, _with_owners(work, bound))


def load_imported(work: OnConnection) -> Registry | None:
    """The active registry as it was imported, without what was bound since; None before the first import."""
    row = work.connection.execute(select(_v.content).where(_v.active)).one_or_none()
    return None if row is None else from_data(row.content)[0]


def undo(work: OnConnection) -> Version | None:
    """Go back to the version that the active one replaced; None when there is none. The undone version is kept."""
    replaced = work.connection.execute(select(_v.replaced).where(_v.active)).scalar_one_or_none()
    before = work.connection.execute(select(_v.id, _v.at, _v.actor).where(_v.id == replaced)).one_or_none()
    if before is None:
        return None
    _use_none(work)
    work.connection.execute(update(registry_versions).where(_v.id == before.id).values(active=True))
    bindings.changed(work.connection)
    return Version(before.id, before.at, before.actor, active=True)


def versions(work: OnConnection, limit: int = 20) -> list[Version]:
    """Imports, newest first."""
    query = select(_v.id, _v.at, _v.actor, _v.active).order_by(_v.id.desc()).limit(limit)
    return [Version(row.id, row.at, row.actor, row.active) for row in work.connection.execute(query)]


def generation(work: OnConnection) -> int:
    """Rises with each import, undo, binding and stand-in: a process with an older registry loads it again."""
    return bindings.generation(work.connection)


def _use_none(work: OnConnection) -> None:
    work.connection.execute(update(registry_versions).where(_v.active).values(active=False))


def _with_addresses(work: OnConnection, registry: Registry, imported_at: datetime) -> Registry:
    rows = [(row.group_id, row.ear, row.external, row.at) for row in work.connection.execute(select(addresses))]
    laid = _laid_over({group.id: group.addresses for group in registry.groups.values()}, rows, imported_at)
    groups = {group.id: replace(group, addresses=laid[group.id]) for group in registry.groups.values()}
    return replace(registry, groups=groups)


def _with_identities(work: OnConnection, registry: Registry, imported_at: datetime) -> Registry:
    rows = [(row.person, row.channel, row.external, row.at) for row in work.connection.execute(select(identities))]
    laid = _laid_over({person.id: person.identities for person in registry.people.values()}, rows, imported_at)
    people = {person.id: replace(person, identities=laid[person.id]) for person in registry.people.values()}
    return replace(registry, people=people)


def _with_owners(work: OnConnection, registry: Registry) -> Registry:
    """The owner whom WeCom names is the one who can press send. Where he is not the registry's, he is the one whom the
    office agreed to; else nobody is asked, and the group's sentences are pasted."""
    seen = {row.chat: row for row in work.connection.execute(select(_g.chat, _g.owner, _g.agreed_owner))}
    groups = dict(registry.groups)
    for group in registry.groups.values():
        row = seen.get(group.addresses.get("customer", ""))
        if row is None or not row.owner:
            continue
        named = [one for one in (group.owner, row.agreed_owner) if one is not None and one in registry.people]
        owner = next((one for one in named if _userid(registry, one) == row.owner.lower()), None)
        if owner is not None and owner != group.owner:
            groups[group.id] = replace(group, owner=owner)
        elif owner is None and group.speaks is Speaks.CONFIRM:
            groups[group.id] = replace(group, speaks=Speaks.PASTE)
    return replace(registry, groups=groups) if groups != registry.groups else registry


def _userid(registry: Registry, person: str) -> str:
    # WeCom takes no notice of case in userids (wire, id shapes)
    return registry.people[person].identities.get("wecom", "").lower()


def _laid_over(
    file: Mapping[str, Mapping[str, str]], rows: list[tuple[str, str, str, datetime]], imported_at: datetime
) -> dict[str, dict[str, str]]:
    """Outside ids by ours, with the bound ones; an outside id belongs to one of ours."""
    laid = {ours: dict(ids) for ours, ids in file.items()}
    holders = {(where, external): ours for ours, ids in laid.items() for where, external in ids.items()}
    for ours, where, external, at in rows:
        if ours not in laid:
            continue
        if at < imported_at and (where in file[ours] or (where, external) in holders):
            continue
        holder = holders.get((where, external))
        if holder is not None and laid[holder].get(where) == external:
            del laid[holder][where]
        laid[ours][where] = external
        holders[where, external] = ours
    return laid


def _with_overrides(work: OnConnection, registry: Registry) -> Registry:
    """Leave and swaps that were made in the chat, after those of the file, in the order in which they were made."""
    made: list[tuple[str, datetime, tuple[Override, ...]]] = [
        (row.roster, row.at or _BEFORE_TIMES, (Override(row.day, row.absent, row.instead),))
        for row in work.connection.execute(select(roster_overrides).order_by(roster_overrides.c.day))
    ]
    made += duty_rows.accepted_swaps(work.connection)
    added: dict[str, list[Override]] = defaultdict(list)
    for roster_id, _, overrides in sorted(made, key=lambda one: one[1]):
        added[roster_id] += overrides
    rosters = tuple(
        replace(roster, overrides=roster.overrides + tuple(added[roster.id])) if roster.id in added else roster
        for roster in registry.rosters
    )
    return replace(registry, rosters=rosters)
