"""What stands around a line decides: what is elsewhere, past or only likened, what a head relays, officials among
themselves, echoes that are the whole line, what the second reader is not asked."""


import numpy as np
import pytest

from bot.classifier import NOWHERE, Classifier
from bot.classifier.features import features_of
from bot.classifier.normal import Plain
from bot.classifier.opinion import ACTS
from bot.classifier.readers import Readers
from bot.classifier.second import COLUMNS, SecondReader
from bot.classifier.weights import Weights
from bot.listening import Watching
from bot.messages import Line
from registry.terms import Act, Category, DangerKind, Role, Tier, Urgency
from tests.unit.classifier.builders import BEGIN, Talk, alone, county_classifier, county_data


@pytest.mark.parametrize(
    "text",
    [
        "我表姐那个小区昨晚停电了，我们这边没事",
        "城里那头又停水了，幸好不是我们这",
        "以前这条路全是坑，现在修得平，好走得很，好事",
        "村口的蛙声比广场舞还响，睡得倒香",
    ],
)
def test_what_is_elsewhere_past_or_likened_tells_no_matter(text: str) -> None:
    assert county_classifier().read(alone(text), (), NOWHERE).act not in (Act.REPORT, Act.ECHO)


def test_a_fault_here_with_a_far_kinsman_in_the_line_still_counts() -> None:
    assert county_classifier().read(alone("3号楼又停电了，我妈的制氧机停了，快来人看看"), (), NOWHERE).act is Act.REPORT


@pytest.mark.parametrize("text", ["粮油店着火！", "铺子里有火光，看见着火的样子，好多人在跑"])
def test_a_bare_cry_and_two_signs_of_one_danger_raise(text: str) -> None:
    assert county_classifier().read(alone(text), (), NOWHERE).danger is DangerKind.PLACE


@pytest.mark.parametrize("text", ["又以为哪家着火了，原来是烟囱倒烟", "昨晚骑车掉沟里了，还好沟浅没伤着"])
def test_a_fright_that_is_over_raises_nothing(text: str) -> None:
    assert county_classifier().read(alone(text), (), NOWHERE).danger is None


def test_what_a_head_relays_of_a_told_matter_is_no_new_danger() -> None:
    talk = Talk()
    assert talk.say("a", "整条街都停电了").act is Act.REPORT
    told = talk.say("h", "供电公司说是电线断了一根，在接，九点前好", role=Role.HOUSEHOLD_HEAD)
    assert (told.act, told.danger) == (Act.NOTICE, None)


def test_what_a_head_relays_first_may_be_a_danger() -> None:
    told = Talk().say("h", "物业说2号楼着火了，大家快下楼", role=Role.HOUSEHOLD_HEAD)
    assert told.danger is DangerKind.PLACE


def test_people_who_call_from_a_lift_stay_urgent() -> None:
    talk = Talk()
    first = talk.say("a", "6号楼电梯又困人了，卡在五楼")
    assert (first.category, first.urgency) == (Category.PROPERTY, Urgency.URGENT)
    more = talk.say("b", "里面娃在哭，快来人啊")
    assert more.urgency is not Urgency.DANGER
    assert not more.doubt


def test_officials_who_ask_each_other_say_no_progress() -> None:
    talk = Talk()
    talk.say("m", "@小格 东门路灯不亮，转城管", role=Role.GRID_MEMBER, tier=Tier.COORDINATION, tagged=True)
    asked = talk.say("u", "路灯归谁修？", role=Role.UNIT_MEMBER, tier=Tier.COORDINATION)
    assert asked.refers_to is None
    done = talk.say("u", "收到，路灯已安排下午处理", role=Role.UNIT_MEMBER, tier=Tier.COORDINATION)
    assert (done.act, done.refers_to is not None) == (Act.NOTICE, True)


def always(act: Act) -> Readers:
    """A second reader that is sure of one act."""
    bias = np.full(COLUMNS, -9.0)
    bias[ACTS.index(act)] = 9.0
    return Readers(SecondReader(Weights.of(["无"], np.zeros((1, COLUMNS)), bias)))


def second_line(reader: Classifier, first: str, then: str, *, plainly: bool = False) -> Act:
    """How a neighbour's line after a matter told is read."""
    told = Line("m0", BEGIN, "r0", Role.RESIDENT, Tier.BASIC, "g", words=alone(first).words)
    told = told.read_as(county_classifier().read(told, (), NOWHERE), None)
    said = Line("m1", BEGIN, "r1", Role.RESIDENT, Tier.BASIC, "g", words=alone(then).words)
    return reader.read(said, (told,), NOWHERE, plainly=plainly).act


def test_the_second_reader_is_not_asked_where_a_line_is_read_plainly() -> None:
    reader = Classifier.from_data(county_data(), always(Act.CHAT))
    assert second_line(reader, "3号楼没水了", "来水了") is Act.CHAT
    assert second_line(reader, "3号楼没水了", "来水了", plainly=True) is Act.RECOVERY


def test_an_echo_that_is_the_whole_line_stays_one_unless_it_is_surely_none() -> None:
    bias = np.zeros(COLUMNS)
    bias[ACTS.index(Act.CHAT)] = 3.0
    doubting = Readers(SecondReader(Weights.of(["无"], np.zeros((1, COLUMNS)), bias)))
    for echo in ("+1", "附议，早该修"):
        assert second_line(Classifier.from_data(county_data(), doubting), "3号楼没水了", echo) is Act.ECHO
        assert second_line(Classifier.from_data(county_data(), always(Act.CHAT)), "3号楼没水了", echo) is Act.CHAT


def test_the_model_sees_dialect_as_standard_words_and_numbers_alike() -> None:
    plain = Plain({"冇得": "没有", "冇": "没有", "座": "栋"})
    assert plain("9座冇得水") == plain("12栋没有水") == "0栋没有水"


def test_the_model_sees_what_a_line_shares_with_a_matter_told() -> None:
    rules = Watching.from_data(county_data())
    told = Line("m0", BEGIN, "r0", Role.RESIDENT, Tier.BASIC, "g", words=alone("东门的路灯不亮了").words)
    told = told.read_as(rules.read(told, (), NOWHERE), None)

    def shared(text: str) -> list[str]:
        said = Line("m1", BEGIN, "r1", Role.RESIDENT, Tier.BASIC, "g", words=alone(text).words)
        _, seen = rules.watched(said, (told,), NOWHERE)
        assert seen is not None
        return [feature for feature in features_of(*seen) if feature.startswith("=shared ")]

    assert shared("路灯啥时候修")[0] == "=shared 1"
    assert shared("明天去赶集不")[0] == "=shared 0"


def test_an_order_to_come_is_no_cry_for_help() -> None:
    talk = Talk()
    ordered = talk.say("m", "@小格 东巷水泥路路基塌了，转交通局，赶紧来人挡住", role=Role.GRID_MEMBER, tagged=True)
    assert (ordered.act, ordered.danger) == (Act.COMMAND, None)
    assert Talk().say("a", "围墙塌了，快来人").danger is DangerKind.PLACE


def test_who_asks_where_to_pay_tells_no_fault() -> None:
    reader = Classifier.from_data(county_data(), always(Act.REPORT))
    assert second_line(reader, "东门的路灯不亮了", "物业费在哪交啊") is Act.QUESTION
    assert second_line(reader, "东门的路灯不亮了", "门口的树倒下来横着") is Act.REPORT
