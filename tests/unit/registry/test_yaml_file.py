"""The registry as a file: one canonical form, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import config
from registry.source import from_data, to_data
from registry.yaml_file import read_yaml, write_yaml
from tests.builders.registry_rows import registry_of, row, small_county

SAMPLE = Path(config.__file__).parent / "county" / "registry.yaml"


def exported(text: str) -> str:
    data, errors = read_yaml(text)
    assert errors == ()
    registry, wrong = from_data(data)
    assert registry is not None, [str(error) for error in wrong]
    return write_yaml(registry)


def test_the_shipped_sample_is_its_own_export() -> None:
    text = SAMPLE.read_text("utf-8")
    assert exported(text) == text


def test_any_way_of_writing_gives_the_canonical_file() -> None:
    canonical = write_yaml(registry_of(small_county()))
    flow = yaml.safe_dump(small_county(), allow_unicode=True, default_flow_style=True, sort_keys=True)
    assert flow != canonical
    assert exported(flow) == canonical
    assert exported(canonical) == canonical


def test_defaults_and_comments_are_left_out() -> None:
    data = small_county()
    row(data, "areas", "77")["parent"] = None
    row(data, "people", "m-1").update(confidant=False, publishes_phone=False, nickname=None, groups=["g-basic"])
    text = exported("# 注释\n" + yaml.safe_dump(data, allow_unicode=True))
    assert not [word for word in ("null", "false", "注释", "nickname") if word in text]


def test_codes_times_days_and_numbers_stay_the_text_that_was_written() -> None:
    data, errors = read_yaml("code: 0770\ntime: 20:00\nday: 2026-03-02\nphone: 13800000000\nyes: true\nnone: null\n")
    assert errors == ()
    assert data == {
        "code": "0770", "time": "20:00", "day": "2026-03-02", "phone": "13800000000", "yes": True, "none": None,
    }  # fmt: skip


def test_other_readers_of_yaml_see_the_same_file() -> None:
    registry = registry_of(small_county())
    assert yaml.safe_load(write_yaml(registry)) == to_data(registry)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(lambda t: t == t.strip()))
def test_any_name_survives(name: str) -> None:
    data = small_county()
    row(data, "people", "r-1")["nickname"] = name
    text = write_yaml(registry_of(data))
    assert exported(text) == text
    assert yaml.safe_load(text)["people"][0]["nickname"] == name


@pytest.mark.parametrize(
    "name", ["true", "No", "null", "~", "0302", "1e3", "- a", "a: b", "a #b", "'", '"', "=", "张:"]
)
def test_a_name_that_yaml_would_read_in_another_way_is_quoted(name: str) -> None:
    data = small_county()
    row(data, "people", "r-1")["nickname"] = name
    assert yaml.safe_load(write_yaml(registry_of(data)))["people"][0]["nickname"] == name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: c: d\n", "第 2 行：这一行多了一个冒号，或缩进不对"),
        ("a: 1\nb: 2\na: 3\n", "第 3 行：「a」在第 1 行已经写过一次"),
        ("a:\n\t- b\n", "第 2 行：有不能直接写的符号，请给文字加引号，缩进用空格不用制表符"),
        ("a: 'x\nb: c\n", "第 3 行：引号没有写完"),
        ("a: !x y\n", "第 1 行：感叹号开头的文字请加引号"),
        ("a: 1\n---\nb: 2\n", "第 2 行：一个文件里只能有一份登记表，请去掉多出来的 ---"),
        ("a: &b 1\nc: *b\n", "第 2 行：星号开头的文字请加引号"),
        ("a: 1\n? [b]\n: c\n", "第 2 行：冒号前面只能写一个名称"),
        ("a: \x00\n", "文件里有不能识别的字符，请用 UTF-8 编码的纯文本"),
    ],
)
def test_what_is_no_yaml_is_told_by_line(text: str, sentence: str) -> None:
    assert read_yaml(text) == (None, (sentence,))
