"""access_token of the self-built app (wire §8): one while it lives, aged by the emulator's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from emulator.credentials import derived
from emulator.errors import ApiError
from emulator.faults import Faults

LIFE = timedelta(seconds=7200)


class Tokens:
    """Gives and checks tokens."""

    def __init__(
        self,
        corp_id: str,
        secret: str,
        seed: int,
        now: Callable[[], datetime],
        real: Callable[[], float],
        faults: Faults,
    ) -> None:
        self._corp_id = corp_id
        self._secret = secret
        self._seed = seed
        self._now = now
        self._real = real
        self._faults = faults
        self._count = 0
        self._token = ""
        self._ends: datetime | None = None
        self._ended: set[str] = set()
        self._issued: set[str] = set()
        self._fetched_at: float | None = None

    def fetch(self, corp_id: str, secret: str) -> tuple[str, int, bool]:
        """(token, seconds it still lives, whether two fetches came within a second); raises ApiError."""
        too_often = self._fetched_at is not None and self._real() - self._fetched_at < 1.0
        self._fetched_at = self._real()
        if corp_id != self._corp_id:
            raise ApiError(40013, "invalid corpid")
        if secret != self._secret:
            raise ApiError(40001, "invalid credential")
        now = self._now()
        if self._ends is None or now >= self._ends or self._token in self._ended:
            self._count += 1
            self._token = derived(self._seed, f"access token {self._count}", 64)
            self._issued.add(self._token)
            self._ends = now + LIFE
        return self._token, int((self._ends - now).total_seconds()), too_often

    def check(self, token: str | None) -> None:
        """Raises ApiError when the token is missing, foreign, ended or expired."""
        if not token:
            raise ApiError(41001, "access_token missing")
        fault = self._faults.strike("end_token", "")
        if fault:
            self._ended.add(token)
            raise ApiError(fault.errcode, "access_token ended early, hint: [emulator]")
        if token in self._ended or token not in self._issued:
            raise ApiError(40014, "invalid access_token")
        if token != self._token or self._ends is None or self._now() >= self._ends:
            raise ApiError(42001, "access_token expired, hint: [emulator]")
