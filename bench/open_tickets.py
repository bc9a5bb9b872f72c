"""Many open tickets in a database, laid down in bulk: one for each basic group, then copied by the database itself."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bench.own_talk import tellings
from registry.registry import Registry
from registry.source import to_data
from registry.terms import Category, Tier
from storage import registry_rows
from storage.store import Store
from storage.tables import clocks, ticket_groups, ticket_messages, tickets, words
from storage.work import SqlWork

_CATEGORIES = (Category.WATER, Category.FACILITY, Category.SANITATION, Category.ROAD, Category.NOISE, Category.PROPERTY)


def fill(url: str, registry: Registry, policy: str, now: datetime, count: int, *, with_words: bool) -> None:
    """Make the database at `url` with `count` open tickets, none due within a day. Two clocks each; with their first
    report where `with_words`."""
    basic = [group for group in registry.groups.values() if group.tier is Tier.BASIC]
    firsts = min(len(basic), count)
    rows = [_ticket(n, group, registry, policy, now) for n, group in enumerate(basic[:firsts], 1)]
    with Store.open(url, durable=False) as store:
        store.migrate()
        store.run(lambda work: registry_rows.save_registry(work, to_data(registry), "bench", now))
        store.run(lambda work: _lay(work, rows, now, count, with_words))


def make_due(work: SqlWork, now: datetime, due: int, count: int, turn: int) -> None:
    """Let `due` accept clocks, spread over all tickets, have passed a minute ago; each turn takes others."""
    gap = count // due
    late = int((now - timedelta(minutes=1)).timestamp() * 1_000_000)
    work.connection.exec_driver_sql(
        "UPDATE clocks SET due_at = ?, limit_at = ? WHERE kind = 'accept' AND ticket IN"
        " (WITH RECURSIVE n(id) AS (SELECT ? UNION ALL SELECT id + ? FROM n WHERE id + ? <= ?) SELECT id FROM n LIMIT ?)",
        (late, late, turn + 1, gap, gap, count, due),
    )


def _ticket(n: int, group: Any, registry: Registry, policy: str, now: datetime) -> dict[str, Any]:
    category = _CATEGORIES[n % len(_CATEGORIES)]
    opened = now - timedelta(minutes=n % 600 + 10)
    return {
        "id": n, "number": f"2026-{now:%m%d}-{n}", "aloud": f"{now:%m%d}-{n}", "kind": "matter", "category": category.value,
        "urgency": "normal", "danger": None, "doubt": False, "group_id": group.id, "groups": [group.id], "area": group.area,
        "township": registry.township_of(group.area), "place": f"{n % 38 + 1}号楼", "summary": "测量用的工单", "status": "assigned",
        "is_open": True, "owner": group.owner, "policy": policy, "opened_at": opened, "last_at": opened, "touched_at": opened,
        "unit": next((unit.id for unit in registry.units_for(category, group.area)), None), "round": 1, "step": 0, "returns": 0,
        "voices": 1, "missing": False, "late": False,
    }


def _lay(work: SqlWork, rows: list[dict[str, Any]], now: datetime, count: int, with_words: bool) -> None:
    firsts = len(rows)
    work.connection.execute(insert(tickets), rows)
    work.connection.execute(insert(ticket_groups), [{"ticket": row["id"], "group_id": row["group_id"]} for row in rows])
    work.connection.execute(insert(clocks), [
        {"ticket": row["id"], "kind": kind, "due_at": at, "limit_at": at, "rung": 0, "state": "running"}
        for row in rows for kind, at in (("accept", now + timedelta(days=1, seconds=row["id"])),
                                         ("done", now + timedelta(days=7, seconds=row["id"])))
    ])
    copied = ["tickets", "ticket_groups", "clocks"]
    if with_words:
        told = tellings(firsts)
        work.connection.execute(insert(words), [
            {"id": row["id"], "salt": "0" * 32, "body": body} for row, body in zip(rows, told, strict=True)])
        work.connection.execute(insert(ticket_messages), [
            {"id": row["id"], "message_id": f"first-{row['id']}", "ticket": row["id"], "sender": "r-1-1-1-0",
             "group_id": row["group_id"], "at": row["opened_at"], "act": "report", "words_id": row["id"], "media": None}
            for row in rows])
        copied += ["words", "ticket_messages"]
    for table in copied:
        _copy(work, table, firsts, count)
    # what a running service has seen many times
    work.connection.exec_driver_sql("ANALYZE")


#: Columns that differ from copy to copy k of n first rows.
_SHIFTED = {
    "id": "id + :k", "ticket": "ticket + :k", "words_id": "words_id + :k", "message_id": "message_id || '-' || :k",
    "number": "substr(number, 1, 10) || (id + :k)", "aloud": "substr(aloud, 1, 5) || (id + :k)",
    "opened_at": "opened_at - :older", "last_at": "last_at - :older", "touched_at": "touched_at - :older",
    "due_at": "due_at + 1000 * :k",
}
#: Each copy is so much older than the one before: a county's open tickets are not all of today.
_OLDER = timedelta(hours=12)


def _copy(work: SqlWork, table: str, firsts: int, count: int) -> None:
    names = [str(row[1]) for row in work.connection.exec_driver_sql(f"PRAGMA table_info({table})")]
    key = "ticket" if table in ("ticket_groups", "clocks") else "id"
    older = f"(copy.k / {firsts} * {int(_OLDER.total_seconds()) * 1_000_000})"
    chosen = ", ".join(_SHIFTED.get(name, name).replace(":k", "copy.k").replace(":older", older) for name in names)
    work.connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(names)}) WITH RECURSIVE copy(k) AS (SELECT {firsts} UNION ALL SELECT k + {firsts}"
        f" FROM copy WHERE k + {firsts} < {count}) SELECT {chosen} FROM copy, {table} WHERE {table}.{key} + copy.k <= {count}"
    )
