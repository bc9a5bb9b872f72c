"""Where an app's access token is kept between calls (path/91039; reliability R11): one row that all processes share.

A token is known by its generation. Who finds it stale asks the shelf, which gives a newer one, or the right to fetch
the next, to one at a time.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """`generation` counts fetches, so that many callers with the same stale token cause one refresh."""

    value: str = field(repr=False)
    generation: int
    until: datetime


class Fetch(StrEnum):
    """Who is to fetch the next token."""

    MINE = "mine"
    ANOTHERS = "anothers"
    """Another process is at it: ask again in a moment."""


class Shelf(Protocol):
    """Keeps one app's token."""

    async def ask(self, stale: int) -> Token | Fetch:
        """A living token of a generation above `stale` (0: any), else who is to fetch it."""
        ...

    async def put(self, value: str, until: datetime) -> Token:
        """Keep what was fetched, as the next generation."""
        ...

    async def give_up(self) -> None:
        """The fetch brought nothing: the next may try."""
        ...


class MemoryShelf:
    """A token for one process that keeps nothing."""

    def __init__(self) -> None:
        self._generation = 0

    async def ask(self, stale: int) -> Token | Fetch:
        return Fetch.MINE

    async def put(self, value: str, until: datetime) -> Token:
        self._generation += 1
        return Token(value, self._generation, until)

    async def give_up(self) -> None:
        return None
