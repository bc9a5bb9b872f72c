"""Asks 居民上报 for what is new or changed: it has no callback (wire §6.4). Off until its secret is set."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.channels.outcomes import Outcome
from bot.channels.resident_reports import Order, ResidentReports
from bot.decider import Decider
from bot.groups.report_orders import take_over
from bot.groups.watch import sentence_of
from storage import resident_order_rows
from storage.store import Store
from tickets.work import Rules

log = structlog.get_logger(__name__)

#: How far back the first reading goes.
FIRST = timedelta(days=1)
#: Asked for again each time, since an order may be listed a little after its change.
OVERLAP = timedelta(minutes=5)


class ReportPoller:
    """One process's poller."""

    def __init__(
        self,
        store: Store,
        decider: Decider,
        rules: Callable[[], Rules],
        reports: ResidentReports,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._decider, self._rules = store, decider, rules
        self._reports, self._now = reports, now
        self.fault = ""
        """Why the last reading ended early, in Chinese; "" where it did not."""

    async def poll(self) -> int:
        """Take over everything that changed since the last whole reading; gives how many orders were looked at."""
        started = self._now()
        upto = await self._store.read(resident_order_rows.read_upto)
        ids = await self._reports.changed_since(upto - OVERLAP if upto is not None else started - FIRST)
        if not isinstance(ids, tuple):
            return self._failed(ids, 0)
        for number, order_id in enumerate(ids):
            order = await self._reports.order(order_id)
            if not isinstance(order, Order):
                return self._failed(order, number)
            unit = partial(take_over, decider=self._decider, rules=self._rules(), order=order, now=self._now())
            await self._store.unit(unit, writer="decider")
        await self._store.unit(partial(resident_order_rows.set_read_upto, at=started), writer="decider")
        self.fault = ""
        return len(ids)

    def _failed(self, outcome: Outcome, done: int) -> int:
        # the next reading begins where this one did: nothing is passed over
        self.fault = sentence_of(outcome)
        log.warning("resident_reports_unread", outcome=type(outcome).__name__)
        return done
