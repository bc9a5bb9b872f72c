"""How fast lines are read: `gridbot classify` against jieba.lcut on the same text, and decisions with a talk.

    python bench/reading.py

Ratios within one run (design, section 8, first row). The text is the project's own table of cases; where the
measuring data are there (GRIDBOT_DATA_DIR or ../shared/data) real chat and a transcript are added.
"""

import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import jieba
from reading_figures import CHATS, DATA, ROOT, alone, classifier, read_transcript, rows

from bot.classifier import NOWHERE, Classifier
from bot.classify import classify_stream
from bot.messages import Line

CASES = ROOT / "tests" / "unit" / "classifier" / "cases.txt"
REPEATS = 5
LINES = 4000


def own_sentences() -> list[str]:
    """The sentences of the table of cases, repeated to `LINES`."""
    table = CASES.read_text(encoding="utf-8").splitlines()
    found = [row.split("|", 1)[1].rsplit("|", 1)[0] for row in table if row and not row.startswith("#")]
    return [found[n % len(found)] for n in range(LINES)]


def per_second(work: Callable[[], object], count: int) -> float:
    """Lines a second, median of `REPEATS`."""
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return count / median(taken)


def against_jieba(reader: Classifier, name: str, texts: list[str]) -> None:
    """Print classify's speed beside jieba.lcut's."""

    def cut() -> None:
        for text in texts:
            jieba.lcut(text)

    def classify() -> None:
        classify_stream(texts, lambda _: None, reader)

    ours, theirs = per_second(classify, len(texts)), per_second(cut, len(texts))
    print(f"{name}: classify {ours:,.0f}/s, jieba.lcut {theirs:,.0f}/s, ratio {ours / theirs:.2f} (≥ 1)")


def with_talk(reader: Classifier, name: str, lines: list[Line]) -> None:
    """Print decisions a second, each line read with the talk of all before it (60 lines, two hours)."""

    def read() -> None:
        talk: deque[Line] = deque(maxlen=60)
        for line in lines:
            while talk and line.at - talk[0].at > timedelta(hours=2):
                talk.popleft()
            talk.append(line.read_as(reader.read(line, tuple(talk), NOWHERE), None))

    print(f"{name}: {per_second(read, len(lines)):,.0f} decisions/s with talk (≥ 3,000)")


def main() -> None:
    """Print the first row of the figures."""
    jieba.initialize()
    reader = classifier()
    own = own_sentences()
    against_jieba(reader, "own cases (nearly all reports)", own)
    start = alone("").at
    busy = [
        replace(alone(text), id=f"m{n}", sender=f"r{n % 17}", group="g", at=start + timedelta(seconds=45 * n))
        for n, text in enumerate(own)
    ]
    with_talk(reader, "own cases as one group's talk (nearly all reports)", busy)
    if not (DATA / "transcripts-a").is_dir():
        print(f"没有测量数据：{DATA}，只用自己的句子。")
        return
    for name in CHATS:
        against_jieba(reader, name, [row["text"].replace("\n", " ") for row in rows(name)][:LINES])
    began = time.perf_counter()
    count = len(read_transcript(reader, DATA / "transcripts-a"))
    print(f"transcripts-a: {count / (time.perf_counter() - began):,.0f} decisions/s with talk, loading included")


if __name__ == "__main__":
    main()
