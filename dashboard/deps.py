"""What the web side is given by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from aiohttp import web

from bot.texts import Texts
from dashboard.attempts import Attempts
from tickets.work import Rules

T = TypeVar("T")


class Store(Protocol):
    """The store as the pages see it: units that are committed, and reading on the side (`storage.store.Store`)."""

    async def unit(self, f: Callable[[Any], T], *, writer: str = "main") -> T:
        """Run a unit of work and wait until it is committed; what it raises is raised here and nothing is kept."""
        ...

    async def read(self, f: Callable[[Any], T]) -> T:
        """Run a function that only reads."""
        ...


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything the pages need.

    `rules` gives the rule book and registry of the moment. `clock` is the desk's clock; `wall` the machine's, by which
    a sign-in runs out, so that walking the demonstration's clock signs nobody out (default: the desk's clock).
    `password` is the office's one password, None when none is set; `session_key` signs cookies and residents' codes.
    """

    store: Store
    rules: Callable[[], Rules]
    clock: Callable[[], datetime]
    texts: Texts
    password: str | None = field(repr=False)
    session_key: str = field(repr=False)
    wall: Callable[[], datetime] | None = None

    def wall_now(self) -> datetime:
        """The moment by which sign-ins and wrong passwords are counted."""
        return (self.wall or self.clock)()


@dataclass(frozen=True, slots=True)
class Desk:
    """`Deps` with what the running pages keep in memory: wrong passwords by address."""

    deps: Deps
    attempts: Attempts


DESK = web.AppKey("dashboard_desk", Desk)
