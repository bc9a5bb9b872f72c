"""A recount from history, each night: the dashboard's figures must be what the lines say (promise P11)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from registry.terms import ClockKind, DangerKind, Status, TicketKind, What
from storage import figure_rows
from storage.clock_rows import running
from storage.tables import clocks, history, tickets
from storage.work_base import OnConnection

#: Lines after which a ticket is no matter of its own. (A merged line without a target stands on the surviving ticket.)
_LEFT = frozenset({What.MERGED, What.WITHDRAWN})
#: Lines that end a ticket, and lines that begin it (again).
_ENDS = _LEFT | {What.CLOSED}
_BEGINS = frozenset({What.OPENED, What.REOPENED})
#: The line that ends a clock's limit.
_ENDS_LIMIT = {ClockKind.ACCEPT.value: What.ACCEPTED, ClockKind.DONE.value: What.DONE}
#: Lines after which somebody must accept again.
_ASKS_AGAIN = {ClockKind.ACCEPT.value: frozenset({What.RETURNED, What.ASSIGNED}), ClockKind.DONE.value: frozenset[What]()}
#: All lines that the recount looks at.
_READ = sorted(what.value for what in {*_ENDS, *_BEGINS, *_ENDS_LIMIT.values(), *_ASKS_AGAIN[ClockKind.ACCEPT.value]})


def recount(work: OnConnection, since: datetime, until: datetime) -> Mapping[str, int]:
    """new, settled, overdue, open and unreasonable as `figure_rows.figures` counts them, from the lines of history."""
    lines: dict[int, list[tuple[datetime, What]]] = defaultdict(list)
    query = (
        select(history.c.ticket, history.c.at, history.c.what, history.c.target)
        .join(tickets, tickets.c.id == history.c.ticket)
        .where(tickets.c.kind == TicketKind.MATTER.value, tickets.c.status != Status.EXCLUDED.value)
        .where(tickets.c.danger.is_(None) | (tickets.c.danger != DangerKind.PERSON.value), history.c.what.in_(_READ))
        .order_by(history.c.ticket, history.c.line)
    )
    for row in work.connection.execute(query.execution_options(yield_per=1000)):
        if row.what != What.MERGED.value or row.target is not None:
            lines[row.ticket].append((row.at, What(row.what)))
    limits: dict[int, list[str]] = defaultdict(list)
    passed = select(clocks.c.ticket, clocks.c.kind).where(
        running, clocks.c.kind.in_(list(_ENDS_LIMIT)), clocks.c.limit_at <= until
    )
    for limit in work.connection.execute(passed):
        limits[limit.ticket].append(limit.kind)
    counts = {"new": 0, "settled": 0, "overdue": 0, "open": 0}
    for ticket, chain in lines.items():
        for name in _counted(chain, limits.get(ticket, []), since, until):
            counts[name] += 1
    return {**counts, "unreasonable": _unreasonable(work, since, until)}


def _unreasonable(work: OnConnection, since: datetime, until: datetime) -> int:
    """Matters that a line within [since, until) ended as 不合理诉求."""
    query = (
        select(history.c.ticket, history.c.facts)
        .join(tickets, tickets.c.id == history.c.ticket)
        .where(tickets.c.kind == TicketKind.MATTER.value, tickets.c.danger.is_(None) | (tickets.c.danger != DangerKind.PERSON.value))
        .where(history.c.what == What.CLOSED.value, history.c.at >= since, history.c.at < until)
    )
    rows = work.connection.execute(query.execution_options(yield_per=1000))
    return len({row.ticket for row in rows if row.facts.get("unreasonable")})


def differences(work: OnConnection, since: datetime, until: datetime) -> Mapping[str, tuple[int, int]]:
    """Where the dashboard's figure (first) is not what the recount (second) gives; empty when all is well."""
    shown = figure_rows.figures(work.connection, None, since, until)
    counted = recount(work, since, until)
    return {name: (shown[name], count) for name, count in counted.items() if shown[name] != count}


def _counted(
    chain: list[tuple[datetime, What]], limits: list[str], since: datetime, until: datetime
) -> list[str]:
    """The figures to which one ticket's lines add."""
    turns = [(at, what) for at, what in chain if what in _ENDS or what in _BEGINS]
    if not turns or turns[-1][1] in _LEFT:
        return []
    found = ["new"] if since <= chain[0][0] < until else []
    last_at, last = turns[-1]
    if last is What.CLOSED:
        return [*found, "settled"] if since <= last_at < until else found
    found.append("open")
    begun = max(place for place, (_, what) in enumerate(chain) if what in _BEGINS)
    since_then = [what for _, what in chain[begun:]]
    if any(not _is_met(kind, since_then) for kind in limits):
        found.append("overdue")
    return found


def _is_met(kind: str, lines: list[What]) -> bool:
    """Whether the lines of a round end a clock's limit, and none after it begins it anew."""
    turns = [what for what in lines if what is _ENDS_LIMIT[kind] or what in _ASKS_AGAIN[kind]]
    return bool(turns) and turns[-1] is _ENDS_LIMIT[kind]
