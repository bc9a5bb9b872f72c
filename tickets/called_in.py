"""What people above or beside a matter have asked of it, as frozen values: whistles, supervisions, topics."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WhistleKind(StrEnum):
    """日常哨 within working hours, 联动哨 now (吹哨报到)."""

    DAILY = "daily"
    JOINT = "joint"


@dataclass(frozen=True, slots=True)
class Whistle:
    """One unit whistled to one matter in one round. `lead` drives and closes it; the others do their part.

    `named_at` is when the unit was named for not having reported in by `due_at`; `part_done_at` when a unit that does
    not lead said that its part is done.
    """

    ticket: int
    round: int
    unit: str
    kind: WhistleKind
    lead: bool
    by: str
    at: datetime
    due_at: datetime
    reported_at: datetime | None = None
    reported_by: str | None = None
    named_at: datetime | None = None
    part_done_at: datetime | None = None

    @property
    def is_awaited(self) -> bool:
        """Not reported in and not yet named for it: its deadline still runs."""
        return self.reported_at is None and self.named_at is None


class Grade(StrEnum):
    """How grave a supervision (督办) is: 提醒, 督办单, 约谈."""

    REMINDER = "reminder"
    NOTICE = "notice"
    CALL_UP = "call_up"


#: The grade above each; 约谈 is the last.
GRADE_ABOVE = {Grade.REMINDER: Grade.NOTICE, Grade.NOTICE: Grade.CALL_UP}


@dataclass(frozen=True, slots=True)
class Supervision:
    """One supervision with its own deadline for an answer. `lapsed_at`: nobody answered in time, so it went one grade up."""

    id: int
    ticket: int
    grade: Grade
    by: str
    at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    answered_by: str | None = None
    lapsed_at: datetime | None = None

    @property
    def is_awaited(self) -> bool:
        return self.answered_at is None and self.lapsed_at is None


@dataclass(frozen=True, slots=True)
class Topic:
    """专题: a matter of county-wide import on the list for the standing meeting.

    `opinion_line` is the history line that holds the meeting's opinion (会议意见).
    """

    ticket: int
    by: str
    at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    opinion_at: datetime | None = None
    opinion_by: str | None = None
    opinion_line: int | None = None

    @property
    def is_listed(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class CalledIn:
    """What was asked of one ticket from above and beside."""

    whistles: tuple[Whistle, ...] = ()
    supervisions: tuple[Supervision, ...] = ()
    topic: Topic | None = None
