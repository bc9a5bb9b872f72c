"""Precision, recall, F1, their mean; reckoned by hand."""

import pytest

from bot.learning_commands.figures import data, figures, lines


def test_figures_by_hand() -> None:
    found = figures(["a", "a", "a", "b"], ["a", "a", "b", "b"])
    a, b = found.labels["a"], found.labels["b"]
    assert (a.precision, a.recall, a.f1, a.rows) == (1.0, pytest.approx(2 / 3), pytest.approx(0.8), 3)
    assert (b.precision, b.recall, b.f1, b.rows) == (0.5, 1.0, pytest.approx(2 / 3), 1)
    assert found.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert found.accuracy == 0.75


def test_a_label_never_given_and_one_that_the_file_has_not() -> None:
    found = figures(["a", "b"], ["a", "c"])
    assert {label: one.f1 for label, one in found.labels.items()} == {"a": 1.0, "b": 0.0, "c": 0.0}
    assert found.macro_f1 == pytest.approx(1 / 3)


def test_as_json_and_for_people() -> None:
    found = figures(["甲", "乙"], ["甲", "乙"])
    assert data(found, "model")["macro_f1"] == 1.0
    assert set(data(found, "5-fold")["labels"]["甲"]) == {"precision", "recall", "f1", "rows"}
    assert "宏平均 F1 1.000" in lines(found, "五折")[-1]


def test_rows_must_pair() -> None:
    with pytest.raises(ValueError, match="as many"):
        figures(["a"], [])
