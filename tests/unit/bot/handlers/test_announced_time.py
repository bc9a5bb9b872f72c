"""From and until in the words of an announcement."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.clock import CHINA
from bot.handlers.announced_time import announced_span

SAID = datetime(2026, 3, 2, 7, 30, tzinfo=CHINA)


def moment(text: str | None) -> datetime | None:
    return datetime.strptime(f"2026-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA) if text else None


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("今天8点到12点停水检修", "02 08:00", "02 12:00"),
        ("3月2日上午9:00至下午5:30检修", "02 09:00", "02 17:30"),
        ("明天早上八点到下午两点半停电", "03 08:00", "03 14:30"),
        ("今晚10点到明早6点停水", "02 22:00", "03 06:00"),
        ("晚上10点到6点停气", "02 22:00", "03 06:00"),
        ("下午2点到5点停水", "02 14:00", "02 17:00"),
        ("2点到4点停电", "02 14:00", "02 16:00"),
        ("22:00-次日6:00封路", "02 22:00", "03 06:00"),
        ("凌晨1点到夜里4点停水", "03 01:00", "03 04:00"),
        ("8:30—11:30 停电", "02 08:30", "02 11:30"),
        ("上午九点半到十一点停水", "02 09:30", "02 11:00"),
        ("3号（周二）14:00至18:00停水", "03 14:00", "03 18:00"),
        ("3月2日8时至3月3日8时停水", "02 08:00", "03 08:00"),
        ("预计中午12点恢复供水", None, "02 12:00"),
        ("停到下午3点", None, "02 15:00"),
        ("下午5点前恢复供水", None, "02 17:00"),
        ("明天8点起停水，预计需要6小时", "03 08:00", "03 14:00"),
        ("正在抢修，大约两小时", None, "02 09:30"),
        ("今天上午停水，请大家提前储水", None, None),
        ("5号楼3单元停水，2月30日8点到9点", "02 08:00", "02 09:00"),
    ],
)
def test_a_span(words: str, start: str | None, end: str | None) -> None:
    assert announced_span(words, SAID) == (moment(start), moment(end))


def test_what_is_over_when_it_is_said_is_tomorrows() -> None:
    evening = SAID.replace(hour=20)
    assert announced_span("8点到12点停水", evening) == (moment("03 08:00"), moment("03 12:00"))


@pytest.mark.parametrize("words", ["", "停水", "99点到88点停水", "25:61-26:99", "电话0912-8点", "1" * 500])
def test_odd_words_raise_nothing(words: str) -> None:
    start, end = announced_span(words, SAID)
    assert start is None or start.tzinfo is not None
    assert end is None or end.tzinfo is not None
