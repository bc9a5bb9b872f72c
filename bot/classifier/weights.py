"""Weights of a linear model by feature: kept as bytes with one scale for each column, served by numpy alone."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Weights:
    """Places of the features, an array of (features, columns), and a bias of (columns)."""

    places: dict[str, int]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    @classmethod
    def of(cls, names: Sequence[str], weights: Any, bias: Any) -> Self:
        """Weights as they are, not rounded as in a file."""
        places = {name: place for place, name in enumerate(names)}
        return cls(places, np.asarray(weights, dtype=np.float32), np.asarray(bias, dtype=np.float32))

    @classmethod
    def load(cls, path: Path, columns: int) -> Self:
        """Read what `save` wrote. Raises ValueError for a file of another shape."""
        with np.load(path, allow_pickle=False) as file:
            names = str(file["names"]).split("\n")
            weights = file["weights"].astype(np.float32) * file["scale"].astype(np.float32)
            bias = file["bias"].astype(np.float32)
        if weights.shape != (len(names), columns) or bias.shape != (columns,):
            raise ValueError(f"模型文件 {path.name} 不是本程序的。")
        return cls({name: place for place, name in enumerate(names)}, weights, bias)

    def save(self, path: Path) -> None:
        """Write weights as bytes with one scale for each column: a few hundred kB. No name may hold a line end."""
        scale = np.abs(self.weights).max(axis=0) / 127.0
        scale[scale == 0] = 1.0
        rounded = np.round(self.weights / scale).astype(np.int8)
        np.savez_compressed(path, names=np.array("\n".join(self.places)), weights=rounded, scale=scale.astype(np.float32),
                            bias=self.bias)

    def scores(self, features: Iterable[str]) -> npt.NDArray[np.float32]:
        """The sum of the features' weights and the bias, by column; unknown features count nothing."""
        rows = [place for place in map(self.places.get, features) if place is not None]
        scores: npt.NDArray[np.float32] = self.bias + self.weights.take(rows, axis=0).sum(axis=0) if rows else self.bias
        return scores


def chances(scores: npt.NDArray[np.float32]) -> tuple[float, ...]:
    """Probabilities from scores; they sum to 1."""
    known = scores.tolist()
    most = max(known)
    odds = [math.exp(score - most) for score in known]
    every = sum(odds)
    return tuple([one / every for one in odds])
