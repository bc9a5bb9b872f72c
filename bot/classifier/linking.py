"""Which matter a line is about that adds to one, echoes it, ends it, asks after it or rates it.

Many matters are alive in a group at once, some told days ago; what such a line says (我妈的药明天有没得人发) is compared with each of
them: who speaks, what category its words sound like, which words and places come again in this matter and in no other, how
long ago, and in what state it is. The weights are fitted from the corpus by `make model`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.classifier.heard import Heard
from bot.classifier.opinion import CATEGORIES
from bot.classifier.places import Place, differ
from bot.classifier.threads import Thread, threads_of
from bot.classifier.weights import Weights
from bot.messages import Line, MessageKind
from registry.terms import OFFICIALS, Act

#: The weights that are shipped; `make model` writes them.
LINKER = Path(__file__).with_name("linker.npz")
#: Columns of the weights: which matter a follow-up is about, and whether a report tells a matter anew.
FOLLOWS, ANEW = 0, 1
#: A report is laid to a matter from this score (log odds).
_SURELY_ANEW = 2.0
#: What adds to a matter mostly stands near it; the other acts may come days later.
_ADDS = frozenset({Act.SUPPLEMENT, Act.ECHO})
#: So many matters, the last ones, are compared, and so many characters of each.
_MATTERS, _MOST_WORDS = 24, 300
_CHINESE = "\u4e00"
_NUMBERED = re.compile(r"(\d+)\s*(号楼|号|栋|幢|楼|单元|排|组|队|层|室)")
#: Kinds of numbers that part matters: who smells the gas on another floor or in another flat speaks of the same one.
HOUSES = ("building", "entrance", "hamlet")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A matter that a line may be about, and what was said in it."""

    thread: Thread
    words: str
    last: Line

    @property
    def place(self) -> str:
        """Where it is, or what was said of it first."""
        return self.thread.place or self.words.partition("\n")[0]


def candidates_of(heard: Heard) -> list[Candidate]:
    """The matters alive in the talk and beside it, the one spoken of last at the end."""
    stood = heard.standing.lines
    lines = [*stood, *heard.talk] if stood else heard.talk
    by_id = {line.id: line for line in lines}
    found = []
    for thread in (threads_of(lines) if stood else heard.threads)[-_MATTERS:]:
        said = sorted((by_id[name] for name in thread.ids), key=lambda line: line.at)
        words = "\n".join(line.words.text for line in said if line.kind is MessageKind.TEXT)
        found.append(Candidate(thread, words[:_MOST_WORDS], said[-1]))
    return found


class Linker:
    """Chooses among matters; the weights have two columns."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @classmethod
    def load(cls, path: Path = LINKER) -> "Linker":
        """Read what `make model` wrote. Raises ValueError for a file of another shape."""
        return cls(Weights.load(path, 2))

    def follows(
        self, heard: Heard, act: Act, categories: Sequence[float], candidates: Sequence[Candidate], houses: Sequence[Place | None]
    ) -> Thread:
        """The matter of at least one that a follow-up is likeliest about; `houses` are the matters' places, as far as they count."""
        if len(candidates) == 1:
            return candidates[0].thread
        scores = [float(self._weights.scores(pair)[FOLLOWS]) for pair in pairs_of(heard, act, categories, candidates)]
        at_home = {each.thread.category for each, house in zip(candidates, houses, strict=True) if _same_house(heard.place, house)}
        for number, (each, house) in enumerate(zip(candidates, houses, strict=True)):
            if each.thread.category in at_home and not _same_house(heard.place, house):
                # 我们8号楼也是 joins a matter of another house; but not where its own house has one of the same kind
                scores[number] = -99.0
        return candidates[scores.index(max(scores))].thread

    def told_anew(
        self, heard: Heard, categories: Sequence[float], candidates: Sequence[Candidate], houses: Sequence[Place | None]
    ) -> Thread | None:
        """The matter that a report tells again; None where it tells one of its own. Another house is another matter."""
        named, topic = _pairs(heard.text), heard.evidence.topic
        if not any(each.thread.category is topic or any(pair in each.words for pair in named) for each in candidates):
            return None
        pairs = pairs_of(heard, Act.REPORT, categories, candidates)
        scores = [
            -99.0 if house is not None and heard.place is not None and differ(heard.place, house) else float(self._weights.scores(pair)[ANEW])
            for pair, house in zip(pairs, houses, strict=True)
        ]
        return candidates[scores.index(max(scores))].thread if scores and max(scores) >= _SURELY_ANEW else None


def _same_house(said: Place | None, house: Place | None) -> bool:
    """Whether both name a house, and the same."""
    if said is None or house is None or differ(said, house, HOUSES):
        return False
    return any(said.numbers(kind) & house.numbers(kind) for kind in HOUSES)


def pairs_of(heard: Heard, act: Act, categories: Sequence[float], candidates: Sequence[Candidate]) -> list[list[str]]:
    """The features of a line beside each candidate, in their order."""
    line = heard.line
    text = heard.text
    singles, pairs = _singles(text), _pairs(text)
    held = [(_singles(each.words), _pairs(each.words)) for each in candidates]
    often_single = _counts(held, 0, singles)
    often_pair = _counts(held, 1, pairs)
    chances = [categories[CATEGORIES.index(each.thread.category)] for each in candidates]
    numbers = dict(_places(text))
    owned = [each for each in candidates if line.sender in each.thread.tellers]
    kind = "adds" if act in _ADDS else act.value
    rows = []
    for number, each in enumerate(candidates):
        own_single = sum(1 for sign in singles & held[number][0] if often_single[sign] == 1)
        own_pair = sum(1 for pair in pairs & held[number][1] if often_pair[pair] == 1)
        shared = sum(1.0 / often_pair[pair] for pair in pairs & held[number][1])
        features = [
            f"words {min(own_pair, 4)}", f"signs {min(own_single, 4)}", f"shared {min(int(shared * 2), 6)}",
            f"category {_step(chances[number], (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8))}",
            f"category first {chances[number] == max(chances)}",
            *_where(each, numbers),
            *_who(heard, each, owned),
            *_when(heard, each, len(candidates) - number),
        ]
        topics = heard.evidence.topics
        if topics:
            features.append(f"topic {each.thread.category in topics}")
        elif heard.evidence.subjects:
            features.append(f"subject {each.thread.category in heard.evidence.subjects}")
        rows.append([*features, *(f"{kind} {feature}" for feature in features)])
    return rows


def _who(heard: Heard, each: Candidate, owned: Sequence[Candidate]) -> Iterator[str]:
    line, thread = heard.line, each.thread
    teller = line.sender in thread.tellers
    yield f"teller {teller}"
    if teller:
        yield f"teller of {min(len(owned), 3)} {each is owned[-1]}"
    elif line.sender in thread.last_by:
        yield "spoke in it"
    if line.mentions:
        yield f"to teller {any(name in thread.tellers for name in line.mentions)}"
        yield f"to speaker {any(name in thread.last_by for name in line.mentions)}"
    before = heard.talk[-1] if heard.talk else None
    if before is not None and before.id in thread.ids:
        yield f"just before {before.sender == line.sender} {before.role in OFFICIALS}"
    own = next((said for said in reversed(heard.talk[-6:]) if said.sender == line.sender), None)
    if own is not None:
        yield f"own last {own.id in thread.ids}"


def _when(heard: Heard, each: Candidate, rank: int) -> Iterator[str]:
    now, thread = heard.line.at, each.thread
    minutes = thread.quiet(now).total_seconds() / 60
    yield f"rank {min(rank, 5)}"
    yield f"quiet {_step(minutes, (1, 3, 8, 20, 60, 180, 720, 1800, 3600))}"
    yield f"rank {min(rank, 3)} quiet {_step(minutes, (3, 20, 180, 1800))}"
    state = "over" if thread.over else "done" if thread.done_at is not None else "open"
    yield f"state {state}"
    verdict = each.last.verdict
    yield f"last {verdict.act.value if verdict else 'chat'} {each.last.role in OFFICIALS}"
    yield f"last {verdict.act.value if verdict else 'chat'} {min(rank, 3)}"
    if thread.done_at is not None:
        yield f"done {_step((now - thread.done_at).total_seconds() / 60, (10, 60, 300, 1500))}"
    yield f"told {_step((now - thread.told_at).total_seconds() / 3600, (0.2, 1, 5, 24, 72))}"
    yield f"size {min(len(thread.ids), 6)}"
    yield f"danger {thread.danger is not None}"


def _where(each: Candidate, numbers: dict[str, str]) -> Iterator[str]:
    """Whether the line names the same number as the matter, or another of the same kind."""
    if not numbers:
        return
    known = set(_places(each.words)) | set(_places(each.thread.place or ""))
    same = any((kind, number) in known for kind, number in numbers.items())
    other = any(kind in numbers and numbers[kind] != number for kind, number in known)
    yield f"number {'same' if same else 'other' if other else 'none'}"


def _places(text: str) -> Iterator[tuple[str, str]]:
    for met in _NUMBERED.finditer(text):
        yield ("号楼" if met[2] in ("栋", "幢") else met[2], met[1])


def _counts(held: Sequence[tuple[set[str], set[str]]], part: int, wanted: set[str]) -> dict[str, int]:
    return {sign: sum(sign in each[part] for each in held) for sign in wanted}


def _singles(text: str) -> set[str]:
    return {sign for sign in text if sign >= _CHINESE}


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1) if text[at] >= _CHINESE and text[at + 1] >= _CHINESE}


def _step(value: float, limits: Sequence[float]) -> int:
    return next((step for step, limit in enumerate(limits) if value <= limit), len(limits))
