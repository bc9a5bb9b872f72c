"""The store's figures: group commit, candidates, and what is due among many, in one run.

    python bench/writer.py [--tickets 100000] [--many 1000000]

Group commit is compared with a bare loop that commits every row by itself to the same disk, so that only the ratio
speaks of us. What is due is read among 10,000 and among `--many` open tickets, each with 500 due.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert

from registry.terms import Category, Status, TicketKind, Urgency
from storage import inbox, tables, ticket_rows
from storage.store import Store
from storage.times import SHANGHAI
from storage.work import SqlWork
from tickets.model import Ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
GROUPS = 2000
DUE = 500
WIDE = (Category.WATER, Category.POWER, Category.GAS_HEATING)
BATCH = 5000


def fill(work: SqlWork, many: int) -> None:
    """Open tickets spread over 2,000 grids in 20 townships, each with two messages and two clocks; 500 are due."""
    chance = random.Random(many)
    categories = list(Category)
    connection = work.connection
    for begin in range(1, many + 1, BATCH):
        ids = range(begin, min(begin + BATCH, many + 1))
        grids = [chance.randrange(GROUPS) for _ in ids]
        times = [NOW - timedelta(minutes=chance.randrange(60 * 24 * 30)) for _ in ids]
        rows = [
            Ticket(
                id=one, number=f"2026-0302-{one}", kind=TicketKind.MATTER, category=chance.choice(categories),
                urgency=Urgency.NORMAL, danger=None, doubt=False, group=f"g{grid}", groups=(f"g{grid}",),
                area=f"77{grid:05}", township=f"77{grid % 20:02}", place=None, summary="供水 水管漏水",
                status=Status.ASSIGNED, owner=f"m{grid}", policy="v1", opened_at=at, last_at=at,
            )
            for one, grid, at in zip(ids, grids, times, strict=True)
        ]
        connection.execute(insert(tables.tickets), [{"id": row.id, **ticket_rows.to_row(row)} for row in rows])
        connection.execute(insert(tables.words), [{"id": one, "salt": "s", "body": "三号院水管漏水"} for one in ids])
        messages = [
            {"message_id": f"{row.id}-{act}", "ticket": row.id, "sender": act, "group_id": row.group, "at": row.last_at,
             "act": act, "words_id": row.id if act == "report" else None}
            for row in rows
            for act in ("report", "echo")
        ]
        connection.execute(insert(tables.ticket_messages), messages)
        clocks = [
            {"ticket": one, "kind": kind, "due_at": NOW + timedelta(minutes=0 if one <= DUE and kind == "done" else one),
             "limit_at": NOW, "rung": 0, "state": "running"}
            for one in ids
            for kind in ("accept", "done")
        ]
        connection.execute(insert(tables.clocks), clocks)


def seconds_of(f: Callable[[], Any], times: int) -> list[float]:
    """How long each call took."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        f()
        took.append(time.perf_counter() - began)
    return took


def commit_alone(path: Path, rows: int) -> float:
    """Rows a second, each committed by itself, by the driver alone."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE kept (key TEXT UNIQUE, channel TEXT, body TEXT, at INTEGER)")
    began = time.perf_counter()
    for row in range(rows):
        connection.execute("INSERT INTO kept VALUES (?, 'aibot', '三号院水管漏水', 0)", (f"k{row}",))
    took = time.perf_counter() - began
    connection.close()
    return rows / took


async def commit_together(store: Store, rows: int, at_once: int) -> float:
    """Units a second when so many wait at once."""
    turns = iter(range(rows))

    async def one_after_another() -> None:
        for row in turns:
            key = f"{at_once}-{row}"
            await store.unit(lambda work, key=key: inbox.put(work, key, "aibot", "三号院水管漏水", NOW))

    began = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return rows / (time.perf_counter() - began)


def show_commits(folder: Path) -> None:
    alone = commit_alone(folder / "alone.db", 2000)
    with Store.open(f"sqlite:///{folder}/together.db") as store:
        store.migrate()
        for at_once in (1, 64, 512):
            rate = asyncio.run(commit_together(store, 1000 if at_once == 1 else 5000, at_once))
            print(f"units, {at_once:3} waiting: {rate:,.0f}/s, a bare commit each {alone:,.0f}/s, {rate / alone:.2f} ×")


def show_candidates(folder: Path, many: int) -> None:
    chance = random.Random(1)
    with Store.open(f"sqlite:///{folder}/candidates.db", durable=False) as store:
        store.migrate()
        store.run(lambda work: fill(work, many))

        def look(work: SqlWork) -> None:
            grid = chance.randrange(GROUPS)
            work.candidates(
                areas=[f"77{grid:05}"], since=NOW - timedelta(days=14), township=f"77{grid % 20:02}", wide=WIDE,
                wide_since=NOW - timedelta(hours=2),
            )

        took = store.look(lambda work: seconds_of(lambda: look(work), 2000))
    p99 = statistics.quantiles(took, n=100)[98] * 1000
    print(
        f"candidates with {many:,} open tickets: p50 {statistics.median(took) * 1000:.1f} ms, p99 {p99:.1f} ms "
        "(figure ≤ 5 ms with attach)"
    )


def due(folder: Path, many: int) -> float:
    """Seconds to read what is due and to move those clocks."""
    with Store.open(f"sqlite:///{folder}/due-{many}.db", durable=False) as store:
        store.migrate()
        store.run(lambda work: fill(work, many))

        def one_pass(work: SqlWork) -> None:
            for clock in work.due_clocks(NOW, DUE):
                work.get_ticket(clock.ticket)
                work.set_clock(clock)

        return statistics.median(store.run(lambda work: seconds_of(lambda: one_pass(work), 7)))


def show_due(folder: Path, many: int) -> None:
    few_took, many_took = due(folder, 10_000), due(folder, many)
    print(
        f"{DUE} due among 10,000: {few_took * 1000:.0f} ms, among {many:,}: {many_took * 1000:.0f} ms, "
        f"ratio {many_took / few_took:.2f} (figure ≤ 2)"
    )


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tickets", type=int, default=100_000, help="open tickets for the candidates")
    parser.add_argument("--many", type=int, default=1_000_000, help="open tickets for what is due")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-writer-") as name:
        show_commits(Path(name))
        show_candidates(Path(name), wanted.tickets)
        show_due(Path(name), wanted.many)


if __name__ == "__main__":
    main()
