"""Fitting linear models over features that are strings. Development only: scikit-learn (extra `train`) is needed."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

SEED = 7


def names_of(rows: Iterable[Collection[str]], least: int) -> list[str]:
    """The features met in at least so many rows, in order."""
    counts = Counter(feature for row in rows for feature in set(row))
    return sorted(feature for feature, count in counts.items() if count >= least and "\n" not in feature)


def matrix_of(rows: Sequence[Collection[str]], names: Sequence[str]) -> Any:
    """Rows × features, 1 where a row has the feature."""
    places = {name: place for place, name in enumerate(names)}
    indices: list[int] = []
    ends = [0]
    for features in rows:
        indices += sorted({places[feature] for feature in features if feature in places})
        ends.append(len(indices))
    return csr_matrix((np.ones(len(indices), dtype=np.float32), indices, ends), shape=(len(rows), len(places)))


def fit_columns(matrix: Any, labels: Sequence[int], weights: Any, bias: Any, *, strength: float, first: int = 0) -> None:
    """Fit a logistic regression and write its classes into the columns `first + label` of `weights` and `bias`."""
    model = LogisticRegression(C=strength, max_iter=400, random_state=SEED)
    model.fit(matrix, np.array(labels))
    for row, label in enumerate(model.classes_):
        weights[:, first + label], bias[first + label] = model.coef_[row], model.intercept_[row]
