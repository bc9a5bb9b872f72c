"""What counts as the answer that a rating question asks for."""

import pytest

from bot.handlers.prompted import awaiting, may_be_answer, rating_in
from registry.terms import Act, Status
from tests.builders.tickets import NOW, a_ticket, minutes
from tickets.model import Candidate


@pytest.mark.parametrize("words", ["好了", "好了，谢谢", "修好了", "已经修好了，辛苦", "1124-3 好了", "@小格 1124-3 好了", "解决了", "通了"])
def test_it_is_settled(words: str) -> None:
    assert rating_in(words) is True


@pytest.mark.parametrize("words", ["没好", "还没好", "还没好，还在漏", "没修好，又漏了", "1124-3 没好", "还是没有解决", "根本没修"])
def test_it_is_not_settled(words: str) -> None:
    assert rating_in(words) is False


@pytest.mark.parametrize(
    "words",
    ["好了吗", "好了没", "修好了？", "没修好吗", "好的", "好", "好了伤疤忘了疼，这些年咱们院里的事说起来就长了", "我饭做好了", "不好意思", "没事"],
)
def test_it_is_neither(words: str) -> None:
    assert rating_in(words) is None


def candidate(number: str, status: Status, hour: int) -> Candidate:
    ticket = a_ticket(number, status=status, done_at=NOW + minutes(60 * hour))
    return Candidate(ticket, frozenset(), frozenset({"r1", "r2"}))


def meant(satisfied: bool, *candidates: Candidate, sender: str = "r1") -> str | None:
    found = awaiting(candidates, sender, "", satisfied=satisfied)
    return found.ticket.number if found else None


def test_what_waits_for_an_answer_is_meant_before_what_is_closed() -> None:
    waits, closed = candidate("2026-0302-1", Status.DONE, 1), candidate("2026-0302-2", Status.CLOSED, 5)
    assert meant(False, waits, closed) == meant(True, waits, closed) == "2026-0302-1"


def test_not_settled_counts_after_a_neighbour_has_closed_it_and_settled_says_nothing_more() -> None:
    older, closed = candidate("2026-0302-1", Status.CLOSED, 1), candidate("2026-0302-2", Status.CLOSED, 5)
    assert meant(False, older, closed) == "2026-0302-2"
    assert meant(True, older, closed) is None
    assert meant(False, closed, sender="r9") is None, "only of those who told it"


@pytest.mark.parametrize(
    ("words", "may"), [("没好，六楼还没有水", True), ("还没好 又漏了", True), ("没好", True), ("没好几天又停水了", False), ("六楼还没有水", False)],
)
def test_a_report_that_begins_with_the_words_asked_for_is_an_answer(words: str, may: bool) -> None:
    assert may_be_answer(Act.REPORT, words) is may
    assert may_be_answer(Act.CHAT, words)
    assert not may_be_answer(Act.COMMAND, words)
