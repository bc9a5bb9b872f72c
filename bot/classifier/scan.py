"""Word lists compiled to one automaton, and what it finds in a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.classifier.patterns import BOTH_GAP, THEN_GAP, Pattern

#: A sentence ends here; the words of one pattern never lie on both sides.
SENTENCE_ENDS = frozenset("。！？!?；;\n")
_MASK = "mask"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a list: what it shows (`kind`), of what (`tag`: a category, a danger's name …), its reason's name."""

    kind: str
    tag: str
    name: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule met in a text: from the first to the last of its words, where the last of them begins, and the words."""

    rule: Rule
    start: int
    end: int
    last: int
    words: str
    loose: bool = False
    """One of its words says little by itself (政策、收费 …): words of `loose` and `loose_apart` in words.yaml."""


@dataclass(slots=True)
class Scan:
    """All rules met in one text, by kind."""

    text: str
    by_kind: dict[str, list[Hit]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Hit]:
        """The hits of a kind, in no order; empty if none."""
        return self.by_kind.get(kind, [])

    def has(self, kind: str) -> bool:
        """Whether any rule of the kind is met."""
        return kind in self.by_kind

    def keep_aligned(self, bounds: frozenset[int], kinds: Iterable[str]) -> None:
        """Drop short hits that lie across two words with both ends inside them: 口红 in 路口红绿灯."""
        for kind in kinds:
            hits = self.by_kind.get(kind)
            if hits is None:
                continue
            kept = [h for h in hits if h.end - h.start > 2 or h.start in bounds or h.end in bounds]
            if kept:
                self.by_kind[kind] = kept
            else:
                del self.by_kind[kind]

    def count(self, kind: str) -> int:
        """How many different words of the kind are met; overlapping words count once."""
        spans = sorted((hit.start, hit.end) for hit in self.of(kind))
        count, reached = 0, -1
        for start, end in spans:
            if start >= reached:
                count += 1
            reached = max(reached, end)
        return count


class Scanner:
    """Finds all rules of the given lists in a text, in one pass."""

    def __init__(self, rules: Iterable[Rule], loose: Iterable[str] = (), loose_apart: Iterable[str] = ()) -> None:
        self.rules = tuple(rules)
        self._loose = frozenset(loose)
        self._loose_apart = frozenset(loose_apart)
        words: dict[str, list[tuple[int, int]]] = {}
        self._shape: list[tuple[tuple[int, ...], ...]] = []
        self._slots: list[int] = []
        for number, rule in enumerate(self.rules):
            slot = 0
            shape: list[tuple[int, ...]] = []
            for chain in rule.pattern.chains:
                shape.append(tuple(range(slot, slot + len(chain))))
                for group in chain:
                    for word in group:
                        words.setdefault(word.lower(), []).append((number, slot))
                    slot += 1
            self._shape.append(tuple(shape))
            self._slots.append(slot)
        self._words = tuple(words)
        # words that are a whole rule by themselves, and words that are only a part of one
        self._alone = tuple(tuple(n for n, _ in at if self._slots[n] == 1) for at in words.values())
        self._parts = tuple(tuple(at_ for at_ in at if self._slots[at_[0]] > 1) for at in words.values())
        self._finder = AhoCorasick(list(self._words), matchkind=MatchKind.Standard)

    def scan(self, text: str) -> Scan:
        """All rules met in `text`; words inside a masked expression do not count, except for cues and acts."""
        found = self._finder.find_matches_as_indexes(text.lower(), overlapping=True)
        scan = Scan(text)
        if not found:
            return scan
        alone: list[tuple[int, int, int]] = []
        parts: dict[int, dict[int, list[Span]]] = {}
        masks: list[Span] = []
        for index, start, end in found:
            for number in self._alone[index]:
                if self.rules[number].kind == _MASK:
                    masks.append((start, end))
                else:
                    alone.append((number, start, end))
            for number, slot in self._parts[index]:
                slots = parts.get(number)
                if slots is None:
                    slots = parts[number] = {}
                spans = slots.get(slot)
                if spans is None:
                    slots[slot] = [(start, end)]
                else:
                    spans.append((start, end))
        by_kind = scan.by_kind
        for number, start, end in alone:
            if masks and _masked(start, end, masks):
                continue
            rule = self.rules[number]
            by_kind.setdefault(rule.kind, []).append(Hit(rule, start, end, start, text[start:end]))
        for number, slots in parts.items():
            if len(slots) < self._slots[number]:
                continue
            hit = self._whole(number, slots, text, masks)
            if hit is not None:
                by_kind.setdefault(hit.rule.kind, []).append(hit)
        return scan

    def _whole(self, number: int, slots: dict[int, list[Span]], text: str, masks: list[Span]) -> Hit | None:
        if masks:
            slots = {slot: [s for s in spans if not _masked(*s, masks)] for slot, spans in slots.items()}
        met: list[list[Span]] = []
        for chain in self._shape[number]:
            best = _chain([slots[slot] for slot in chain], text)
            if best is None:
                return None
            met.append(best)
        if len(met) > 1:
            apart = _together([slots[chain[0]] if len(chain) == 1 else None for chain in self._shape[number]], met)
            if apart is None:
                return None
            met = apart
        spans = sorted(span for chain_spans in met for span in chain_spans)
        words = "…".join(text[a:b] for a, b in spans)
        loose = any(text[a:b] in self._loose for a, b in spans)
        if len(met) > 1 and not loose:
            loose = any(len(chain) == 1 and text[slice(*chain[0])] in self._loose_apart for chain in met)
        return Hit(self.rules[number], spans[0][0], spans[-1][1], spans[-1][0], words, loose)


def _masked(start: int, end: int, masks: list[Span]) -> bool:
    return any(a < end and start < b and not (start <= a and b <= end and end - start > b - a) for a, b in masks)


def _chain(groups: list[list[Span]], text: str) -> list[Span] | None:
    """The closest way through the groups in order, each next within the gap and in the same sentence."""
    if len(groups) == 1:
        return [groups[0][0]] if groups[0] else None
    first, *rest = groups
    for start in first:
        way = [start]
        for group in rest:
            reached = way[-1][1]
            after = [s for s in group if 0 <= s[0] - reached <= THEN_GAP]
            near = min(after, default=None)
            if near is None or not _flows(text[reached : near[0]]):
                break
            way.append(near)
        else:
            return way
    return None


def _flows(between: str) -> bool:
    """Whether two words of a chain go together: one sentence, and after a comma the second comes at once."""
    if any(c in SENTENCE_ENDS for c in between):
        return False
    comma = max(between.rfind(","), between.rfind("，"), between.rfind(" "))
    return comma < 0 or len(between) - comma <= 2


def _together(choices: list[list[Span] | None], met: list[list[Span]]) -> list[list[Span]] | None:
    """Chains of `&` that do not overlap and lie near each other; single words may be taken at any place."""
    anchor = met[0]
    for first in choices[0] or [(anchor[0][0], anchor[-1][1])]:
        way = [[first]] if choices[0] else [anchor]
        for choice, chain in zip(choices[1:], met[1:], strict=True):
            options = choice or [(chain[0][0], chain[-1][1])]
            near = [s for s in options if all(_apart(s, other) for spans in way for other in spans)]
            if not near:
                break
            way.append([min(near, key=lambda s: abs(s[0] - first[0]))])
        else:
            return way
    return None


def _apart(one: Span, other: Span) -> bool:
    gap = max(one[0] - other[1], other[0] - one[1])
    return 0 <= gap <= BOTH_GAP


_CLAUSE = re.compile(r"[，,。！!？?；;、\s~…:：]")


def clause_start(text: str, at: int) -> int:
    """Where the clause around position `at` begins."""
    begin = 0
    for met in _CLAUSE.finditer(text, 0, at):
        begin = met.end()
    return begin


def clause_end(text: str, at: int) -> int:
    """Where the clause that reaches position `at` ends."""
    met = _CLAUSE.search(text, at)
    return met.start() if met else len(text)
