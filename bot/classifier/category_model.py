"""A county's own category head: learned from its labelled rows by `gridbot train`, served with numpy alone.

A text is a few blocks of counts (runs of one and two characters, dictionary words, words as they are cut, what the word
lists find in it; the same once more of its beginning and of its very beginning, where people say what it is about), each
weighed by sublinear tf-idf and brought to length one, then a linear layer over all of them (decision 0016).
"""

import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bot.classifier.scan import Scanner
from bot.classifier.segment import Cutter, best_cutter, every_word
from bot.classifier.vocabulary import Vocabulary
from registry.terms import CATEGORY_NAMES, Category

#: Blocks by the letter that begins their features, with how much each weighs.
BLOCKS: Mapping[str, float] = {
    "c": 1.0, "w": 1.0, "s": 0.7, "l": 0.5, "C": 0.8, "W": 0.8, "L": 0.4, "d": 0.48, "x": 0.48, "m": 0.24,
}
#: How many characters each beginning has, and by which letters its characters, words and lists go; the shortest is about
#: a title.
BEGINNINGS: Mapping[int, Mapping[str, str]] = {40: {"c": "C", "w": "W", "l": "L"}, 20: {"c": "d", "w": "x", "l": "m"}}
#: Longest run of characters that is one feature.
LONGEST_RUN = 2
#: A feature met so often counts that often to this power: less than one for one, more than its logarithm (measured).
OFTEN = 0.7
#: A label of rows that tell no matter; a head that finds it has no opinion of the category.
NONE = "不是诉求"
#: Changes when the features do: a model of another version must be trained anew.
FORMAT = 2
_KEYS = frozenset({"about", "names", "idf", "worth", "weights", "scale", "bias"})
#: A file of more than this many features or labels is none of ours.
_MOST_FEATURES, _MOST_LABELS = 2_000_000, 500

Floats = npt.NDArray[np.float32]
Vector = tuple[npt.NDArray[np.int64], Floats]


class ModelError(ValueError):
    """A model file that can't be used; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Features:
    """Makes the features of a text. `every_word` are all dictionary words in it, `cut` its words one after the other,
    `lists` the county's compiled word lists."""

    every_word: Cutter
    cut: Cutter
    lists: tuple[Scanner, ...]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Self:
        """With the county's lists and the machine's cutter."""
        return cls(every_word(), best_cutter(vocabulary.segment), (vocabulary.first, vocabulary.rest))

    def counts(self, text: str) -> dict[str, int]:
        """How often each feature is met; a feature begins with the letter of its block."""
        text = "".join(text.split())
        whole = self._of(text)
        found = dict(whole)
        for length, letters in BEGINNINGS.items():
            beginning = whole if len(text) <= length else self._of(text[:length])
            found |= {letters[feature[0]] + feature[1:]: count for feature, count in beginning.items()}
        for word in self.cut(text):
            if len(word) > 1:
                found["s" + word] = found.get("s" + word, 0) + 1
        return found

    def _of(self, text: str) -> dict[str, int]:
        """Runs of characters, dictionary words and what the lists find."""
        features = ["c" + text[start : start + length] for length in range(1, LONGEST_RUN + 1)
                    for start in range(len(text) - length + 1)]
        features += ["w" + word for word in self.every_word(text)]
        for scanner in self.lists:
            features += [f"l{kind} {hit.rule.tag}" for kind, hits in scanner.scan(text).by_kind.items() for hit in hits]
        return dict(Counter(features))


@dataclass(frozen=True, slots=True)
class Known:
    """The features that a model knows, in order: how rare each is (idf), and how much it tells of any label (worth)."""

    names: tuple[str, ...] = field(repr=False)
    idf: Floats = field(repr=False)
    worth: Floats = field(repr=False)
    places: Mapping[str, int] = field(repr=False)

    @classmethod
    def of(cls, names: Sequence[str], idf: Any, worth: Any) -> Self:
        """Put together; `idf[i]` and `worth[i]` are of `names[i]`."""
        return cls(
            tuple(names), np.asarray(idf, dtype=np.float32), np.asarray(worth, dtype=np.float32),
            {name: place for place, name in enumerate(names)},
        )

    def vector(self, counts: Mapping[str, int]) -> Vector:
        """Places and values of a text's known features: each block of length one times its weight, each feature times
        its worth, the whole of length one."""
        blocks: dict[str, tuple[list[int], list[float]]] = {letter: ([], []) for letter in BLOCKS}
        for feature, count in counts.items():
            place = self.places.get(feature)
            if place is not None:
                at, values = blocks[feature[0]]
                at.append(place)
                values.append(float(count**OFTEN))
        indices: list[npt.NDArray[np.int64]] = []
        found: list[Floats] = []
        for letter, (at, values) in blocks.items():
            if at:
                here = np.asarray(at, dtype=np.int64)
                block = np.asarray(values, dtype=np.float32) * self.idf[here]
                found.append(block * (np.float32(BLOCKS[letter] / np.linalg.norm(block)) * self.worth[here]))
                indices.append(here)
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        whole = np.concatenate(found)
        length = float(np.linalg.norm(whole))
        return np.concatenate(indices), whole / np.float32(length) if length else whole


@dataclass(frozen=True, slots=True)
class CategoryModel:
    """Labels and a linear layer. `weights` are features × labels; scores are logits, already at their right temperature."""

    labels: tuple[str, ...]
    known: Known
    weights: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    @classmethod
    def of(cls, labels: Sequence[str], known: Known, weights: Any, bias: Any) -> Self:
        """Put together; row i of `weights` is of the i-th known feature."""
        return cls(tuple(labels), known, np.asarray(weights, dtype=np.float32), np.asarray(bias, dtype=np.float32))

    def chances(self, counts: Mapping[str, int]) -> npt.NDArray[np.float64]:
        """The probability of each label, in order of `labels`."""
        at, values = self.known.vector(counts)
        scores = (self.bias + values @ self.weights[at]).astype(np.float64)
        odds = np.exp(scores - scores.max())
        return np.asarray(odds / odds.sum(), dtype=np.float64)

    def best(self, counts: Mapping[str, int]) -> tuple[str, float]:
        """The likeliest label and its probability."""
        chances = self.chances(counts)
        place = int(chances.argmax())
        return self.labels[place], float(chances[place])

    def telling(self, counts: Mapping[str, int], label: str, most: int = 3) -> list[str]:
        """The characters, words and lists of the text that speak most for a label, each once whatever blocks it is in;
        they are heard words."""
        at, values = self.known.vector(counts)
        worth: dict[str, float] = {}
        for place, value in zip(at, values * self.weights[at, self.labels.index(label)], strict=True):
            name = self.known.names[place][1:]
            worth[name] = worth.get(name, 0.0) + float(value)
        return [name for name in sorted(worth, key=lambda name: -worth[name])[:most] if worth[name] > 0]

    def save(self, path: Path) -> None:
        """Write one file: weights as bytes with one scale per label. Raises OSError."""
        scale = np.abs(self.weights).max(axis=0) / 127.0
        scale[scale == 0] = 1.0
        about = json.dumps({"format": FORMAT, "labels": self.labels}, ensure_ascii=False)
        with path.open("wb") as file:
            np.savez_compressed(
                file, about=np.array(about), names=np.array("\n".join(self.known.names)),
                idf=self.known.idf.astype(np.float16), worth=self.known.worth.astype(np.float16),
                weights=np.round(self.weights / scale).astype(np.int8), scale=scale.astype(np.float32), bias=self.bias,
            )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file of `save`. Raises ModelError."""
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                if set(file.files) != _KEYS:
                    raise ModelError(f"{path.name} 不是 gridbot train 写的模型。")
                about = json.loads(str(file["about"]))
                labels, names = tuple(about["labels"]), str(file["names"]).split("\n")
                if about["format"] != FORMAT:
                    raise ModelError(f"{path.name} 是别的版本写的模型，请用 gridbot train 重新训练。")
                idf, worth, bias = (file[name].astype(np.float32) for name in ("idf", "worth", "bias"))
                weights = file["weights"].astype(np.float32) * file["scale"].astype(np.float32)
        except FileNotFoundError:
            raise ModelError(f"没有这个模型文件：{path}") from None
        except OSError:
            raise ModelError(f"读不到模型文件：{path}") from None
        except ModelError:
            raise
        except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            raise ModelError(f"{path.name} 不是 gridbot train 写的模型。") from None
        shape = (len(names), len(labels))
        if weights.shape != shape or idf.shape != shape[:1] or worth.shape != shape[:1] or bias.shape != shape[1:] or not 1 < len(labels) <= _MOST_LABELS \
                or len(names) > _MOST_FEATURES:
            raise ModelError(f"{path.name} 不是 gridbot train 写的模型。")
        return cls.of(labels, Known.of(names, idf, worth), weights, bias)


def meanings(labels: Sequence[str], categories: Mapping[str, Any]) -> tuple[dict[str, Category | None], tuple[str, ...]]:
    """Which of our categories each label means, None for `NONE`; and every label that means none, which keeps a model
    from being switched on. `categories` is categories.yaml: a label means the category that names it in `labels`, or
    whose key or Chinese name it is."""
    known: dict[str, Category | None] = {NONE: None, "none": None}
    for category in Category:
        known[category.value] = category
        known[CATEGORY_NAMES[category]] = category
        entry = categories.get(category.value)
        if isinstance(entry, Mapping):
            known[str(entry.get("name", category.value))] = category
    for category in Category:
        entry = categories.get(category.value)
        if isinstance(entry, Mapping):
            known |= {str(label): category for label in entry.get("labels") or ()}
    return {label: known[label] for label in labels if label in known}, tuple(label for label in labels if label not in known)

