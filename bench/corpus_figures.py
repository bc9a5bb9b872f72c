"""Figures of hearing on the corpus, hand by hand: acts, reports, dangers, categories, chat taken for something.

    python bench/corpus_figures.py [--rules] [--misses] [HAND …]

The talk before a line is what the reader itself made of it. A matter of danger counts as found when one of its first two
messages is read as danger or doubt. With --rules the second reader is left out; with --misses every line that was read
wrongly is shown, so never use it on a hand that is kept unseen.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.classifier import Classifier, LexiconData
from bot.classifier.readers import UNLEARNED, Readers
from bot.classifier.threads import DANGER_RULES
from bot.corpus import COUNTY, Conversation, read_corpus
from bot.listening import standing_before, talk_before
from bot.messages import Line, Verdict
from config.county import load_county
from registry.terms import Act, DangerKind

#: A danger must be heard by its matter's message of this number.
BY_MESSAGE = 2
TOLD = (Act.REPORT, Act.ECHO, Act.SUPPLEMENT)


@dataclass(frozen=True, slots=True)
class Reading:
    """One line as it was read, beside its label."""

    line: Line
    read: Verdict
    gold: Verdict
    matter: str | None


def read_all(reader: Classifier, conversations: Iterable[Conversation]) -> Iterator[list[Reading]]:
    """Each conversation read from its first line to its last."""
    for conversation in conversations:
        said: list[Line] = []
        readings = []
        for place, line in enumerate(conversation.lines):
            before = [*said, line]
            verdict = reader.read(
                line, talk_before(before, place), conversation.where, standing=standing_before(before, place)
            )
            said.append(replace(line, verdict=verdict))
            readings.append(Reading(line, verdict, conversation.gold[place], conversation.matters[place]))
        yield readings


def macro_f1(readings: Sequence[Reading]) -> tuple[float, float, float]:
    """Mean F1 over the acts that the labels know; recall and precision of reports."""
    right, read, gold = Counter[Act](), Counter[Act](), Counter[Act]()
    for reading in readings:
        gold[reading.gold.act] += 1
        read[reading.read.act] += 1
        right[reading.gold.act] += reading.read.act is reading.gold.act
    scores = [2 * right[act] / (gold[act] + read[act]) for act in gold]
    reports = right[Act.REPORT]
    return (
        sum(scores) / len(scores),
        reports / max(gold[Act.REPORT], 1),
        reports / max(read[Act.REPORT], 1),
    )


def dangers(talks: Iterable[Sequence[Reading]]) -> dict[DangerKind, list[tuple[bool, list[Reading]]]]:
    """The matters of danger by kind: whether each was heard in time, and its first messages."""
    found: dict[DangerKind, list[tuple[bool, list[Reading]]]] = defaultdict(list)
    for readings in talks:
        by_matter: dict[str, list[Reading]] = defaultdict(list)
        for reading in readings:
            if reading.matter is not None and reading.gold.act in TOLD:
                by_matter[reading.matter].append(reading)
        for told in by_matter.values():
            first = next((n for n, reading in enumerate(told) if reading.gold.danger is not None), None)
            if first is None:
                continue
            until = told[: first + BY_MESSAGE]
            kind = told[first].gold.danger
            assert kind is not None
            found[kind].append((any(reading.read.danger is not None for reading in until), until))
    return found


def print_figures(hand: str, talks: Sequence[Sequence[Reading]], *, misses: bool) -> None:
    """One line for a hand."""
    readings = [reading for talk in talks for reading in talk]
    macro, recall, precision = macro_f1(readings)
    residents = [r for r in readings if r.line.role.value in ("resident", "household_head")]
    told = [r for r in readings if r.gold.act is Act.REPORT and r.read.act is not Act.CHAT and r.gold.category]
    chat = [r for r in readings if r.gold.act is Act.CHAT]
    taken = sum(r.read.act not in (Act.CHAT, Act.QUESTION) for r in chat)
    cried = [r for r in chat if r.read.danger is not None and any(w.rule.startswith(DANGER_RULES) for w in r.read.reasons)]
    heard = dangers(talks)
    parts = [f"{kind.value} {sum(ok for ok, _ in heard[kind])}/{len(heard[kind])}" for kind in DangerKind]
    category = sum(r.read.category is r.gold.category for r in told) / max(len(told), 1)
    print(
        f"{hand:8} {len(readings):5} lines  acts {macro:.3f} (residents {macro_f1(residents)[0]:.3f})  "
        f"report R {recall:.2f} P {precision:.2f}  danger {', '.join(parts)}  "
        f"false danger {1000 * sum(not r.read.doubt for r in cried) / max(len(chat), 1):.1f} "
        f"+ doubt {1000 * sum(r.read.doubt for r in cried) / max(len(chat), 1):.1f}/1000  "
        f"category {category:.3f}  chat taken {1000 * taken / max(len(chat), 1):.1f}/1000"
    )
    if misses:
        _print_misses(readings, heard, cried)


def _print_misses(
    readings: Sequence[Reading],
    heard: dict[DangerKind, list[tuple[bool, list[Reading]]]],
    cried: Sequence[Reading],
) -> None:
    for kind, matters in heard.items():
        for ok, until in matters:
            if not ok:
                print(f"  DANGER {kind.value} missed: " + " / ".join(r.line.words.text for r in until))
    for r in cried:
        print(f"  DANGER cried: {r.line.words.text} {[f'{w.rule}:{w.words}' for w in r.read.reasons[:2]]}")
    for r in readings:
        if r.read.act is not r.gold.act:
            print(f"  {r.line.role.value[:5]} {r.gold.act.value:>12} → {r.read.act.value:12} "
                  f"{r.gold.category or '-'}/{r.read.category or '-'} {r.line.words.text[:70]} "
                  f"{[f'{w.rule}:{w.words}' for w in r.read.reasons[:3]]}")
        elif r.gold.act is Act.REPORT and r.read.category is not r.gold.category:
            print(f"  CATEGORY {r.gold.category} → {r.read.category} {r.line.words.text[:70]} "
                  f"{[f'{w.rule}:{w.words}' for w in r.read.reasons[:3]]}")


def main() -> None:
    """Every hand, or those named."""
    named = {argument.removeprefix("hand-") for argument in sys.argv[1:] if not argument.startswith("--")}
    county = load_county(COUNTY)
    readers = UNLEARNED if "--rules" in sys.argv else Readers.shipped()
    data = LexiconData(county.categories, county.danger, county.words, county.places)
    reader = Classifier.from_data(data, readers)
    conversations = read_corpus()
    unknown = named - {conversation.hand.removeprefix("hand-") for conversation in conversations}
    if unknown:
        sys.exit(f"no such hand in the corpus: {', '.join(sorted(unknown))}")
    if readers is not UNLEARNED:
        print("with the shipped second reader, which was fitted on these hands: for hands it never saw use --rules, or "
              "python -m bot.training --held-out")
    for hand in sorted({conversation.hand for conversation in conversations}):
        if named and hand.removeprefix("hand-") not in named:
            continue
        talks = list(read_all(reader, [c for c in conversations if c.hand == hand]))
        print_figures(hand, talks, misses="--misses" in sys.argv)


if __name__ == "__main__":
    main()
