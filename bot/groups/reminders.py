"""Which owners are reminded of a mass send that waits for their press, and when (remind_groupmsg_send, path/97610)."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial

from bot.channels.mass_send import MassSend
from bot.channels.outcomes import Failed, Sent
from registry.terms import Form, Lane
from storage import mass_send_rows, outbox
from storage.store import Store
from storage.work import SqlWork

#: How long after the asking, and after each reminder, the owner is reminded; what is not pressed by 21:00 the office hears.
AFTER = {
    Lane.DANGER: timedelta(minutes=3),
    Lane.URGENT: timedelta(minutes=15),
    Lane.NORMAL: timedelta(minutes=60),
    Lane.DIGEST: timedelta(minutes=60),
}
#: WeCom allows 3 in 24 hours; a task is over in less.
MOST = 3
#: Between these hours only danger reminds.
QUIET_FROM, QUIET_UNTIL = time(21, 0), time(7, 0)

Reminded = tuple[int, datetime | None]
"""How often an owner was reminded of a task, and when last."""


def due(asked: Mapping[str, tuple[Lane, datetime]], reminded: Mapping[str, Reminded], now: datetime) -> list[str]:
    """Task ids that are to be reminded of now. `asked` has each waiting task's lane and the moment of asking."""
    return [task for task, (lane, at) in asked.items() if _is_due(lane, at, *reminded.get(task, (0, None)), now)]


def _is_due(lane: Lane, asked_at: datetime, times: int, last_at: datetime | None, now: datetime) -> bool:
    if times >= MOST:
        return False
    if lane is not Lane.DANGER and (now.time() >= QUIET_FROM or now.time() < QUIET_UNTIL):
        return False
    return now - (last_at or asked_at) >= AFTER[lane]


async def remind_owners(store: Store, mass: MassSend, now: datetime) -> int:
    """Remind whom it is time to remind; gives how many. A reminder that WeCom refuses counts too, so that it ends."""

    def look(work: SqlWork) -> tuple[dict[str, tuple[Lane, datetime]], dict[str, Reminded]]:
        asked = {
            row.task_ref: (row.say.lane, row.asked_at)
            for row in outbox.asked_rows(work)
            if row.form is Form.CONFIRM
            and row.say.parent is None
            and row.task_ref is not None
            and row.asked_at is not None
        }
        return asked, {task: mass_send_rows.reminded(work, task) for task in asked}

    asked, reminded = await store.read(look)
    count = 0
    for task in due(asked, reminded, now):
        outcome = await mass.remind(task)
        if isinstance(outcome, Sent | Failed):
            await store.unit(partial(mass_send_rows.remind, task_ref=task, at=now), writer="sender")
            count += isinstance(outcome, Sent)
    return count
