"""The second reader: a linear model that looks over what the rules read and may read it otherwise.

Its features (`features.py`) are the characters of the line, what the rules found, and what stands around the line in
the talk; its weights are fitted from `corpus/` by `make model` and served by numpy alone. It never touches a danger, a command or
what is given and not read.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bot.classifier.heard import Heard
from bot.classifier.opinion import ACTS, CATEGORIES, Opinion
from bot.classifier.threads import Thread
from bot.classifier.weights import Weights, chances
from registry.terms import Act

#: The weights that are shipped; `make model` writes them.
SECOND_READER = Path(__file__).with_name("second.npz")
#: Acts that come long after their matter, by anybody.
_LATER = frozenset({Act.RECOVERY, Act.RATING, Act.STATUS_QUERY})
#: Columns of the weights: one for each act, one for each category.
COLUMNS = len(ACTS) + len(CATEGORIES)


class SecondReader:
    """Looks over lines with weights of the shape (features, `COLUMNS`)."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @classmethod
    def load(cls, path: Path = SECOND_READER) -> "SecondReader":
        """Read what `make model` wrote. Raises ValueError for a file of another shape."""
        return cls(Weights.load(path, COLUMNS))

    def opinion(self, features: Sequence[str]) -> Opinion:
        """Probabilities for one line."""
        scores = self._weights.scores(features)
        return Opinion(chances(scores[: len(ACTS)]), chances(scores[len(ACTS) :]))


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


