"""Who does a role that only one process may do (hear, tick): a lease with a fence.

The fence rises with each new holder. Every unit of a holder checks it, so that a process that was stopped for a while
and goes on can't write (reliability R6).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert, select, update

from storage.errors import LeaseLostError
from storage.tables import leases
from storage.work import SqlWork
from storage.work_base import OnConnection

T = TypeVar("T")

#: A lease not renewed for this long may be taken; it is renewed every 5 s.
LEASE = timedelta(seconds=15)

_l = leases.c


def take(work: OnConnection, role: str, holder: str, now: datetime, lease: timedelta = LEASE) -> int | None:
    """Take a role that is free, expired or ours already; gives the fence, None while another holds it."""
    row = work.connection.execute(select(leases).where(_l.role == role)).one_or_none()
    if row is None:
        first = {"role": role, "holder": holder, "fence": 1, "expires_at": now + lease}
        work.connection.execute(insert(leases), first)
        return 1
    if row.holder != holder and row.expires_at > now:
        return None
    fence = int(row.fence) if row.holder == holder and row.expires_at > now else int(row.fence) + 1
    work.connection.execute(
        update(leases).where(_l.role == role).values(holder=holder, fence=fence, expires_at=now + lease)
    )
    return fence


def renew(
    work: OnConnection, role: str, holder: str, fence: int, now: datetime, lease: timedelta = LEASE
) -> bool:
    """Hold a role for longer; False when another has taken it: stop at once."""
    query = (
        update(leases)
        .where(_l.role == role, _l.holder == holder, _l.fence == fence)
        .values(expires_at=now + lease)
    )
    return work.connection.execute(query).rowcount == 1


def release(work: OnConnection, role: str, holder: str, fence: int, now: datetime) -> None:
    """Give a role up at a planned stop, so that the standby need not wait."""
    work.connection.execute(
        update(leases).where(_l.role == role, _l.holder == holder, _l.fence == fence).values(expires_at=now)
    )


def check(work: OnConnection, role: str, fence: int) -> None:
    """LeaseLostError when the fence is no longer the newest."""
    newest = work.connection.execute(select(_l.fence).where(_l.role == role)).scalar_one_or_none()
    if newest != fence:
        raise LeaseLostError("这个进程的职责已由另一个进程接管，本进程停止写入。")


def fenced(role: str, fence: int, f: Callable[[SqlWork], T]) -> Callable[[SqlWork], T]:
    """The unit with the check before it."""

    def checked(work: SqlWork) -> T:
        check(work, role, fence)
        return f(work)

    return checked
