"""What every function of the store needs of a unit of work: its connection."""

from typing import Protocol

from sqlalchemy import Connection


class OnConnection(Protocol):
    """A unit of work, seen from the store's own functions."""

    @property
    def connection(self) -> Connection: ...
