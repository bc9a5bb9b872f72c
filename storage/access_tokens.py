"""WeCom's access tokens as rows: one process fetches, all use what it got (reliability R11).

A token is known by its generation. Whoever finds it stale claims the next one; the claim is a short lease, so that a
process that died while fetching holds up nobody for long.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update

from storage.dialect import InsertNew
from storage.tables import access_tokens
from storage.work_base import OnConnection

#: How long a process may take to fetch before another may try.
FETCHING = timedelta(seconds=20)

_a = access_tokens.c
_ADD = InsertNew(access_tokens)


@dataclass(frozen=True, slots=True)
class Kept:
    """A token with its generation, and until when it may be used."""

    value: str = field(repr=False)
    generation: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What asking for a token gave: one that is newer, or the right to fetch it, or neither (another fetches)."""

    token: Kept | None
    mine: bool


def claim(work: OnConnection, app: str, stale: int, now: datetime) -> Claim:
    """A token of a generation above `stale` that is alive, else the right to fetch, given to one at a time."""
    _ADD(work.connection, {"app": app, "value": "", "generation": 0, "until": now, "fetching_until": now})
    row = work.connection.execute(select(access_tokens).where(_a.app == app).with_for_update()).one()
    if row.generation > stale and row.until > now:
        return Claim(Kept(row.value, row.generation, row.until), mine=False)
    if now < row.fetching_until <= now + FETCHING:
        return Claim(None, mine=False)
    work.connection.execute(update(access_tokens).where(_a.app == app).values(fetching_until=now + FETCHING))
    return Claim(None, mine=True)


def put(work: OnConnection, app: str, value: str, until: datetime, now: datetime) -> Kept:
    """Keep what was fetched under a claim, as the next generation."""
    query = (
        update(access_tokens)
        .where(_a.app == app)
        .values(value=value, generation=_a.generation + 1, until=until, fetching_until=now)
        .returning(_a.generation)
    )
    return Kept(value, int(work.connection.execute(query).scalar_one()), until)


def give_up(work: OnConnection, app: str, now: datetime) -> None:
    """The fetch under a claim brought nothing: the next may try."""
    work.connection.execute(update(access_tokens).where(_a.app == app).values(fetching_until=now))
