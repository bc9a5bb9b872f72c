"""平战转换, the 17:00 proof, quiet hours and warnings as people say and hear them, over the shipped sample county."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders.talk import Talk, last_refusal


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


def test_a_county_leader_switches_it_on_and_the_office_off(talk: Talk) -> None:
    talk.says("c-01", "@小格 进入战时 北河水位超警 到3月3日18点", to="g-cmd-01")
    talk.expects("g-cmd-01", "好的，已进入战时", "到3月3日 18:00", kind="answer")
    for group in ("g-coord-01", "g-cmd-01", "g-office-01"):
        talk.expects(group, "现在进入战时，到3月3日 18:00", "北河水位超警", kind="alarm")
    talk.says("d-01", "@小格 结束战时", to="g-office-01")
    talk.expects("g-coord-01", "战时结束", kind="alarm")


def test_it_ends_by_itself_and_the_morning_lines_name_it(talk: Talk) -> None:
    talk.says("c-01", "@小格 进入战时 北河水位超警 到3月3日18点", to="g-cmd-01")
    talk.until("2026-03-03 08:01")
    talk.expects("g-cmd-01", "【战时】", "到3月3日 18:00", kind="brief")
    talk.until("2026-03-03 18:01")
    talk.expects("g-coord-01", "战时到时间，自动结束", kind="alarm")


def test_who_may_not_is_told_who_may(talk: Talk) -> None:
    talk.says("u-21", "@小格 进入战时 水管爆了", to="g-cmd-01")
    assert "县领导或网格办" in last_refusal(talk)


def test_without_a_reason_it_is_asked_for(talk: Talk) -> None:
    talk.says("c-01", "@小格 进入战时", to="g-cmd-01")
    assert "写明原因" in last_refusal(talk)


def test_a_ticket_of_it_keeps_its_limits(talk: Talk) -> None:
    talk.says("c-01", "@小格 进入战时 北河水位超警", to="g-cmd-01")
    ticket = talk.opens("r-001", "咱们3号楼下的井盖破了一个大口子")
    assert ticket.policy == "2026-01+emergency"
    talk.says("d-01", "@小格 结束战时", to="g-office-01")
    talk.says("d-01", f"@小格 {ticket.aloud} 换规则，汛情过去了", to="g-office-01")
    moved = talk.ticket(ticket.id)
    assert (moved.policy, moved.round) == ("2026-01", 2)
    assert "repinned" in talk.whats(ticket.id)
    talk.expects("g-office-01", ticket.aloud, "按新版规则办")


def test_at_five_the_office_hears_the_proof(talk: Talk) -> None:
    talk.until("2026-03-02 17:01")
    talk.expects("g-office-01", "今晚的催办走了一遍", kind="proof")


def test_what_is_not_urgent_waits_for_the_morning(talk: Talk) -> None:
    talk.until("2026-03-02 22:30")
    ticket = talk.opens("r-001", "咱们3号楼下的井盖破了一个大口子")
    talk.expects("g-basic-01", ticket.aloud, kind="receipt")
    night = talk.all_said[-1]["at"]
    assert not [line for line in talk.all_said if line["kind"] in ("card", "assigned") and line["ticket"] == ticket.number]
    talk.until("2026-03-03 07:01")
    told = [line for line in talk.said if line["kind"] == "assigned" and line["ticket"] == ticket.number]
    assert told
    assert min(line["at"] for line in told) > night


def test_the_unit_is_warned_before_the_limit(talk: Talk) -> None:
    ticket = talk.opens("r-001", "咱们3号楼下的井盖破了一个大口子")
    talk.until("2026-03-02 14:10")
    warned = [line for line in talk.said if line["ticket"] == ticket.number and "要有人接单" in line["text"]]
    assert warned
    assert all(line["lane"] == "normal" and line["form"] == "card" for line in warned)
