"""What the people of units say: accept, return with a reason, hand over, done with a picture, 我的单, 请假代班."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import Category, ClockKind, Status, What
from tests.builders.talk import BOT, Talk, last_refusal
from tests.integration.desk.test_residents import LAMP

COORD = "g-coord-01"
WATER = "4号楼一早上没水了"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


@pytest.mark.parametrize("words", ["@小格 接单", "@小格 {n} 接了", "@小格 我们物业来办", "@小格 收到，这个我们受理", "@小格 {n} 我们先接手"])
def test_a_unit_accepts(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", words.format(n=ticket.aloud), to=COORD)
    now = talk.ticket()
    assert (now.status, now.owner) == (Status.ACCEPTED, "u-09")
    assert ClockKind.ACCEPT not in talk.clocks()
    heard = [line for line in talk.said if line.get("group") == COORD]
    assert ["由河湾花园物业公司芮家和接单了" in line["text"] for line in heard] == [True], "it is told there once, by name"
    talk.expects("g-basic-01", ticket.aloud, "已接单")


def test_a_unit_that_takes_on_what_the_desk_does_not_know_gets_a_ticket_of_its_own(talk: Talk) -> None:
    """公交甩站 is not the lamp: the only ticket that waits for the unit must not be taken for it."""
    lamp = talk.opens("r-001", LAMP)
    bus = talk.opens("u-09", "@小格 12路公交在东门口甩站不停，这个我们接了", to=COORD)
    assert (bus.category, bus.status, bus.owner) == (Category.TRAFFIC, Status.ACCEPTED, "u-09")
    assert talk.ticket(lamp.id).status is Status.ASSIGNED
    talk.expects(COORD, bus.aloud, "接单了")


def test_accepting_by_the_card_is_the_same_and_a_second_click_changes_nothing(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.clicks("u-09", "accept")
    assert (talk.ticket().status, talk.ticket().owner) == (Status.ACCEPTED, "u-09")
    talk.expects("g-basic-01", ticket.aloud, "已接单")
    lines = len(talk.history())
    talk.clicks("u-09", "accept")
    assert "已经接单" in last_refusal(talk)
    assert len(talk.history()) == lines


def test_a_card_of_a_finished_matter_is_refused(talk: Talk) -> None:
    talk.opens("r-001", LAMP)
    talk.says("r-001", "@小格 不用了")
    before = talk.ticket()
    talk.clicks("u-09", "accept")
    assert "已经结束" in last_refusal(talk)
    talk.clicks("u-09", "done")
    assert "已经结束" in last_refusal(talk)
    talk.clicks("u-09", "accept", task="t99-1")
    assert talk.ticket() == before


@pytest.mark.parametrize("words", ["@小格 {n} 退回", "@小格 不归我们管", "@小格 {n} 退单"])
def test_a_return_without_a_reason_is_asked_for_one(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", words.format(n=ticket.aloud), to=COORD)
    talk.expects(COORD, "原因", ticket.aloud)
    assert talk.ticket().status is Status.ASSIGNED


@pytest.mark.parametrize(
    "words", ["@小格 {n} 退回，这个灯是城管装的", "@小格 退回 这是市政路灯，归城管局修", "@小格 {n} 不归我们管，路灯归城管局"]
)
def test_a_return_with_its_reason_goes_to_the_sponsor(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    done_at = talk.clocks()[ClockKind.DONE].limit_at
    talk.says("u-09", words.format(n=ticket.aloud), to=COORD)
    now = talk.ticket()
    assert (now.status, now.unit, now.owner) == (Status.OPEN, None, "u-04")
    assert talk.clocks()[ClockKind.DONE].limit_at == done_at
    talk.expects(COORD, ticket.aloud, "已退回", "匡正堂")
    assert "城管" in talk.expects("u-04", ticket.aloud, "退回了", kind="card")["text"]


def test_returning_by_the_card_asks_for_the_reason(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.clicks("u-09", "return")
    talk.expects("u-09", ticket.aloud, "为什么退回")
    assert talk.ticket().status is Status.ASSIGNED


def test_another_units_matter_is_not_returned(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-01", f"@小格 {ticket.aloud} 退回，不归我们", to=COORD)
    assert last_refusal(talk)
    assert talk.ticket().unit == "un-06"


@pytest.mark.parametrize("words", ["@小格 {n} 转给城管局", "@小格 {n} 请县城市管理局处理", "@小格 {n} 移交给城管局"])
def test_a_unit_hands_over(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", words.format(n=ticket.aloud), to=COORD)
    assert (talk.ticket().unit, talk.ticket().status) == ("un-05", Status.ASSIGNED)
    talk.expects(COORD, "已转给县城市管理局", ticket.aloud)
    talk.expects("u-08", ticket.aloud, kind="card")


@pytest.mark.parametrize("words", ["@小格 {n} 办结", "@小格 灯修好了", "@小格 {n} 换了新灯泡，弄好咯", "@小格 这件处理完了"])
def test_a_unit_is_done(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", "@小格 接单", to=COORD)
    talk.says("u-09", words.format(n=ticket.aloud), to=COORD)
    assert talk.ticket().status is Status.DONE
    talk.expects("g-basic-01", "好了请回「好了」", kind="ask_rating")


def test_the_picture_sent_just_before_goes_with_done(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", f"{ticket.aloud} 接单", to=BOT)
    talk.says("u-09", "", to=BOT, kind="image")
    assert talk.said == []
    talk.says("u-09", f"{ticket.aloud} 办结", to=BOT)
    done = next(line for line in talk.history() if line.what is What.DONE)
    assert done.facts["photo"] is True
    talk.expects("g-basic-01", "拍了照片留底", kind="ask_rating")


def test_a_picture_of_long_before_does_not(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", "", to=BOT, kind="image")
    talk.passes("40min")
    talk.says("u-09", f"{ticket.aloud} 办结", to=BOT)
    assert next(line for line in talk.history() if line.what is What.DONE).facts["photo"] is False


def test_done_by_the_card(talk: Talk) -> None:
    talk.opens("r-001", LAMP)
    talk.clicks("u-09", "accept")
    talk.clicks("u-09", "done")
    assert talk.ticket().status is Status.DONE
    talk.expects("g-basic-01", "好了请回「好了」")


@pytest.mark.parametrize("words", ["@小格 我的单", "@小格 我们还有哪些没办", "@小格 我还有几件没办完"])
def test_a_unit_asks_what_is_left(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", words, to=COORD)
    talk.expects(COORD, "还没办完的有1件", ticket.aloud)


def test_several_of_their_own_are_asked_for_and_a_number_decides(talk: Talk) -> None:
    first = talk.opens("r-001", WATER)
    talk.passes("3h")
    second = talk.opens("h-01", "@小格 报事 8号楼下水管爆了，污水往外冒")
    assert (first.unit, second.unit) == ("un-01", "un-01")
    talk.says("u-02", "@小格 接单", to=COORD)
    question = talk.expects(COORD, "您要接单的是哪一件", first.aloud, second.aloud, kind="question")
    assert question["form"] == "direct"
    assert all(ticket.status is Status.ASSIGNED for ticket in talk.tickets())
    talk.says("u-02", f"@小格 {second.aloud}", to=COORD)
    assert [ticket.status for ticket in talk.tickets()] == [Status.ASSIGNED, Status.ACCEPTED]
    talk.expects(COORD, second.aloud, "接单了")
    # Now only one waits: no question.
    talk.says("u-02", "@小格 接单", to=COORD)
    assert all(ticket.status is Status.ACCEPTED for ticket in talk.tickets())
    talk.says("u-02", "@小格 办结", to=COORD)
    talk.expects(COORD, "您要办结的是哪一件", kind="question")
    talk.says("u-02", first.aloud + " @小格", to=COORD)
    assert [ticket.status for ticket in talk.tickets()] == [Status.DONE, Status.ACCEPTED]


def test_a_bare_number_without_a_question_before_it_does_nothing(talk: Talk) -> None:
    ticket = talk.opens("r-001", WATER)
    talk.says("u-02", f"@小格 {ticket.aloud}", to=COORD)
    assert talk.ticket().status is Status.ASSIGNED


@pytest.mark.parametrize("words", ["@小格 明天请假，叶星辰代班", "@小格 我明天有事，请叶星辰替班", "@小格 明天 叶星辰顶班"])
def test_leave_names_who_stands_in(talk: Talk, words: str) -> None:
    talk.says("d-02", words, to=COORD)
    talk.expects(COORD, "时守正", "叶星辰", "顶")


def test_leave_without_a_colleague_says_how(talk: Talk) -> None:
    talk.says("d-02", "@小格 明天请假", to=COORD)
    assert "代班" in last_refusal(talk)


@pytest.mark.parametrize("words", ["@小格 {n} 已联系居民", "@小格 {n} 电话联系过住户了"])
def test_first_contact_is_noted(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-09", "@小格 接单", to=COORD)
    talk.says("u-09", words.format(n=ticket.aloud), to=COORD)
    assert ClockKind.FIRST_CONTACT not in talk.clocks()
    assert "contacted" in talk.whats()
