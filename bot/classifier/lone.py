"""The lone reader: what a line's characters alone tell, without any talk and without the lists.

It hears calls for help in words that no list holds (二楼窗户，红床单那家，老人走不动), and knows news, films and jokes from
them (考试把我淹死了). Its weights are fitted from the corpus by `make model`; `danger.py` says what weight its opinion has.
"""

from dataclasses import dataclass
from enum import IntEnum
from operator import add
from pathlib import Path

from bot.classifier.weights import Weights, chances

#: The weights that are shipped; `make model` writes them.
LONE_READER = Path(__file__).with_name("lone.npz")
#: How far into a line is looked: long calls for help say it at the beginning.
_MOST_CHARACTERS = 120


class Tells(IntEnum):
    """What a line tells by itself; the columns of the weights."""

    NOTHING = 0
    REPORT = 1
    PLACE = 2
    """A danger of a place."""
    PERSON = 3
    """A danger of a person."""


@dataclass(frozen=True, slots=True)
class Glance:
    """How likely a line tells what: probabilities by `Tells`."""

    chances: tuple[float, ...]

    @property
    def tells(self) -> float:
        """How likely it tells anything at all."""
        return 1.0 - self.chances[Tells.NOTHING]

    @property
    def danger(self) -> float:
        """How likely it tells a danger, of whatever kind."""
        return self.chances[Tells.PLACE] + self.chances[Tells.PERSON]

    @property
    def of_person(self) -> bool:
        """Whether the danger would be a person's."""
        return self.chances[Tells.PERSON] > self.chances[Tells.PLACE]


class LoneReader:
    """Reads lines by their characters."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @classmethod
    def load(cls, path: Path = LONE_READER) -> "LoneReader":
        """Read what `make model` wrote. Raises ValueError for a file of another shape."""
        return cls(Weights.load(path, len(Tells)))

    def glance(self, plain: str) -> Glance:
        """What a line tells; `plain` as `Plain` makes it."""
        return Glance(chances(self._weights.scores(runs_of(plain))))


def runs_of(plain: str) -> set[str]:
    """The features of a line: its runs of one to three characters; the ends of the line are marked."""
    # every line is glanced at, so the runs are put together by the interpreter and not by loops
    signs = f"^{plain[:_MOST_CHARACTERS]}$"
    pairs = [*map(add, signs, signs[1:])]
    return {*signs, *pairs, *map(add, pairs, signs[2:])}
