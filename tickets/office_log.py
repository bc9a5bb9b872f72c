"""The office's log: what was decided for the whole county and not for one matter. Rows are only added."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class OfficeWhat(StrEnum):
    """What a line says."""

    EMERGENCY_STARTED = "emergency_started"
    EMERGENCY_CHANGED = "emergency_changed"
    EMERGENCY_ENDED = "emergency_ended"
    PROVED = "proved"
    """The 17:00 proof of tonight's ladders; its holes are in the facts."""


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """One line. `by` is a person's id, None where the clock did it; words (a reason) are kept apart and can be erased."""

    id: int
    at: datetime
    what: OfficeWhat
    by: str | None
    facts: Mapping[str, Any]
