"""Is a queued sentence still true? Asked once, right before it leaves (reliability R10)."""

from registry.terms import OPEN_STATUSES, Status
from tickets.model import Ticket

_WAITING = frozenset({Status.OPEN, Status.ASSIGNED})
_UNDONE = frozenset({Status.OPEN, Status.ASSIGNED, Status.ACCEPTED})


def still_true(condition: str, ticket: Ticket | None, round_: int) -> bool:
    """Whether a sentence with this `still` condition may leave. Conditions: always, open, unaccepted, undone,
    accepted, shelved, unrated, danger, doubt. call_accept and call_done are a
    ladder's calls: nobody has answered yet. All but `always` also want the round in which it was queued."""
    if condition == "always" or ticket is None:
        return True
    if ticket.round != round_:
        return False
    match condition:
        case "open":
            return ticket.status in OPEN_STATUSES
        case "unaccepted":
            return ticket.status in _WAITING
        case "undone":
            return ticket.status in _UNDONE
        case "call_accept":
            return ticket.status in _WAITING and ticket.acknowledged_at is None
        case "call_done":
            return ticket.status in _UNDONE and ticket.acknowledged_at is None
        case "accepted":
            return ticket.status is Status.ACCEPTED
        case "shelved":
            return ticket.status is Status.SHELVED
        case "unrated":
            return ticket.status is Status.DONE
        case "danger":
            return ticket.in_danger
        case "doubt":
            return ticket.doubt and ticket.status in OPEN_STATUSES
    raise ValueError(f"unknown condition {condition}")


CONDITIONS = (
    "always", "open", "unaccepted", "undone", "call_accept", "call_done", "accepted", "shelved", "unrated", "danger", "doubt",
)
