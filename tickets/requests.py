"""What one person asks for and another decides (延期, 不合理诉求): the request lies in the ticket's history."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.model import Person
from registry.terms import Role, What
from tickets.errors import RefusedError
from tickets.model import HistoryLine, Ticket
from tickets.work import Rules, Work


class Stage(StrEnum):
    """Where a request stands; the fact `stage` of its lines."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """An undecided request: who asked, and until when the time is to run, where it is about time."""

    by: str
    until: datetime | None


def this_round(history: list[HistoryLine]) -> list[HistoryLine]:
    """The lines since the matter was opened or reopened."""
    begun = max((place for place, line in enumerate(history) if line.what is What.REOPENED), default=0)
    return history[begun:]


def pending(work: Work, ticket: Ticket, what: What, moot: Collection[What] = ()) -> Request | None:
    """The request of this round that nobody has decided, None where there is none. `moot`: lines that overtake it."""
    for line in reversed(this_round(work.history(ticket.id))):
        if line.what in moot:
            return None
        if line.what is what:
            if line.facts.get("stage") != Stage.ASKED or line.by is None:
                return None
            until = line.facts.get("until")
            return Request(line.by, datetime.fromisoformat(until) if until else None)
    return None


def was_granted(work: Work, ticket: Ticket, what: What) -> bool:
    """Whether such a request was granted in this round."""
    return any(line.what is what and line.facts.get("stage") == Stage.GRANTED for line in this_round(work.history(ticket.id)))


def check_second(ticket: Ticket, request: Request, by: Person) -> None:
    """Nobody decides what he asked for himself."""
    if request.by == by.id:
        raise RefusedError("second_person", ticket.id)


def deciders(rules: Rules, ticket: Ticket, asker: Person) -> list[Person | None]:
    """Who is asked to decide: the grid leader and the grid office, without the asker; else a county leader."""
    registry = rules.registry
    found = [registry.grid_leader_of(ticket.area), *registry.officials(Role.GRID_OFFICE, ticket.area)[:2]]
    others = [person for person in found if person is not None and person.id != asker.id]
    return [*(others[:2] or registry.officials(Role.COUNTY_LEADER, ticket.area)[:1])]
