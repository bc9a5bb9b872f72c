"""Fitting the category head with scikit-learn (extra `train`): the only place that needs it; what it gives is served
without."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.classifier.category_model import CategoryModel, Known

#: A feature met in fewer texts is left out; in small files every one counts.
LEAST_TEXTS, SMALL = 2, 1500
FOLDS = 5
SEED = 7
#: How strongly features that tell little of any label are weakened: 0 not at all, 1 fully (NB-SVM; measured).
TELLING = 0.8
#: Strength of the two linear learners whose scores are added.
SVM_C, RIDGE_ALPHA = 1.0, 0.5
#: Temperatures tried for probabilities that mean what they say.
_TEMPERATURES = tuple(0.25 * 1.15**step for step in range(40))
#: Told after each part that is done: how many of how many.
Progress = Callable[[int, int], None]


class TrainingMissing(Exception):
    """scikit-learn is not installed; the message is a Chinese sentence."""


def learners() -> tuple[Any, Any]:
    """New SVM and ridge learners. Raises TrainingMissing."""
    try:
        from sklearn.linear_model import RidgeClassifier  # noqa: PLC0415 — an extra that may be absent
        from sklearn.svm import LinearSVC  # noqa: PLC0415
    except ImportError:
        raise TrainingMissing("训练要用 scikit-learn，这里没有装：请安装 gridbot[train]。用训练好的模型不需要它。") from None
    return (
        LinearSVC(C=SVM_C, class_weight="balanced", random_state=SEED),
        RidgeClassifier(alpha=RIDGE_ALPHA, class_weight="balanced", solver="sparse_cg", random_state=SEED),
    )


def fit(counts: Sequence[Mapping[str, int]], labels: Sequence[str], temperature: float = 1.0) -> CategoryModel:
    """A model of these rows. Raises TrainingMissing; ValueError with fewer than two labels."""
    kinds = sorted(set(labels))
    if len(kinds) < 2:
        raise ValueError("at least two labels")
    at = np.array([kinds.index(label) for label in labels])
    known = _known(counts, at)
    matrix = _matrix([known.vector(row) for row in counts], len(known.names))
    weights, bias = np.zeros((len(known.names), len(kinds))), np.zeros(len(kinds))
    for learner in learners():
        learner.fit(matrix, at)
        one_weights, one_bias = _linear(learner, len(kinds))
        one_weights = one_weights - one_weights.mean(axis=1, keepdims=True)
        one_bias = one_bias - one_bias.mean()
        spread = float(np.std(matrix @ one_weights + one_bias)) or 1.0
        weights += one_weights / spread
        bias += one_bias / spread
    return CategoryModel.of(kinds, known, weights * temperature, bias * temperature)


def _linear(learner: Any, kinds: int) -> tuple[Any, Any]:
    """Weights (features × labels) and bias of a fitted learner; of two labels scikit-learn keeps one column."""
    weights, bias = np.atleast_2d(learner.coef_).T, np.atleast_1d(learner.intercept_)
    if kinds == 2 and weights.shape[1] == 1:
        return np.hstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return weights, bias


def _known(counts: Sequence[Mapping[str, int]], at: Any) -> Known:
    """Features that are kept, with how rare each is and how much it tells."""
    texts = Counter(feature for row in counts for feature in row)
    least = LEAST_TEXTS if len(counts) > SMALL else 1
    names = sorted(feature for feature, count in texts.items() if count >= least and "\n" not in feature)
    rare = [np.log((1 + len(counts)) / (1 + texts[name])) + 1.0 for name in names]
    return Known.of(names, rare, _worth(counts, at, {name: place for place, name in enumerate(names)}))


def _worth(counts: Sequence[Mapping[str, int]], at: Any, places: Mapping[str, int]) -> Any:
    """How much each feature tells of any label: its largest log ratio of odds within and without, less for rare ones."""
    met = np.zeros((int(at.max()) + 1, len(places)))
    for row, label in zip(counts, at, strict=True):
        met[label, [places[feature] for feature in row if feature in places]] += 1
    rows = np.bincount(at)[:, None]
    total = met.sum(axis=0)
    within = (met + 0.5) / (rows + 1)
    without = (total - met + 0.5) / (len(at) - rows + 1)
    largest = np.abs(np.log(within / without)).max(axis=0) * np.sqrt(total / (total + 1))
    return np.asarray(largest**TELLING, dtype=np.float32)


def _matrix(rows: Sequence[Any], width: int) -> Any:
    from scipy.sparse import csr_matrix  # noqa: PLC0415 — comes with scikit-learn

    ends = np.cumsum([0, *(len(at) for at, _ in rows)])
    return csr_matrix(
        (np.concatenate([values for _, values in rows]), np.concatenate([at for at, _ in rows]), ends), shape=(len(rows), width)
    )


def folds(labels: Sequence[str], number: int = FOLDS, seed: int = SEED) -> list[list[int]]:
    """The rows of each fold: each label's rows are shuffled by the seed and dealt out in turn, so that every fold has its
    share of each label."""
    dealt: list[list[int]] = [[] for _ in range(number)]
    chance = np.random.default_rng(seed)
    turn = 0
    for label in sorted(set(labels)):
        rows = np.array([place for place, one in enumerate(labels) if one == label])
        for row in chance.permutation(rows).tolist():
            dealt[turn % number].append(row)
            turn += 1
    return [sorted(fold) for fold in dealt]


@dataclass(frozen=True, slots=True)
class CrossFitted:
    """Each row's label by a model that never saw the row, and the temperature that makes the probabilities true."""

    given: tuple[str, ...]
    temperature: float


def cross_fit(counts: Sequence[Mapping[str, int]], labels: Sequence[str], done: Progress | None = None) -> CrossFitted:
    """Five-fold: fit on four fifths, give labels to the fifth. Raises TrainingMissing."""
    given = [""] * len(labels)
    logits: list[tuple[int, Any]] = []
    parts = folds(labels)
    for number, part in enumerate(parts, 1):
        out = set(part)
        kept = [place for place in range(len(labels)) if place not in out]
        model = fit([counts[place] for place in kept], [labels[place] for place in kept])
        for place in part:
            chances = model.chances(counts[place])
            given[place] = model.labels[int(chances.argmax())]
            if labels[place] in model.labels:
                logits.append((model.labels.index(labels[place]), np.log(chances + 1e-12)))
        if done is not None:
            done(number, len(parts))
    return CrossFitted(tuple(given), _temperature(logits))


def _temperature(rows: Sequence[tuple[int, Any]]) -> float:
    """What to multiply the scores with so that the right labels are as likely as they are said to be."""

    def loss(factor: float) -> float:
        total = 0.0
        for right, logs in rows:
            scores = logs * factor
            scores = scores - scores.max()
            total -= scores[right] - np.log(np.exp(scores).sum())
        return total

    return min(_TEMPERATURES, key=loss)
