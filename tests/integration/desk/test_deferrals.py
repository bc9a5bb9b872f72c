"""挂账, 延期, 不合理诉求, 自行解决, 拆分 and the arbiter, in the words and with the buttons of those who ask for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import ClockKind, Outcome, Status
from tests.builders.talk import Talk, last_refusal
from tests.integration.desk.test_residents import LAMP
from tickets.model import Ticket

BASIC, COORD = "g-basic-01", "g-coord-01"
#: 物业公司 does the lamp; l-01 leads the grid, d-01 is the grid office.
UNIT, LEADER, OFFICE, MEMBER = "u-09", "l-01", "d-01", "m-01"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


def accepted(talk: Talk) -> Ticket:
    talk.opens("r-001", LAMP)
    talk.says(UNIT, "@小格 接单", to=COORD)
    return talk.ticket()


def test_shelved_by_the_leader_and_taken_up_again(talk: Talk) -> None:
    ticket = accepted(talk)
    talk.says(LEADER, f"@小格 {ticket.aloud} 挂账，3月20日复查，灯杆要等厂家", to=COORD)
    assert talk.ticket().status is Status.SHELVED
    assert talk.clocks()[ClockKind.REVIEW].due_at.date().isoformat() == "2026-03-20"
    talk.expects(BASIC, ticket.aloud, "先挂账", "3月20日")
    talk.expects(COORD, ticket.aloud, "3月20日复查", "灯杆要等厂家")
    talk.says(UNIT, f"@小格 {ticket.aloud} 恢复办理", to=COORD)
    assert talk.ticket().status is Status.ACCEPTED
    talk.expects(BASIC, ticket.aloud, "接着办")


def test_the_review_is_a_card_with_a_button(talk: Talk) -> None:
    ticket = accepted(talk)
    talk.says(LEADER, f"@小格 {ticket.aloud} 挂账到3月5日，灯杆要等厂家", to=COORD)
    talk.until("2026-03-05 09:05")
    talk.expects(UNIT, ticket.aloud, "复查", ever=True)
    talk.expects(OFFICE, ticket.aloud, "复查", ever=True)
    talk.clicks(UNIT, "resume")
    assert talk.ticket().status is Status.ACCEPTED


@pytest.mark.parametrize(
    ("words", "why"),
    [("挂账", "复查日期和原因"), ("挂账到3月20日", "复查日期和原因"), ("挂账到12月1日，等材料", "最晚5月31日")],
)
def test_without_reason_or_day_the_answer_says_how(talk: Talk, words: str, why: str) -> None:
    ticket = accepted(talk)
    talk.says(LEADER, f"@小格 {ticket.aloud} {words}", to=COORD)
    assert why in last_refusal(talk)
    assert talk.ticket().status is Status.ACCEPTED


def test_an_extension_is_asked_by_the_unit_and_granted_by_button(talk: Talk) -> None:
    ticket = accepted(talk)
    before = talk.clocks()[ClockKind.DONE]
    talk.says(UNIT, f"@小格 {ticket.aloud} 申请延期到3月13日，灯头要从厂家调", to=COORD)
    assert talk.clocks()[ClockKind.DONE] == before
    talk.expects(LEADER, ticket.aloud, "延期到3月13日", "灯头要从厂家调")
    talk.clicks(LEADER, "grant_extension")
    assert talk.clocks()[ClockKind.DONE].limit_at.date().isoformat() == "2026-03-13"
    talk.expects(BASIC, ticket.aloud, "延到3月13日")
    talk.expects(UNIT, ticket.aloud, "同意延期")
    talk.clicks(OFFICE, "refuse_extension")
    assert "没有等着定的申请" in last_refusal(talk)


def test_another_unit_asks_for_no_extension_of_it(talk: Talk) -> None:
    ticket = accepted(talk)
    talk.says("u-02", f"@小格 {ticket.aloud} 申请延期到3月13日，等配件", to=COORD)
    assert "不归您这一片或您的单位" in last_refusal(talk)


def test_the_members_of_a_unit_grant_nothing(talk: Talk) -> None:
    ticket = accepted(talk)
    talk.says(UNIT, f"@小格 {ticket.aloud} 申请延期到3月13日，等配件", to=COORD)
    talk.says(UNIT, f"@小格 {ticket.aloud} 同意延期", to=COORD)
    assert "不能批准延期" in last_refusal(talk)


def test_unreasonable_by_two_persons(talk: Talk) -> None:
    ticket = accepted(talk)
    talk.says(UNIT, f"@小格 {ticket.aloud} 不合理诉求，要把公共路灯接到他家院里", to=COORD)
    assert talk.ticket().status is Status.ACCEPTED
    talk.expects(OFFICE, ticket.aloud, "不合理诉求", "要把公共路灯接到他家院里")
    talk.clicks(OFFICE, "confirm_unreasonable")
    assert talk.ticket().status is Status.EXCLUDED
    told = talk.expects(BASIC, ticket.aloud, "先不办了", "网格员", "12345")
    assert "不合理" not in told["text"], "nobody is called unreasonable before his neighbours"
    talk.says(OFFICE, "@小格 今日情况", to="g-cmd-01")
    talk.expects("g-cmd-01", "核定为不合理的1件")


def test_who_proposed_it_does_not_confirm_it(talk: Talk) -> None:
    ticket = accepted(talk)
    talk.says(LEADER, f"@小格 {ticket.aloud} 不合理诉求，要把公共路灯接到他家院里", to=COORD)
    talk.says(LEADER, f"@小格 {ticket.aloud} 同意，不合理", to=COORD)
    assert "另一个人来定" in last_refusal(talk)
    assert talk.ticket().status is Status.ACCEPTED


def test_a_resident_says_that_they_settled_it_themselves(talk: Talk) -> None:
    ticket = accepted(talk)
    talk.says("r-001", f"@小格 {ticket.aloud} 自行解决，灯泡换上了")
    now = talk.ticket()
    assert (now.status, now.outcome) == (Status.CLOSED, Outcome.UNASKED)
    talk.expects(BASIC, ticket.aloud, "自己解决")
    talk.expects(COORD, ticket.aloud, "居民自己解决了")


@pytest.mark.parametrize("words", ["灯我们自己换好了", "路灯我们自己修好了"])
def test_said_in_free_talk_it_counts_too(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    message = talk.says("r-001", words)
    now = talk.ticket(ticket.id)
    assert (now.status, message in {m.id for m in talk.messages(ticket.id)}) == (Status.CLOSED, True)
    assert "settled_by_residents" in talk.whats(ticket.id)


def test_a_neighbour_who_did_not_tell_it_settles_nothing(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("r-002", "路灯我们自己修好了")
    assert talk.ticket(ticket.id).status is Status.ASSIGNED


def test_a_head_splits_what_is_another_matter(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("r-002", "我家也是", quote=talk.messages()[0].id)
    other = talk.messages()[-1].id
    talk.says("h-01", f"@小格 {ticket.aloud} 拆分", quote=other)
    old, new = talk.ticket(ticket.id), talk.tickets()[-1]
    assert new.id != old.id
    assert [m.id for m in talk.messages(new.id) if m.act.value != "command"] == [other]
    assert (new.linked_to, old.voices) == (old.id, 1)
    assert new.category is old.category
    talk.says("h-01", f"@小格 {ticket.aloud} 拆分")
    assert "请引用" in last_refusal(talk)


def test_a_resident_neither_shelves_nor_splits(talk: Talk) -> None:
    ticket = accepted(talk)
    for words in ("挂账到3月20日，等一等", "拆分", "同意延期"):
        talk.says("r-001", f"@小格 {ticket.aloud} {words}")
        assert "您的身份不能" in last_refusal(talk)
    assert talk.ticket().status is Status.ACCEPTED
