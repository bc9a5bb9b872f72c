"""Lone lines of the corpus: what is wrong in them is named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.classifier.lone import Tells
from bot.corpus import read_lone_lines


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "line-x.tsv").write_text(text, encoding="utf-8")
    return tmp_path


def test_labels_say_what_a_line_tells(tmp_path: Path) -> None:
    lines = read_lone_lines(written(tmp_path, "place\t着火了\nreport:water\t没水了\nnews\t邻省起火\nperson\t她不想活了\n"))
    assert [(line.hand, line.tells) for line in lines] == [
        ("line-x", Tells.PLACE), ("line-x", Tells.REPORT), ("line-x", Tells.NOTHING), ("line-x", Tells.PERSON),
    ]


@pytest.mark.parametrize("row", ["place 着火了", "fire\t着火了", "report\t没水了", "report:rain\t下雨", "chat:water\t水真清", "chat\t "])
def test_a_line_of_another_shape_is_named(tmp_path: Path, row: str) -> None:
    with pytest.raises(ValueError, match=r"line-x\.tsv:2"):
        read_lone_lines(written(tmp_path, f"chat\t早\n{row}\n"))


def test_the_shipped_lines_are_well_formed() -> None:
    lines = read_lone_lines()
    assert len(lines) > 6000
    assert {line.tells for line in lines} == set(Tells)
