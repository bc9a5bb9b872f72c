"""吹哨报到, 督办, 领导领办, 专题 as people say and press them, with what everybody is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import ClockKind, Status
from tests.builders.talk import Talk, last_refusal
from tests.integration.desk.test_residents import LAMP

COORD, COMMAND, OFFICE = "g-coord-01", "g-cmd-01", "d-01"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


@pytest.mark.parametrize(
    "words",
    ["@小格 吹哨 {n} 城市管理局 供电公司 物业 牵头 物业", "@小格 {n} 吹个哨，叫上供电公司和城管局，物业牵头",
     "@小格 {n} 吹哨，请供电公司、城管局和物业公司到场，由物业公司牵头"],
)
def test_a_whistle_in_free_words(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("l-01", words.format(n=ticket.aloud), to=COORD)
    whistled = talk.store.look(lambda work: work.whistles(ticket.id))
    assert {(one.unit, one.lead) for one in whistled} == {("un-02", False), ("un-05", False), ("un-06", True)}
    said = talk.expects(COORD, ticket.aloud, "吹哨", "河湾花园物业公司牵头", "晴川供电公司", "县城市管理局")
    assert "吹哨" not in "".join(line["text"] for line in talk.lines(COORD) if line is not said), "once in the group"
    for person in ("u-03", "u-07", "u-08"):
        talk.expects(person, ticket.aloud, "报到", kind="card")


def test_they_report_in_by_button_and_by_words_and_the_absent_is_named(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("l-01", f"@小格 {ticket.aloud} 联动哨 供电公司 城管局，物业牵头", to=COORD)
    talk.clicks("u-03", "report_in")
    talk.expects(COORD, ticket.aloud, "雷万里", "报到了", "县城市管理局")
    talk.says("u-09", f"@小格 {ticket.aloud} 接单", to=COORD)
    talk.passes("61min")
    named = talk.expects(COORD, "未报到", ticket.aloud, "县城市管理局")
    assert "供电" not in named["text"]
    talk.expects(COMMAND, "未报到", ticket.aloud, "县城市管理局")
    talk.expects("u-07", ticket.aloud, "点名", kind="step")
    talk.says("u-08", "@小格 报到", to=COORD)
    talk.expects(COORD, ticket.aloud, "牧小川", "都到了")
    assert ClockKind.WHISTLE not in talk.clocks()


def test_a_helper_closes_its_part_only(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("l-01", f"@小格 {ticket.aloud} 吹哨 供电公司", to=COORD)
    talk.says("u-03", f"@小格 {ticket.aloud} 接单", to=COORD)
    assert talk.ticket().status is Status.ASSIGNED, "a helper's acceptance is its report"
    talk.says("u-03", f"@小格 {ticket.aloud} 办结，线路好了", to=COORD)
    assert talk.ticket().status is Status.ASSIGNED
    talk.expects(COORD, ticket.aloud, "那部分", "河湾花园物业公司牵头")
    talk.says("u-03", f"@小格 {ticket.aloud} 退回，不归我们", to=COORD)
    assert "不用退回" in last_refusal(talk)
    talk.says("u-09", f"@小格 {ticket.aloud} 办结", to=COORD)
    assert talk.ticket().status is Status.DONE


@pytest.mark.parametrize(
    ("who", "words", "told"),
    [
        ("l-01", "@小格 {n} 吹哨", "没听清叫哪些单位"),
        ("l-01", "@小格 {n} 吹哨 供电公司 园林管理所", "园林管理所"),
        ("u-07", "@小格 {n} 吹哨 供电公司", "您的身份不能吹哨"),
        ("m-01", "@小格 {n} 吹哨 供电公司", "您的身份不能吹哨"),
        ("u-03", "@小格 {n} 报到", "没有吹哨叫您的单位"),
        ("u-09", "@小格 {n} 督办回复 在办", "没有等回复的督办"),
        ("u-07", "@小格 {n} 督办 抓紧", "您的身份不能督办"),
        ("l-01", "@小格 {n} 上专题", "您的身份不能上专题"),
        ("d-01", "@小格 {n} 撤专题", "不在专题里"),
        ("d-01", "@小格 {n} 领办 某某某", "没有找到要领办的县领导"),
    ],
)
def test_what_is_refused_says_why_and_what_to_do(talk: Talk, who: str, words: str, told: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    history = talk.history()
    talk.says(who, words.format(n=ticket.aloud), to=COORD)
    assert told in last_refusal(talk)
    assert talk.history() == history


def test_the_sponsors_lead_may_whistle(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("u-04", f"@小格 {ticket.aloud} 吹哨 供电公司", to=COORD)
    assert len(talk.store.look(lambda work: work.whistles(ticket.id))) == 2


def test_a_reminder_unanswered_rises_and_an_answer_reaches_who_ordered(talk: Talk) -> None:
    ticket = talk.opens("r-001", "河湾花园5号楼一早上没水了，老人没法做饭")
    talk.says("c-01", f"@小格 {ticket.aloud} 提醒一下水务局", to=COMMAND)
    talk.expects(COMMAND, ticket.aloud, "已提醒", "要回复", "前")
    talk.expects("u-01", ticket.aloud, "关远山提醒您", kind="step")
    talk.passes("25h")
    talk.expects("c-01", ticket.aloud, "提醒到时没有回复", "升为督办单")
    talk.expects(COORD, "督办单", ticket.aloud, "关远山")
    talk.says("u-02", f"@小格 {ticket.aloud} 督办回复：管子已经换好，今晚通水", to=COORD)
    talk.expects("c-01", ticket.aloud, "回复了您的督办", "管子已经换好，今晚通水")
    assert ClockKind.SUPERVISION not in talk.clocks()


def test_a_call_up_goes_to_the_command_group_too(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("d-01", f"@小格 {ticket.aloud} 约谈物业负责人", to=COORD)
    talk.expects(COMMAND, "约谈", ticket.aloud, "言如是")
    talk.expects_none(COORD, "【约谈】")
    talk.expects("u-09", ticket.aloud, "约谈", kind="step")


def test_a_leader_takes_what_comes_back(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    for _ in range(2):
        talk.says("u-09", f"@小格 {ticket.aloud} 退回，灯杆不是我们装的", to=COORD)
        talk.says("d-01", f"@小格 {ticket.aloud} 转给河湾物业", to=COORD)
    talk.expects("c-01", ticket.aloud, "退回过2次", "领办", ever=True)
    owner = talk.ticket().owner
    talk.clicks("c-01", "take_lead")
    assert (talk.ticket().leader, talk.ticket().owner) == ("c-01", owner)
    talk.expects(COORD, ticket.aloud, "关远山", "领办")


def test_the_office_names_a_leader(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("d-01", f"@小格 {ticket.aloud} 领办 关远山", to=COORD)
    assert talk.ticket().leader == "c-01"
    talk.expects("c-01", ticket.aloud, "请您领办")


def test_a_topic_from_the_command_group_with_its_opinion(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("c-01", f"@小格 上专题 {ticket.aloud}", to=COMMAND)
    talk.expects(COMMAND, ticket.aloud, "已列入专题")
    talk.expects_none(COMMAND, "【专题】")
    talk.says("d-01", f"@小格 {ticket.aloud} 会议意见：由住建局牵头，月底前把路灯改完", to=COMMAND)
    topic = talk.store.look(lambda work: work.topic(ticket.id))
    assert topic is not None
    assert talk.store.look(lambda work: work.line_words(ticket.id, topic.opinion_line or 0)) == "由住建局牵头，月底前把路灯改完"
    talk.expects(COORD, "会议意见", ticket.aloud, "月底前把路灯改完")
    talk.says("d-01", f"@小格 {ticket.aloud} 撤专题", to=COMMAND)
    talk.expects(COMMAND, ticket.aloud, "已撤出专题")
