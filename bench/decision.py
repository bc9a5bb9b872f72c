"""How fast a message is decided in memory, and `gridbot classify` against jieba cutting the same text."""

import logging
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import jieba

from bench.own_talk import lines
from bench.row import Row
from bot.classify import classify_stream
from bot.decider import Decider
from bot.loading import House
from bot.messages import Incoming, MessageKind, Words
from bot.talk import Talk
from registry.terms import Act, Tier
from tickets.merging import attach

COUNT = 6000
ROUNDS = 3
#: Groups that talk at once.
TALKING = 50


def rows(house: House, now: datetime) -> list[Row]:
    """Two rows: decisions a second; classify against jieba.lcut, in turn on the same lines."""
    said = lines(COUNT)
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    decided = statistics.median(_rate(lambda: _decide(house, said, now)) for _ in range(ROUNDS))
    cut, classified = [], []
    for _ in range(ROUNDS):
        cut.append(_rate(lambda: [jieba.lcut(line) for line in said]))
        classified.append(_rate(lambda: classify_stream(said, len, house.classifier)))
    ratio = statistics.median(classified) / statistics.median(cut)
    return [
        Row("decision in memory with talk, look-up excluded", ">= 3,000/s", f"{decided:,.0f}/s", decided >= 3000),
        Row("gridbot classify : jieba.lcut", ">= 1.0",
            f"{ratio:.2f} ({statistics.median(classified):,.0f}/s : {statistics.median(cut):,.0f}/s)", ratio >= 1),
    ]


def _rate(work: Callable[[], object]) -> float:
    """Lines a second of processor time: the figures are a core's, whatever else runs on the machine."""
    began = time.process_time()
    work()
    return COUNT / (time.process_time() - began)


def _decide(house: House, said: list[str], now: datetime) -> None:
    """Who spoke where, reading with the talk, what the desk is told, and attaching to nothing."""
    registry = house.rules().registry
    groups = [group for group in registry.groups.values() if group.tier is Tier.BASIC][:TALKING]
    decider = Decider(house.classifier, Talk(), house.rules)
    for n, text in enumerate(said):
        group = groups[n % TALKING]
        at = now + timedelta(seconds=n)
        incoming = Incoming(f"b-{n}", "replay", f"r-{group.id[2:]}-{n % 3}", at, MessageKind.TEXT, Words(text), group.id)
        read = decider.read(incoming)
        assert read.line is not None
        verdict = read.line.verdict
        assert verdict is not None
        if verdict.act is not Act.CHAT:
            attach(decider.told_from(read, verdict, at), ())
