"""The one clock of the process. `datetime.now` stands here and nowhere else."""

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, aware, in China's time."""
        ...


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(CHINA)


class VirtualClock:
    """A clock that stands until it is set: replay walks it from message to message, tests walk it by hand."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(CHINA)

    def now(self) -> datetime:
        return self._now

    def walk_to(self, at: datetime) -> None:
        """Move forward; never back."""
        self._now = max(self._now, at.astimezone(CHINA))


class DemoClock:
    """Follows the emulator's clock: its time at the last look, and real pace since then."""

    def __init__(self, wall: WallClock) -> None:
        self._wall = wall
        self._offset = timedelta(0)
        self._floor: datetime | None = None

    def now(self) -> datetime:
        at = self._wall.now() + self._offset
        if self._floor is not None and at < self._floor:
            return self._floor
        return at

    def set(self, now: datetime) -> None:
        """The emulator says that it is so late; our clock never runs back."""
        self._offset = now.astimezone(CHINA) - self._wall.now()
        self._floor = max(self._floor, now.astimezone(CHINA)) if self._floor else now.astimezone(CHINA)
