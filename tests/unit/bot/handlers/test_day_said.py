"""Days and reasons in orders: 「挂账到4月15日，等材料」."""

from __future__ import annotations

from datetime import date

import pytest

from bot.handlers.day_said import day_said, reason_said

#: A Monday.
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("挂账到4月15日，等材料", date(2026, 4, 15)),
        ("挂账到2026-04-15", date(2026, 4, 15)),
        ("到2月10号复查", date(2027, 2, 10)),
        ("到15号", date(2026, 3, 15)),
        ("到1号", date(2026, 4, 1)),
        ("延期三天", date(2026, 3, 5)),
        ("延期10天", date(2026, 3, 12)),
        ("明天再看", date(2026, 3, 3)),
        ("大后天", date(2026, 3, 5)),
        ("一周后", date(2026, 3, 9)),
        ("下周三", date(2026, 3, 11)),
        ("下星期天", date(2026, 3, 15)),
        ("两个月", date(2026, 5, 1)),
        ("半个月", date(2026, 3, 17)),
        ("月底前", date(2026, 3, 31)),
        ("下月底", date(2026, 4, 30)),
        ("年底", date(2026, 12, 31)),
        ("2月30日", None),
        ("等材料到了再说", None),
    ],
)
def test_the_day(words: str, day: date | None) -> None:
    assert day_said(words, TODAY) == day


@pytest.mark.parametrize(
    ("today", "words", "day"),
    [
        (date(2026, 12, 20), "到5号", date(2027, 1, 5)),
        (date(2026, 12, 20), "下月底", date(2027, 1, 31)),
        (date(2026, 11, 30), "下月底", date(2026, 12, 31)),
        (date(2026, 12, 20), "月底", date(2026, 12, 31)),
    ],
)
def test_over_the_turn_of_the_year(today: date, words: str, day: date) -> None:
    assert day_said(words, today) == day


@pytest.mark.parametrize("words", ["挂账", "挂账到4月15日", "申请延期三天", "先挂账，下周三复查", "不合理诉求"])
def test_a_day_alone_is_no_reason(words: str) -> None:
    assert reason_said(words) == ""


@pytest.mark.parametrize("words", ["挂账到4月15日，等材料", "要等雨停，延期三天", "不合理诉求，要占别家的地"])
def test_what_is_said_beside_it_is_the_reason(words: str) -> None:
    assert reason_said(words) == words
