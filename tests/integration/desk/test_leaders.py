"""What leaders say (督办, 批示, 今日情况), and the five lines at 08:00 in the command group."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import Status, Urgency
from tests.builders.talk import Talk, last_refusal
from tests.integration.desk.test_residents import LAMP

COMMAND = "g-cmd-01"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


@pytest.mark.parametrize(
    "words",
    ["@小格 {n} 督办，三天内修好", "@小格 {n} 请物业限三日内办结", "@小格 批示：{n} 请抓紧，老人摔了谁负责", "@小格 {n} 挂牌督办"],
)
def test_a_leader_supervises_in_his_own_words(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("c-01", words.format(n=ticket.aloud), to=COMMAND)
    assert "supervised" in talk.whats()
    talk.expects(COMMAND, ticket.aloud, kind="answer")
    talk.expects("g-coord-01", "督办", ticket.aloud, "关远山")
    talk.expects("u-09", "督办", ticket.aloud)
    talk.expects("u-04", "督办", ticket.aloud)
    assert talk.ticket().status is Status.ASSIGNED


def test_at_once_lifts_the_rank(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("c-01", f"@小格 {ticket.aloud} 督办，特急，马上修", to=COMMAND)
    assert talk.ticket().urgency is Urgency.URGENT


@pytest.mark.parametrize("words", ["@小格 今日情况", "@小格 今天咋样", "@小格 今天情况怎么样", "@小格 今日小结"])
def test_todays_figures(talk: Talk, words: str) -> None:
    talk.opens("r-001", LAMP)
    talk.says("c-01", words, to=COMMAND)
    talk.expects(COMMAND, "新增1件", "办结0件", "没办完的1件", kind="answer")


def test_a_resident_or_a_unit_member_may_not_ask_for_the_figures(talk: Talk) -> None:
    talk.says("u-08", "@小格 今日情况", to="g-coord-01")
    assert "身份不能" in last_refusal(talk)
    talk.says("h-01", "@小格 督办", to="g-basic-01")
    assert last_refusal(talk)


def test_five_lines_at_eight(talk: Talk) -> None:
    """New, settled, overdue with who holds them, dangers, repeated."""
    talk.opens("r-001", LAMP)
    talk.clicks("u-09", "accept")
    talk.clicks("u-09", "done")
    talk.says("r-001", "好了")
    late = talk.opens("r-002", "4号楼一早上没水了")
    for resident in ("r-003", "r-004", "r-006"):
        talk.says(resident, "我家也没水")
    talk.opens("r-014", "松坪一组老磨坊着火了，快来人")
    talk.says("m-04", "@小格 解除", to="g-coord-02")
    talk.until("2026-03-03 08:01")
    brief = talk.expects(COMMAND, "新增3件", kind="brief")
    lines = brief["text"].split("\n")
    assert len(lines) == 5
    assert "办结1件" in lines[1]
    assert late.aloud in lines[2]
    assert "县水务局" in lines[2]
    assert "险情1件" in lines[3]
    assert lines[4].startswith("反复说起的")
    assert not [line for line in talk.all_said if line["kind"] == "brief" and line["group"] != COMMAND]
