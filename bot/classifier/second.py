"""The second reader: a linear model that looks over what the rules read and may read it otherwise.

Its features (`features.py`) are the characters of the line, what the rules found, and what stands around the line in
the talk; its weights are fitted from `corpus/` by `make model` and served by numpy alone. It never touches a danger, a command or
what is given and not read.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.classifier.features import characters_of
from bot.classifier.heard import Heard
from bot.classifier.threads import Thread
from registry.terms import Act, Category

#: Acts that the model tells apart; commands and notices are told by who speaks and whom he tags.
ACTS = (
    Act.REPORT, Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY, Act.STATUS_QUERY, Act.RATING, Act.QUESTION, Act.CHAT,
)
#: The weights that are shipped; `make model` writes them.
SECOND_READER = Path(__file__).with_name("second.npz")
CATEGORIES = tuple(Category)
#: Acts that come long after their matter, by anybody.
_LATER = frozenset({Act.RECOVERY, Act.RATING, Act.STATUS_QUERY})
#: Columns of the weights: one for each act, one for each category, and the glance: does this alone tell a matter?
COLUMNS = len(ACTS) + len(CATEGORIES) + 1


@dataclass(frozen=True, slots=True)
class Opinion:
    """Probabilities of `ACTS` and of the categories, in their order."""

    chances: tuple[float, ...]
    categories: tuple[float, ...]

    def of(self, act: Act) -> float:
        """Probability of one act; 0 for one that the model does not know."""
        return self.chances[ACTS.index(act)] if act in ACTS else 0.0

    @property
    def best(self) -> Act:
        return ACTS[int(np.argmax(self.chances))]

    @property
    def category(self) -> tuple[Category, float]:
        """The likeliest category and its probability."""
        place = int(np.argmax(self.categories))
        return CATEGORIES[place], self.categories[place]


class SecondReader:
    """Weights by feature: an array of (features, `COLUMNS`), a bias, and the features' places."""

    def __init__(self, places: dict[str, int], weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> None:
        self._places, self._weights, self._bias = places, weights, bias

    @classmethod
    def load(cls, path: Path) -> "SecondReader":
        """Read what `save` wrote. Raises ValueError for a file of another shape."""
        with np.load(path, allow_pickle=False) as file:
            names = str(file["names"]).split("\n")
            weights = file["weights"].astype(np.float32) * file["scale"].astype(np.float32)
            bias = file["bias"].astype(np.float32)
        if weights.shape != (len(names), COLUMNS) or bias.shape != (COLUMNS,):
            raise ValueError(f"模型文件 {path.name} 不是本程序的。")
        return cls({name: place for place, name in enumerate(names)}, weights, bias)

    @staticmethod
    def save(path: Path, names: Sequence[str], weights: npt.NDArray[Any], bias: npt.NDArray[Any]) -> None:
        """Write weights as bytes with one scale for each act: a few hundred kB."""
        scale = np.abs(weights).max(axis=0) / 127.0
        scale[scale == 0] = 1.0
        rounded = np.round(weights / scale).astype(np.int8)
        np.savez_compressed(path, names=np.array("\n".join(names)), weights=rounded, scale=scale.astype(np.float32),
                            bias=bias.astype(np.float32))

    def opinion(self, features: Sequence[str]) -> Opinion:
        """Probabilities for one line."""
        scores = self._scores(features)
        return Opinion(_chances(scores[: len(ACTS)]), _chances(scores[len(ACTS) : -1]))

    def glance(self, text: str) -> float:
        """How likely a line tells a matter, by its characters alone: whether it is worth being read at all."""
        return 1.0 / (1.0 + math.exp(-float(self._scores(characters_of(text))[-1])))

    def _scores(self, features: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [place for feature in features if (place := self._places.get(feature)) is not None]
        scores: npt.NDArray[np.float32] = self._bias + self._weights[rows].sum(axis=0) if rows else self._bias
        return scores


def _chances(scores: npt.NDArray[np.float32]) -> tuple[float, ...]:
    odds = np.exp(scores - scores.max())
    return tuple((odds / odds.sum()).tolist())


def thread_for(heard: Heard, act: Act) -> Thread | None:
    """The matter that a line leans on when it is read as this act: quoted, one's own, of the same subject, the latest."""
    quoted = heard.quoted()
    if quoted is not None:
        return quoted
    within = timedelta(hours=2) if act in (Act.RECOVERY, Act.STATUS_QUERY, Act.RATING) else timedelta(minutes=40)
    same = heard.same_subject(within)
    if act in (Act.SUPPLEMENT, Act.RATING):
        own = heard.own()
        if own is not None and own.quiet(heard.line.at) <= within and (same is None or same is own):
            return own
    return same or heard.latest(within) or _stood(heard, act)


def _stood(heard: Heard, act: Act) -> Thread | None:
    """The matter from before the talk that a line leans on: the speaker's own, of the same subject, the one whose words come
    again."""
    standing = heard.standing
    own = standing.told_by(heard.line.sender)
    topics = heard.evidence.topics or heard.evidence.subjects
    if own is not None and (not topics or own.category in topics):
        return own if act in _LATER or own.category in topics else None
    if act not in _LATER:
        return None
    same = next((thread for thread in reversed(standing.threads) if thread.category in topics), None)
    return same or own


