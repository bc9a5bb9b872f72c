"""The ledger: everything that went between the bot and the pretended WeCom, newest last, in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

KEEP = 5000
_SECRET_KEYS = frozenset({"corpsecret", "secret", "access_token"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``direction`` is seen from the bot: ``sent`` by it, ``received`` by it, or ``page`` (a person)."""

    n: int
    time: str
    direction: str
    door: str
    endpoint: str
    summary: str
    errcode: int
    request: Any
    answer: Any
    flags: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The entry as the HTTP API gives it."""
        return asdict(self)


class Ledger:
    """Keeps the last 5,000 lines and tells listeners of each new one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: deque[Entry] = deque(maxlen=KEEP)
        self._count = 0
        self.on_new: Callable[[Entry], None] | None = None

    def add(
        self,
        direction: str,
        door: str,
        endpoint: str,
        summary: str,
        *,
        errcode: int = 0,
        request: Any = None,
        answer: Any = None,
        flags: tuple[str, ...] = (),
    ) -> Entry:
        """Write a line; secrets in request and answer are masked."""
        self._count += 1
        entry = Entry(
            self._count,
            self._now().isoformat(timespec="seconds"),
            direction,
            door,
            endpoint,
            summary,
            errcode,
            masked(request),
            masked(answer),
            flags,
        )
        self._entries.append(entry)
        if self.on_new:
            self.on_new(entry)
        return entry

    def entries(self, after: int = 0, limit: int = 500) -> list[Entry]:
        """The last ``limit`` lines with n > ``after``, oldest first."""
        found = [e for e in self._entries if e.n > after]
        return found[-limit:]


def masked(value: Any) -> Any:
    """A copy without secrets, long strings cut to 400 characters."""
    if isinstance(value, dict):
        return {k: "***" if k in _SECRET_KEYS else masked(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [masked(v) for v in value[:50]]
    if isinstance(value, str) and len(value) > 400:
        return value[:400] + "…"
    return value
