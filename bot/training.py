"""`make model`: fit the second reader from `corpus/`, reproducibly; and say what it gives on hands that it never saw.

Development only: scikit-learn (extra `train`) is needed here and nowhere else.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.classifier.features import characters_of, features_of
from bot.classifier.heard import Heard
from bot.classifier.reader import Classifier
from bot.classifier.scan import Scan
from bot.classifier.second import ACTS, CATEGORIES, COLUMNS, SECOND_READER, SecondReader
from bot.classifier.standing import NOTHING, Standing
from bot.classifier.vocabulary import LexiconData
from bot.classifier.where import Where
from bot.messages import Line, MessageKind, Verdict, Words
from bot.talk import STANDING_AGE, as_kept
from config.county import load_county
from registry.terms import Act, Category, DangerKind, Role, Tier, Urgency

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
COUNTY = ROOT / "config" / "county"
#: The talk that a line is read with (design, section 2).
TALK_LINES, TALK_TIME = 60, timedelta(hours=2)
#: A feature met in fewer lines is left out.
LEAST = 3
STRENGTH = 0.35
#: Acts whose words tell of what category the matter is.
TOLD = frozenset({Act.REPORT, Act.QUESTION, Act.STATUS_QUERY, Act.RECOVERY, Act.ECHO, Act.SUPPLEMENT})
SEED = 7


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of the corpus: its lines with the labels that its hand gave."""

    name: str
    hand: str
    where: Where
    lines: tuple[Line, ...]
    gold: tuple[Verdict, ...]
    matters: tuple[str | None, ...]


class Watching(Classifier):
    """The rules alone, showing what they had before them when they decided."""

    seen: tuple[Heard, Verdict] | None = None

    def _says_nothing(self, scan: Scan) -> bool:
        """Nothing is passed over while one learns."""
        return False

    def watched(
        self, line: Line, talk: Sequence[Line], where: Where, standing: Standing = NOTHING
    ) -> tuple[Verdict, tuple[Heard, Verdict] | None]:
        """The reading of a line, and what was before the rules; None where they did not get so far."""
        self.seen = None
        return self.read(line, talk, where, standing=standing), self.seen

    def _reviewed(self, heard: Heard, verdict: Verdict) -> Verdict:
        self.seen = (heard, verdict)
        return super()._reviewed(heard, verdict)


def read_corpus(folder: Path = CORPUS) -> list[Conversation]:
    """Every conversation, in order of name. Raises ValueError that names file and line."""
    return [_conversation(path) for path in sorted(folder.glob("*/*.jsonl"))]


def _conversation(path: Path) -> Conversation:
    rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines() if text.strip()]
    head, said = rows[0], rows[1:]
    people: dict[str, Any] = head["people"]
    lines: list[Line] = []
    gold: list[Verdict] = []
    roots: dict[str, str] = {}
    for number, row in enumerate(said, 2):
        try:
            verdict = _gold(row, roots)
            lines.append(
                Line(
                    id=row["id"], at=datetime.fromisoformat(row["time"]), sender=row["sender"],
                    role=Role(people[row["sender"]]["role"]), tier=Tier.BASIC, group=head["conversation"],
                    kind=MessageKind(row["type"]), words=Words(row["text"]), mentions=tuple(row.get("mentions") or ()),
                    mentions_bot="bot" in (row.get("mentions") or ()), quote=row.get("quote"),
                )
            )
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path.parent.name}/{path.name}:{number}: {error}") from None
        gold.append(verdict)
    where = Where(tuple(head["places"]), head.get("prefix", ""), ("小格",))
    return Conversation(head["conversation"], head["hand"], where, tuple(lines), tuple(gold),
                        tuple(row.get("matter") for row in said))


def _gold(row: dict[str, Any], roots: dict[str, str]) -> Verdict:
    matter = row.get("matter")
    root = roots.get(matter) if matter else None
    if matter and root is None and row["act"] in ("report", "command", "supplement"):
        roots[matter] = row["id"]
    return Verdict(
        Act(row["act"]), Category(row["category"]) if row.get("category") else None,
        Urgency(row["urgency"]) if row.get("urgency") else None, DangerKind(row["danger"]) if row.get("danger") else None,
        bool(row.get("doubt")), place=row.get("place"), confidence=0.9, refers_to=root,
    )


def talk_before(lines: Sequence[Line], place: int) -> tuple[Line, ...]:
    """The talk before a line, as a group's memory would hold it."""
    at = lines[place].at
    return tuple(line for line in lines[max(place - TALK_LINES, 0) : place] if at - line.at <= TALK_TIME)


def standing_before(lines: Sequence[Line], place: int) -> Standing:
    """The lines of matters from before that talk, as they would lie in tickets."""
    at, begin = lines[place].at, place
    while begin > 0 and place - begin < TALK_LINES and at - lines[begin - 1].at <= TALK_TIME:
        begin -= 1
    return Standing(tuple(as_kept(line) for line in lines[:begin] if at - line.at <= STANDING_AGE and _lies(line)))


def _lies(line: Line) -> bool:
    verdict = line.verdict
    return verdict is not None and verdict.act not in (Act.CHAT, Act.QUESTION) and (
        verdict.refers_to is not None or verdict.act is Act.REPORT
    )


@dataclass(frozen=True, slots=True)
class Example:
    """What the second reader sees of one line, and what the line is."""

    features: list[str]
    characters: list[str]
    act: Act
    category: Category | None
    by_itself: bool
    """No matter stood before it: what it tells, it tells alone."""


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
                    yield Example(features_of(heard, before), characters_of(heard.plain), gold.act, gold.category,
                                  not heard.threads)
            read.append(replace(line, verdict=gold if true_talk else verdict))


def fit(rows: Sequence[Example]) -> tuple[list[str], Any, Any]:
    """Feature names, weights (features × columns) and bias: acts, categories of what is told, and the glance."""
    counts = Counter(feature for row in rows for feature in {*row.features, *row.characters})
    names = sorted(feature for feature, count in counts.items() if count >= LEAST and "\n" not in feature)
    places = {name: place for place, name in enumerate(names)}
    weights, bias = np.zeros((len(names), COLUMNS)), np.full(COLUMNS, -9.0)

    def learn_columns(kept: Sequence[Example], column_of: Any, first: int, *, glance: bool = False) -> None:
        matrix = _matrix([row.characters if glance else row.features for row in kept], places)
        model = LogisticRegression(C=STRENGTH, max_iter=400, random_state=SEED)
        model.fit(matrix, np.array([column_of(row) for row in kept]))
        if glance:
            weights[:, first], bias[first] = model.coef_[0], model.intercept_[0]
            return
        for row, label in enumerate(model.classes_):
            weights[:, first + label], bias[first + label] = model.coef_[row], model.intercept_[row]

    learn_columns(rows, lambda row: ACTS.index(row.act), 0)
    told = [row for row in rows if row.category is not None and row.act in TOLD]
    learn_columns(told, lambda row: CATEGORIES.index(row.category), len(ACTS))
    alone = [row for row in rows if row.by_itself or row.act in (Act.REPORT, Act.CHAT)]
    learn_columns(alone, lambda row: int(row.act is Act.REPORT), COLUMNS - 1, glance=True)
    return names, weights, bias


def _matrix(rows: Sequence[Sequence[str]], places: dict[str, int]) -> Any:
    indices: list[int] = []
    ends = [0]
    for features in rows:
        indices += sorted({places[feature] for feature in features if feature in places})
        ends.append(len(indices))
    return csr_matrix((np.ones(len(indices), dtype=np.float32), indices, ends), shape=(len(rows), len(places)))


def learn(data: LexiconData, conversations: Sequence[Conversation]) -> tuple[list[str], Any, Any]:
    """Fit twice: on talk with the hands' labels and as the rules read it, then on the labels and as that first model read
    it, since a living talk is what the model itself made of it."""
    rules = Watching.from_data(data)
    told = list(examples(rules, conversations, true_talk=True))
    first = reader_of(*fit([*examples(rules, conversations, true_talk=False), *told]))
    return fit([*examples(Watching.from_data(data, first), conversations, true_talk=False), *told])


def reader_of(names: Sequence[str], weights: Any, bias: Any) -> SecondReader:
    """A reader with these weights as they are, not rounded as in a file."""
    places = {name: place for place, name in enumerate(names)}
    return SecondReader(places, np.asarray(weights, dtype=np.float32), np.asarray(bias, dtype=np.float32))


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


def held_out(data: LexiconData, conversations: Sequence[Conversation], hands: Sequence[str]) -> None:
    """For each hand: the rules alone, and with a model fitted on all others."""
    for hand in hands:
        kept = [c for c in conversations if c.hand != hand]
        out = [c for c in conversations if c.hand == hand]
        report(f"{hand} rules", figures_of(Classifier.from_data(data), out))
        report(f"{hand} rules+model", figures_of(Classifier.from_data(data, reader_of(*learn(data, kept))), out))


def curve(data: LexiconData, conversations: Sequence[Conversation], hands: Sequence[str]) -> None:
    """For each hand: with a model fitted on a quarter, half and all of the other hands' conversations."""
    for hand in hands:
        others = [c for c in conversations if c.hand != hand]
        out = [c for c in conversations if c.hand == hand]
        for part, step in (("quarter", 4), ("half", 2), ("all", 1)):
            report(f"{hand} {part}", figures_of(Classifier.from_data(data, reader_of(*learn(data, others[::step]))), out))


def main() -> None:
    """Held-out figures or a learning curve, hand by hand; else fit on all and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="only print figures on hands left out")
    parser.add_argument("--curve", action="store_true", help="only print figures with a quarter, half and all of the other hands")
    parser.add_argument("hands", nargs="*", help="of these hands only (hand-e …)")
    arguments = parser.parse_args()
    county = load_county(COUNTY)
    data = LexiconData(county.categories, county.danger, county.words, county.places)
    conversations = read_corpus()
    hands = arguments.hands or sorted({conversation.hand for conversation in conversations})
    if arguments.held_out or arguments.curve:
        (held_out if arguments.held_out else curve)(data, conversations, hands)
        return
    names, weights, bias = learn(data, conversations)
    SecondReader.save(SECOND_READER, names, weights, bias)
    sys.stdout.write(f"{len(conversations)} conversations, {len(names)} features, {SECOND_READER.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
