"""Keeps the customer groups known: one by one as events tell of changes, all of them once a night.

An event says only that something changed; the group is read about 2 s later (path/92130), several events together.
Changes made through the API send no event, and an event may be lost, so every group is read again each night.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from bot.channels.consent import Agreement, RoomAgreements
from bot.channels.customer_groups import CustomerGroup, CustomerGroups, read_chat_change, read_contact_change
from bot.channels.outcomes import Failed, Outcome
from bot.groups.refusers import KnownRefusers
from bot.groups.taking import EAR, room_of, take
from bot.messages import Incoming
from registry.model import Group
from registry.terms import OFFICIALS, Hears
from storage import consent_rows, customer_group_rows, meta_rows
from storage.store import Store
from storage.times import from_micros, to_micros
from storage.work import SqlWork
from tickets.work import Rules

log = structlog.get_logger(__name__)

#: How long after an event WeCom's own list is sure to show it.
SETTLES = timedelta(seconds=2)
#: When all groups are read again.
NIGHTLY_AT = time(3, 40)
_READ_ALL = "customer_groups_read"
#: Groups read at the same time in a whole reading; WeCom allows 10,000 calls a minute.
TOGETHER = 4
#: errcode of a chat that is no customer group, or no longer one.
_NO_SUCH_CHAT = 40050


@dataclass(frozen=True, slots=True)
class Reading:
    """What a whole reading found: how many groups there are, how many of them are registered, how many are gone, and
    why it ended early ("" where it did not)."""

    groups: int
    registered: int
    gone: int
    fault: str = ""


class GroupWatch:
    """One process's watch. `agreements` is None where the archive is not asked by this process."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        groups: CustomerGroups,
        agreements: RoomAgreements | None,
        refusers: KnownRefusers,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._rules, self._now = store, rules, now
        self._groups, self._agreements, self._refusers = groups, agreements, refusers
        self._touched: dict[str, datetime] = {}
        self._reading = asyncio.Lock()

    # one by one -----------------------------------------------------------------
    async def heard(self, incoming: Incoming) -> None:
        """Note what an event tells of; everything else is passed over."""
        change = read_chat_change(incoming)
        if change is not None:
            self._touched[change.chat] = self._now() + SETTLES
            return
        contact = read_contact_change(incoming)
        if contact is None:
            return
        if contact.kind == "msg_audit_approved":
            rooms = await self._store.read(lambda work: consent_rows.rooms_of(work, contact.external))
            self._touch(rooms)
        elif contact.kind in ("del_follow_user", "transfer_fail"):
            # whoever was with that member may have another owner now
            seen = await self._store.read(customer_group_rows.all_seen)
            self._touch(group.chat for group in seen if group.owner.lower() == contact.userid.lower())

    def _touch(self, chats: Iterable[str]) -> None:
        for chat in chats:
            self._touched[self._chat_of_room(chat)] = self._now() + SETTLES

    def _chat_of_room(self, room: str) -> str:
        group = self._rules().registry.group_by_address("archive", room)
        return group.addresses.get(EAR, room) if group is not None else room

    async def look_at_touched(self) -> int:
        """Read the groups that settled since their last event; gives how many."""
        now = self._now()
        ready = [chat for chat, at in self._touched.items() if at <= now]
        for chat in ready:
            del self._touched[chat]
            await self.look(chat)
        return len(ready)

    async def look(self, chat: str) -> str | None:
        """Read one group; why it could not be read, None where it was."""
        found = await self._groups.get(chat)
        if isinstance(found, Failed) and found.code == _NO_SUCH_CHAT:
            at = self._now()
            await self._store.unit(lambda work: customer_group_rows.gone(work, [chat], at), writer="pass")
            return None
        if not isinstance(found, CustomerGroup):
            return sentence_of(found)
        now, rules = self._now(), self._rules()
        group = await self._store.unit(lambda work: take(work, rules, now, found), writer="pass")
        if group is not None:
            await self._ask_agreement(group, chat)
        return None

    async def _ask_agreement(self, group: Group, chat: str) -> None:
        """What each resident has said to the archive, as WeCom keeps it."""
        if self._agreements is None or group.hears is not Hears.ALL:
            return
        rows = await self._agreements.check(room_of(group, chat))
        if isinstance(rows, tuple):
            await self.keep(rows)

    async def keep(self, agreements: Sequence[Agreement]) -> None:
        """Keep what residents said, in the store and for the ear."""
        rows = [(one.room, one.external, one.agreed, one.at) for one in agreements]
        await self._store.unit(lambda work: consent_rows.put(work, rows), writer="pass")
        await self._refusers.load(self._store)

    # all of them ----------------------------------------------------------------
    async def read_all_if_due(self) -> Reading | None:
        """The nightly reading, once however late; None where it is not due."""
        now = self._now()
        due = datetime.combine(now.date(), NIGHTLY_AT, tzinfo=now.tzinfo)
        due = due if due <= now else due - timedelta(days=1)
        note = await self._store.read(lambda work: meta_rows.get_note(work, _READ_ALL))
        if note is not None and from_micros(int(note)) >= due:
            return None
        return await self.read_all()

    async def read_all(self) -> Reading:
        """List the groups of everybody who may own one, and read each."""
        async with self._reading:
            started = self._now()
            owners = self._owners(await self._store.read(customer_group_rows.all_seen))
            listed = await self._groups.list(owners)
            if not isinstance(listed, tuple):
                return Reading(0, 0, 0, sentence_of(listed))
            faults = await self._look_at(listed)
            gone, seen = await self._store.unit(
                lambda work: self._close(work, set(listed), started, faults), writer="pass"
            )
            registry = self._rules().registry
            known = sum(1 for row in seen if registry.group_by_address(EAR, row) is not None)
            if faults:
                log.warning("customer_groups_unread", count=len(faults))
            return Reading(len(listed), known, gone, faults[0] if faults else "")

    async def _look_at(self, chats: Sequence[str]) -> list[str]:
        faults: list[str] = []
        for start in range(0, len(chats), TOGETHER):
            answers = await asyncio.gather(*(self.look(chat) for chat in chats[start : start + TOGETHER]))
            faults += [answer for answer in answers if answer is not None]
        return faults

    def _owners(self, seen: Iterable[customer_group_rows.SeenGroup]) -> list[str]:
        """Userids of all who own a group now or may come to: WeCom lists by owner."""
        registry = self._rules().registry
        people = [p for p in registry.people.values() if p.role in OFFICIALS]
        found = [registry.identity(person.id, "wecom") for person in people]
        return list(dict.fromkeys([*(one for one in found if one), *(group.owner for group in seen if group.owner)]))

    def _close(
        self, work: SqlWork, listed: set[str], started: datetime, faults: Sequence[str]
    ) -> tuple[int, list[str]]:
        """Groups that WeCom lists no more are gone; a whole reading is noted so that it is done once a night."""
        seen = [row.chat for row in customer_group_rows.all_seen(work)]
        missing = [chat for chat in seen if chat not in listed]
        customer_group_rows.gone(work, missing, started)
        if not faults:
            meta_rows.put_note(work, _READ_ALL, str(to_micros(started)))
        return len(missing), [chat for chat in seen if chat in listed]


def sentence_of(outcome: Outcome) -> str:
    """Why a call did not succeed, for people."""
    return getattr(outcome, "sentence", "企业微信要求慢一点，稍后再试。")
