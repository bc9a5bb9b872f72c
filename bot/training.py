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

from bot.classifier.heard import Heard
from bot.classifier.reader import Classifier
from bot.classifier.second import ACTS, SecondReader, features_of
from bot.classifier.vocabulary import LexiconData
from bot.classifier.where import Where
from bot.messages import Line, MessageKind, Verdict, Words
from config.county import load_county
from registry.terms import Act, Category, DangerKind, Role, Tier, Urgency

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
MODEL = ROOT / "bot" / "classifier" / "second.npz"
COUNTY = ROOT / "config" / "county"
#: The talk that a line is read with (design, section 2).
TALK_LINES, TALK_TIME = 60, timedelta(hours=2)
#: A feature met in fewer lines is left out.
LEAST = 3
STRENGTH = 0.35
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

    def watched(self, line: Line, talk: Sequence[Line], where: Where) -> tuple[Verdict, tuple[Heard, Verdict] | None]:
        """The reading of a line, and what was before the rules; None where they did not get so far."""
        self.seen = None
        return self.read(line, talk, where), self.seen

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


def examples(classifier: Watching, conversations: Iterable[Conversation], *, true_talk: bool) -> Iterator[tuple[list[str], Act]]:
    """(features, act) of every line that the second reader would look at. `true_talk`: the lines before it carry the
    hand's labels, else what the rules made of them; a live talk lies between the two, so both are learned from."""
    for conversation in conversations:
        read: list[Line] = []
        for place, line in enumerate(conversation.lines):
            verdict, seen = classifier.watched(line, talk_before([*read, line], place), conversation.where)
            gold = conversation.gold[place]
            if seen is not None and gold.act in ACTS:
                heard, before = seen
                if heard.danger is None and before.act in ACTS:
                    yield features_of(heard, before), gold.act
            read.append(replace(line, verdict=gold if true_talk else verdict))


def fit(rows: Sequence[tuple[list[str], Act]]) -> tuple[list[str], Any, Any]:
    """Feature names, weights (features × acts) and bias of a multinomial model."""
    counts = Counter(feature for features, _ in rows for feature in set(features))
    names = sorted(feature for feature, count in counts.items() if count >= LEAST and "\n" not in feature)
    places = {name: place for place, name in enumerate(names)}
    indices: list[int] = []
    ends = [0]
    for features, _ in rows:
        indices += sorted({places[feature] for feature in features if feature in places})
        ends.append(len(indices))
    matrix = csr_matrix((np.ones(len(indices), dtype=np.float32), indices, ends), shape=(len(rows), len(names)))
    labels = np.array([ACTS.index(act) for _, act in rows])
    model = LogisticRegression(C=STRENGTH, max_iter=400, random_state=SEED)
    model.fit(matrix, labels)
    weights = np.zeros((len(names), len(ACTS)))
    bias = np.full(len(ACTS), -9.0)
    for row, label in enumerate(model.classes_):
        weights[:, label], bias[label] = model.coef_[row], model.intercept_[row]
    return names, weights, bias


def learn(classifier: Watching, conversations: Sequence[Conversation]) -> tuple[list[str], Any, Any]:
    """Fit on conversations read with both kinds of talk."""
    rows = [*examples(classifier, conversations, true_talk=False), *examples(classifier, conversations, true_talk=True)]
    return fit(rows)


def act_scores(classifier: Classifier, conversations: Iterable[Conversation]) -> tuple[dict[Act, float], float, float]:
    """F1 by act and their mean, and chat lines taken for a matter per 1,000; the talk is what the reader itself made."""
    right: Counter[Act] = Counter()
    called: Counter[Act] = Counter()
    wanted: Counter[Act] = Counter()
    chat = stored = 0
    for conversation in conversations:
        read: list[Line] = []
        for place, line in enumerate(conversation.lines):
            verdict = classifier.read(line, talk_before([*read, line], place), conversation.where)
            gold = conversation.gold[place].act
            wanted[gold] += 1
            called[verdict.act] += 1
            right[gold] += verdict.act is gold
            if gold is Act.CHAT:
                chat += 1
                stored += verdict.act not in (Act.CHAT, Act.QUESTION)
            read.append(replace(line, verdict=verdict))
    scores = {act: 2 * right[act] / (called[act] + wanted[act]) for act in wanted}
    return scores, sum(scores.values()) / len(scores), 1000 * stored / max(chat, 1)


def report(name: str, scores: tuple[dict[Act, float], float, float]) -> None:
    by_act, mean, stored = scores
    acts = " ".join(f"{act.value}={by_act[act]:.2f}" for act in sorted(by_act))
    sys.stdout.write(f"{name:24} macro-F1 {mean:.3f}  chat taken {stored:5.1f}/1000  {acts}\n")
    sys.stdout.flush()


def main() -> None:
    """Held-out figures, hand by hand; then fit on all and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="only print figures on hands left out")
    arguments = parser.parse_args()
    county = load_county(COUNTY)
    data = LexiconData(county.categories, county.danger, county.words, county.places)
    rules = Watching.from_data(data)
    conversations = read_corpus()
    hands = sorted({conversation.hand for conversation in conversations})
    if arguments.held_out:
        for hand in hands:
            kept = [c for c in conversations if c.hand != hand]
            out = [c for c in conversations if c.hand == hand]
            report(f"{hand} rules", act_scores(rules, out))
            names, weights, bias = learn(rules, kept)
            path = MODEL.with_name("held-out.npz")
            SecondReader.save(path, names, weights, bias)
            report(f"{hand} rules+model", act_scores(Classifier.from_data(data, SecondReader.load(path)), out))
            path.unlink()
        return
    names, weights, bias = learn(rules, conversations)
    SecondReader.save(MODEL, names, weights, bias)
    sys.stdout.write(f"{len(conversations)} conversations, {len(names)} features, {MODEL.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
