"""A script of faults by seed: at which moment of the emulator's clock which fault strikes. The same seed, the same script.

Each line is a fault as `faults` knows it, once or for a short while. What a script may do is what the documents say may
happen to anybody: answers lost, calls refused, callbacks lost, doubled or in the same second, tokens ended early.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator.errors import DriveError
from emulator.faults import Faults

MOST_FAULTS = 10_000

_MAY_HAPPEN: tuple[dict[str, Any], ...] = (
    {"kind": "errcode", "endpoint": "message/send", "errcode": -1},
    {"kind": "errcode", "endpoint": "message/send", "errcode": 45009},
    {"kind": "errcode", "endpoint": "aibot_send_msg", "errcode": 45009},
    {"kind": "errcode", "endpoint": "gettoken", "errcode": -1},
    {"kind": "errcode", "endpoint": "archive/fetch", "errcode": 10001},
    {"kind": "http", "endpoint": "message/send", "status": 502},
    {"kind": "http", "endpoint": "externalcontact", "status": 504},
    {"kind": "slow", "endpoint": "message/send", "seconds": 0.5},
    {"kind": "drop_answer", "endpoint": "message/send"},
    {"kind": "drop_answer", "endpoint": "aibot_send_msg"},
    {"kind": "drop_answer", "endpoint": "webhook/send"},
    {"kind": "drop_request", "endpoint": "message/send"},
    {"kind": "drop_request", "endpoint": "aibot_send_msg"},
    {"kind": "drop_callback", "endpoint": "app"},
    {"kind": "drop_callback", "endpoint": "archive"},
    {"kind": "deliver_twice", "endpoint": "app"},
    {"kind": "deliver_twice", "endpoint": "aibot"},
    {"kind": "same_second", "endpoint": "app"},
    {"kind": "end_token", "errcode": 42001},
    {"kind": "end_token", "errcode": 40014},
)


@dataclass(frozen=True, slots=True)
class Line:
    """One fault and when it is switched on."""

    at: datetime
    fault: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The line as the HTTP API gives it."""
        return {"at": self.at.isoformat(timespec="seconds"), **self.fault}


def make_script(seed: int, begins: datetime, minutes: float, count: int, kinds: frozenset[str] | None = None) -> list[Line]:
    """`count` faults spread over `minutes` from `begins`, in order of time; `kinds` limits them. Raises DriveError."""
    if not 0 < minutes <= 7 * 24 * 60 or not 1 <= count <= MOST_FAULTS:
        raise DriveError(f"minutes 要大于 0、不超过一周，count 要 1 到 {MOST_FAULTS}", 400)
    choices = [fault for fault in _MAY_HAPPEN if kinds is None or fault["kind"] in kinds]
    if not choices:
        raise DriveError("kinds 里没有一种能用的故障", 400)
    chance = random.Random(seed)
    moments = sorted(chance.uniform(0, minutes * 60) for _ in range(count))
    return [
        Line(begins + timedelta(seconds=round(moment)), {**chance.choice(choices), "times": chance.choice((1, 1, 1, 2, 3))})
        for moment in moments
    ]


class FaultScript:
    """What is still to come, switched on by the clock's ticks."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._coming: list[Line] = []

    def load(self, lines: list[Line]) -> None:
        """Run these instead of what was to come; none ends the script."""
        self._coming = list(lines)

    def tick(self, now: datetime) -> int:
        """Switch on what is due; how many."""
        due = [line for line in self._coming if line.at <= now]
        for line in due:
            self._faults.add(line.fault)
        self._coming = self._coming[len(due) :]
        return len(due)
