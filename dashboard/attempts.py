"""Wrong passwords: after a few from one address in ten minutes, that address waits."""

from collections import deque
from datetime import datetime, timedelta

WITHIN = timedelta(minutes=10)
AT_MOST = 5
#: Addresses remembered at once; beyond that the oldest is forgotten, so nobody can fill the memory.
ADDRESSES = 1_000


class Attempts:
    """Counts wrong passwords by address, in memory."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[datetime]] = {}

    def wait(self, address: str, now: datetime) -> timedelta | None:
        """How long the address must wait before it may try again; None when it may try now."""
        wrong = self._wrong.get(address)
        if wrong is None:
            return None
        while wrong and now - wrong[0] >= WITHIN:
            wrong.popleft()
        return wrong[0] + WITHIN - now if len(wrong) >= AT_MOST else None

    def note_wrong(self, address: str, now: datetime) -> None:
        """One more wrong password."""
        wrong = self._wrong.pop(address, None) or deque(maxlen=AT_MOST)
        wrong.append(now)
        self._wrong[address] = wrong
        if len(self._wrong) > ADDRESSES:
            del self._wrong[next(iter(self._wrong))]

    def forget(self, address: str) -> None:
        """The right password was given."""
        self._wrong.pop(address, None)
