"""`gridbot train` and `gridbot eval`: a category head of a county's own rows, and how good it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.classifier.category_model import CategoryModel, Features, ModelError, meanings
from bot.classifier.vocabulary import LexiconData, LexiconError, Vocabulary
from bot.learning_commands.figures import Figures, figures
from bot.learning_commands.fitting import cross_fit, fit, learners
from bot.learning_commands.labelled import Labelled, read_labelled
from bot.loading import LoadingError
from config.county import County, CountyError, load_county

#: Told of each stage: its name in Chinese, how many parts are done, of how many.
Progress = Callable[[str, int, int], None]
FIVE_FOLD = "5-fold"
MODEL = "model"


def _silent(_: str, __: int, ___: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Trained:
    """What `train` made."""

    labelled: Labelled
    figures: Figures
    """Five-fold: each row's label by a model that never saw it."""
    features: int
    size: int
    """Bytes of the file."""
    unknown: tuple[str, ...]
    """Labels without a category of ours: with any, the model can be evaluated, not switched on."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What `eval` found. `strange` are labels of the file that the model has never seen."""

    labelled: Labelled
    figures: Figures
    how: str
    strange: tuple[str, ...] = ()


def train(file: Path, out: Path, county_dir: Path, told: Progress = _silent) -> Trained:
    """Fit a category head on a file's rows and write it. Raises LabelledError, LoadingError, TrainingMissing, ModelError."""
    learners()
    if not out.parent.is_dir():
        raise ModelError(f"没有这个文件夹：{out.parent}")
    county, features = _features(county_dir)
    labelled = read_labelled(file)
    counts = _counts(features, labelled.texts, told)
    crossed = cross_fit(counts, labelled.labels, lambda done, of: told("五折评测", done, of))
    told("训练", 0, 1)
    model = fit(counts, labelled.labels, crossed.temperature)
    try:
        model.save(out)
    except OSError:
        raise ModelError(f"写不了这个文件：{out}，请看看文件夹在不在、有没有被别的程序打开。") from None
    told("训练", 1, 1)
    _, unknown = meanings(model.labels, county.categories)
    return Trained(labelled, figures(labelled.labels, crossed.given), len(model.known.names), out.stat().st_size, unknown)


def evaluate(file: Path, model_file: Path | None, county_dir: Path, told: Progress = _silent) -> Evaluated:
    """The figures of a model on a file's rows; without a model five-fold on the file itself. Raises as `train`."""
    if model_file is None:
        learners()
    model = CategoryModel.load(model_file) if model_file is not None else None
    _, features = _features(county_dir)
    labelled = read_labelled(file, to_learn=model is None)
    counts = _counts(features, labelled.texts, told)
    if model is None:
        crossed = cross_fit(counts, labelled.labels, lambda done, of: told("五折评测", done, of))
        return Evaluated(labelled, figures(labelled.labels, crossed.given), FIVE_FOLD)
    given = [model.best(row)[0] for row in counts]
    strange = tuple(label for label in labelled.counts if label not in model.labels)
    return Evaluated(labelled, figures(labelled.labels, given), MODEL, strange)


def _features(county_dir: Path) -> tuple[County, Features]:
    """What the county's lists make of a text."""
    try:
        county = load_county(county_dir)
        vocabulary = Vocabulary.from_data(LexiconData(county.categories, county.danger, county.words, county.places))
    except (CountyError, LexiconError) as error:
        raise LoadingError(error.errors) from None
    return county, Features.of(vocabulary)


def _counts(features: Features, texts: Sequence[str], told: Progress) -> list[dict[str, int]]:
    found = []
    for number, text in enumerate(texts, 1):
        found.append(features.counts(text))
        if number % 200 == 0 or number == len(texts):
            told("读文字", number, len(texts))
    return found
