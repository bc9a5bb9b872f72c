"""Precision, recall and F1 of each label, their mean, and the share that is right. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label's figures, each from 0 to 1. `rows` is how many rows the file gives it."""

    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All labels of the file, the most frequent first; labels that only the model knows are in the mean, like in others'
    reckoning, when it gave them to some row."""

    labels: dict[str, LabelFigures]
    macro_f1: float
    accuracy: float
    rows: int


def figures(right: Sequence[str], given: Sequence[str]) -> Figures:
    """Compare the file's labels with those given, row by row. Raises ValueError on unequal or no rows."""
    if len(right) != len(given) or not right:
        raise ValueError("as many labels given as right, and at least one")
    wanted, called = Counter(right), Counter(given)
    hit = Counter(label for label, other in zip(right, given, strict=True) if label == other)
    names = [label for label, _ in wanted.most_common()] + sorted(set(called) - set(wanted))
    found = {
        label: LabelFigures(
            _share(hit[label], called[label]), _share(hit[label], wanted[label]),
            _share(2 * hit[label], called[label] + wanted[label]), wanted[label],
        )
        for label in names
    }
    mean = sum(one.f1 for one in found.values()) / len(found)
    return Figures(found, mean, sum(hit.values()) / len(right), len(right))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def data(found: Figures, how: str) -> dict[str, Any]:
    """The figures as JSON. `how` is `model` or `5-fold`."""
    return {
        "how": how,
        "rows": found.rows,
        "macro_f1": round(found.macro_f1, 4),
        "accuracy": round(found.accuracy, 4),
        "labels": {
            label: {
                "precision": round(one.precision, 4), "recall": round(one.recall, 4), "f1": round(one.f1, 4), "rows": one.rows,
            }
            for label, one in found.labels.items()
        },
    }


def lines(found: Figures, how: str) -> list[str]:
    """The figures for people, a line each."""
    told = [f"{'准确率':>6} {'召回率':>6} {'F1':>7} {'条数':>6}  类别"]
    told += [
        f"{one.precision:9.3f} {one.recall:9.3f} {one.f1:7.3f} {one.rows:8d}  {label}" for label, one in found.labels.items()
    ]
    told.append(f"{how}：宏平均 F1 {found.macro_f1:.3f}，正确率 {found.accuracy:.3f}，共 {found.rows} 条。")
    return told
