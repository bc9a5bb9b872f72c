"""What residents may say: free talk, status without a number, 还没好, ratings, 不用了, 谁负责."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import Outcome, Status
from tests.builders.talk import Talk, last_refusal

LAMP = "3号楼2单元楼道灯坏了半个月了，老人晚上下楼看不见"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


def settle(talk: Talk) -> None:
    """The lamp is told, accepted and done, and the rating question has reached the group."""
    talk.opens("r-001", LAMP)
    talk.says("u-09", "@小格 接单", to="g-coord-01")
    talk.says("u-09", "@小格 办结", to="g-coord-01")
    talk.expects("g-basic-01", "好了请回「好了」")


@pytest.mark.parametrize(
    "words",
    [
        LAMP,
        "俺们2栋楼梯口的灯不亮咧，黑黢黢的，娃都不敢下楼",
        "5号楼的电梯又坏了，老人上不去",
        "我屋头一天没得水了，4号楼",
        "垃圾桶满了三天没人收，臭得很，7号楼门口",
    ],
)
def test_free_talk_opens_one_ticket_and_says_what_happens_next(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", words)
    assert ticket.status is Status.ASSIGNED
    assert ticket.owner
    talk.expects("g-basic-01", ticket.aloud, "已转给", "接单后", kind="receipt")
    talk.expects("g-coord-01", "待接单", ticket.aloud)


@pytest.mark.parametrize(
    "words", ["今天天气不错，谁去打球", "拼团草莓，接龙 1.老李 2.小满", "哈哈哈笑死我了", "谢谢大家", "[图片]"]
)
def test_chat_meets_silence(talk: Talk, words: str) -> None:
    talk.says("r-001", words)
    assert talk.said == []
    assert talk.tickets() == []


@pytest.mark.parametrize(
    "words",
    ["我那个灯的事咋样了", "灯啥时候修啊", "昨天说的灯有消息没", "@小格 我报的那个灯修了没", "几时来修灯", "@小格 我那事到哪一步咧"],
)
@pytest.mark.parametrize("later", ["1min", "5h"])
def test_status_without_a_number_says_who_holds_it_and_until_when(talk: Talk, words: str, later: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.passes(later)
    talk.says("r-001", words)
    talk.expects("g-basic-01", ticket.aloud, "河湾花园物业公司", "时限", kind="answer")
    assert len(talk.tickets()) == 1


def test_status_of_nothing_says_that_nothing_was_found(talk: Talk) -> None:
    talk.says("r-002", "@小格 我那个事咋样了")
    talk.expects("g-basic-01", "没有找到您说的那件事", "地点")


@pytest.mark.parametrize(
    "words", ["还没好", "还没好啊，灯还是不亮", "没修好，又黑了", "师傅来了一趟，灯还是不亮", "根本没修好咧", "不满意，修了一天又坏了"]
)
@pytest.mark.parametrize("later", ["1min", "6h"])
def test_not_yet_reopens_in_the_next_round(talk: Talk, words: str, later: str) -> None:
    settle(talk)
    talk.passes(later)
    talk.says("r-001", words)
    ticket = talk.ticket()
    assert (ticket.status, ticket.round) == (Status.ASSIGNED, 2)
    talk.expects("g-basic-01", "知道了，还没好", ticket.aloud)
    talk.expects("g-coord-01", "重办", "第2轮")
    assert len(talk.tickets()) == 1


@pytest.mark.parametrize("words", ["好了", "好了好了，谢谢", "满意", "灯亮了，谢谢小格", "修好了，谢谢师傅"])
@pytest.mark.parametrize("later", ["1min", "6h"])
def test_a_good_word_after_done_closes_as_satisfied(talk: Talk, words: str, later: str) -> None:
    settle(talk)
    talk.passes(later)
    talk.says("r-001", words)
    ticket = talk.ticket()
    assert (ticket.status, ticket.outcome) == (Status.CLOSED, Outcome.SATISFIED)
    talk.expects("g-basic-01", "谢谢您回话", ticket.aloud)


def test_praise_by_somebody_else_closes_nothing(talk: Talk) -> None:
    settle(talk)
    talk.passes("3h")
    talk.says("r-004", "好了")
    assert talk.ticket().status is Status.DONE


def test_a_reopened_matter_after_seven_days_is_a_new_one_linked_to_the_old(talk: Talk) -> None:
    settle(talk)
    talk.says("r-001", "好了")
    talk.passes("8d")
    talk.says("r-001", "3号楼2单元楼道灯又坏了，黑得很")
    old, new = talk.tickets()
    assert (old.status, new.linked_to) == (Status.CLOSED, old.id)


@pytest.mark.parametrize("words", ["@小格 不用了", "@小格 算了不用修了", "@小格 撤回", "@小格 不需要了，我自己换了灯泡"])
def test_who_told_it_takes_it_back(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("r-001", words)
    assert talk.ticket().status is Status.WITHDRAWN
    talk.expects("g-basic-01", ticket.aloud, "已撤回")
    talk.expects("g-coord-01", ticket.aloud, "撤回")


def test_a_neighbour_can_not_take_it_back(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("r-002", f"@小格 {ticket.aloud} 不用了")
    assert talk.ticket().status is Status.ASSIGNED
    assert "不是您说的" in last_refusal(talk)


def test_what_others_told_too_is_not_taken_back(talk: Talk) -> None:
    talk.opens("r-001", "5号楼一早上没水了")
    talk.says("r-002", "我家也没水")
    talk.says("r-001", "@小格 不用了")
    assert talk.ticket().is_open
    assert "2个人都说了" in last_refusal(talk)


def test_danger_is_not_taken_back_by_who_told_it(talk: Talk) -> None:
    talk.opens("r-001", "5号楼3楼着火了，窗户里冒火苗，快来人")
    talk.says("r-001", "@小格 不用了")
    assert talk.ticket().in_danger
    assert "误报" in last_refusal(talk)


@pytest.mark.parametrize("words", ["@小格 谁负责我们这片", "@小格 我们这归哪个管啊", "@小格 网格员是谁", "@小格 该找谁"])
def test_who_answers_here_with_published_numbers_only(talk: Talk, words: str) -> None:
    talk.says("r-002", words)
    line = talk.expects("g-basic-01", "路明溪", "汪巧云", "县住房和城乡建设局", "8:30", "138****0006", kind="answer")
    assert "138****0001" not in line["text"]
    assert "138****0011" not in line["text"]


def test_a_resident_can_not_close_a_matter(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("r-002", f"@小格 {ticket.aloud} 办结")
    assert talk.ticket().status is Status.ASSIGNED
    assert "办结要由承办的人来说" in last_refusal(talk)


def test_a_nickname_makes_no_official(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    for words in ("接单", "督办", "合并", "不是诉求"):
        talk.says("r-005", f"@小格 {ticket.aloud} {words}")
        refusal = last_refusal(talk)
        assert "绑定码" in refusal or "身份不能" in refusal
    assert talk.ticket().status is Status.ASSIGNED


def test_help_says_how_to_tell_a_matter(talk: Talk) -> None:
    talk.says("r-001", "@小格 怎么用")
    talk.expects("g-basic-01", "直接在群里说", "119", kind="help")


def test_in_a_group_where_the_owner_must_press_nothing_is_said_before_he_does(talk: Talk) -> None:
    talk.opens("r-008", "2栋楼道灯坏了一个月，黑得很")
    assert not talk.lines("g-basic-02")
    talk.until("2026-03-02 17:35")
    asked = talk.expects("m-02", "今天的进展", kind="digest")
    assert asked["form"] == "confirm"
    talk.confirms("m-02", "g-basic-02")
    assert talk.expects("g-basic-02", "今天的进展")["form"] == "direct"
