"""What the channels keep in the database, so that a restart forgets nothing and all processes share it: buckets of the
limits, access tokens, encrypted userids, shut doors (reliability R9, R11)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.channels.limits import Bucket, Limit, take
from bot.channels.tokens import Fetch, Token
from registry.terms import Lane
from storage import access_tokens, limits, open_users, shut_doors
from storage.access_tokens import Kept
from storage.store import Store
from storage.work import SqlWork

_WRITER = "sender"


class KeptMeter:
    """A `Meter` over the table of buckets."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    async def wait(self, destination: str, limit: Limit, lane: Lane, *, count: int = 1) -> float:
        def unit(work: SqlWork) -> float:
            found = limits.level(work, destination)
            before = Bucket(*found) if found else None
            bucket, seconds = take(before, limit, self._now(), count=count, danger=lane is Lane.DANGER)
            if not seconds:
                limits.set_level(work, destination, bucket.level, bucket.at)
            return seconds

        return await self._store.unit(unit, writer=_WRITER)

    async def drain(self, destination: str, limit: Limit) -> None:
        await self._store.unit(lambda work: limits.set_level(work, destination, 0.0, self._now()), writer=_WRITER)


class KeptTokens:
    """A `Shelf` over the table of tokens, for one app."""

    def __init__(self, store: Store, now: Callable[[], datetime], corp_id: str, secret: str) -> None:
        self._store, self._now = store, now
        # a new secret is another app: what the old one was given is of no use
        self._app = hashlib.sha256(f"{corp_id} {secret}".encode()).hexdigest()[:32]

    async def ask(self, stale: int) -> Token | Fetch:
        claim = await self._store.unit(
            lambda work: access_tokens.claim(work, self._app, stale, self._now()), writer=_WRITER
        )
        if claim.token is not None:
            return _token(claim.token)
        return Fetch.MINE if claim.mine else Fetch.ANOTHERS

    async def put(self, value: str, until: datetime) -> Token:
        kept = await self._store.unit(
            lambda work: access_tokens.put(work, self._app, value, until, self._now()), writer=_WRITER
        )
        return _token(kept)

    async def give_up(self) -> None:
        await self._store.unit(lambda work: access_tokens.give_up(work, self._app, self._now()), writer=_WRITER)


class KeptOpenUsers:
    """An `OpenUsers` over its table."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    async def known(self, open_userids: Sequence[str]) -> Mapping[str, str | None]:
        return await self._store.read(lambda work: open_users.known(work, open_userids, self._now()))

    async def learn(self, found: Mapping[str, str | None]) -> None:
        await self._store.unit(lambda work: open_users.learn(work, found, self._now()), writer=_WRITER)


class KeptShutDoors:
    """A `ShutDoors` over its table; a door is known by a digest, for a webhook's key is a secret."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    async def shut(self, door: str, code: int) -> None:
        await self._store.unit(lambda work: shut_doors.shut(work, _digest(door), code, self._now()), writer=_WRITER)

    async def shut_with(self, door: str) -> int | None:
        return await self._store.read(lambda work: shut_doors.shut_with(work, _digest(door), self._now()))


def _token(kept: Kept) -> Token:
    return Token(kept.value, kept.generation, kept.until)


def _digest(door: str) -> str:
    return hashlib.sha256(door.encode()).hexdigest()[:32]
