"""A ticket as one line of a list, in words, without anything that the line must not show."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.people import area_name, official_name, unit_name
from dashboard.terms import PRIVATE, STATUS, category_name, due, urgency_name, when
from registry.registry import Registry
from registry.terms import Status, Urgency
from tickets.masking import mask_numbers
from tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class ListRow:
    """What a list shows of a ticket. `look` and `due_look` are style names."""

    number: str
    aloud: str
    category: str
    urgency: str
    look: str
    place: str
    area: str
    summary: str
    status: str
    status_look: str
    holder: str
    unit: str
    due: str
    due_look: str
    voices: int
    opened: str
    round: int


def list_row(registry: Registry, ticket: Ticket, limit: datetime | None, now: datetime) -> ListRow:
    """`limit` is the time limit that runs out next. A person danger shows its number, state and holder, nothing else."""
    words, look = due(limit, now)
    private = ticket.is_private
    return ListRow(
        number=ticket.number,
        aloud=ticket.aloud,
        category=category_name(ticket),
        urgency=urgency_name(ticket),
        look=look_of(ticket),
        place="" if private else mask_numbers(ticket.place or ""),
        area="" if private else area_name(registry, ticket.area),
        summary=PRIVATE if private else mask_numbers(_own_words(ticket)),
        status=STATUS[ticket.status],
        status_look=ticket.status.value,
        holder=official_name(registry, ticket.owner) or "—",
        unit="" if private else unit_name(registry, ticket.unit) or "",
        due=words if ticket.is_open else "—",
        due_look=look if ticket.is_open and ticket.status is not Status.DONE else "",
        voices=1 if private else ticket.voices,
        opened=when(ticket.opened_at, now),
        round=ticket.round,
    )


def look_of(ticket: Ticket) -> str:
    """The colour of its urgency: danger, doubt, urgent or normal."""
    if ticket.in_danger:
        return "danger"
    if ticket.doubt:
        return "doubt"
    return "normal" if ticket.urgency is Urgency.NORMAL else "urgent"


def _own_words(ticket: Ticket) -> str:
    """The summary without category and place, which have columns of their own."""
    _, mark, words = ticket.summary.partition("：")
    return words if mark else ""
