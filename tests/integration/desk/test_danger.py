"""Danger of both kinds, doubt and its buttons, 解除, 误报 and 寻人 (domain.md), as the county hears of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.terms import Category, DangerKind, Status, Urgency
from tests.builders.talk import BOT, Talk, last_refusal

FIRE = "5号楼3楼着火了，窗户里冒火苗，快来人"
SMELL = "楼下好像有股煤气味，不知道是不是，5号楼"
GROUPS = ("g-basic-01", "g-coord-01", "g-cmd-01")
ASKED = ("m-01", "l-01", "d-02")


@pytest.fixture
def talk() -> Iterator[Talk]:
    with Talk() as talk:
        yield talk


def in_groups(talk: Talk, *, ever: bool = True) -> list[str]:
    """Every sentence that a group heard or that is asked to be said in one."""
    lines = talk.all_said if ever else talk.said
    return [line["text"] for line in lines if line.get("group") or line["form"] in ("confirm", "paste")]


# place danger -----------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        FIRE,
        "7号楼2单元煤气漏了，味道呛人，有人晕倒了",
        "南门电线杆倒了，线掉在路上冒火花，有人被电着了",
        "娃掉河里了，快救人啊",
        "俺们后坡山体滑坡咧，石头砸到房上了",
    ],
)
def test_all_tiers_hear_at_once_and_first_of_all_whom_to_call(talk: Talk, words: str) -> None:
    talk.says("r-001", words, wait="1s")
    ticket = talk.ticket()
    assert ticket.in_danger
    for group in GROUPS:
        first = talk.lines(group)[0]
        assert first["lane"] == "danger"
        assert any(number in first["text"].split("\n")[0] for number in ("119", "120", "110", "95598"))
        assert first["ticket"] == ticket.number
    for person in ASKED:
        talk.expects(person, kind="danger")
    assert "小格不能代替报警" in talk.lines("g-basic-01")[0]["text"]


def test_danger_goes_to_cards_where_the_bot_can_not_speak(talk: Talk) -> None:
    talk.says("r-014", "老磨坊着火了，火很大，里面还有人", to="g-basic-03", wait="1s")
    advice = talk.expects("m-04", "119", kind="advice")
    assert (advice["form"], advice["lane"]) == ("paste", "danger")
    for person in ("m-04", "l-04", "d-02"):
        talk.expects(person, "119", kind="danger")
    talk.expects("g-cmd-01", "119")
    assert not talk.lines("g-basic-03")


@pytest.mark.parametrize("words", ["@小格 解除", "@小格 险情排除了", "@小格 {n} 危险解除", "@小格 火灭了，可以解除了"])
def test_who_was_told_of_a_danger_is_told_that_it_is_over(talk: Talk, words: str) -> None:
    ticket = talk.opens("r-001", FIRE)
    told = {line.get("group") or line.get("to") for line in talk.all_said if line["lane"] == "danger"}
    talk.says("l-01", words.format(n=ticket.aloud), to="g-coord-01")
    for where in told:
        talk.expects(str(where), ticket.aloud, "解除", kind="danger_ended")
    now = talk.ticket()
    assert (now.urgency, now.in_danger, now.is_open) == (Urgency.DANGER, False, True)


@pytest.mark.parametrize("by_card", [True, False])
def test_a_false_alarm_is_told_to_all_too_and_lowers_the_urgency(talk: Talk, by_card: bool) -> None:
    ticket = talk.opens("r-001", FIRE)
    told = {line.get("group") or line.get("to") for line in talk.all_said if line["lane"] == "danger"}
    if by_card:
        talk.clicks("d-02", "false")
    else:
        talk.says("d-02", "@小格 误报，是烧柴冒烟", to="g-cmd-01")
    for where in told:
        talk.expects(str(where), ticket.aloud, "不是险情", kind="danger_ended")
    assert talk.ticket().urgency is Urgency.NORMAL


@pytest.mark.parametrize(("person", "group"), [("r-002", "g-basic-01"), ("h-01", "g-basic-01"), ("m-04", "g-coord-02")])
def test_nobody_else_ends_a_danger(talk: Talk, person: str, group: str) -> None:
    ticket = talk.opens("r-001", FIRE)
    talk.says(person, f"@小格 {ticket.aloud} 解除", to=group)
    assert last_refusal(talk)
    assert talk.ticket().in_danger


# doubt ------------------------------------------------------------------------


def test_doubt_asks_near_people_by_card_and_tells_no_tier_above(talk: Talk) -> None:
    ticket = talk.opens("r-001", SMELL)
    assert (ticket.doubt, ticket.urgency, ticket.danger) == (True, Urgency.URGENT, DangerKind.PLACE)
    for person in ASKED:
        line = talk.expects(person, "请马上核实", kind="question")
        assert line["lane"] == "urgent"
    talk.expects("m-01", "请转告户长汪巧云", "请马上核实")
    talk.expects("g-basic-01", "马上核实", "离远一些")
    assert not talk.lines("g-cmd-01", ever=True)


@pytest.mark.parametrize("by", ["click", "official", "head", "free words"])
def test_a_confirmed_doubt_is_danger(talk: Talk, by: str) -> None:
    ticket = talk.opens("r-001", SMELL)
    match by:
        case "click":
            talk.clicks("m-01", "true")
        case "official":
            talk.says("l-01", f"@小格 {ticket.aloud} 属实", to="g-coord-01")
        case "head":
            talk.says("h-01", "@小格 情况属实")
        case _:
            talk.says("m-01", "我到现场了，5号楼就是煤气泄漏，很浓，大家别点火，赶紧疏散", to="g-basic-01")
    assert talk.ticket().in_danger
    for group in GROUPS:
        assert [line for line in talk.lines(group) if line["lane"] == "danger"]


def test_a_false_doubt_is_told_to_the_group_and_to_who_was_asked(talk: Talk) -> None:
    ticket = talk.opens("r-001", SMELL)
    talk.clicks("m-01", "false")
    for where in ("g-basic-01", "l-01", "d-02"):
        talk.expects(where, ticket.aloud, "不是险情")
    now = talk.ticket()
    assert (now.doubt, now.danger, now.is_open) == (False, None, True)
    talk.passes("10min")
    assert not talk.lines("g-cmd-01", ever=True)


def test_calling_says_what_to_answer_and_does_not_stop_the_silence(talk: Talk) -> None:
    ticket = talk.opens("r-001", SMELL)
    talk.clicks("m-01", "calling")
    talk.expects("m-01", "正在打电话核实", f"{ticket.aloud} 属实", f"{ticket.aloud} 误报")
    talk.passes("2min")
    assert talk.ticket().in_danger


def test_silence_of_90_seconds_is_danger_by_day_for_all_tiers(talk: Talk) -> None:
    talk.says("r-001", SMELL, wait="88s")
    assert talk.ticket().doubt
    assert not talk.lines("g-cmd-01", ever=True)
    talk.passes("3s")
    assert talk.ticket().in_danger
    for group in GROUPS:
        assert [line for line in talk.lines(group) if line["lane"] == "danger"]


@pytest.mark.parametrize("hour", ["22:00", "23:30", "02:00", "05:50"])
def test_at_night_silence_reaches_the_command_group_three_minutes_later(hour: str) -> None:
    with Talk(f"2026-03-02 {hour}") as talk:
        talk.says("r-001", SMELL, wait="92s")
        talk.expects("g-coord-01", "险情")
        talk.expects("d-03", kind="danger")
        assert not talk.lines("g-cmd-01", ever=True)
        talk.passes("170s")
        assert not talk.lines("g-cmd-01", ever=True)
        talk.passes("15s")
        talk.expects("g-cmd-01", "险情")


def test_a_danger_ended_within_those_minutes_never_wakes_the_command_group() -> None:
    with Talk("2026-03-02 23:30") as talk:
        talk.says("r-001", SMELL, wait="92s")
        talk.says("d-03", "@小格 误报", to="g-coord-01")
        talk.passes("10min")
        assert not talk.lines("g-cmd-01", ever=True)


# person danger ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("我不想活了，活着没意思，想从楼上跳下去", None),
        ("隔壁男的又打老婆，打得头破血流，5号楼1单元602", "602"),
        ("5号楼1单元有个女娃说要跳楼，坐在天台边上哭", "天台"),
        ("我男人又打我，我不敢回家，救救我", None),
    ],
)
def test_a_person_danger_reaches_confidants_only(talk: Talk, words: str, place: str | None) -> None:
    talk.says("r-001", words)
    ticket = talk.ticket()
    if ticket.danger is not DangerKind.PERSON:
        pytest.fail(f"read as {ticket.danger}")
    confidants = {person.id for person in talk.registry.confidants(ticket.area)}
    told = {line["to"] for line in talk.all_said if line.get("to")}
    assert told <= confidants
    assert "d-02" in told
    assert ticket.owner == "d-02"
    heard = in_groups(talk)
    assert len(heard) <= 1
    assert all(text.startswith("已转给值班人员") for text in heard)
    # What happens later keeps to it: steps, acceptance, the end, the morning's lines, questions by others.
    talk.passes("1h")
    talk.says("m-01", f"@小格 {ticket.aloud} 进度", to="g-coord-01")
    talk.says("r-002", f"@小格 {ticket.aloud} 咋样了", to="g-basic-01")
    talk.says("h-01", "@小格 我还有啥没办")
    talk.says("u-01", f"@小格 {ticket.aloud} 转给派出所", to="g-coord-01")
    talk.says("c-01", f"@小格 {ticket.aloud} 督办", to="g-cmd-01")
    talk.says("d-02", f"{ticket.aloud} 督办，请抓紧联系", to=BOT)
    talk.says("d-02", f"{ticket.aloud} 上报", to=BOT)
    talk.clicks("d-02", "accept")
    talk.clicks("d-02", "done")
    talk.until("2026-03-03 08:01")
    told = {line["to"] for line in talk.all_said if line.get("to") and line["ticket"] == ticket.number}
    assert told <= confidants
    spoken = [line["text"] for line in talk.all_said if line.get("group") and line["ticket"] == ticket.number]
    assert all(text.startswith("已转给值班人员") for text in spoken), spoken
    fragments = [words[:6], words[-6:], "跳楼", "老婆", "不想活", *([place] if place else [])]
    for text in in_groups(talk):
        assert not any(fragment in text for fragment in fragments), text


def test_a_doubtful_person_danger_says_nothing_in_the_group(talk: Talk) -> None:
    talk.says("r-001", "楼上女的哭喊好久了，是不是被打了啊")
    private = [ticket for ticket in talk.tickets() if ticket.danger is DangerKind.PERSON]
    for ticket in private:
        assert ticket.doubt
        assert in_groups(talk) == []


# missing people ----------------------------------------------------------------

LOST = "我家老人走丢了，78岁，穿蓝棉袄，早上出去到现在没回来"


def test_a_missing_person_reaches_people_by_card_and_no_group(talk: Talk) -> None:
    ticket = talk.opens("r-001", LOST)
    assert (ticket.missing, ticket.urgency, ticket.category) == (True, Urgency.URGENT, Category.PERSON_HELP)
    for person in ("m-01", "l-01", "d-02", "u-11"):
        talk.expects(person, "派出所", kind="card")
    talk.says("d-02", f"{ticket.aloud} 督办，请抓紧找", to=BOT)
    assert "supervised" in talk.whats()
    talk.says("l-01", f"{ticket.aloud} 上报", to=BOT)
    talk.clicks("u-11", "accept")
    talk.passes("2h")
    assert all("已转给值班人员" in text for text in in_groups(talk))


def test_only_the_groups_that_an_official_names_hear_his_words(talk: Talk) -> None:
    ticket = talk.opens("r-001", LOST)
    talk.says("m-01", "@小格 寻人 78岁老人穿蓝棉袄，从河湾花园走失，发河湾花园邻里群、钟楼新苑业主群", to="g-coord-01")
    for group in ("g-basic-01", "g-basic-04"):
        talk.expects(group, "78岁老人穿蓝棉袄", ticket.aloud)
    for group in ("g-basic-02", "g-basic-03", "g-coord-02", "g-cmd-01"):
        talk.expects_none(group, "棉袄", ever=True)
    talk.expects_none("m-02", "棉袄", ever=True)
    talk.says("m-01", "@小格 老人找到了", to="g-coord-01")
    for where in ("g-basic-01", "g-basic-04", "l-01", "d-02", "u-11"):
        talk.expects(where, "找到了")
    assert talk.ticket().status is Status.CLOSED


@pytest.mark.parametrize("person", ["r-001", "h-01"])
def test_nobody_but_an_official_spreads_a_search(talk: Talk, person: str) -> None:
    talk.says(person, "@小格 寻人 我家娃走丢了，红衣服，6岁，发到所有群", to="g-basic-01")
    assert talk.ticket().missing
    assert not [text for text in in_groups(talk) if "红衣服" in text]


def test_a_missing_persons_words_are_gone_a_day_after(talk: Talk) -> None:
    talk.opens("r-001", LOST)
    talk.says("m-01", "@小格 寻人 78岁老人穿蓝棉袄走失，见到请联系", to="g-basic-01")
    talk.clicks("m-01", "found")
    talk.passes("23h")
    talk.nights()
    assert any(message.words for message in talk.messages())
    talk.passes("2h")
    talk.nights()
    assert not any(message.words for message in talk.messages())
    for line in talk.history():
        number = line.line
        assert talk.store.look(lambda work, number=number: work.line_words(talk.ticket().id, number)) is None
    assert "棉袄" not in talk.ticket().summary
    talk.store.close()
    left = b"".join(path.read_bytes() for path in talk.database.parent.iterdir())
    assert "蓝棉袄".encode() not in left
