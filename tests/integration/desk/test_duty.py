"""What people on duty say: 知道了, 静默, 降级, 换班, 交班, and what they and their groups hear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import ClockKind, Urgency
from tests.builders.talk import Talk, last_refusal
from tests.integration.desk.test_residents import LAMP

COORD = "g-coord-01"
WATER = "4号楼一早上没水了"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


def called(talk: Talk) -> str:
    """An urgent matter whose ladder has called; gives its number."""
    ticket = talk.opens("r-001", WATER)
    assert ticket.urgency is Urgency.URGENT
    talk.passes("31min")
    assert talk.ticket().step == 1
    return ticket.aloud


@pytest.mark.parametrize("words", ["@小格 {n} 知道了", "@小格 我在看"])
def test_an_answer_by_words_holds_the_calls(talk: Talk, words: str) -> None:
    number = called(talk)
    talk.says("u-09", words.format(n=number), to=COORD)
    talk.expects(COORD, number, "记下您在看")
    talk.passes("50min")
    assert talk.ticket().step == 1
    talk.passes("15min")
    assert talk.ticket().step == 2


def test_the_second_to_answer_hears_who_was_first(talk: Talk) -> None:
    number = called(talk)
    talk.says("u-09", f"@小格 {number} 知道了", to=COORD)
    talk.says("d-02", f"@小格 {number} 我在看", to=COORD)
    assert "已经说在看了" in last_refusal(talk)


def test_a_thank_you_without_a_matter_is_only_noted(talk: Talk) -> None:
    talk.says("d-02", "@小格 知道了", to=COORD)
    assert not talk.tickets()


def test_a_silence_is_granted_to_who_may_and_ends(talk: Talk) -> None:
    number = called(talk)
    talk.says("u-09", f"@小格 静默 {number} 2小时", to=COORD)
    assert "不能静默" in last_refusal(talk)
    talk.says("d-02", f"@小格 静默 {number} 2小时", to=COORD)
    talk.expects(COORD, number, "提醒停到")
    assert ClockKind.SILENCE in talk.clocks()
    talk.passes("1h 50min")
    assert talk.ticket().step == 1
    talk.passes("15min")
    assert talk.ticket().step == 2
    talk.expects("d-02", number, "静默到时间了", ever=True)


def test_lowering_asks_for_a_reason(talk: Talk) -> None:
    number = called(talk)
    talk.says("d-02", f"@小格 {number} 降级", to=COORD)
    assert "要写原因" in last_refusal(talk)
    talk.says("d-02", f"@小格 {number} 降级，原因是已经来水了", to=COORD)
    assert talk.ticket().urgency is Urgency.NORMAL


def test_a_resident_orders_none_of_it(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    for words in (f"@小格 静默 {ticket.aloud} 2小时", "@小格 换班 明天", "@小格 交班 看一眼河边"):
        talk.says("r-001", words)
    assert ClockKind.SILENCE not in talk.clocks()


def test_a_swap_is_asked_agreed_and_told(talk: Talk) -> None:
    other = talk.registry.person("d-03")
    assert other is not None
    talk.says("d-02", f"@小格 换班 后天白班 和 {other.name} 大后天夜班", to=COORD)
    talk.expects(COORD, "已去问", "同意之前，班不变")
    talk.expects("d-03", "想和您换班")
    talk.says("d-03", "@小格 同意换班", to=COORD)
    talk.expects("d-02", "同意换班")
    talk.says("d-03", "@小格 同意换班", to=COORD)
    assert "没有人等您答复换班" in last_refusal(talk)


def test_a_note_is_kept_without_being_said_again(talk: Talk) -> None:
    talk.says("d-02", "@小格 交班：河边的护栏松了，夜里去看一眼", to=COORD)
    talk.expects(COORD, "交班的话记下了")
    talk.expects_none(COORD, "护栏")
    talk.passes("12h")
    talk.expects("d-03", "上一班交代：河边的护栏松了", ever=True)
