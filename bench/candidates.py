"""Finding the tickets that a message may belong to, and attaching it, with many open tickets."""

import random
import time
from datetime import datetime

from bench.own_talk import tellings
from bench.row import Row, p99
from bot.decider import Decider
from bot.loading import House
from bot.messages import Incoming, MessageKind, Words
from bot.talk import Talk
from registry.terms import Tier
from storage.store import Store
from storage.work import SqlWork
from tickets.merging import LOOK_BACK, WIDE, WIDE_WITHIN, attach
from tickets.told import Told

COUNT = 1000


def rows(house: House, database: str, now: datetime, count: int) -> list[Row]:
    """One row: the look-up as the decider makes it, and `attach`."""
    took: list[float] = []
    worked: list[float] = []
    found: list[int] = []
    decider = Decider(house.classifier, Talk(), house.rules)
    groups = [group for group in house.rules().registry.groups.values() if group.tier is Tier.BASIC]
    random.Random(3).shuffle(groups)
    with Store.open(database, readonly=True) as store:
        for n, text in enumerate(tellings(COUNT)):
            group = groups[n % len(groups)]
            incoming = Incoming(f"c-{n}", "replay", f"r-{group.id[2:]}-0", now, MessageKind.TEXT, Words(text), group.id)
            read = decider.read(incoming)
            assert read.line is not None
            assert read.line.verdict is not None
            assert read.person is not None
            told = decider.told_from(read, read.line.verdict, now)
            areas = decider.whereabouts.candidate_areas(read.group, read.person, told.area)

            def look(work: SqlWork, told: Told = told, areas: frozenset[str] = areas) -> None:
                began, started = time.perf_counter(), time.thread_time()
                near = work.candidates(areas=areas, since=told.at - LOOK_BACK, township=told.township, wide=WIDE,
                                       wide_since=told.at - WIDE_WITHIN)
                attach(told, near)
                took.append(time.perf_counter() - began)
                worked.append(time.thread_time() - started)
                found.append(len(near))

            store.look(look)
    late = p99(took) * 1000
    mean = sum(found) / len(found)
    measured = f"{late:.1f} ms ({p99(worked) * 1000:.1f} ms of processor time; {mean:.0f} candidates each)"
    return [Row(f"candidates and attach, {count:,} open, p99", "<= 5 ms", measured, late <= 5)]
