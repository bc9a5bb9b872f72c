"""The small language in which the county's word lists are written.

    甲|乙            either
    甲|乙 ~ 丙|丁    first one, then the other, at most eight characters apart and in one sentence
    甲 & 丙          both, in any order, at most twenty characters apart
    <没>水           a set from `sets` in words.yaml stands for each of its words
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SET = re.compile(r"<([^<>]+)>")

#: How far apart the words of `~` and of `&` may be, in characters.
THEN_GAP = 8
BOTH_GAP = 20


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a word list: chains that must all be met, each a sequence of alternatives in order."""

    chains: tuple[tuple[tuple[str, ...], ...], ...]

    @property
    def simple(self) -> tuple[str, ...] | None:
        """Its words if any one of them is enough, else None."""
        return self.chains[0][0] if len(self.chains) == 1 and len(self.chains[0]) == 1 else None


def parse(line: str, sets: Mapping[str, Sequence[str]]) -> Pattern:
    """Read one line. Raises ValueError with a Chinese sentence for an unknown set or a line without words."""
    chains: list[tuple[tuple[str, ...], ...]] = []
    for chain in line.split("&"):
        groups: list[tuple[str, ...]] = []
        for group in chain.split("~"):
            words = [word.strip() for word in group.split("|")]
            if any(not word for word in words):
                # an empty alternative: the group may be missing, so it decides nothing
                continue
            groups.append(tuple(dict.fromkeys(itertools.chain.from_iterable(_expand(word, sets) for word in words))))
        if groups:
            chains.append(tuple(groups))
    if not chains:
        raise ValueError(f"“{line}”里没有词")
    return Pattern(tuple(chains))


def _expand(word: str, sets: Mapping[str, Sequence[str]]) -> list[str]:
    met = _SET.search(word)
    if met is None:
        return [word]
    if met.group(1) not in sets:
        raise ValueError(f"“{word}”里的字组“{met.group(1)}”没有定义")
    found: list[str] = []
    for each in sets[met.group(1)]:
        found += _expand(word[: met.start()] + each + word[met.end() :], sets)
    return found
