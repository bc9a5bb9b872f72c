"""Sliding windows: how many of something per key in how many seconds."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta


class Window:
    """Allows ``limit`` uses of a key in any ``seconds``."""

    def __init__(self, limit: int, seconds: int) -> None:
        self.limit = limit
        self.span = timedelta(seconds=seconds)
        self._uses: dict[str, deque[datetime]] = defaultdict(deque)

    def full(self, key: str, now: datetime) -> bool:
        """Whether one more use would be over the limit."""
        uses = self._uses[key]
        while uses and now - uses[0] >= self.span:
            uses.popleft()
        return len(uses) >= self.limit

    def use(self, key: str, now: datetime) -> None:
        """Count one use."""
        self._uses[key].append(now)


def take(windows: tuple[Window, ...], key: str, now: datetime) -> bool:
    """Use all windows, or none when one of them is full; False then."""
    if any(w.full(key, now) for w in windows):
        return False
    for window in windows:
        window.use(key, now)
    return True
