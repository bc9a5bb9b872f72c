"""换班 and 交班 as values: who asks whom for which shift, and what one shift leaves to the next."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Swap:
    """`asker` wants `other` to take his shift on one day and takes the other's on another. `accepted` is None until the
    other has answered; `id` is 0 before it is stored."""

    id: int
    roster: str
    asker: str
    asker_day: date
    asker_shift: str
    other: str
    other_day: date
    other_shift: str
    asked_at: datetime
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class HandOverNote:
    """What a person on duty leaves to the next (交班). Its words lie in `words`, are erased by retention and are never
    said in a group."""

    id: int
    roster: str
    by: str
    at: datetime
    shown_at: datetime | None = None
