"""Merging and places on the corpus, hand by hand, through the real replay: its decider, use cases and tables.

    python bench/corpus_replay.py [--rules] [--labels] [--misses] [HAND …]

Each conversation becomes a small county of its own: one basic group with its officials. Precision and recall of merging
are B-cubed over residents' messages of matters (same matter, same ticket?); a message that lies in no ticket stands
alone. A ticket's place is right when it has each number of the matter's place, no other number of the same kind, and half
of its characters in order. The matter's place is what a head or official who passed it on called it, else the fullest that
its first teller said. With --rules the second reader, which was fitted on these hands, is left out; with --labels act,
category and urgency are the hands' labels, so that what is left are mistakes of attaching.
"""

import json
import re
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot import replay
from bot.classifier.officials import CHAT
from bot.classifier.reader import Classifier
from bot.classifier.standing import NOTHING, Standing
from bot.classifier.vocabulary import LexiconData
from bot.classifier.where import Where
from bot.corpus import CORPUS, COUNTY, Conversation, read_corpus
from bot.loading import Book, House, load_book
from bot.messages import Line, MessageKind, Verdict
from registry.registry import Registry
from registry.source import from_data
from registry.terms import Act
from tickets.place_match import numerals_plain

#: Acts of residents whose messages are asked to lie together.
VOICED = frozenset({Act.REPORT, Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY, Act.STATUS_QUERY, Act.RATING})
_TELLING = frozenset({Act.REPORT, Act.SUPPLEMENT, Act.ECHO})
_NUMBERED = re.compile(r"(\d+)(?:[、至到#,，-]\d+)*(号楼|单元|[栋幢楼层组社排室户]?)")
_GRID = "99020100100101"


def registry_of(head: Mapping[str, Any]) -> Registry:
    """A county of one grid with the conversation's group, people and names of places."""
    grid_leader = {"id": "gl", "name": "网格长", "role": "grid_leader", "area": _GRID, "groups": ["coord"], "confidant": True}
    people: list[dict[str, Any]] = [
        {"id": "office", "name": "网格办", "role": "grid_office", "area": "9902", "identities": {"wecom": "office"}},
        {"id": "duty", "name": "值班员", "role": "duty_officer", "area": "9902", "confidant": True, "identities": {"wecom": "duty"}},
        grid_leader | {"identities": {"wecom": "gl"}},
    ]
    for key, person in head["people"].items():
        row: dict[str, Any] = {"id": key, "name": person["name"], "role": person["role"], "groups": ["basic"]}
        if person["role"] == "unit_member":
            row["unit"] = "unit"
        elif person["role"] == "grid_member":
            row["area"] = _GRID
        people.append(row)
    names = list(dict.fromkeys(name for name in (head.get("prefix"), *head["places"]) if name))
    registry, errors = from_data({
        "areas": [
            {"code": "9902", "level": "county", "name": "语料县"},
            {"code": "990201", "level": "township", "name": "语料镇", "parent": "9902"},
            {"code": "990201001", "level": "village", "name": head.get("prefix") or "语料村", "parent": "990201"},
            {"code": _GRID, "level": "grid", "name": "第一网格", "parent": "990201001", "places": names, "sponsor": "unit"},
        ],
        "units": [{"id": "unit", "name": "责任单位", "kind": "department", "area": "9902", "categories": []}],
        "groups": [
            {"id": "basic", "name": head["group"], "tier": "basic", "area": _GRID, "owner": _owner(head), "parent": "coord",
             "hears": "all", "speaks": "direct"},
            {"id": "coord", "name": "协调群", "tier": "coordination", "area": "990201001", "owner": "gl", "hears": "all",
             "speaks": "direct"},
        ],
        "people": people,
    })
    if registry is None:
        raise SystemExit("\n".join(str(error) for error in errors))
    return registry


def _owner(head: Mapping[str, Any]) -> str:
    return next((key for key, person in head["people"].items() if person["role"] == "grid_member"), "gl")


class Labelled(Classifier):
    """The reader told by the labels what each line does; it finds only places, references and reasons by itself."""

    labels: Mapping[str, Verdict]

    def read(
        self, line: Line, talk: Sequence[Line], where: Where, *, standing: Standing = NOTHING, plainly: bool = False
    ) -> Verdict:
        """The labels' act, category and urgency."""
        read, gold = super().read(line, talk, where, standing=standing, plainly=plainly), self.labels.get(line.id)
        if gold is None:
            return read
        if gold.act is Act.CHAT:
            return CHAT
        return replace(read, act=gold.act, category=gold.category, urgency=gold.urgency, danger=gold.danger, doubt=gold.doubt)


@dataclass(slots=True)
class Score:
    """Counts of a hand."""

    messages: int = 0
    precision: float = 0.0
    recall: float = 0.0
    places: int = 0
    places_right: int = 0
    matters: int = 0
    found: int = 0
    split_dangers: int = 0
    chat: int = 0
    chat_stored: int = 0

    @property
    def f1(self) -> float:
        """Harmonic mean of the B-cubed precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / (total * max(self.messages, 1)) if total else 0.0


def score(conversation: Conversation, out: Path, total: Score, *, misses: bool) -> None:
    """Compare one replay with the labels."""
    tickets = {row["ticket"]: row for row in _lines(out / "tickets.jsonl")}
    lies_in = {message: _head(number, tickets) for number, row in tickets.items() for message in row["messages"]
               if row["kind"] == "matter"}
    matter_of = dict(zip((line.id for line in conversation.lines), conversation.matters, strict=True))
    gold = dict(zip(matter_of, conversation.gold, strict=True))
    voiced = {message: matter for message, matter in matter_of.items() if matter and gold[message].act in VOICED}
    _bcubed(voiced, lies_in, total)
    total.chat += sum(matter is None for matter in matter_of.values())
    total.chat_stored += sum(matter_of[message] is None for message in lies_in)
    if misses:
        _print_wrong_pairs(conversation, voiced, lies_in, gold)
    overlap = Counter(
        (matter, lies_in[message]) for message, matter in matter_of.items()
        if matter and message in lies_in and gold[message].act in _TELLING | {Act.COMMAND}
    )
    of_matter: dict[str, str] = {}
    for (matter, number), _ in overlap.most_common():
        if matter not in of_matter and number not in of_matter.values():
            of_matter[matter] = number
    for matter in sorted(set(voiced.values())):
        total.matters += 1
        number, want = of_matter.get(matter), _place_of(conversation, matter)
        total.found += number is not None
        if number is None:
            continue
        if gold[next(m for m, its in voiced.items() if its == matter)].danger and not gold[_first(voiced, matter)].doubt:
            others = {t for (m, t) in overlap if m == matter and t != number and tickets[t]["urgency"] == "danger"}
            total.split_dangers += len(others)
        if want is None:
            continue
        right = place_agrees(want, tickets[number]["place"])
        total.places += 1
        total.places_right += right
        if misses and not right:
            print(f"  PLACE {conversation.name} {matter}: {want} → {tickets[number]['place']}")


def _first(voiced: Mapping[str, str], matter: str) -> str:
    return next(message for message, its in voiced.items() if its == matter)


def _head(number: str, tickets: Mapping[str, Any]) -> str:
    while tickets[number]["merged_into"]:
        number = tickets[number]["merged_into"]
    return number


def _bcubed(voiced: Mapping[str, str], lies_in: Mapping[str, str], total: Score) -> None:
    by_matter: dict[str, set[str]] = defaultdict(set)
    by_ticket: dict[str, set[str]] = defaultdict(set)
    for message, matter in voiced.items():
        by_matter[matter].add(message)
        by_ticket[lies_in.get(message, message)].add(message)
    for message, matter in voiced.items():
        mine, laid = by_matter[matter], by_ticket[lies_in.get(message, message)]
        total.messages += 1
        total.precision += len(mine & laid) / len(laid)
        total.recall += len(mine & laid) / len(mine)


def _place_of(conversation: Conversation, matter: str) -> str | None:
    said = [(line, gold) for line, gold, its in zip(conversation.lines, conversation.gold, conversation.matters, strict=True)
            if its == matter and gold.place]
    passed_on = [gold.place for _, gold in said if gold.act is Act.COMMAND]
    if passed_on:
        return max(passed_on, key=lambda place: len(place or ""))
    told = [(line.sender, gold.place) for line, gold in said if gold.act in (Act.REPORT, Act.SUPPLEMENT)]
    own = [place for sender, place in told if sender == told[0][0]]
    return max(own, key=lambda place: len(place or ""), default=None)


def place_agrees(want: str, got: str | None) -> bool:
    """Each number, no other number of the same kind, half of the characters in order, and no heap of words."""
    if not got:
        return False
    want, got = _plain(want), _plain(got)
    asked, given = _numbers(want), _numbers(got)
    wanted = set().union(*asked.values())
    if not wanted <= set().union(*given.values()) or len(got) > 2 * len(want) + 8:
        return False
    if any(given[kind] - wanted for kind in asked if kind in given):
        return False
    blocks = SequenceMatcher(None, want, got, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= len(want) / 2


def _plain(place: str) -> str:
    return re.sub(r"[\s、，,。.\-—()（）]", "#", numerals_plain(unicodedata.normalize("NFKC", place)))


def _numbers(place: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for match in _NUMBERED.finditer(place):
        kind = {"号楼": "楼号", "栋": "楼号", "幢": "楼号"}.get(match[2], match[2])
        found[kind] |= set(re.findall(r"\d+", match[0]))
    return found


def _print_wrong_pairs(
    conversation: Conversation, voiced: Mapping[str, str], lies_in: Mapping[str, str], gold: Mapping[str, Verdict]
) -> None:
    main = {matter: Counter(lies_in[m] for m, its in voiced.items() if its == matter and m in lies_in).most_common(1)
            for matter in voiced.values()}
    lines = {line.id: line for line in conversation.lines}
    for message, matter in voiced.items():
        laid, right = lies_in.get(message), main[matter][0][0] if main[matter] else None
        shared = [m for m, its in main.items() if its and its[0][0] == laid and m != matter]
        if laid == right and not shared:
            continue
        cause = "LOST " if laid is None else "ALIEN" if shared else "SPLIT"
        line = lines[message]
        print(f"  {cause} {conversation.name} {message} {line.at:%H:%M} {line.sender} {matter} {gold[message].act.value} "
              f"{gold[message].category} {line.words.text[:60]}")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in path.read_text(encoding="utf-8").split("\n") if text]


def _book(book: Book, *, rules: bool, labels: Mapping[str, Verdict] | None) -> Book:
    county = book.county
    data = LexiconData(county.categories, county.danger, county.words, county.places)
    if labels is not None:
        reader = Labelled.from_data(data)
        reader.labels = labels
        return replace(book, classifier=reader)
    return replace(book, classifier=Classifier.from_data(data)) if rules else book


def hear(conversation: Conversation, book: Book, out: Path) -> None:
    """Replay one conversation into a folder."""
    rows = _lines(CORPUS / conversation.hand / f"{conversation.name.rpartition('-')[2]}.jsonl")
    messages = [replay.incoming_from({"group": "basic", **{k: v for k, v in row.items() if v is not None}}) for row in rows[1:]]
    heard = [m for m in messages if m.kind is not MessageKind.RECALL or m.recalls]
    replay.run(House(book, registry_of(rows[0])), heard, out)


def main() -> None:
    """Every hand, or those named."""
    named = {argument.removeprefix("hand-") for argument in sys.argv[1:] if not argument.startswith("--")}
    misses = "--misses" in sys.argv
    book, conversations = load_book(COUNTY), read_corpus()
    everything = Score()
    for hand in sorted({c.hand for c in conversations}):
        if named and hand.removeprefix("hand-") not in named:
            continue
        total = Score()
        for conversation in (c for c in conversations if c.hand == hand):
            labels = {line.id: gold for line, gold in zip(conversation.lines, conversation.gold, strict=True)}
            reading = _book(book, rules="--rules" in sys.argv, labels=labels if "--labels" in sys.argv else None)
            with tempfile.TemporaryDirectory() as folder:
                hear(conversation, reading, Path(folder))
                score(conversation, Path(folder), total, misses=misses)
        _print(hand, total)
        for field in Score.__dataclass_fields__:
            setattr(everything, field, getattr(everything, field) + getattr(total, field))
    _print("all", everything)


def _print(hand: str, total: Score) -> None:
    count = max(total.messages, 1)
    print(f"{hand:8} {total.messages:5} messages of {total.matters:4} matters, found {total.found / max(total.matters, 1):.3f}  "
          f"merge P {total.precision / count:.3f} R {total.recall / count:.3f} F1 {total.f1:.3f}  "
          f"place {total.places_right / max(total.places, 1):.3f} of {total.places}  split dangers {total.split_dangers}  "
          f"chat stored {1000 * total.chat_stored / max(total.chat, 1):.1f}/1000", flush=True)


if __name__ == "__main__":
    main()
