"""`make model`: fit the second reader, the lone reader and the linker from `corpus/`, reproducibly; and say what they give on
hands never seen.

Development only: scikit-learn (extra `train`) is needed here and nowhere else.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.classifier.features import features_of
from bot.classifier.linking import LINKER, Linker
from bot.classifier.lone import LONE_READER, LoneReader
from bot.classifier.opinion import ACTS, CATEGORIES
from bot.classifier.reader import Classifier
from bot.classifier.readers import Readers
from bot.classifier.second import COLUMNS, SECOND_READER, SecondReader
from bot.classifier.vocabulary import LexiconData
from bot.classifier.weights import Weights
from bot.corpus import COUNTY, Conversation, LoneLine, lone_lines_of, read_corpus, read_lone_lines
from bot.fitting import fit_columns, matrix_of, names_of
from bot.link_training import beside, fit_links
from bot.listening import Watching, standing_before, talk_before
from bot.lone_training import fit_lone
from bot.messages import Line
from config.county import load_county
from registry.terms import Act, Category

#: A feature met in fewer lines is left out.
LEAST = 3
STRENGTH = 0.35
#: Acts whose words tell of what category the matter is.
TOLD = frozenset({Act.REPORT, Act.QUESTION, Act.STATUS_QUERY, Act.RECOVERY, Act.ECHO, Act.SUPPLEMENT})


@dataclass(frozen=True, slots=True)
class Example:
    """What the second reader sees of one line, and what the line is."""

    features: list[str]
    act: Act
    category: Category | None


def examples(classifier: Watching, conversations: Iterable[Conversation], *, true_talk: bool) -> Iterator[Example]:
    """Every line that the second reader would look at. `true_talk`: the lines before it carry the hand's labels, else what
    the rules made of them; a live talk lies between the two, so both are learned from."""
    for conversation in conversations:
        read: list[Line] = []
        for place, line in enumerate(conversation.lines):
            verdict, seen = classifier.watched(
                line, talk_before([*read, line], place), conversation.where, standing_before([*read, line], place)
            )
            gold = conversation.gold[place]
            if seen is not None and gold.act in ACTS:
                heard, before = seen
                if heard.danger is None and before.act in ACTS and not line.mentions_bot:
                    yield Example(features_of(heard, before), gold.act, gold.category)
            read.append(replace(line, verdict=gold if true_talk else verdict))


def fit(rows: Sequence[Example]) -> Weights:
    """Weights fitted to examples: acts, and categories of what is told."""
    names = names_of((row.features for row in rows), LEAST)
    weights, bias = np.zeros((len(names), COLUMNS)), np.full(COLUMNS, -9.0)
    told = [(row, CATEGORIES.index(row.category)) for row in rows if row.category is not None and row.act in TOLD]
    acts = [(row, ACTS.index(row.act)) for row in rows]
    for kept, first in ((acts, 0), (told, len(ACTS))):
        matrix = matrix_of([row.features for row, _ in kept], names)
        fit_columns(matrix, [label for _, label in kept], weights, bias, strength=STRENGTH, first=first)
    return Weights.of(names, weights, bias)


@dataclass(frozen=True, slots=True)
class Learned:
    """The weights that the program reads with."""

    second: Weights
    lone: Weights
    linker: Weights

    def reader(self, data: LexiconData) -> Classifier:
        """A classifier with weights as they are, not rounded as in a file."""
        return Classifier.from_data(data, Readers(SecondReader(self.second), LoneReader(self.lone), Linker(self.linker)))

    def save(self) -> None:
        """Write what is shipped."""
        self.second.save(SECOND_READER)
        self.lone.save(LONE_READER)
        self.linker.save(LINKER)


def learn(data: LexiconData, conversations: Sequence[Conversation], lines: Sequence[LoneLine]) -> Learned:
    """Fit the lone reader; beside it the second reader; beside both the linker.

    The second reader is fitted twice: on talk with the hands' labels and as the rules read it, then on the labels and as that
    first model read it, since a living talk is what the model itself made of it. The linker leans on the second reader's
    opinion of categories, which must not be an opinion of lines that it learned from: each half of the hands is read by a
    second reader fitted on the other half.
    """
    lone = fit_lone(Classifier.from_data(data), [*lines, *lone_lines_of(conversations)])
    rules = Watching.from_data(data, Readers(lone=LoneReader(lone)))
    hands = sorted({conversation.hand for conversation in conversations})
    halves = [[c for c in conversations if hands.index(c.hand) % 2 == half] for half in (0, 1)]
    told = [list(examples(rules, half, true_talk=True)) for half in halves]
    both = [*told[0], *told[1]]
    first = SecondReader(fit([*examples(rules, conversations, true_talk=False), *both]))
    living = Watching.from_data(data, Readers(first, LoneReader(lone)))
    second = fit([*examples(living, conversations, true_talk=False), *both])
    links = [row for half in (0, 1) for row in beside(rules, SecondReader(fit(told[1 - half])), halves[half])]
    return Learned(second, lone, fit_links(links))


@dataclass(frozen=True, slots=True)
class Figures:
    """How a reader does on conversations; the talk is what the reader itself made of it."""

    by_act: dict[Act, float]
    """F1 of each act."""
    opened: float
    """Share of the matters told in the talk of which some line was read as a report."""
    cried: float
    """Chat lines read as reports, per 1,000."""
    stored: float
    """Chat lines read as anything that lies in a ticket, per 1,000."""

    @property
    def mean(self) -> float:
        return sum(self.by_act.values()) / len(self.by_act)


def figures_of(classifier: Classifier, conversations: Iterable[Conversation]) -> Figures:
    """Read conversations line by line and compare with the hands' labels."""
    right: Counter[Act] = Counter()
    called: Counter[Act] = Counter()
    wanted: Counter[Act] = Counter()
    chat = stored = cried = 0
    told: set[tuple[str, str]] = set()
    opened: set[tuple[str, str]] = set()
    for conversation in conversations:
        read: list[Line] = []
        for place, line in enumerate(conversation.lines):
            verdict = classifier.read(
                line, talk_before([*read, line], place), conversation.where, standing=standing_before([*read, line], place)
            )
            gold, matter = conversation.gold[place].act, conversation.matters[place]
            wanted[gold] += 1
            called[verdict.act] += 1
            right[gold] += verdict.act is gold
            if matter is not None and gold is Act.REPORT:
                told.add((conversation.name, matter))
            if matter is not None and verdict.act in (Act.REPORT, Act.COMMAND):
                opened.add((conversation.name, matter))
            if gold is Act.CHAT:
                chat += 1
                cried += verdict.act is Act.REPORT
                stored += verdict.act not in (Act.CHAT, Act.QUESTION)
            read.append(replace(line, verdict=verdict))
    by_act = {act: 2 * right[act] / (called[act] + wanted[act]) for act in wanted}
    return Figures(by_act, len(opened & told) / max(len(told), 1), 1000 * cried / max(chat, 1), 1000 * stored / max(chat, 1))


def report(name: str, found: Figures) -> None:
    acts = " ".join(f"{act.value}={found.by_act[act]:.2f}" for act in sorted(found.by_act))
    sys.stdout.write(f"{name:24} opened {found.opened:.2f}  cried {found.cried:4.1f}  chat taken {found.stored:5.1f}  "
                     f"macro-F1 {found.mean:.3f}  {acts}\n")
    sys.stdout.flush()


def held_out(data: LexiconData, conversations: Sequence[Conversation], lines: Sequence[LoneLine], hands: Sequence[str]) -> None:
    """For each hand: the rules alone, and with a model fitted on all others."""
    for hand in hands:
        kept = [c for c in conversations if c.hand != hand]
        out = [c for c in conversations if c.hand == hand]
        report(f"{hand} rules", figures_of(Classifier.from_data(data), out))
        report(f"{hand} rules+models", figures_of(learn(data, kept, lines).reader(data), out))


def curve(data: LexiconData, conversations: Sequence[Conversation], lines: Sequence[LoneLine], hands: Sequence[str]) -> None:
    """For each hand: with a model fitted on a quarter, half and all of the other hands' conversations."""
    for hand in hands:
        others = [c for c in conversations if c.hand != hand]
        out = [c for c in conversations if c.hand == hand]
        for part, step in (("quarter", 4), ("half", 2), ("all", 1)):
            report(f"{hand} {part}", figures_of(learn(data, others[::step], lines[::step]).reader(data), out))


def main() -> None:
    """Held-out figures or a learning curve, hand by hand; else fit on all and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="only print figures on hands left out")
    parser.add_argument("--curve", action="store_true", help="only print figures with a quarter, half and all of the other hands")
    parser.add_argument("hands", nargs="*", help="of these hands only (hand-e …)")
    arguments = parser.parse_args()
    county = load_county(COUNTY)
    data = LexiconData(county.categories, county.danger, county.words, county.places)
    conversations, lines = read_corpus(), read_lone_lines()
    hands = arguments.hands or sorted({conversation.hand for conversation in conversations})
    if arguments.held_out or arguments.curve:
        (held_out if arguments.held_out else curve)(data, conversations, lines, hands)
        return
    learned = learn(data, conversations, lines)
    learned.save()
    for name, path, weights in (
        ("second reader", SECOND_READER, learned.second), ("lone reader", LONE_READER, learned.lone), ("linker", LINKER, learned.linker)
    ):
        sys.stdout.write(f"{name}: {len(weights.places)} features, {path.stat().st_size} bytes\n")
    sys.stdout.write(f"from {len(conversations)} conversations and {len(lines)} lone lines\n")


if __name__ == "__main__":
    main()
