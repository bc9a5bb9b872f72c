"""What the dashboard and the exports read. Every function takes a unit of `Store.read` and changes nothing.

Nothing is masked here: words, places and ids come as they lie in the tables. Whoever shows or exports them masks by
`bot.texts` and hides what `Ticket.is_private` marks from all but the area's confidants (promises P12, P13). Figures
leave person danger out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from registry.terms import Category, ClockKind, DangerKind, Outcome, Status, TicketKind, Urgency, What
from storage import called_in_rows as called_in_rows  # noqa: PLC0414 (pages and exports reach it from here)
from storage import chain, clock_rows, figure_rows, message_rows, outbox, sweep, ticket_rows
from storage import consent_rows as consent_rows  # noqa: PLC0414 (likewise)
from storage import correction_rows as correction_rows  # noqa: PLC0414 (likewise)
from storage import county_notes as county_notes  # noqa: PLC0414 (likewise)
from storage import customer_group_rows as customer_group_rows  # noqa: PLC0414 (likewise)
from storage import join_way_rows as join_way_rows  # noqa: PLC0414 (likewise)
from storage import mass_send_rows as mass_send_rows  # noqa: PLC0414 (likewise)
from storage import media_rows as media_rows  # noqa: PLC0414 (likewise)
from storage import member_rows as member_rows  # noqa: PLC0414 (likewise)
from storage import office_rows as office_rows  # noqa: PLC0414 (the office page reaches it from here)
from storage import outcome_rows as outcome_rows  # noqa: PLC0414 (likewise)
from storage import registry_import as registry_import  # noqa: PLC0414 (likewise)
from storage import registry_rows as registry_rows  # noqa: PLC0414 (likewise)
from storage.customer_group_rows import SeenGroup as SeenGroup  # noqa: PLC0414 (likewise)
from storage.outbox import OutboxRow
from storage.sweep import Finding
from storage.tables import clocks, history, registry_versions, set_aside, steps, strangers, ticket_groups, tickets
from storage.tables import inbox as inbox_table
from storage.work_base import OnConnection
from tickets.model import Clock, HistoryLine, Ticket, TicketMessage

_t = tickets.c


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets to list. None means any; `areas` are all codes wanted, not only their root."""

    open_only: bool = True
    areas: Collection[str] | None = None
    statuses: Collection[Status] | None = None
    categories: Collection[Category] | None = None
    urgencies: Collection[Urgency] | None = None
    unit: str | None = None
    owner: str | None = None
    group: str | None = None
    opened_since: datetime | None = None
    opened_until: datetime | None = None
    overdue_at: datetime | None = None
    """Only those whose accept or done limit had passed then."""
    with_private: bool = False
    """Person danger too: only for the area's confidants."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of tickets, and how many there are in all."""

    tickets: tuple[Ticket, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """A ladder step that was decided."""

    at: datetime
    round: int
    step: int
    ladder: ClockKind
    rung: int
    calls: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One ticket with all that hangs on it. `lines` has each line with its words (None: none, or erased)."""

    ticket: Ticket
    lines: tuple[tuple[HistoryLine, str | None], ...] = field(repr=False)
    messages: tuple[TicketMessage, ...] = field(repr=False)
    clocks: tuple[Clock, ...]
    steps: tuple[Step, ...]
    said: tuple[OutboxRow, ...]
    merged: tuple[Ticket, ...]
    """Tickets merged into this one."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A line of the ledger (台账): the ticket and when its limits passed or pass."""

    ticket: Ticket
    accept_limit: datetime | None
    done_limit: datetime | None

    @property
    def accepted_in_time(self) -> bool | None:
        return _in_time(self.ticket.accepted_at, self.accept_limit)

    @property
    def done_in_time(self) -> bool | None:
        return _in_time(self.ticket.done_at, self.done_limit)


@dataclass(frozen=True, slots=True)
class Stranger:
    """An unregistered chat or person that the bot met."""

    channel: str
    group: str | None
    sender: str | None
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What one unit was given in a span, and how it went (督查考核)."""

    unit: str
    given: int
    accepted: int
    accepted_in_time: int
    done: int
    done_in_time: int
    closed: int
    satisfied: int
    unsatisfied: int
    returns: int


@dataclass(frozen=True, slots=True)
class Health:
    """What the alarms page and /readyz look at."""

    findings: tuple[Finding, ...]
    swept_at: datetime | None
    set_aside: int
    undecided: int
    waiting: Mapping[str, int]

    def is_well(self, now: datetime) -> bool:
        """Nothing found, and the sweep itself is alive."""
        return not self.findings and self.swept_at is not None and now - self.swept_at < sweep.HEARTBEAT_OLD


# tickets ----------------------------------------------------------------------


def ticket_list(work: OnConnection, wanted: Filter, *, page: int = 1, size: int = 50) -> Page:
    """A page of tickets, danger first, then the oldest; pages begin at 1."""
    conditions = _conditions(wanted)
    total = work.connection.execute(select(func.count()).select_from(tickets).where(*conditions)).scalar_one()
    rank = case((_t.urgency == Urgency.DANGER.value, 0), (_t.urgency == Urgency.URGENT.value, 1), else_=2)
    query = (
        ticket_rows.ALL.where(*conditions)
        .order_by(rank, _t.opened_at, _t.id)
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    )
    return Page(_tickets(work, query), int(total))


def ticket_page(work: OnConnection, number: str, now: datetime) -> TicketPage | None:
    """One ticket by its full number or as it is said aloud; None when there is none."""
    ticket = ticket_rows.find(work.connection, number, now)
    if ticket is None:
        return None
    lines = chain.lines_of(work.connection, ticket.id)
    return TicketPage(
        ticket=ticket,
        lines=tuple((line, chain.words_of_line(work.connection, ticket.id, line.line)) for line in lines),
        messages=tuple(message_rows.of_ticket(work.connection, ticket.id)),
        clocks=tuple(clock_rows.of_ticket(work.connection, ticket.id).values()),
        steps=tuple(_steps(work, ticket.id)),
        said=tuple(outbox.of_ticket(work, ticket.id)),
        merged=_tickets(work, ticket_rows.ALL.where(_t.merged_into == ticket.id).order_by(_t.id)),
    )


def overdue(
    work: OnConnection, areas: Collection[str] | None, now: datetime, limit: int = 200
) -> list[tuple[Ticket, datetime]]:
    """Open tickets whose accept or done limit has passed, with that time, most overdue first; without private ones."""
    return figure_rows.overdue(work.connection, areas, now, limit)


def ledger_rows(
    work: OnConnection, since: datetime, until: datetime, areas: Collection[str] | None = None
) -> Iterator[LedgerRow]:
    """Every matter opened within [since, until), by number; merged and excluded ones too, as their status says."""
    accept, done = clocks.alias("accept_clock"), clocks.alias("done_clock")
    query = (
        ticket_rows.ALL.add_columns(accept.c.limit_at.label("accept_limit"), done.c.limit_at.label("done_limit"))
        .outerjoin(accept, and_(accept.c.ticket == _t.id, accept.c.kind == ClockKind.ACCEPT.value))
        .outerjoin(done, and_(done.c.ticket == _t.id, done.c.kind == ClockKind.DONE.value))
        .where(_t.kind == TicketKind.MATTER.value, _t.opened_at >= since, _t.opened_at < until)
        .order_by(_t.opened_at, _t.id)
    )
    if areas is not None:
        query = query.where(_t.area.in_(sorted(areas)))
    for row in work.connection.execute(query.execution_options(yield_per=500)).mappings():
        values: dict[Any, Any] = dict(row)
        accept_limit, done_limit = values.pop("accept_limit"), values.pop("done_limit")
        yield LedgerRow(ticket_rows.to_ticket(values), accept_limit, done_limit)


# figures ------------------------------------------------------------------------


def figures(
    work: OnConnection, areas: Collection[str] | None, since: datetime, until: datetime
) -> Mapping[str, int]:
    """new, settled, overdue, dangers, repeated, open, unreasonable: see `storage.figure_rows`."""
    return figure_rows.figures(work.connection, areas, since, until)


def behind_figures(
    work: OnConnection, areas: Collection[str] | None, since: datetime, until: datetime, now: datetime
) -> Mapping[str, list[Ticket]]:
    """The tickets that each of `figures` counts, the oldest first; overdue and open: at `now`."""
    return figure_rows.behind(work.connection, areas, since, until, now)


def counts_by(
    work: OnConnection, what: str, since: datetime, until: datetime, areas: Collection[str] | None = None
) -> dict[str, int]:
    """How many matters were opened within [since, until), by category, urgency, area, township, unit, status or
    outcome; the most first. Those without the thing are left out."""
    if what not in ("category", "urgency", "area", "township", "unit", "status", "outcome"):
        raise ValueError(f"tickets are not counted by {what}")
    column = tickets.c[what]
    query = (
        select(column, func.count().label("many"))
        .where(*_counted(since, until, areas), column.is_not(None))
        .group_by(column)
        .order_by(func.count().desc(), column)
    )
    return {row[0]: row[1] for row in work.connection.execute(query)}


def counts_by_day(
    work: OnConnection, since: datetime, until: datetime, areas: Collection[str] | None = None
) -> dict[str, dict[str, int]]:
    """Opened and settled matters by day (2026-03-02, in the offset of `since`), every day of the span in order."""
    days: dict[str, dict[str, int]] = {}
    day = since
    while day < until:
        days[f"{day:%Y-%m-%d}"] = {"new": 0, "settled": 0}
        day += timedelta(days=1)
    spans: tuple[tuple[str, Any, list[ColumnElement[bool]]], ...] = (
        ("new", _t.opened_at, []),
        ("settled", _t.closed_at, [_t.status == Status.CLOSED.value]),
    )
    for name, column, more in spans:
        query = select(column).where(*figure_rows.public(areas), column >= since, column < until, *more)
        query = query.where(_t.status.not_in(figure_rows.NOT_COUNTED))
        for (at,) in work.connection.execute(query.execution_options(yield_per=1000)):
            days.setdefault(f"{at.astimezone(since.tzinfo):%Y-%m-%d}", {"new": 0, "settled": 0})[name] += 1
    return days


def unit_figures(
    work: OnConnection, since: datetime, until: datetime, areas: Collection[str] | None = None
) -> list[UnitFigures]:
    """Each unit's matters opened within [since, until), by unit."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in ledger_rows(work, since, until, areas):
        ticket = row.ticket
        if ticket.unit is None or ticket.is_private or ticket.status.value in figure_rows.NOT_COUNTED:
            continue
        one = found[ticket.unit]
        one["given"] += 1
        one["accepted"] += ticket.accepted_at is not None
        one["accepted_in_time"] += row.accepted_in_time is True
        one["done"] += ticket.done_at is not None
        one["done_in_time"] += row.done_in_time is True
        one["closed"] += ticket.status is Status.CLOSED
        one["satisfied"] += ticket.outcome is Outcome.SATISFIED
        one["unsatisfied"] += ticket.outcome is Outcome.UNSATISFIED
        one["returns"] += ticket.returns
    names = [name for name in UnitFigures.__dataclass_fields__ if name != "unit"]
    return [UnitFigures(unit=unit, **{name: found[unit][name] for name in names}) for unit in sorted(found)]


# what needs a person ---------------------------------------------------------------


def troubled_sends(work: OnConnection, limit: int = 200) -> list[OutboxRow]:
    """Sentences that failed or are unclear and that nobody has seen, oldest first."""
    return outbox.troubled(work, limit)


def waiting_sends(work: OnConnection, limit: int = 200) -> list[OutboxRow]:
    """Sentences that wait to leave, by their time."""
    return outbox.waiting(work, limit)


def unpressed(work: OnConnection, limit: int = 200) -> list[OutboxRow]:
    """What an owner or grid member was asked to press and has not."""
    return outbox.asked_rows(work)[:limit]


def unknown_ones(work: OnConnection, limit: int = 200) -> list[Stranger]:
    """Unregistered chats and people, the latest first."""
    query = select(strangers).order_by(strangers.c.last_at.desc()).limit(limit)
    return [
        Stranger(row.channel, row.group_id or None, row.sender or None, row.first_at, row.last_at, row.times)
        for row in work.connection.execute(query)
    ]


def set_aside_ones(work: OnConnection, limit: int = 200) -> list[tuple[str, str, str, datetime]]:
    """Messages that could not be decided: ear or channel, seq or key, class of the error, when; the latest first."""
    archive = select(set_aside.c.ear, set_aside.c.place, set_aside.c.error_class, set_aside.c.at)
    callbacks = select(
        inbox_table.c.channel, inbox_table.c.key, inbox_table.c.set_aside, inbox_table.c.set_aside_at
    ).where(inbox_table.c.set_aside.is_not(None))
    rows = [tuple(row) for query in (archive, callbacks) for row in work.connection.execute(query.limit(limit))]
    found = [(str(ear), str(place), str(error), at) for ear, place, error, at in rows]
    return sorted(found, key=lambda row: row[3], reverse=True)[:limit]


def health(work: OnConnection, now: datetime) -> Health:
    """The sweep's findings, its heartbeat, and what waits."""
    undecided = select(func.count()).where(inbox_table.c.decided_at.is_(None), inbox_table.c.set_aside.is_(None))
    return Health(
        findings=tuple(sweep.sweep(work, now)),
        swept_at=sweep.last_beat(work),
        set_aside=len(set_aside_ones(work)),
        undecided=int(work.connection.execute(undecided).scalar_one()),
        waiting={lane.value: count for lane, count in outbox.waiting_counts(work).items()},
    )


def last_change(work: OnConnection) -> int:
    """A number that rises whenever a ticket's history grows: a page that shows it knows when it is old."""
    return int(work.connection.execute(select(func.max(history.c.id))).scalar_one() or 0)


def registry_imports(work: OnConnection, limit: int = 20) -> list[tuple[int, datetime, str, bool]]:
    """Imports of the registry: version, when, by whom, whether in use; the newest first."""
    v = registry_versions.c
    query = select(v.id, v.at, v.actor, v.active).order_by(v.id.desc()).limit(limit)
    return [(row.id, row.at, row.actor, row.active) for row in work.connection.execute(query)]


def openings(work: OnConnection, since: datetime, until: datetime) -> list[tuple[str, HistoryLine]]:
    """Who opened a masked number within [since, until): ticket number and line (promise P12)."""
    query = (
        select(_t.number, history)
        .join(history, history.c.ticket == _t.id)
        .where(history.c.what == What.OPENED_NUMBER.value, history.c.at >= since, history.c.at < until)
        .order_by(history.c.id)
    )
    return [(row["number"], chain.to_line(row)) for row in work.connection.execute(query).mappings()]


# inside -------------------------------------------------------------------------------


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.open_only:
        conditions.append(_t.is_open)
    if not wanted.with_private:
        conditions.append(or_(_t.danger.is_(None), _t.danger != DangerKind.PERSON.value))
    chosen: tuple[tuple[Any, Collection[str] | None], ...] = (
        (_t.area, wanted.areas), (_t.status, wanted.statuses), (_t.category, wanted.categories),
        (_t.urgency, wanted.urgencies),
    )
    conditions += [column.in_([str(value) for value in values]) for column, values in chosen if values is not None]
    same: tuple[tuple[Any, str | None], ...] = ((_t.unit, wanted.unit), (_t.owner, wanted.owner))
    conditions += [column == value for column, value in same if value is not None]
    if wanted.group is not None:
        conditions.append(
            _t.id.in_(select(ticket_groups.c.ticket).where(ticket_groups.c.group_id == wanted.group))
        )
    if wanted.opened_since is not None:
        conditions.append(_t.opened_at >= wanted.opened_since)
    if wanted.opened_until is not None:
        conditions.append(_t.opened_at < wanted.opened_until)
    if wanted.overdue_at is not None:
        conditions.append(_t.id.in_(figure_rows.passed(wanted.overdue_at)))
    return conditions


def _counted(since: datetime, until: datetime, areas: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [
        *figure_rows.public(areas), _t.status.not_in(figure_rows.NOT_COUNTED), _t.opened_at >= since,
        _t.opened_at < until,
    ]


def _tickets(work: OnConnection, query: Select[Any]) -> tuple[Ticket, ...]:
    return tuple(ticket_rows.to_ticket(row) for row in work.connection.execute(query).mappings())


def _steps(work: OnConnection, ticket_id: int) -> Iterator[Step]:
    query = select(steps).where(steps.c.ticket == ticket_id).order_by(steps.c.round, steps.c.step)
    for row in work.connection.execute(query):
        yield Step(
            row.at, row.round, row.step, ClockKind(row.ladder), row.rung, tuple(row.calls), tuple(row.missing)
        )


def _in_time(at: datetime | None, limit: datetime | None) -> bool | None:
    return None if at is None or limit is None else at <= limit
