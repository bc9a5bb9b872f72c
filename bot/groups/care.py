"""All care for groups that a live process takes, put together: what runs by the clock, and what the ear must obey."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import structlog

from bot.channels.appchat import AppChat
from bot.channels.archive import Batch
from bot.channels.client import WeComClient
from bot.channels.consent import Agreement, RoomAgreements, obeyed, obeying
from bot.channels.customer_groups import CustomerGroups
from bot.channels.mass_send import MassSend
from bot.channels.resident_reports import ResidentReports
from bot.decider import Decider
from bot.groups.appchat_sync import sync
from bot.groups.refusers import KnownRefusers
from bot.groups.reminders import remind_owners
from bot.groups.report_poller import ReportPoller
from bot.groups.watch import GroupWatch
from bot.messages import Incoming
from storage import consent_rows, meta_rows
from storage.store import Store
from storage.times import from_micros, to_micros
from storage.work import SqlWork
from tickets.work import Rules

log = structlog.get_logger(__name__)

#: When app groups are brought into step with the registry, where that is switched on.
APPCHAT_AT = time(4, 10)
_APPCHAT_DONE = "appchat_synced"


class GroupCare:
    """Each client is None where its door is off. `reports` are read with a secret of their own."""

    def __init__(
        self,
        store: Store,
        decider: Decider,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        contact: WeComClient | None = None,
        archive: WeComClient | None = None,
        reports: WeComClient | None = None,
        appchat: AppChat | None = None,
        hello: str = "",
    ) -> None:
        self._store, self._rules, self._now = store, rules, now
        self.refusers = KnownRefusers()
        self.refused = 0
        """Records of refusers that slipped through and were dropped."""
        agreements = RoomAgreements(archive) if archive is not None else None
        self.watch = (
            GroupWatch(store, rules, CustomerGroups(contact), agreements, self.refusers, now)
            if contact is not None
            else None
        )
        self._mass = MassSend(contact) if contact is not None else None
        self.poller = (
            ReportPoller(store, decider, rules, ResidentReports(reports), now) if reports is not None else None
        )
        self._appchat, self._hello = appchat, hello
        self._syncing = asyncio.Lock()

    async def start(self) -> None:
        """Before the first message is heard."""
        await self.refusers.load(self._store)

    # what is heard --------------------------------------------------------------
    async def heard(self, incoming: Incoming) -> None:
        """An event may tell of a group's change."""
        if self.watch is not None:
            await self.watch.heard(incoming)

    def obeyed(self, batch: Batch) -> tuple[Batch, tuple[Agreement, ...]]:
        """The batch without what refusers said, and the agreements in it, which are to be kept with its effects."""
        kept, agreements, dropped = obeyed(batch.heard, self.refusers)
        if dropped:
            self.refused += dropped
            log.warning("refusers_dropped", count=dropped)
        return obeying(batch, kept), agreements

    @staticmethod
    def keep(work: SqlWork, agreements: Sequence[Agreement]) -> None:
        """In the transaction of the batch."""
        consent_rows.put(work, [(one.room, one.external, one.agreed, one.at) for one in agreements])

    # by the clock ---------------------------------------------------------------
    def add_jobs(self, scheduler: Any, jobs: dict[str, Any]) -> None:
        """Interval jobs of an APScheduler."""
        if self.watch is not None:
            scheduler.add_job(self.watch.look_at_touched, "interval", seconds=1, **jobs)
            scheduler.add_job(self.watch.read_all_if_due, "interval", minutes=10, **jobs)
        if self._mass is not None:
            scheduler.add_job(self.remind, "interval", seconds=60, **jobs)
        if self.poller is not None:
            scheduler.add_job(self.poller.poll, "interval", seconds=60, **jobs)
        if self._appchat is not None:
            scheduler.add_job(self.sync_app_groups_if_due, "interval", minutes=10, **jobs)

    async def first_look(self) -> None:
        """At start, when the night's reading was missed."""
        if self.watch is not None:
            await self.watch.read_all_if_due()

    async def remind(self) -> int:
        """Owners who have not pressed."""
        return await remind_owners(self._store, self._mass, self._now()) if self._mass is not None else 0

    async def sync_app_groups_if_due(self) -> int:
        """The nightly step, once however late; gives how many groups were changed."""
        now = self._now()
        due = datetime.combine(now.date(), APPCHAT_AT, tzinfo=now.tzinfo)
        due = due if due <= now else due - timedelta(days=1)
        note = await self._store.read(lambda work: meta_rows.get_note(work, _APPCHAT_DONE))
        if self._appchat is None or (note is not None and from_micros(int(note)) >= due):
            return 0
        changed, failed = 0, 0
        async with self._syncing:
            async for one in sync(self._appchat, self._rules().registry, self._hello, dry_run=False):
                changed += one.changed
                failed += one.failed
        if failed:
            log.warning("app_groups_unsynced", count=failed)
        await self._store.unit(lambda work: meta_rows.put_note(work, _APPCHAT_DONE, str(to_micros(now))), writer="pass")
        return changed
