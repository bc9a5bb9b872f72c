"""The county's folder: everything that is missing or cannot be read, at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.county import CountyError, load_county
from config.settings import Settings
from config.yaml_data import YamlError, read_yaml

NAMES = ("categories", "danger", "words", "places", "calendar")


def county(folder: Path) -> Path:
    for name in NAMES:
        (folder / f"{name}.yaml").write_text(f"name: {name}\n", "utf-8")
    (folder / "policies").mkdir()
    (folder / "policies" / "2026-02.yaml").write_text("version: '2026-02'\n", "utf-8")
    (folder / "policies" / "2026-01.yaml").write_text("version: '2026-01'\n", "utf-8")
    return folder


def errors(folder: Path) -> tuple[str, ...]:
    with pytest.raises(CountyError) as caught:
        load_county(folder)
    return caught.value.errors


def test_each_file_is_given_as_its_data(tmp_path: Path) -> None:
    found = load_county(county(tmp_path))
    assert [found.categories, found.danger, found.words, found.places, found.calendar] == [
        {"name": name} for name in NAMES
    ]
    assert list(found.policies) == ["2026-01", "2026-02"]
    assert (found.texts, found.registry_file) == ({}, None)


def test_the_shipped_county_is_whole() -> None:
    found = load_county(Settings().county_dir)
    assert found.registry_file is not None
    assert found.policies


def test_texts_and_registry_may_be_there(tmp_path: Path) -> None:
    county(tmp_path)
    (tmp_path / "texts.yaml").write_text("receipt: 收到\n", "utf-8")
    (tmp_path / "registry.yaml").write_text("areas: []\n", "utf-8")
    found = load_county(tmp_path)
    assert (found.texts, found.registry_file) == ({"receipt": "收到"}, tmp_path / "registry.yaml")


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    county(tmp_path)
    (tmp_path / "danger.yaml").unlink()
    (tmp_path / "words.yaml").write_text("a: b: c\n", "utf-8")
    (tmp_path / "places.yaml").write_text("- 一条\n", "utf-8")
    (tmp_path / "calendar.yaml").write_bytes("名称: 日历\n".encode("gbk"))
    (tmp_path / "categories.yaml").write_text("2026: x\n", "utf-8")
    (tmp_path / "text.yaml").write_text("a: b\n", "utf-8")
    for policy in (tmp_path / "policies").iterdir():
        policy.unlink()
    assert errors(tmp_path) == (
        "categories.yaml：「2026」不是名称，请加引号",
        "danger.yaml：没有这个文件",
        "words.yaml 第 1 行：这一行多了一个冒号，或缩进不对",
        "places.yaml：整个文件要写成「名称: 内容」的形式",
        "calendar.yaml：请用 UTF-8 编码保存",
        "policies 文件夹里没有升级规则，至少要有一个 .yaml 文件",
        "text.yaml：没有哪里用到这个文件，是不是 texts.yaml？",
    )


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert errors(tmp_path / "none") == (f"没有这个文件夹：{tmp_path / 'none'}",)


def test_scalars_are_what_they_look_like() -> None:
    text = "time: 17:30\nnumber: 0302\ncount: 30\nshare: 1.5\nday: 2026-10-01\nword: yes\nright: true\nnothing:\n"
    assert read_yaml(text) == {
        "time": "17:30",
        "number": "0302",
        "count": 30,
        "share": 1.5,
        "day": date(2026, 10, 1),
        "word": "yes",
        "right": True,
        "nothing": None,
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\na: 2\n", "第 2 行：「a」在第 1 行已经写过一次"),
        ("a: [1,\nb: 2\n", "第 3 行：方括号没有写完"),
        ("a: 1\n[x]: 2\n", "第 2 行：冒号前面只能写一个名称"),
        ("a: *b\n", "第 1 行：星号开头的文字请加引号"),
        ("a: 2026-13-40\n", "文件里有不能识别的字符或日期，请用 UTF-8 编码的纯文本"),
    ],
)
def test_what_is_no_yaml_is_told_by_line(text: str, sentence: str) -> None:
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    assert str(caught.value) == sentence
