"""接续: open matters of an office's old ledger become tickets on the first day, and nobody is woken.

They keep the time at which they were told and the time limit they had. Nothing is queued for anybody: until the next
working morning all is quiet, whatever has passed; from then on the ladder goes on as for every matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from escalation.calendar import Calendar
from escalation.ladder import limits_of
from registry.model import Person
from registry.registry import Registry
from registry.terms import Act, Category, ClockKind, Role, Status, TicketKind, Urgency, What
from tickets.model import Clock, Ticket, TicketMessage
from tickets.summary import summarise
from tickets.warning import set_limit
from tickets.work import Rules, Work

#: Who told a matter is not known from a ledger; nobody is asked to rate it.
TELLER = "ledger"
_MORNINGS_AHEAD = 366
#: First contact is left out: whether there was one the ledger does not say.
_LIMITS = (ClockKind.ACCEPT, ClockKind.DONE)


@dataclass(frozen=True, slots=True)
class OldMatter:
    """An open matter of the old ledger. `status` is open, assigned, accepted or shelved; `limit_at` is when it was to be
    done or, shelved, looked at again."""

    number: str
    told_at: datetime
    area: str
    place: str | None
    category: Category
    words: str = field(repr=False)
    unit: str | None
    status: Status
    limit_at: datetime | None


@dataclass(frozen=True, slots=True)
class Carried:
    """One matter that was carried over: its ticket, and the limit of it that has passed already."""

    number: str
    ticket: Ticket
    passed: datetime | None


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """`skipped` are old numbers that were carried over before; `quiet_until` is when the ladder goes on."""

    carried: tuple[Carried, ...]
    skipped: tuple[str, ...]
    quiet_until: datetime


def do_carry_over(work: Work, rules: Rules, now: datetime, matters: Sequence[OldMatter]) -> CarriedOver:
    """Open a ticket for each matter that has none yet. No row of the outbox is made."""
    quiet_until = next_working_morning(rules.calendar, now)
    carried: list[Carried] = []
    skipped: list[str] = []
    for matter in matters:
        if work.ticket_of_message(message_of(matter.number)) is None:
            carried.append(_carry_over(work, rules, now, quiet_until, matter))
        else:
            skipped.append(matter.number)
    return CarriedOver(tuple(carried), tuple(skipped), quiet_until)


def message_of(number: str) -> str:
    """The id under which a ledger's line lies in its ticket, so that it is carried over once."""
    return f"ledger:{number}"


def holder_of(registry: Registry, area: str) -> Person | None:
    """Who answers for an area before anybody else does: grid member, grid leader, else the grid office and those above
    it; None where the county has registered none of them."""
    near = registry.grid_member_of(area) or registry.grid_leader_of(area)
    above = (p for role in (Role.GRID_OFFICE, Role.DUTY_OFFICER, Role.COUNTY_LEADER) for p in registry.officials(role, area))
    return near or next(above, None)


def next_working_morning(calendar: Calendar, now: datetime) -> datetime:
    """When offices open next. ValueError when that is more than a year away."""
    here = calendar.local(now)
    opens = time(*divmod(calendar.hours[0][0], 60))
    for ahead in range(_MORNINGS_AHEAD):
        morning = datetime.combine(here.date() + timedelta(days=ahead), opens, tzinfo=here.tzinfo)
        if morning > here and calendar.is_working_day(morning.date()):
            return morning
    raise ValueError("no working day within a year")


def _carry_over(work: Work, rules: Rules, now: datetime, quiet_until: datetime, matter: OldMatter) -> Carried:
    registry = rules.registry
    status, unit, owner = _where_it_stands(registry, matter)
    ticket = work.add_ticket(
        Ticket(
            id=0, number=work.next_number(rules.calendar.local(now).date()), kind=TicketKind.MATTER,
            category=matter.category, urgency=Urgency.NORMAL, danger=None, doubt=False, group=None, groups=(),
            area=matter.area, township=registry.township_of(matter.area), place=matter.place,
            summary=summarise(matter.category, matter.place, matter.words), status=status, owner=owner,
            policy=rules.policy.version, opened_at=matter.told_at, last_at=matter.told_at, unit=unit,
            accepted_at=now if status is Status.ACCEPTED else None,
            acknowledged_at=now if status is Status.ACCEPTED else None,
        )
    )
    message = message_of(matter.number)
    work.add_message(TicketMessage(message, ticket.id, TELLER, None, matter.told_at, Act.REPORT, matter.words))
    # The line has the ticket's own time, by which a recount counts it; when it was carried over is a fact of it.
    work.record(
        ticket.id, matter.told_at, What.OPENED, None, owner,
        {"number": ticket.number, "category": matter.category.value, "urgency": Urgency.NORMAL.value, "group": None,
         "area": matter.area, "place": bool(matter.place), "message": message, "from": "ledger",
         "old_number": matter.number, "carried_over_at": now.isoformat()},
        matter.words,
    )
    if unit is not None:
        work.record(ticket.id, now, What.ASSIGNED, None, unit, {"owner": owner, "from": "ledger"})
    if status is Status.ACCEPTED:
        work.record(ticket.id, now, What.ACCEPTED, owner, None, {"unit": unit, "from": "ledger"})
    return Carried(matter.number, ticket, _start_clocks(work, rules, now, quiet_until, matter, ticket))


def _where_it_stands(registry: Registry, matter: OldMatter) -> tuple[Status, str | None, str]:
    """Status, unit and owner, as a hand-over would have set them (`assigning.dispatch`)."""
    fitting = registry.units_for(matter.category, matter.area)
    unit = matter.unit or (fitting[0].id if fitting else None)
    holder = holder_of(registry, matter.area)
    lead = registry.unit_lead(unit) if unit is not None else None
    status = matter.status
    if unit is None:
        status = Status.SHELVED if status is Status.SHELVED else Status.OPEN
    elif status is Status.OPEN or (status is Status.ACCEPTED and lead is None):
        status = Status.ASSIGNED
    first = lead if status is Status.ACCEPTED else None
    owner = first or (registry.sponsor_lead(matter.area) if unit is not None else None) or lead or holder
    if owner is None:
        raise LookupError(f"no grid office for area {matter.area}")
    return status, unit, owner.id


def _start_clocks(
    work: Work, rules: Rules, now: datetime, quiet_until: datetime, matter: OldMatter, ticket: Ticket
) -> datetime | None:
    """The limits run from when the matter was told; what falls before the morning is looked at in the morning. Gives
    the done limit when it has passed."""
    limits = limits_of(rules.policy_of(ticket), rules.calendar, ticket.urgency, ticket.category, matter.told_at)
    if matter.limit_at is not None and ticket.status is not Status.SHELVED:
        limits[ClockKind.DONE] = matter.limit_at
    running = {kind: limits[kind] for kind in _LIMITS if kind is not ClockKind.ACCEPT or ticket.accepted_at is None}
    if ticket.status is Status.SHELVED:
        _stand_still(work, now, quiet_until, matter, ticket, running)
        return None
    for kind, limit in running.items():
        if limit > quiet_until:
            set_limit(work, rules, quiet_until, ticket, kind, limit)
        else:
            work.set_clock(Clock(ticket.id, kind, quiet_until, limit))
    return limits[ClockKind.DONE] if limits[ClockKind.DONE] <= now else None


def _stand_still(
    work: Work, now: datetime, quiet_until: datetime, matter: OldMatter, ticket: Ticket, limits: dict[ClockKind, datetime]
) -> None:
    """挂账: only the review runs; the line keeps the limits, so that 恢复办理 finds them (`tickets.shelving`)."""
    review = max(matter.limit_at or quiet_until, quiet_until)
    work.set_clock(Clock(ticket.id, ClockKind.REVIEW, review, review))
    clocks = {kind.value: [max(at, quiet_until).isoformat(), at.isoformat(), 0] for kind, at in limits.items()}
    work.record(
        ticket.id, now, What.SHELVED, None, ticket.owner,
        {"until": review.isoformat(), "times": 1, "since": now.isoformat(), "clocks": clocks, "from": "ledger"},
    )
