"""Word lists compiled to one automaton, and what it finds in a text."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.classifier.patterns import BOTH_GAP, THEN_GAP, Pattern

#: A sentence ends here; the words of one pattern never lie on both sides.
SENTENCE_ENDS = frozenset("。！？!?；;\n")
_MASK = "mask"
Span = tuple[int, int]
#: Words of which any one will do, by their numbers in the automaton.
Group = frozenset[int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a list: what it shows (`kind`), of what (`tag`: a category, a danger's name …), its reason's name."""

    kind: str
    tag: str
    name: str
    pattern: Pattern


class Hit(NamedTuple):
    """A rule met in a text: from the first to the last of its words, where the last of them begins, and the words."""

    rule: Rule
    start: int
    end: int
    last: int
    words: str
    loose: bool = False
    """One of its words says little by itself (政策、收费 …): words of `loose` and `loose_apart` in words.yaml."""

    def __repr__(self) -> str:
        """Without the heard words."""
        return f"<{self.rule.kind} {self.rule.tag} {self.start}-{self.end}>"


@dataclass(slots=True, repr=False)
class Scan:
    """All rules met in one text, by kind. No repr: it holds heard words."""

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
        if kind not in self.by_kind:
            return 0
        spans = sorted((hit.start, hit.end) for hit in self.of(kind))
        count, reached = 0, -1
        for start, end in spans:
            if start >= reached:
                count += 1
            reached = max(reached, end)
        return count


#: A word of so many characters is met so much oftener than a longer one.
_SHORT_MET = {1: 40.0, 2: 4.0}


class Scanner:
    """Finds all rules of the given lists in a text, in one pass.

    A rule of several groups of words is looked at only when a word of its rarest group is met; most lines meet none.
    """

    def __init__(self, rules: Iterable[Rule], loose: Iterable[str] = (), loose_apart: Iterable[str] = ()) -> None:
        self.rules = tuple(rules)
        self._loose = frozenset(loose)
        self._loose_apart = frozenset(loose_apart)
        index: dict[str, int] = {}
        alone: dict[int, list[Rule]] = {}
        masks: set[int] = set()
        triggers: dict[int, list[int]] = {}
        self._chains: list[tuple[tuple[Group, ...], ...]] = []
        self._needed: list[tuple[Group, ...]] = []
        commonness = _commonness(self.rules)
        for number, rule in enumerate(self.rules):
            chains = tuple(
                tuple(frozenset(index.setdefault(word.lower(), len(index)) for word in group) for group in chain)
                for chain in rule.pattern.chains
            )
            self._chains.append(chains)
            self._needed.append(())
            simple = rule.pattern.simple
            if simple is not None:
                for word in chains[0][0]:
                    if rule.kind == _MASK:
                        masks.add(word)
                    else:
                        alone.setdefault(word, []).append(rule)
                continue
            groups = (group for chain in rule.pattern.chains for group in chain)
            rarest, *others = sorted(groups, key=lambda group: sum(commonness[word] for word in group))
            for word in {index[word.lower()] for word in rarest}:
                triggers.setdefault(word, []).append(number)
            self._needed[number] = tuple(frozenset(index[word.lower()] for word in group) for group in others)
        self._alone = tuple(tuple(alone.get(n, ())) for n in range(len(index)))
        self._masks = frozenset(masks)
        self._triggers = tuple(tuple(triggers.get(n, ())) for n in range(len(index)))
        self._decisive = frozenset(alone) | frozenset(triggers)
        self._finder = AhoCorasick(list(index), matchkind=MatchKind.Standard)

    def scan(self, text: str) -> Scan:
        """All rules met in `text`; words inside a masked expression do not count, except for cues and acts."""
        found = self._finder.find_matches_as_indexes(text.lower(), overlapping=True)
        scan = Scan(text)
        met = {index for index, _, _ in found}
        if met.isdisjoint(self._decisive):
            return scan
        if not met.isdisjoint(self._masks):
            masks = [(start, end) for index, start, end in found if index in self._masks]
            found = [each for each in found if not _masked(each[1], each[2], masks)]
            met = {index for index, _, _ in found}
        by_kind = scan.by_kind
        alone, triggers, decisive = self._alone, self._triggers, self._decisive
        triggered: set[int] = set()
        for index, start, end in found:
            if index not in decisive:
                continue
            for rule in alone[index]:
                hit = Hit(rule, start, end, start, text[start:end])
                hits = by_kind.get(rule.kind)
                if hits is None:
                    by_kind[rule.kind] = [hit]
                else:
                    hits.append(hit)
            if triggers[index]:
                triggered.update(triggers[index])
        if not triggered:
            return scan
        needed = self._needed
        candidates = [number for number in triggered if not any(map(met.isdisjoint, needed[number]))]
        if candidates:
            candidates.sort()
            said = _Said(text, found, met)
            for number in candidates:
                whole = self._whole(number, said)
                if whole is not None:
                    by_kind.setdefault(whole.rule.kind, []).append(whole)
        return scan

    def _whole(self, number: int, said: "_Said") -> Hit | None:
        text, chains = said.text, self._chains[number]
        met: list[list[Span]] = []
        for chain in chains:
            best = said.chain(chain)
            if best is None:
                return None
            met.append(best)
        if len(met) == 1:
            # the words of a chain stand in order
            spans = met[0]
            words = [text[a:b] for a, b in spans]
            loose = not self._loose.isdisjoint(words)
        else:
            apart = _together([said.spans(chain[0]) if len(chain) == 1 else None for chain in chains], met)
            if apart is None:
                return None
            spans = sorted(span for chain_spans in apart for span in chain_spans)
            words = [text[a:b] for a, b in spans]
            loose = not self._loose.isdisjoint(words) or any(
                len(chain) == 1 and text[slice(*chain[0])] in self._loose_apart for chain in apart
            )
        return Hit(self.rules[number], spans[0][0], spans[-1][1], spans[-1][0], "…".join(words), loose)


def _commonness(rules: Iterable[Rule]) -> dict[str, float]:
    """How often each word may be met in talk: short ones often, and those that many rules speak of (楼上, 孩子)."""
    used = Counter(word for rule in rules for chain in rule.pattern.chains for group in chain for word in group)
    return {word: times * _SHORT_MET.get(len(word), 1.0) for word, times in used.items()}


def _masked(start: int, end: int, masks: list[Span]) -> bool:
    return any(a < end and start < b and not (start <= a and b <= end and end - start > b - a) for a, b in masks)


class _Said:
    """The words met in one text, with where each stands."""

    __slots__ = ("_found", "_met", "_spans_of", "text")

    def __init__(self, text: str, found: list[tuple[int, int, int]], met: set[int]) -> None:
        self.text = text
        self._found = found
        self._met = met
        self._spans_of: dict[int, list[Span]] = {}
        for index, start, end in found:
            self._spans_of.setdefault(index, []).append((start, end))

    def spans(self, group: Group) -> list[Span]:
        """Where the words of a group stand, in the order met."""
        words = group & self._met
        if len(words) == 1:
            (word,) = words
            return self._spans_of[word]
        return [(start, end) for index, start, end in self._found if index in words]

    def chain(self, groups: tuple[Group, ...]) -> list[Span] | None:
        """The closest way through the groups in order, each next within the gap and in the same sentence."""
        first = self.spans(groups[0])
        if len(groups) == 1:
            return [first[0]] if first else None
        rest = [self.spans(group) for group in groups[1:]]
        for start in first:
            way = [start]
            reached = start[1]
            for spans in rest:
                near: Span | None = None
                for span in spans:
                    if reached <= span[0] <= reached + THEN_GAP and (near is None or span < near):
                        near = span
                if near is None or not (near[0] == reached or _FLOWS.fullmatch(self.text, reached, near[0])):
                    break
                way.append(near)
                reached = near[1]
            else:
                return way
        return None


#: What may stand between two words of a chain: one sentence, and after a comma the second comes at once.
_FLOWS = re.compile("[^。！!？?；;\n,， ]*(?:[^。！!？?；;\n]*[,， ][^。！!？?；;\n]?)?")


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


def clause_before(text: str, at: int, most: int) -> str:
    """What stands in the same clause right before position `at`, at most so many characters."""
    return _CLAUSE.split(text[max(0, at - most) : at])[-1]


def clause_end(text: str, at: int) -> int:
    """Where the clause that reaches position `at` ends."""
    met = _CLAUSE.search(text, at)
    return met.start() if met else len(text)
