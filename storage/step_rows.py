"""Ladder steps: each is decided once, by the key of its row (promise P4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from registry.terms import ClockKind
from storage.dialect import InsertNew
from storage.tables import steps

_ADD = InsertNew(steps)


def add(
    connection: Connection, ticket_id: int, round_: int, step: int, at: datetime, ladder: ClockKind, rung: int,
    calls: Sequence[str], missing: Sequence[str],
) -> bool:
    """Decide a step; False when it was decided before."""
    row = {
        "ticket": ticket_id, "round": round_, "step": step, "at": at, "ladder": ladder.value, "rung": rung,
        "calls": list(calls), "missing": list(missing),
    }
    return _ADD(connection, row)
