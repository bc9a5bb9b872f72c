"""Plain userids behind the encrypted ones of the AI bot. What WeCom could not tell is asked again after a day: the
member may have come into the app's visible range."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from storage.dialect import upsert
from storage.tables import open_users
from storage.work_base import OnConnection

UNKNOWN_FOR = timedelta(days=1)

_u = open_users.c
_SET = upsert(open_users, ("open_userid",), "userid", "at")


def known(work: OnConnection, open_userids: Collection[str], now: datetime) -> dict[str, str | None]:
    """What was learnt of these: the userid, or None where WeCom knew none within the last day."""
    fresh = or_(_u.userid.is_not(None), and_(_u.userid.is_(None), _u.at > now - UNKNOWN_FOR))
    query = select(_u.open_userid, _u.userid).where(_u.open_userid.in_(sorted(open_userids)), fresh)
    return {row.open_userid: row.userid for row in work.connection.execute(query)}


def learn(work: OnConnection, found: Mapping[str, str | None], now: datetime) -> None:
    """Keep what WeCom told."""
    for open_userid, userid in found.items():
        values = {"open_userid": open_userid, "userid": userid, "at": now}
        work.connection.execute(_SET.on(work.connection), values)
