"""A county's category head: learned, saved, served with numpy alone, switched on only when every label has its place."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.classifier import NOWHERE
from bot.classifier.category_model import NONE, CategoryModel, Features, Known, ModelError, meanings
from bot.classifier.county_head import WithHead, from_data, head_of
from bot.classifier.vocabulary import LexiconData, Vocabulary
from bot.learning_commands.fitting import cross_fit, fit, folds
from bot.messages import Line, Words
from config.county import load_county
from registry.terms import Act, Category, DangerKind, Role, Tier

COUNTY = Path(__file__).parents[3] / "config" / "county"
THINGS = {
    "灯火科": ("路灯", "楼道灯", "广场灯", "射灯", "灯杆"), "流水科": ("自来水", "水管", "水表", "龙头", "水压"),
    "道路科": ("马路", "路面", "桥面", "人行道", "盲道"),
}
FAULTS = ("坏了没人修", "又出毛病", "拖了一个月", "请来看看", "一直不好")
ROWS = [(f"{thing}{fault}", label) for label, things in THINGS.items() for thing in things for fault in FAULTS]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    county = load_county(COUNTY)
    return Vocabulary.from_data(LexiconData(county.categories, county.danger, county.words, county.places))


@pytest.fixture(scope="module")
def features(vocabulary: Vocabulary) -> Features:
    return Features.of(vocabulary)


@pytest.fixture(scope="module")
def model(features: Features) -> CategoryModel:
    return fit([features.counts(text) for text, _ in ROWS], [label for _, label in ROWS], 8.0)


def test_it_tells_what_it_has_not_seen(model: CategoryModel, features: Features) -> None:
    assert model.best(features.counts("门口水管爆开"))[0] == "流水科"
    assert model.best(features.counts("灯杆斜着"))[0] == "灯火科"
    assert model.telling(features.counts("灯杆斜着"), "灯火科")
    assert model.chances(features.counts("")).sum() == pytest.approx(1.0)


def test_the_beginning_and_the_very_beginning_are_counted_apart(features: Features) -> None:
    at_five, at_thirty, at_sixty = (features.counts("天" * before + "路灯" + "天" * 60) for before in (5, 30, 60))
    assert all(counts["c路灯"] == 1 for counts in (at_five, at_thirty, at_sixty))
    assert ["C路灯" in counts for counts in (at_five, at_thirty, at_sixty)] == [True, True, False]
    assert ["d路灯" in counts for counts in (at_five, at_thirty, at_sixty)] == [True, False, False]
    # spaces and line ends (a title's too) take no place in the beginning
    assert "d路灯" in features.counts("天 \n" * 15 + "路灯")


def test_a_word_said_often_counts_more_but_less_than_as_often() -> None:
    known = Known.of(["c水", "c灯"], [1.0, 1.0], [1.0, 1.0])
    _, (water, lamp) = known.vector({"c水": 8, "c灯": 1})
    assert 1.2 * (1 + np.log(8)) < water / lamp < 8


def test_what_tells_is_named_once_though_it_is_in_several_blocks(model: CategoryModel, features: Features) -> None:
    told = model.telling(features.counts("灯杆斜着，灯杆要倒"), "灯火科", 5)
    assert "灯杆" in told
    assert len(told) == len(set(told))


def test_a_model_of_another_version_is_trained_anew(model: CategoryModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as file:
        old = dict(file) | {"about": np.array(json.dumps({"format": 1, "labels": model.labels}))}
    np.savez(tmp_path / "old.npz", **old)
    with pytest.raises(ModelError, match="重新训练"):
        CategoryModel.load(tmp_path / "old.npz")


def test_saved_and_read_again_it_says_the_same(model: CategoryModel, features: Features, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    again = CategoryModel.load(tmp_path / "m.npz")
    assert again.labels == model.labels
    for text, _ in ROWS:
        assert again.best(features.counts(text))[0] == model.best(features.counts(text))[0]
        assert again.chances(features.counts(text)) == pytest.approx(model.chances(features.counts(text)), abs=0.03)


def test_the_same_rows_give_the_same_bytes(features: Features, tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        fit([features.counts(text) for text, _ in ROWS], [label for _, label in ROWS]).save(tmp_path / name)
    a, b = (np.load(tmp_path / name) for name in ("a.npz", "b.npz"))
    assert all((a[key] == b[key]).all() for key in a.files)


def test_no_row_is_judged_by_a_model_that_saw_it(features: Features) -> None:
    labels = [label for _, label in ROWS]
    parts = folds(labels)
    assert sorted(row for part in parts for row in part) == list(range(len(ROWS)))
    for part in parts:
        assert {labels[row] for row in part} == set(THINGS)
    crossed = cross_fit([features.counts(text) for text, _ in ROWS], labels)
    right = sum(a == b for a, b in zip(labels, crossed.given, strict=True))
    assert right / len(labels) > 0.8
    # labels that have nothing to do with the words can't be foretold, only learned by heart
    chance = np.random.default_rng(3).permutation(labels).tolist()
    guessed = cross_fit([features.counts(text) for text, _ in ROWS], chance)
    assert sum(a == b for a, b in zip(chance, guessed.given, strict=True)) / len(labels) < 0.6


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04broken"])
def test_what_is_no_model_says_so(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ModelError, match="不是 gridbot train 写的模型"):
        CategoryModel.load(tmp_path / "m.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(2))
    with pytest.raises(ModelError, match="不是 gridbot train 写的模型"):
        CategoryModel.load(tmp_path / "other.npz")
    with pytest.raises(ModelError, match="没有这个模型文件"):
        CategoryModel.load(tmp_path / "none.npz")


def test_labels_mean_categories_by_key_name_or_labels() -> None:
    categories = {"water": {"labels": ["流水科"]}, "power": {"name": "用电"}}
    known, unknown = meanings(["流水科", "power", "用电", "供电", NONE, "杂务"], categories)
    assert known == {"流水科": Category.WATER, "power": Category.POWER, "用电": Category.POWER, "供电": Category.POWER, NONE: None}
    assert unknown == ("杂务",)


def test_a_model_with_labels_of_no_category_is_not_switched_on(model: CategoryModel, vocabulary: Vocabulary, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    head, errors = from_data({"file": "m.npz"}, tmp_path, {"water": {"labels": ["流水科"]}}, vocabulary)
    assert head is None
    assert "灯火科、道路科" in errors[0]
    labels = {"water": {"labels": ["流水科"]}, "facility": {"labels": ["灯火科"]}, "road": {"labels": ["道路科"]}}
    head, errors = from_data({"file": "m.npz", "sure": 0.6}, tmp_path, labels, vocabulary)
    assert head is not None
    assert errors == ()
    head, errors = from_data({"file": "none.npz", "sure": 2, "more": 1}, tmp_path, labels, vocabulary)
    assert head is None
    assert len(errors) == 3


def test_its_category_stands_for_what_is_plainly_told_and_never_for_danger(model: CategoryModel, vocabulary: Vocabulary) -> None:
    # a county that calls its lamps the roads' business
    labels = {"water": {"labels": ["流水科"]}, "road": {"labels": ["灯火科", "道路科"]}}
    reader = WithHead(vocabulary, head=head_of(model, labels, vocabulary, 0.5))
    plain = WithHead(vocabulary)

    def read(classifier: WithHead, text: str) -> tuple[Act, Category | None, DangerKind | None]:
        line = Line("m", datetime(2026, 3, 2, tzinfo=UTC), "r", Role.RESIDENT, Tier.BASIC, None, words=Words(text))
        verdict = classifier.read(line, (), NOWHERE)
        return verdict.act, verdict.category, verdict.danger

    assert read(plain, "小区路灯坏了没人修") == (Act.REPORT, Category.FACILITY, None)
    assert read(reader, "小区路灯坏了没人修") == (Act.REPORT, Category.ROAD, None)
    fire = "3栋楼道灯着火了，快来人"
    assert read(reader, fire) == read(plain, fire)
    assert read(plain, fire)[2] is DangerKind.PLACE
    chat = "今晚的灯会真好看"
    assert read(reader, chat) == read(plain, chat)


def test_serving_needs_no_scikit_learn(model: CategoryModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    program = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['scipy'] = None\n"
        "from pathlib import Path; from bot.classifier.category_model import CategoryModel\n"
        f"print(CategoryModel.load(Path({str(tmp_path / 'm.npz')!r})).best({{'c水': 1}})[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=COUNTY.parents[1])
    assert done.stdout.strip() == "流水科"
