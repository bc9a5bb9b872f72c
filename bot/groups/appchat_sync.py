"""应用群 in step with the registry: each group with `addresses.appchat` is made if it is not there, else changed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.channels.appchat import NO_SUCH_CHAT, AppChat, AppGroup, Change, Wanted, change_of, wanted_members
from bot.channels.outcomes import Failed, Sent
from bot.groups.watch import sentence_of
from registry.model import Group
from registry.registry import Registry


@dataclass(frozen=True, slots=True)
class Synced:
    """One group's line: what was done or would be, in Chinese; `failed` where it could not."""

    line: str
    changed: bool
    failed: bool = False


def wanted_of(registry: Registry, group: Group) -> Wanted:
    """How the registry wants an app group: its people with a WeCom account, its owner, its name."""
    owner = registry.identity(group.owner, "wecom") if group.owner else None
    people = (registry.identity(person.id, "wecom") for person in registry.members(group.id))
    return Wanted(group.addresses["appchat"], group.name, owner, wanted_members(people, owner))


async def sync(chats: AppChat, registry: Registry, hello: str, *, dry_run: bool) -> AsyncIterator[Synced]:
    """Go through all app groups. `hello` is the first sentence in a new one: before it old clients do not show it."""
    for group in registry.groups.values():
        if "appchat" in group.addresses:
            yield await _sync_one(chats, group, wanted_of(registry, group), hello, dry_run=dry_run)


async def _sync_one(chats: AppChat, group: Group, wanted: Wanted, hello: str, *, dry_run: bool) -> Synced:
    if wanted.fault is not None:
        return Synced(f"{group.name}：{wanted.fault}", changed=False, failed=True)
    present = await chats.get(wanted.chat_id)
    if isinstance(present, Failed) and present.code == NO_SUCH_CHAT:
        return await _make(chats, group, wanted, hello, dry_run=dry_run)
    if not isinstance(present, AppGroup):
        return Synced(f"{group.name}：{sentence_of(present)}", changed=False, failed=True)
    change = change_of(present, wanted)
    if not change:
        return Synced(f"{group.name}：和登记一样", changed=False)
    if not dry_run:
        outcome = await chats.update(wanted.chat_id, change)
        if not isinstance(outcome, Sent):
            return Synced(f"{group.name}：{sentence_of(outcome)}", changed=False, failed=True)
    return Synced(f"{group.name}：{told(change)}", changed=True)


async def _make(chats: AppChat, group: Group, wanted: Wanted, hello: str, *, dry_run: bool) -> Synced:
    line = f"{group.name}：新建，{len(wanted.members)} 人"
    if dry_run:
        return Synced(line, changed=True)
    made = await chats.create(wanted)
    if not isinstance(made, Sent):
        return Synced(f"{group.name}：{sentence_of(made)}", changed=False, failed=True)
    greeted = await chats.send_text(wanted.chat_id, hello)
    if not isinstance(greeted, Sent):
        return Synced(f"{line}；第一句话没发出：{sentence_of(greeted)}", changed=True, failed=True)
    return Synced(line, changed=True)


def told(change: Change) -> str:
    """A change in a few words."""
    parts = [
        f"改名为「{change.name}」" if change.name else "",
        f"群主改为 {change.owner}" if change.owner else "",
        f"加 {len(change.added)} 人（{'、'.join(change.added[:5])}{'…' if len(change.added) > 5 else ''}）" if change.added else "",
        f"移出 {len(change.removed)} 人（{'、'.join(change.removed[:5])}{'…' if len(change.removed) > 5 else ''}）" if change.removed else "",
    ]  # fmt: skip
    return "，".join(part for part in parts if part)
