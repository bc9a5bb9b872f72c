"""The pass over many open tickets against the pass over few, with as many due."""

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench.open_tickets import fill, make_due
from bench.row import Row
from storage.store import Store
from tickets.due import do_pass
from tickets.work import Rules

DUE = 500
FEW = 10_000
ROUNDS = 3


def rows(folder: Path, rules: Rules, now: datetime, many: int, say: Callable[[str], None]) -> list[Row]:
    """One row: seconds until nothing is due any more, in turn on both databases."""
    stores: dict[int, Store] = {}
    took: dict[int, list[float]] = {FEW: [], many: []}
    for count in took:
        url = f"sqlite:///{folder / f'open-{count}.db'}"
        began = time.perf_counter()
        fill(url, rules.registry, rules.current, now, count, with_words=False)
        say(f"  {count:,} open tickets laid down in {time.perf_counter() - began:.0f} s")
        stores[count] = Store.open(url)
    try:
        # the first turn warms both
        for turn in range(ROUNDS + 1):
            for count, store in stores.items():
                seconds = _pass(store, rules, now, count, turn)
                if turn:
                    took[count].append(seconds)
    finally:
        for store in stores.values():
            store.close()
    few, most = statistics.median(took[FEW]), statistics.median(took[many])
    return [Row(f"pass, {many:,} open : {FEW:,} open, {DUE} due", "<= 2.0",
                f"{most / few:.2f} ({most * 1000:.0f} ms : {few * 1000:.0f} ms)", most <= 2 * few)]


def _pass(store: Store, rules: Rules, now: datetime, count: int, turn: int) -> float:
    store.run(lambda work: make_due(work, now, DUE, count, turn))
    began, decided = time.perf_counter(), 0
    while done := store.run(lambda work: do_pass(work, rules, now)):
        decided += done
    seconds = time.perf_counter() - began
    if decided != DUE:
        raise SystemExit(f"the pass decided {decided} instead of {DUE}")
    return seconds
