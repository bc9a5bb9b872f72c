"""The history: each ticket has its chain of lines, and each night one anchor covers all new lines (promise P10)."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select

from registry.terms import What
from storage import word_rows
from storage.columns import canonical, plain
from storage.tables import anchors, history, tickets, words
from storage.times import to_micros
from tickets.model import HistoryLine

_LAST = (
    select(history.c.line, history.c.digest)
    .where(history.c.ticket == bindparam("ticket"))
    .order_by(history.c.line.desc())
    .limit(1)
)
_INSERT = insert(history)
_LINES = (
    select(history, words.c.salt, words.c.body)
    .outerjoin(words, words.c.id == history.c.words_id)
    .order_by(history.c.ticket, history.c.line)
)
_OF_TICKET = (
    select(*(column for column in history.c if column.name != "id"))
    .where(history.c.ticket == bindparam("ticket"))
    .order_by(history.c.line)
)
_WORDS_OF_LINE = (
    select(words.c.body)
    .join(history, history.c.words_id == words.c.id)
    .where(history.c.ticket == bindparam("ticket"), history.c.line == bindparam("line"))
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the history was changed afterwards. `ticket` and `line` are None for a fault of an anchor."""

    ticket: int | None
    line: int | None
    sentence: str


def line_digest(
    before: str,
    ticket: int,
    line: int,
    at: datetime,
    what: str,
    actor: str | None,
    target: str | None,
    facts: Mapping[str, Any],
    words_digest: str | None,
) -> str:
    """The digest of a line: SHA-256 over the digest before it and its canonical facts."""
    body = canonical([before, ticket, line, to_micros(at), what, actor, target, facts, words_digest])
    return hashlib.sha256(body.encode()).hexdigest()


def append(
    connection: Connection,
    ticket_id: int,
    at: datetime,
    what: What,
    by: str | None,
    to: str | None,
    facts: Mapping[str, Any] | None,
    body: str | None,
    make_salt: Callable[[], str],
) -> None:
    """Append a line. The fact `message`, where given, names the message that the words came from, so that a recall
    finds them."""
    last = connection.execute(_LAST, {"ticket": ticket_id}).one_or_none()
    line, before = (1, "") if last is None else (last.line + 1, last.digest)
    kept = plain(dict(facts or {}))
    words_id = words_digest = None
    if body is not None:
        salt = make_salt()
        words_id, words_digest = word_rows.keep(connection, salt, body), word_rows.digest_of(salt, body)
    message = kept.get("message")
    connection.execute(
        _INSERT,
        {
            "ticket": ticket_id,
            "line": line,
            "at": at,
            "what": what.value,
            "actor": by,
            "target": to,
            "facts": kept,
            "message_id": message if isinstance(message, str) else None,
            "words_id": words_id,
            "words_digest": words_digest,
            "digest": line_digest(before, ticket_id, line, at, what.value, by, to, kept, words_digest),
        },
    )


def lines_of(connection: Connection, ticket_id: int) -> list[HistoryLine]:
    """A ticket's lines in order."""
    return [to_line(row) for row in connection.execute(_OF_TICKET, {"ticket": ticket_id}).mappings()]


def words_of_line(connection: Connection, ticket_id: int, line: int) -> str | None:
    body = connection.execute(_WORDS_OF_LINE, {"ticket": ticket_id, "line": line}).scalar_one_or_none()
    return None if body is None else str(body)


def to_line(row: RowMapping) -> HistoryLine:
    """The line of a row of `history`."""
    return HistoryLine(
        ticket=row["ticket"], line=row["line"], at=row["at"], what=What(row["what"]), by=row["actor"],
        to=row["target"], facts=row["facts"], digest=row["digest"],
    )


def verify(connection: Connection) -> Iterator[Fault]:
    """Recount every chain and every anchor (`gridbot audit verify`); gives the faults found."""
    ticket: int | None = None
    line, before = 0, ""
    for row in connection.execute(_LINES.execution_options(yield_per=1000)).mappings():
        if row["ticket"] != ticket:
            ticket, line, before = row["ticket"], 0, ""
        line += 1
        if row["line"] != line:
            yield Fault(ticket, line, f"工单记录第 {line} 行缺失。")
            line = row["line"]
        made = line_digest(
            before, row["ticket"], row["line"], row["at"], row["what"], row["actor"], row["target"], row["facts"],
            row["words_digest"],
        )
        if made != row["digest"]:
            yield Fault(ticket, line, f"工单记录第 {line} 行或它前面的内容被改动过。")
        elif row["body"] is not None and word_rows.digest_of(row["salt"] or "", row["body"]) != row["words_digest"]:
            yield Fault(ticket, line, f"工单记录第 {line} 行的原话被改动过。")
        before = row["digest"]
    yield from _without_lines(connection)
    yield from _verify_anchors(connection)


def _without_lines(connection: Connection) -> Iterator[Fault]:
    lines = select(history.c.ticket)
    for (ticket,) in connection.execute(select(tickets.c.id).where(tickets.c.id.not_in(lines))):
        yield Fault(ticket, None, "工单没有任何记录。")


def _verify_anchors(connection: Connection) -> Iterator[Fault]:
    before, begin = "", 0
    for row in connection.execute(select(anchors).order_by(anchors.c.id)).mappings().all():
        lines, digest = _anchor_digest(connection, before, begin, row["upto"])
        if (lines, digest) != (row["lines"], row["digest"]):
            yield Fault(None, None, f"{row['at']:%Y-%m-%d} 夜间留存的总校验与记录不符，此前有记录被改动或删除。")
        before, begin = row["digest"], row["upto"]


def anchor(connection: Connection, at: datetime) -> int:
    """Lay one anchor over all lines since the one before; gives how many lines it covers. It must be the first thing
    that its unit does."""
    if connection.dialect.name == "postgresql":
        # wait for lines that are being written: their numbers may be lower than those already there
        connection.exec_driver_sql("LOCK TABLE history IN SHARE MODE")
    last = connection.execute(
        select(anchors.c.upto, anchors.c.digest).order_by(anchors.c.id.desc()).limit(1)
    ).one_or_none()
    begin, before = (0, "") if last is None else (last.upto, last.digest)
    upto = int(connection.execute(select(func.max(history.c.id))).scalar_one() or 0)
    lines, digest = _anchor_digest(connection, before, begin, upto)
    connection.execute(insert(anchors), {"at": at, "upto": upto, "lines": lines, "digest": digest})
    return lines


def _anchor_digest(connection: Connection, before: str, begin: int, upto: int) -> tuple[int, str]:
    digest, lines = hashlib.sha256(before.encode()), 0
    query = select(history.c.digest).where(history.c.id > begin, history.c.id <= upto).order_by(history.c.id)
    for (one,) in connection.execute(query.execution_options(yield_per=1000)):
        digest.update(one.encode())
        lines += 1
    return lines, digest.hexdigest()
