"""How residents found the work of some days: satisfied, not, silent and unasked, counted apart (督查考核).

Not satisfied is counted from the ratings themselves: such a matter is reopened, so that its outcome stands open until
it is settled. Person danger is in no figure (promise P13).
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select

from registry.terms import Outcome, Status, What
from storage.figure_rows import public
from storage.tables import history, tickets
from storage.work_base import OnConnection

_t = tickets.c


def outcomes(
    work: OnConnection, since: datetime, until: datetime, areas: Collection[str] | None = None
) -> Mapping[Outcome, int]:
    """Matters closed within [since, until) by their outcome, and those that a voice rated unsatisfied within it."""
    closed = (
        select(_t.outcome, func.count())
        .where(*public(areas), _t.status == Status.CLOSED.value, _t.closed_at >= since, _t.closed_at < until)
        .where(_t.outcome.is_not(None))
        .group_by(_t.outcome)
    )
    counts = {Outcome(outcome): int(count) for outcome, count in work.connection.execute(closed)}
    rated = (
        select(history.c.ticket, history.c.facts)
        .join(tickets, _t.id == history.c.ticket)
        .where(history.c.what == What.RATED.value, history.c.at >= since, history.c.at < until, *public(areas))
    )
    unsatisfied = {row.ticket for row in work.connection.execute(rated) if row.facts.get("satisfied") is False}
    counts[Outcome.UNSATISFIED] = len(unsatisfied)
    return {outcome: counts.get(outcome, 0) for outcome in Outcome}
