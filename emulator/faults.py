"""Faults that a test or the page switches on: an answer lost, a code, a slow or doubled delivery.

A fault has a ``kind``, an ``endpoint`` (a part of the name; empty matches all), how many ``times`` it strikes
(null = until cleared), how likely it strikes each time (``chance``, by the emulator's seed), and what its kind
needs:

=================  =============================================================================================
errcode            the call is refused with ``errcode`` and not carried out
http               the call gets HTTP ``status`` and is not carried out
slow               the call is carried out after ``seconds``
drop_answer        the call is carried out and its answer never comes (HTTP: connection cut; socket: no ack)
drop_request       the call is not carried out and the connection is cut
drop_callback      a callback (``app``, ``archive``) or frame (``aibot``) is lost
deliver_twice      it is delivered twice
same_second        an event (``app``) has the CreateTime of the callback before it
end_token          the access token counts as ``errcode`` 42001 or 40014, once or for ever
=================  =============================================================================================
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from emulator.errors import DriveError

KINDS = (
    "errcode",
    "http",
    "slow",
    "drop_answer",
    "drop_request",
    "drop_callback",
    "deliver_twice",
    "same_second",
    "end_token",
)


@dataclass(slots=True)
class Fault:
    """One switched-on fault; ``times`` counts down, None stays."""

    id: int
    kind: str
    endpoint: str
    times: int | None
    errcode: int
    status: int
    seconds: float
    chance: float


class Faults:
    """The switches, in the order they were set."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._faults: list[Fault] = []
        self._count = 0
        self.coming: Callable[[], object] = lambda: None
        """Called before each strike: a script switches on what is due."""

    def add(self, data: dict[str, Any]) -> Fault:
        """Switch one on; raises DriveError when ``kind`` or a figure is wrong."""
        kind = data.get("kind")
        if kind not in KINDS:
            raise DriveError(f"kind 应是 {'、'.join(KINDS)} 之一", 400)
        times = data.get("times", 1)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise DriveError("times 应是正整数，或 null 表示一直有效", 400)
        self._count += 1
        default_code = 42001 if kind == "end_token" else 45009
        try:
            fault = Fault(
                self._count,
                kind,
                str(data.get("endpoint", "")),
                times,
                int(data.get("errcode", default_code)),
                int(data.get("status", 502)),
                float(data.get("seconds", 6)),
                float(data.get("chance", 1)),
            )
        except (TypeError, ValueError) as error:
            raise DriveError("errcode、status、seconds、chance 应是数字", 400) from error
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all off."""
        self._faults.clear()

    def strike(self, kind: str, endpoint: str) -> Fault | None:
        """The first fault of this kind that matches, counted down; None when there is none."""
        self.coming()
        for fault in self._faults:
            if fault.kind == kind and fault.endpoint in endpoint:
                if fault.chance < 1 and self._random.random() >= fault.chance:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """The switches that are on."""
        return [asdict(f) for f in self._faults]
