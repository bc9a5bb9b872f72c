"""A list or model on trial beside those in use, in the running service: nothing of it is said or kept but counts a day."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import structlog

from bot.decider import Decider, Read
from bot.learning_commands.beside import Beside
from bot.learning_commands.other_reader import other_reader
from bot.loading import LoadingError
from storage import shadow_rows
from storage.shadow_rows import ShadowDay, ShadowOrder
from storage.store import Store
from storage.work import SqlWork

log = structlog.get_logger(__name__)


class Shadow:
    """Follows the order in the database (`gridbot try --shadow`): begins, counts, ends. A restart counts the day anew."""

    def __init__(self, store: Store, decider: Decider, county_dir: Path, now: Callable[[], datetime]) -> None:
        self._store, self._decider, self._county_dir, self._now = store, decider, county_dir, now
        self._order: ShadowOrder | None = None
        self._beside: Beside | None = None

    def hear(self, reads: Sequence[Read]) -> None:
        """What was just decided, in order."""
        if self._beside is not None:
            self._beside.hear(reads)

    async def look(self) -> None:
        """Keep the counts so far; begin or end what was ordered. Every few seconds."""
        now = self._now()
        order = await self._store.read(shadow_rows.get_order)
        if order is not None and order.until <= now:
            order = None
        if self._beside is not None:
            await self._keep(self._beside, now)
        if order is None:
            self._beside = None
        elif self._order is None or (order.lists, order.since) != (self._order.lists, self._order.since):
            self._beside = await self._begin(order)
        self._order = order

    async def _begin(self, order: ShadowOrder) -> Beside | None:
        try:
            other = await asyncio.to_thread(other_reader, Path(order.lists), self._county_dir)
        except LoadingError as error:
            log.warning("shadow_lists_wrong", errors=len(error.errors))
            trouble = "；".join(error.errors)
            await self._store.unit(lambda work: shadow_rows.note_trouble(work, order, trouble), writer="pass")
            return None
        log.info("shadow_begun")
        if order.trouble:
            await self._store.unit(lambda work: shadow_rows.note_trouble(work, order, ""), writer="pass")
        return Beside(self._decider, other)

    async def _keep(self, beside: Beside, now: datetime) -> None:
        days = []
        for day in beside.days():
            counts = asdict(beside.of_day(day))
            days.append(ShadowDay(day, **{name: counts[name] for name in shadow_rows.COUNTS}))
        order = self._order

        def put(work: SqlWork) -> None:
            # an order that was replaced meanwhile has begun its own days
            if order is not None and (found := shadow_rows.get_order(work)) is not None and found.since == order.since:
                shadow_rows.put_days(work, days)

        await self._store.unit(put, writer="pass")
        beside.forget_before(now)
