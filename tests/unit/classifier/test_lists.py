"""Word lists: their language, their errors, their words as they are met."""

from typing import Any

import pytest

from bot.classifier import Classifier, LexiconData, LexiconError
from bot.classifier.normal import Normaliser
from bot.classifier.patterns import parse
from bot.classifier.scan import Rule, Scanner
from bot.classifier.segment import best_cutter, boundaries, jieba_cutter
from tests.unit.classifier.builders import county_data, table_sentences


def _scan(line: str, text: str) -> bool:
    scanner = Scanner([Rule("tell", "x", "甲", parse(line, {"没": ["没", "冇"]}))])
    return scanner.scan(text).has("tell")


@pytest.mark.parametrize(
    ("line", "text", "met"),
    [
        ("停水|停电", "又停电了", True),
        ("路灯|楼道灯 ~ 不亮|坏", "路灯又不亮了", True),
        ("路灯 ~ 不亮", "不亮的是路灯", False),
        ("路灯 & 不亮", "不亮的是路灯", True),
        ("路灯 ~ 不亮", "路灯。今天不亮", False),
        ("路灯 ~ 不亮", "路灯从上个星期三晚上开始就不亮了", False),
        ("<没>水", "冇水", True),
        ("<没>水", "有水", False),
    ],
)
def test_the_lists_language(line: str, text: str, met: bool) -> None:
    assert _scan(line, text) is met


def test_masked_words_do_not_count() -> None:
    rules = [Rule("tell", "x", "甲", parse("没电", {})), Rule("mask", "masks", "masks", parse("没电影", {}))]
    assert not Scanner(rules).scan("晚上没电影看").has("tell")
    assert Scanner(rules).scan("晚上没电").has("tell")


def test_all_errors_of_the_lists_come_at_once_in_chinese() -> None:
    data = county_data()
    categories: dict[str, Any] = {**data.categories, "wather": {"name": "水"}}
    categories["water"] = {**categories["water"], "tels": [], "tells": ["<缺>水", 3]}
    danger = {**data.danger, "place": [{"name": "火情", "category": "fire", "tells": []}]}
    words = {**data.words, "negations": [1]}
    with pytest.raises(LexiconError) as caught:
        Classifier.from_data(LexiconData(categories, danger, words, data.places))
    text = "\n".join(caught.value.errors)
    for part in ("wather", "tels", "缺", "应是文字", "fire", "negations"):
        assert part in text
    assert len(caught.value.errors) >= 6


def test_heard_text_is_made_comparable() -> None:
    normal = Normaliser({"楼到登": "楼道灯"}, {"tingdian": "停电"})
    assert normal("樓道燈壞了") == "楼道灯坏了"
    assert normal("楼到登坏了") == "楼道灯坏了"
    assert normal("３号楼　tingdian 了") == "3号楼 停电 了"
    assert normal("@小格 3号楼停水", ("小格",)) == "3号楼停水"
    assert normal("@老王 你家有水没", ("小格",)) == "你家有水没"
    assert normal("") == ""


def test_the_fast_cutter_cuts_as_jieba_does() -> None:
    words = county_data().words["segment"]
    fast, reference = best_cutter(words), jieba_cutter(words)
    sentences = table_sentences()
    same = sum(fast(sentence) == reference(sentence) for sentence in sentences)
    assert same / len(sentences) >= 0.95
    assert "网格员" in fast("网格员来看过了")


def test_boundaries_are_positions_of_words() -> None:
    assert boundaries(["没", "电影"]) == {0, 1, 3}


def test_no_repr_shows_heard_words() -> None:
    scan = Scanner([Rule("tell", "water", "供水", parse("停水", {}))]).scan("我家停水了")
    assert "停水" not in repr(scan.of("tell"))
    assert "停水" not in repr(scan)
