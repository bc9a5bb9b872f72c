"""`make bench`: the first figures of speed and size, measured in one run of about two minutes. It asserts nothing.

    python -m bench [--full]      --full: the pass over 1,000,000 open tickets instead of 200,000
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import archive, candidates, danger, decision, door_row, engine_pass, start
from bench.open_tickets import fill
from bench.own_county import county
from bench.row import Row, table
from bot.clock import WallClock
from bot.loading import House, load_book
from config.settings import Settings
from registry.source import to_data
from storage import registry_rows
from storage.store import Store

OPEN = 100_000
MANY, FULL = 200_000, 1_000_000


def main() -> None:
    """Measure, row by row; what can't be measured says why and the others go on."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true", help="1,000,000 open tickets for the pass (some minutes more)")
    many = FULL if parser.parse_args().full else MANY
    began, before = time.monotonic(), _load()
    registry = county()
    house = House(load_book(Settings.model_fields["county_dir"].default), registry)
    now = WallClock().now()
    found: list[Row] = []

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {sentence}", file=sys.stderr, flush=True)

    def measure(what: str, rows: Callable[[], list[Row]]) -> None:
        say(what)
        try:
            found.extend(rows())
        except (Exception, SystemExit) as error:
            found.append(Row(what, "", f"skipped: {type(error).__name__}: {error}", None))

    with tempfile.TemporaryDirectory(prefix="gridbot-bench-") as name:
        folder = Path(name)
        opened = f"sqlite:///{folder / 'open.db'}"

        def empty(part: str) -> str:
            url = f"sqlite:///{folder / f'{part}.db'}"
            with Store.open(url) as store:
                store.migrate()
                store.run(lambda work: registry_rows.save_registry(work, to_data(registry), "bench", now))
            return url

        measure("decision and classify", lambda: decision.rows(house, now))
        measure("archive catch-up", lambda: archive.rows(folder, empty("archive"), registry, now))
        measure("door", lambda: door_row.rows(folder))
        measure("danger", lambda: danger.rows(empty("danger")))
        measure("pass", lambda: engine_pass.rows(folder, house.rules(), now, many, say))
        say(f"laying down {OPEN:,} open tickets with their words")
        fill(opened, registry, house.rules().current, now, OPEN, with_words=True)
        measure("candidates", lambda: candidates.rows(house, opened, now, OPEN))
        measure("start", lambda: start.rows(opened, OPEN, len(registry.groups)))
    say("done")
    print(table(found))
    # others at work on the same machine make every figure worse
    print(f"\n{os.cpu_count()} cores; load average before {before:.1f}, after {_load():.1f}")


def _load() -> float:
    """The load average of the last minute; 0 where the system has none."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


if __name__ == "__main__":
    main()
