"""What household heads ask 小格 in their own words: 报事, 代报, 查, 转办, 上报, 办好了, 改, 合并, 静音, 帮助."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import Category, Status
from tests.builders.talk import BOT, Talk, last_refusal
from tests.integration.desk.test_residents import LAMP


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


@pytest.mark.parametrize(
    "words",
    [
        "@小格 报事 5号楼门口井盖破了",
        "@小格 登记一下，5号楼门口井盖破了，怕摔着人",
        "@小格 帮我记一下 5号楼门口的井盖烂咧",
        "@小格 5号楼门口井盖破了",
        "@小格 5号楼门口井盖破了，有人管没",
        "@小格 反映：5号楼门口井盖没得了",
    ],
)
def test_a_head_tells_a_matter(talk: Talk, words: str) -> None:
    ticket = talk.opens("h-01", words)
    assert ticket.place is not None
    assert "5号楼" in ticket.place
    told = talk.lines("g-basic-01")
    assert len(told) == 1, "one answer, not an answer and a receipt"
    assert ticket.aloud in told[0]["text"]
    for word in ("报事", "登记", "记一下", "反映"):
        assert word not in ticket.summary


@pytest.mark.parametrize(
    ("words", "private"),
    [
        ("@小格 代报 5号楼一直没水", False),
        ("代报 河湾花园群：5号楼一直没水", True),
        ("代报 河湾花园邻里群:5号楼没得水用了", True),
        ("代报：5号楼停水了，老人让我说一声", True),
    ],
)
def test_a_head_tells_for_others(talk: Talk, words: str, private: bool) -> None:
    talk.says("h-01", words, to=BOT if private else None)
    ticket = talk.ticket()
    assert (ticket.group, ticket.category, ticket.status) == ("g-basic-01", Category.WATER, Status.ASSIGNED)
    talk.expects("h-01" if private else "g-basic-01", "替居民记下了", ticket.aloud)
    talk.expects("g-coord-01", "待接单", ticket.aloud)


@pytest.mark.parametrize("words", ["@小格 田老师说的这件记一下", "@小格 刚才老李说的登记一下", "@小格 这事给记上", "@小格 上面的都报一下"])
def test_what_a_head_points_at_is_written_down_and_asked_for(talk: Talk, words: str) -> None:
    """The bot heard none of it (a group that hears mentions): nothing is lost, and the head is asked what and where."""
    ticket = talk.opens("h-01", words)
    assert (ticket.category, ticket.place) == (Category.OTHER, None)
    talk.expects("g-basic-01", ticket.aloud, "再说一下是什么事、在哪里")
    talk.says("h-01", f"@小格 {ticket.aloud} 2号楼1单元楼道灯不亮了半个月")
    told = talk.ticket()
    assert (told.id, told.category) == (ticket.id, Category.FACILITY)
    assert told.place is not None
    assert "2号楼1单元" in told.place


def test_pointing_at_a_matter_that_is_known_opens_nothing(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", "@小格 这个记一下")
    assert talk.ticket().id == ticket.id
    assert len(talk.tickets()) == 1


def test_nobody_tells_for_a_group_that_he_is_not_in(talk: Talk) -> None:
    talk.says("h-01", "代报 松坪村乡亲群：一组的路塌了", to=BOT)
    assert talk.tickets() == []
    assert "只能替自己所在的群报事" in last_refusal(talk)


def test_danger_told_for_others_is_danger(talk: Talk) -> None:
    talk.says("h-01", "代报 河湾花园群：5号楼2单元煤气味很浓，有人头晕", to=BOT)
    assert talk.ticket().in_danger
    talk.expects("g-cmd-01", "险情")


@pytest.mark.parametrize("words", ["@小格 查 {n}", "@小格 那个灯办好了没", "@小格 {n} 到哪一步了", "@小格 楼道灯的事有人管没", "@小格 查一下那个灯"])
def test_a_head_asks_after_a_matter(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words.format(n=ticket.aloud))
    talk.expects("g-basic-01", ticket.aloud, "河湾花园物业公司", "还没接单", kind="answer")
    assert talk.ticket().status is Status.ASSIGNED


@pytest.mark.parametrize(
    "words", ["@小格 {n} 转给城管局", "@小格 把这个灯转办给县城市管理局", "@小格 {n} 派给城市管理局", "@小格 {n} 交给城管"]
)
def test_a_head_hands_it_to_a_unit(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words.format(n=ticket.aloud))
    assert talk.ticket().unit == "un-05"
    talk.expects("g-basic-01", "已转给县城市管理局")
    talk.expects("g-coord-01", "请县城市管理局接单", ticket.aloud)


def test_an_unknown_unit_is_said_to_be_unknown(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", f"@小格 {ticket.aloud} 转给文旅局")
    assert talk.ticket().unit == "un-06"
    assert "没有找到这个单位" in last_refusal(talk)


def test_the_unit_that_has_it_already_is_named(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", f"@小格 {ticket.aloud} 转给河湾物业")
    assert "现在就在河湾花园物业公司" in last_refusal(talk)


def test_words_that_name_no_unit_are_said_of_the_matter(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", f"@小格 {ticket.aloud} 请尽快处理")
    assert not [line for line in talk.said if line["kind"] == "refusal"]


@pytest.mark.parametrize("words", ["@小格 上报", "@小格 {n} 往上报一下", "@小格 这个灯报到镇上去", "@小格 {n} 升级"])
def test_a_head_lifts_a_matter(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words.format(n=ticket.aloud))
    talk.expects("g-basic-01", "已往上报", ticket.aloud)
    talk.expects("g-cmd-01", ticket.aloud)


@pytest.mark.parametrize("words", ["@小格 {n} 办好了", "@小格 那个灯弄好了", "@小格 {n} 可以结了", "@小格 灯修好咯"])
def test_a_head_says_that_it_is_done(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words.format(n=ticket.aloud))
    assert talk.ticket().status is Status.DONE
    talk.expects("g-basic-01", "好了请回「好了」", kind="ask_rating")


@pytest.mark.parametrize("words", ["@小格 我还有啥没办", "@小格 我的单", "@小格 我手上还有几件没办完", "@小格 还有哪些没办完的列一下"])
def test_a_head_asks_what_is_left(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words)
    talk.expects("g-basic-01", "还没办完的有1件", ticket.aloud)


@pytest.mark.parametrize("words", ["@小格 {n} 不是诉求", "@小格 这个不是诉求，是闲聊", "@小格 {n} 不用建单", "@小格 {n} 是开玩笑的"])
def test_what_is_no_matter_is_taken_away(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words.format(n=ticket.aloud))
    assert talk.ticket().status is Status.EXCLUDED
    talk.expects("g-basic-01", ticket.aloud, "已取消")
    talk.expects("g-coord-01", ticket.aloud, "已取消")


@pytest.mark.parametrize("words", ["@小格 {n} 改类别 环境卫生", "@小格 {n} 类别改成环境卫生", "@小格 {n} 换一下类别：卫生"])
def test_the_category_is_put_right(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words.format(n=ticket.aloud))
    assert talk.ticket().category is Category.SANITATION
    talk.expects("g-basic-01", "改好了", ticket.aloud)


def test_an_unknown_category_names_the_known_ones(talk: Talk) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", f"@小格 {ticket.aloud} 改类别 天文")
    assert "可以改成" in last_refusal(talk)


@pytest.mark.parametrize("words", ["@小格 {n} 改地点 7号楼1单元", "@小格 {n} 地点应该是7号楼1单元", "@小格 改一下地址：7号楼1单元"])
def test_the_place_is_put_right(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", LAMP)
    talk.says("h-01", words.format(n=ticket.aloud))
    assert "7号楼1单元" in (talk.ticket().place or "")
    talk.expects("g-basic-01", "改好了", "7号楼1单元")


@pytest.mark.parametrize("words", ["@小格 {b} 合并到 {a}", "@小格 {b}和{a}是一回事", "@小格 把{b}并到{a}"])
def test_two_tickets_of_one_matter_become_one(talk: Talk, words: str) -> None:
    first = talk.opens("r-001", LAMP)
    talk.passes("3h")
    second = talk.opens("h-01", "@小格 报事 7号楼1单元的灯不亮")
    talk.says("h-01", words.format(a=first.aloud, b=second.aloud))
    assert talk.ticket(second.id).merged_into == first.id
    talk.expects("g-basic-01", "已并到", first.aloud)


def test_silence_is_the_owners_to_order_and_danger_still_sends_cards(talk: Talk) -> None:
    talk.says("h-01", "@小格 静音 2小时")
    assert "只有群主" in last_refusal(talk)
    talk.says("r-001", "@小格 安静一会")
    assert not [line for line in talk.said if line["kind"] == "answer" and "不说话" in line["text"]]
    talk.says("m-01", "@小格 静音 2小时", to="g-basic-01")
    talk.expects("g-basic-01", "不说话", "11:0")
    talk.opens("r-001", LAMP)
    assert not talk.lines("g-basic-01")
    talk.expects("g-coord-01", "待接单")
    talk.opens("r-002", "5号楼3楼着火了，窗户里冒火苗，快来人")
    assert not talk.lines("g-basic-01")
    for person in ("m-01", "l-01", "d-02"):
        assert talk.lines(person, kind="danger")
    talk.says("m-01", "@小格 恢复", to="g-basic-01")
    talk.expects("g-basic-01", "恢复说话")
    talk.opens("r-003", "7号楼电梯又坏了")
    talk.expects("g-basic-01", "收到，记下了")


def test_silence_ends_by_itself(talk: Talk) -> None:
    talk.says("m-01", "@小格 安静半个小时", to="g-basic-01")
    talk.passes("31min")
    talk.opens("r-001", LAMP)
    talk.expects("g-basic-01", "收到，记下了")


@pytest.mark.parametrize("words", ["@小格 帮助", "@小格 怎么用", "@小格 你会啥？"])
def test_help_is_for_the_role(talk: Talk, words: str) -> None:
    talk.says("h-01", words)
    talk.expects("g-basic-01", "帮邻居报事", kind="help")
    assert talk.tickets() == []


def test_where_the_group_does_not_speak_the_heads_answer_goes_to_the_grid_member_with_his_name(talk: Talk) -> None:
    for head, group, member in (("h-02", "g-basic-02", "m-02"), ("h-04", "g-basic-03", "m-04")):
        talk.says(head, "@小格 我还有啥没办")
        talk.expects(member, "请转告户长" + talk.registry.people[head].name, "没有还没办完的事")
        talk.says(head, "@小格 帮助")
        talk.expects(member, "请转告户长" + talk.registry.people[head].name, "帮邻居报事")
        assert not talk.lines(group)


def test_a_head_who_asks_to_hurry_lifts_the_matter_one_rung(talk: Talk) -> None:
    talk.opens("r-001", "3号楼2单元楼道灯坏了半个月了，老人晚上下楼看不见")
    number = talk.ticket().aloud
    talk.says("h-01", f"@小格 {number} 再催一下物业，都等急了", to="g-basic-01")
    talk.expects("g-cmd-01", number)
