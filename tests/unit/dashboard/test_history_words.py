"""Every line of history has its sentence, and residents are named nowhere."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.history_words import sentence
from registry.terms import What
from tests.builders.registry_rows import registry_of, small_county
from tests.builders.tickets import NOW
from tickets.model import HistoryLine

REGISTRY = registry_of(small_county())


def line(what: What, by: str | None = None, to: str | None = None, **facts: Any) -> HistoryLine:
    return HistoryLine(1, 1, NOW, what, by, to, facts, "")


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize("by", [None, "r-1", "wm-unknown", "u-1"])
def test_every_line_is_a_chinese_sentence_without_residents_names(what: What, by: str | None) -> None:
    words = sentence(REGISTRY, line(what, by))

    assert words
    assert what.value not in words
    assert "顾春燕" not in words
    assert "wm-unknown" not in words
    assert "None" not in words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (line(What.OPENED, "r-1", "m-1"), "居民反映，受理为诉求，首问责任人 白杨（网格员）"),
        (line(What.VOICE, "r-1", voices=3), "又有居民反映，共 3 个声音"),
        (line(What.ASSIGNED, None, "un-water", owner="u-1"), "交办给 县水务局，接单前由 江一帆（县水务局） 负责"),
        (line(What.ACCEPTED, "u-1"), "江一帆（县水务局） 接单"),
        (line(What.ACKNOWLEDGED, "d-1", "u-1", office=True),
         "程日升（值班员）在网格办页面代 江一帆（县水务局） 登记接单"),
        (line(What.HANDED_OVER, "d-1", "un-town", **{"from": "un-water"}),
         "程日升（值班员）转办给 柳渡镇人民政府（原为 县水务局）"),
        (line(What.RAISED, None, ladder="accept", rung=2, step=2, calls=["g-cmd", "u-1"]),
         "接单超时，第 2 次升级，通知 云亭县指挥群、江一帆（县水务局）"),
        (line(What.RATED, "r-1", satisfied=False), "居民评价：不满意"),
        (replace(line(What.CORRECTED, "d-1"), facts={"from": "water", "to": "road"}), "程日升（值班员） 改类别：供水排水 → 道路桥梁"),
        (line(What.CLOSED, None, outcome="silent"), "关闭，评价：未回应"),
        (line(What.DANGER_ENDED, "d-1", false_alarm=True), "程日升（值班员） 确认是误报"),
    ],
)  # fmt: skip
def test_sentences(one: HistoryLine, words: str) -> None:
    assert sentence(REGISTRY, one) == words
