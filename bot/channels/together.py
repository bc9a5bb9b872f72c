"""Many deliveries, one commit: while one batch is being written, the next gathers. Nobody waits for a batch to fill.

A unit of work costs far more than a row in it; under load a door that hands its rows over one by one is bound by that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.messages import Incoming

MOST = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a door or socket brings to the inbox."""

    incoming: Incoming
    key: str
    body: bytes = field(repr=False)


Commit = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Commits all deliveries of a batch in one unit of work, or raises and has kept none."""


class Together:
    """`accept` is what doors and sockets are given; `commit` is called with what has gathered."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._waiting: list[tuple[Delivery, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def accept(self, incoming: Incoming, key: str, body: bytes) -> None:
        """Return when it is on disk. Raises what the commit raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Delivery(incoming, key, body), done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: Sequence[tuple[Delivery, "asyncio.Future[None]"]]) -> None:
        try:
            await self._commit([delivery for delivery, _ in batch])
        except Exception as error:
            if len(batch) > 1:
                # one bad row must not refuse its neighbours
                for one in batch:
                    await self._write_batch([one])
                return
            if not batch[0][1].done():
                batch[0][1].set_exception(error)
        else:
            for _, done in batch:
                # who was cut off in the meantime has nobody waiting any more
                if not done.done():
                    done.set_result(None)
