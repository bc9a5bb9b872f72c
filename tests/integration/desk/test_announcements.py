"""Announced outages: they answer a later report and are no ticket, until their end has passed by 30 minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders.talk import Talk

NOTICE = "【停水通知】今天9点到12点河湾花园停水检修，请大家提前储水"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk("2026-03-02 08:00") as talk:
        talk.says("m-01", NOTICE, to="g-basic-01")
        assert talk.said == []
        yield talk


@pytest.mark.parametrize("words", ["我家没水了", "5号楼咋没水了", "俺屋停水咧，咋回事", "水停了，有人管没"])
@pytest.mark.parametrize("moment", ["2026-03-02 09:05", "2026-03-02 11:50", "2026-03-02 12:25"])
def test_a_report_inside_is_answered_with_its_words(talk: Talk, words: str, moment: str) -> None:
    talk.until(moment)
    talk.says("r-001", words)
    talk.expects("g-basic-01", "已有通知", "9点到12点")
    assert talk.tickets() == []


@pytest.mark.parametrize("words", ["我家还没水", "5号楼没水了", "都过点了水还没来，没水做饭"])
def test_half_an_hour_after_its_end_it_is_a_matter(talk: Talk, words: str) -> None:
    talk.until("2026-03-02 12:30")
    talk.says("r-001", words)
    assert len(talk.tickets()) == 1
    talk.expects("g-basic-01", "收到，记下了")


def test_before_its_beginning_it_is_a_matter(talk: Talk) -> None:
    talk.until("2026-03-02 08:30")
    talk.says("r-001", "5号楼没水了")
    assert len(talk.tickets()) == 1


def test_another_category_is_a_matter(talk: Talk) -> None:
    talk.until("2026-03-02 09:30")
    talk.opens("r-001", "5号楼停电了，电梯也停了")


def test_another_estate_is_a_matter(talk: Talk) -> None:
    talk.until("2026-03-02 09:30")
    talk.opens("r-008", "我们2栋没水了，一早上都没来水")


def test_danger_is_never_answered_with_an_announcement() -> None:
    with Talk("2026-03-02 08:00") as talk:
        talk.says("m-01", "【停气通知】今天9点到12点河湾花园停气检修", to="g-basic-01")
        talk.until("2026-03-02 09:30")
        talk.says("r-001", "5号楼煤气漏了，味道呛得很，有人晕倒了")
        assert talk.ticket().in_danger


def test_without_an_end_it_holds_six_hours() -> None:
    with Talk("2026-03-02 08:00") as talk:
        talk.says("m-01", "【停水通知】主管道抢修，河湾花园今天停水，恢复时间另行通知", to="g-basic-01")
        talk.passes("6h 20min")
        talk.says("r-001", "5号楼没水了")
        assert talk.tickets() == []
        talk.passes("15min")
        talk.says("r-002", "7号楼没水了")
        assert len(talk.tickets()) == 1


def test_a_question_is_answered_before_it_begins() -> None:
    with Talk("2026-03-02 18:00") as talk:
        talk.says("m-01", "【停水通知】明天8点到12点河湾花园停水检修", to="g-basic-01")
        talk.passes("1h")
        talk.says("r-001", "请问明天停水吗，几点停")
        talk.expects("g-basic-01", "已有通知", "明天8点到12点")
        assert talk.tickets() == []


@pytest.mark.parametrize(("words", "opened"), [
    ("又停水，去我妈那洗澡", 0), ("停水了又要提水", 0), ("5号楼没水了", 1), ("已经停水了啊", 1), ("咋现在就停水了", 1),
])
def test_what_is_said_of_it_at_once_is_no_matter_unless_it_is_off_now(talk: Talk, words: str, opened: int) -> None:
    talk.until("2026-03-02 08:10")
    talk.says("r-001", words)
    assert len(talk.tickets()) == opened


def test_that_it_is_back_is_not_laid_to_a_matter_of_days_ago() -> None:
    with Talk("2026-02-28 08:00") as other:
        other.opens("r-001", "5号楼没水了")
        other.until("2026-03-02 08:00")
        other.says("m-01", NOTICE, to="g-basic-01")
        other.until("2026-03-02 11:58")
        other.says("r-001", "来水了，比说的早一点")
        assert not any(line.facts.get("recovery") for line in other.history())
