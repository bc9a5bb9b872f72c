"""A county's own category head in the reading of lines: where it is switched on and sure, its category stands.

It changes the category of plain reports and questions alone. Whether a line tells a matter, how urgent it is and whether
it is dangerous stays with the lists and the second reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.classifier.category_model import CategoryModel, Features, ModelError, meanings
from bot.classifier.reader import Classifier
from bot.classifier.readers import UNLEARNED, Readers
from bot.classifier.segment import Cutter
from bot.classifier.standing import NOTHING, Standing
from bot.classifier.vocabulary import Vocabulary
from bot.classifier.where import Where
from bot.messages import Line, MessageKind, Reason, Verdict
from registry.terms import Act, Category, Urgency

#: From this probability the head's category is taken, unless model.yaml says another.
SURE = 0.7
_KEYS = ("file", "sure")
_TOLD = frozenset({Act.REPORT, Act.QUESTION})


@dataclass(frozen=True, slots=True)
class CountyHead:
    """A model whose every label means one of our categories or none."""

    model: CategoryModel
    features: Features
    means: Mapping[str, Category | None]
    sure: float = SURE

    def category(self, text: str) -> tuple[Category | None, float]:
        """The category of a text and how likely; None where the head is not sure or finds no matter."""
        label, chance = self.model.best(self.features.counts(text))
        return (self.means[label], chance) if chance >= self.sure else (None, chance)


class WithHead(Classifier):
    """The reader with a county's head beside it."""

    def __init__(
        self, vocabulary: Vocabulary, cut: Cutter | None = None, readers: Readers = UNLEARNED, head: CountyHead | None = None
    ) -> None:
        super().__init__(vocabulary, cut, readers)
        self._head = head

    def read(
        self, line: Line, talk: Sequence[Line], where: Where, *, standing: Standing = NOTHING, plainly: bool = False
    ) -> Verdict:
        """As `Classifier.read`; then the category of what is plainly told or asked is looked over."""
        verdict = super().read(line, talk, where, standing=standing, plainly=plainly)
        if self._head is None or verdict.act not in _TOLD or line.kind is not MessageKind.TEXT:
            return verdict
        if verdict.danger is not None or verdict.missing or verdict.urgency not in (None, Urgency.NORMAL):
            return verdict
        category, chance = self._head.category(line.words.text)
        if category is None or category is verdict.category:
            return verdict
        return replace(verdict, category=category, reasons=(*verdict.reasons, Reason("本县模型", "", round(3 * chance, 2))))


def head_of(model: CategoryModel, categories: Mapping[str, Any], vocabulary: Vocabulary, sure: float = SURE) -> CountyHead:
    """A head that may be switched on. Raises ModelError that names every label without a category."""
    means, unknown = meanings(model.labels, categories)
    if unknown:
        raise ModelError(
            f"模型的类别「{'、'.join(unknown)}」在 categories.yaml 里没有对应，不能启用：写到对应类别的 labels 里，例如 labels: [{unknown[0]}]"
        )
    return CountyHead(model, Features.of(vocabulary), means, sure)


def from_data(
    data: Mapping[str, Any], folder: Path, categories: Mapping[str, Any], vocabulary: Vocabulary
) -> tuple[CountyHead | None, tuple[str, ...]]:
    """The head that model.yaml switches on (None where the file is empty or absent), and everything wrong with it.

    `file` is the model's path from the county's folder, `sure` the probability from which it is heard (0.5–1).
    """
    if not data:
        return None, ()
    errors = [f"model.yaml：不认识“{key}”，可写的是 {'、'.join(_KEYS)}" for key in data if key not in _KEYS]
    sure = data.get("sure", SURE)
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0.5 <= sure <= 1:
        errors.append("model.yaml 的 sure：应是 0.5 到 1 之间的数")
    file = data.get("file")
    if not isinstance(file, str) or not file:
        errors.append("model.yaml 的 file：应是模型文件的名字，例如 file: 2026-03.npz")
        return None, tuple(errors)
    try:
        head = head_of(CategoryModel.load(folder / file), categories, vocabulary, float(sure) if not errors else SURE)
    except ModelError as error:
        errors.append(f"model.yaml：{error}")
        return None, tuple(errors)
    return (None if errors else head), tuple(errors)
