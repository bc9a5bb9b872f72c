"""Fitting the linker (`bot/classifier/linking.py`): which of the live matters a line is about. Development only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from bot.classifier.features import features_of
from bot.classifier.linking import ANEW, FOLLOWS, candidates_of, pairs_of
from bot.classifier.second import SecondReader
from bot.classifier.weights import Weights
from bot.corpus import Conversation
from bot.fitting import SEED, matrix_of, names_of
from bot.listening import OF_MATTERS, Watching, standing_before, talk_before
from bot.messages import Line
from registry.terms import Act

#: A feature met beside fewer matters is left out; how strongly weights are drawn to nothing.
LEAST, HELD_BACK, STRENGTH = 3, 3.0, 0.3


@dataclass(frozen=True, slots=True)
class Beside:
    """A line beside the matters alive when it was said."""

    pairs: list[list[str]]
    """The features beside each matter."""
    right: frozenset[int]
    """Which of them it is about; a report may be about none."""
    tells: bool
    """Whether it is a report, or was read as one by the rules."""


def beside(classifier: Watching, second: SecondReader, conversations: Sequence[Conversation]) -> Iterator[Beside]:
    """Each line of a matter beside the matters alive before it. The talk carries the hands' labels."""
    for conversation in conversations:
        read: list[Line] = []
        for place, line in enumerate(conversation.lines):
            _, seen = classifier.watched(
                line, talk_before([*read, line], place), conversation.where, standing_before([*read, line], place)
            )
            gold, matter = conversation.gold[place], conversation.matters[place]
            if seen is not None and matter is not None and line.quote is None and gold.act in OF_MATTERS:
                heard, before = seen
                candidates = candidates_of(heard)
                told = {conversation.lines[number].id for number in range(place) if conversation.matters[number] == matter}
                right = frozenset(number for number, each in enumerate(candidates) if each.thread.ids & told)
                if candidates:
                    categories = second.opinion(features_of(heard, before)).categories
                    for act in {gold.act, before.act} & OF_MATTERS:
                        yield Beside(pairs_of(heard, act, categories, candidates), right, act is Act.REPORT)
            read.append(replace(line, verdict=gold))


def fit_links(rows: Sequence[Beside]) -> Weights:
    """Two columns: by the first the matter of a follow-up scores highest; the second says whether a report tells it anew."""
    follows = [row for row in rows if not row.tells and row.right and len(row.pairs) > 1]
    tells = [(features, number in row.right) for row in rows if row.tells for number, features in enumerate(row.pairs)]
    names = names_of((features for row in rows for features in row.pairs), LEAST)
    weights, bias = np.zeros((len(names), 2)), np.zeros(2)
    weights[:, FOLLOWS] = _conditional_logit(follows, names)
    anew = LogisticRegression(C=STRENGTH, max_iter=400, random_state=SEED)
    anew.fit(matrix_of([features for features, _ in tells], names), [same for _, same in tells])
    weights[:, ANEW], bias[ANEW] = anew.coef_[0], anew.intercept_[0]
    return Weights.of(names, weights, bias)


def _conditional_logit(rows: Sequence[Beside], names: Sequence[str]) -> Any:
    """Weights by which the right one of several scores highest, drawn to nothing."""
    matrix = matrix_of([features for row in rows for features in row.pairs], names)
    right = np.array([number in row.right for row in rows for number in range(len(row.pairs))], dtype=np.float64)
    sizes = np.array([len(row.pairs) for row in rows])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    group = np.repeat(np.arange(len(sizes)), sizes)

    def loss(weights: Any) -> tuple[float, Any]:
        scores = matrix @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        every, wanted = np.add.reduceat(odds, starts), np.add.reduceat(odds * right, starts) + 1e-12
        slope = matrix.T @ (odds / every[group] - odds * right / wanted[group]) + HELD_BACK * weights
        return float(np.log(every).sum() - np.log(wanted).sum() + HELD_BACK * (weights @ weights) / 2), slope

    return minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
