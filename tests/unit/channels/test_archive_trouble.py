from datetime import datetime, timedelta

from bot.channels.archive import Batch
from bot.channels.archive_helper import ArchiveUnavailable
from bot.channels.archive_trouble import ArchiveTrouble
from bot.channels.times import CHINA

START = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
EMPTY = Batch((), 7, 0)


class Clock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


def test_silence_is_told_after_ten_minutes_with_the_reason_and_ends_with_an_answer() -> None:
    clock = Clock()
    trouble = ArchiveTrouble(clock.now)
    trouble.failed(ArchiveUnavailable(10009))
    clock.at += timedelta(minutes=10)
    assert list(trouble.findings()) == []
    clock.at += timedelta(seconds=1)
    [said] = trouble.findings()
    assert "可信 IP" in said
    assert "5 天" not in said
    trouble.answered(EMPTY)
    assert list(trouble.findings()) == []


def test_from_the_second_day_it_says_until_when_nothing_is_lost() -> None:
    clock = Clock()
    trouble = ArchiveTrouble(clock.now)
    trouble.failed(ArchiveUnavailable())
    clock.at += timedelta(days=1, hours=1)
    assert "3月7日9时前" in next(trouble.findings())
    clock.at += timedelta(days=4)
    assert "取不回来了" in next(trouble.findings())


def test_a_start_knows_until_when_the_ear_heard_before() -> None:
    clock = Clock()
    trouble = ArchiveTrouble(clock.now, lambda: "组件打不开。")
    trouble.begin(START - timedelta(days=2))
    assert "组件打不开" in next(trouble.findings())
    later = ArchiveTrouble(clock.now)
    later.begin(None)
    assert list(later.findings()) == []


def test_a_key_that_is_waited_for_is_named() -> None:
    clock = Clock()
    trouble = ArchiveTrouble(clock.now)
    trouble.answered(Batch((), 7, 0, waits_for=4))
    assert "4.pem" in next(trouble.findings())
    clock.at += timedelta(days=2)
    assert "3月7日9时前" in next(trouble.findings())
    trouble.answered(EMPTY)
    assert list(trouble.findings()) == []
