"""Calls for help as people send them in floods, fires and landslides, and the news of such things, which is no danger here.

Both lists were written for this project by hands that knew nothing of the reader; the lists were widened with the first
half in sight and measured on the second before it was looked at (0.72 of the calls, 9 % of the news).
"""

from __future__ import annotations

from pathlib import Path

from bot.classifier.where import NOWHERE
from registry.terms import DangerKind
from tests.unit.classifier.builders import alone, county_classifier


def _lines(name: str) -> list[str]:
    return [line for line in Path(__file__).with_name(name).read_text("utf-8").splitlines() if line.strip()]


def _dangers(lines: list[str]) -> list[str]:
    reader = county_classifier()
    return [line for line in lines if reader.read(alone(line), (), NOWHERE).danger is not None]


def test_calls_for_help_raise_danger() -> None:
    lines = _lines("pleas.txt")
    missed = sorted(set(lines) - set(_dangers(lines)))
    assert len(lines) >= 390
    assert len(missed) <= 0.17 * len(lines), missed


def test_news_of_accidents_raises_none() -> None:
    lines = _lines("accident_news.txt")
    cried = _dangers(lines)
    assert len(lines) >= 390
    assert len(cried) <= 0.02 * len(lines), cried


def test_peril_and_helpless_may_stand_far_apart() -> None:
    far = "水已经漫到二楼楼梯了，昨天夜里开始的，整条街没有灯，我们这边信号时有时无，打了好多电话都占线，家里有一个老人和一个刚满月的娃"
    verdict = county_classifier().read(alone(far), (), NOWHERE)
    assert (verdict.danger, verdict.doubt) == (DangerKind.PLACE, False)


def test_a_plight_alone_is_none_and_with_somebody_in_it_who_calls_it_is() -> None:
    read = lambda text: county_classifier().read(alone(text), (), NOWHERE).danger  # noqa: E731 - a short name for the lines below
    assert read("今天堵车，半天出不来") is None
    assert read("求救！两个老人在一楼出不来") is DangerKind.PLACE


def test_a_rescue_told_is_none_unless_somebody_still_waits() -> None:
    read = lambda text: county_classifier().read(alone(text), (), NOWHERE).danger  # noqa: E731 - as above
    told = "屋顶上困着的一家四口已经获救，感谢救援队"
    assert read(told) is None
    assert read(told + "，但爷爷还在屋顶上，水还在涨，求求再来一趟") is DangerKind.PLACE
