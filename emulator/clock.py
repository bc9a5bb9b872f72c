"""The emulator's clock: it runs in real pace, and in the demo it can be walked forward.

While it walks, ``now`` stands at what the bot has reported (begun or reached); when the bot has reached the target the
clock runs on in real pace from there. When no bot asks for 3 seconds it jumps, so that the page works alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from emulator.errors import DriveError

CHINA = timezone(timedelta(hours=8))
ALONE_AFTER_SECONDS = 3.0


class Clock:
    """``monotonic`` gives real seconds; tests pass their own."""

    def __init__(self, start: datetime, monotonic: Callable[[], float], *, can_walk: bool = True) -> None:
        self._base = start.astimezone(CHINA)
        self._base_at = monotonic()
        self._monotonic = monotonic
        self._walking_to: datetime | None = None
        self._asked_at: float | None = None
        self._can_walk = can_walk
        self.arrived: Callable[[str], None] = lambda _how: None

    @property
    def walking_to(self) -> datetime | None:
        """The target of the walk under way."""
        return self._walking_to

    def now(self) -> datetime:
        """The time now, aware, +08:00."""
        if self._walking_to is not None:
            return self._base
        return self._base + timedelta(seconds=self._monotonic() - self._base_at)

    def real(self) -> float:
        """Real seconds, for what a network measures (5 s answers, pings)."""
        return self._monotonic()

    def asked(self) -> None:
        """A bot has asked or reported: it follows this clock."""
        self._asked_at = self._monotonic()

    def alive(self) -> None:
        """A bot that follows the clock is at work: a long step is not silence."""
        if self._asked_at is not None:
            self._asked_at = self._monotonic()

    def at(self, time: datetime) -> None:
        """The bot begins to do what is due at ``time``: from here on its messages carry this time."""
        self.asked()
        if self._walking_to is not None:
            self._base = max(self._base, min(time.astimezone(CHINA), self._walking_to))

    def walk(self, target: datetime) -> None:
        """Start walking to ``target``; raises DriveError when that is not possible."""
        if not self._can_walk:
            raise DriveError("现在走的是真实时间，不能快进；用 --clock demo 启动才可以")
        if target <= self.now():
            raise DriveError(f"只能往后走：现在是 {self.now():%m月%d日 %H:%M:%S}", 400)
        if self._walking_to is None:
            self._base = self.now()
        self._walking_to = max(target.astimezone(CHINA), self._walking_to or target.astimezone(CHINA))
        self.tick()

    def reached(self, time: datetime) -> None:
        """The bot has done everything up to ``time``."""
        self.at(time)
        if self._walking_to is not None and self._base >= self._walking_to:
            self._arrive("机器人走到")

    def tick(self) -> bool:
        """Jump to the target when nobody follows; True when it did."""
        if self._walking_to is None:
            return False
        alone = self._asked_at is None
        if self._asked_at is not None:
            alone = self._monotonic() - self._asked_at >= ALONE_AFTER_SECONDS
        if not alone:
            return False
        self._base = self._walking_to
        self._arrive("没有机器人跟着，直接跳到")
        return True

    def _arrive(self, how: str) -> None:
        self._base_at = self._monotonic()
        self._walking_to = None
        self.arrived(how)
