"""客户群 as WeCom showed them last: owner, how many residents, the state by which they came. No resident is kept here.

The owner that WeCom names counts: where he is not whom the registry says, nobody can be asked to press send, and the
group's sentences are pasted until the office has agreed to the new owner (`registry_rows.load_registry`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage import bindings
from storage.dialect import upsert
from storage.tables import customer_groups
from storage.work_base import OnConnection

_g = customer_groups.c
_SEEN = upsert(customer_groups, ("chat",), "name", "owner", "version", "residents", "join_state", "seen_at", "gone_at")


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """One row. `owner` is a userid; `agreed_owner` the person whom the office has put in the registry's place."""

    chat: str
    name: str
    owner: str
    version: str
    residents: int
    join_state: str
    seen_at: datetime
    gone_at: datetime | None = None
    agreed_owner: str | None = None
    told_owner: str | None = None


def seen(work: OnConnection, group: SeenGroup) -> None:
    """Keep what was just read; what the office has agreed to stays. Another owner makes registries load anew."""
    before = get(work, group.chat)
    row = {
        "chat": group.chat, "name": group.name, "owner": group.owner, "version": group.version,
        "residents": group.residents, "join_state": group.join_state, "seen_at": group.seen_at, "gone_at": group.gone_at,
    }  # fmt: skip
    work.connection.execute(_SEEN.on(work.connection), row)
    if before is None or before.owner != group.owner:
        bindings.changed(work.connection)


def get(work: OnConnection, chat: str) -> SeenGroup | None:
    """The row of a chat; None where WeCom has not shown it."""
    row = work.connection.execute(select(customer_groups).where(_g.chat == chat)).mappings().one_or_none()
    return SeenGroup(**row) if row is not None else None


def all_seen(work: OnConnection) -> list[SeenGroup]:
    """Every group that has not gone, by name."""
    query = select(customer_groups).where(_g.gone_at.is_(None)).order_by(_g.name, _g.chat)
    return [SeenGroup(**row) for row in work.connection.execute(query).mappings()]


def gone(work: OnConnection, chats: Collection[str], at: datetime) -> None:
    """Groups that were dismissed, or that WeCom lists no more."""
    if chats:
        work.connection.execute(update(customer_groups).where(_g.chat.in_(sorted(chats)), _g.gone_at.is_(None)).values(gone_at=at))


def agree_owner(work: OnConnection, chat: str, person: str | None) -> None:
    """The office takes this person as the owner in the registry's place; None: the registry's again."""
    work.connection.execute(update(customer_groups).where(_g.chat == chat).values(agreed_owner=person))
    bindings.changed(work.connection)


def told_of_owner(work: OnConnection, chat: str, userid: str | None) -> None:
    """The office has been told of this owner, so that it is told once."""
    work.connection.execute(update(customer_groups).where(_g.chat == chat).values(told_owner=userid))
