"""What the rule book is told of a matter. It knows no ticket, only this value."""

from dataclasses import dataclass
from datetime import datetime

from registry.terms import Category, ClockKind, DangerKind, Urgency


@dataclass(frozen=True, slots=True)
class Case:
    """A matter as the ladder sees it at one moment.

    `ladder` is the clock that fell due, `limit_at` when its limit passed, `rung` how many rungs of that ladder were
    called in this round. `step` counts the steps of the round over all ladders and only grows.
    """

    urgency: Urgency
    danger: DangerKind | None
    doubt: bool
    category: Category
    area: str
    group: str | None
    unit: str | None
    owner: str | None
    round: int
    step: int
    ladder: ClockKind
    rung: int
    limit_at: datetime
    opened_at: datetime
    acknowledged_at: datetime | None
    returns: int
    voices: int
    policy_version: str
