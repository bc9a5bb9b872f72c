"""What lies elsewhere or is only one's own tells no matter; where the speaker himself is excuses nothing."""

import pytest

from bot.classifier import NOWHERE, LexiconData
from bot.classifier.vocabulary import LexiconError, Vocabulary
from registry.terms import Act, DangerKind
from tests.unit.classifier.builders import alone, county_classifier


@pytest.mark.parametrize(
    "text",
    [
        "我在外地，家里水都进屋了，我爸瘫在床上走不了",
        "兰州拉面馆后厨着火了，快来人",
        "南京路口电线断了掉在水里冒火花",
    ],
)
def test_a_far_place_that_is_not_the_matters_place_holds_no_danger_back(text: str) -> None:
    assert county_classifier().read(alone(text), (), NOWHERE).danger is DangerKind.PLACE


@pytest.mark.parametrize(
    "text",
    [
        "上海那边一栋楼着火了，新闻里正播",
        "我家饭糊锅了，满屋子糊味，孩子笑我",
        "拖鞋掉进河里了，今天光脚回家",
        "闹钟响三遍孩子都叫不醒，上学又要迟到",
    ],
)
def test_what_is_elsewhere_cooked_lost_or_asleep_raises_nothing(text: str) -> None:
    assert county_classifier().read(alone(text), (), NOWHERE).danger is None


def test_cries_of_one_who_is_beaten_are_a_persons_matter() -> None:
    verdict = county_classifier().read(alone("楼上男的又动手打媳妇，女的一直喊救命"), (), NOWHERE)
    assert verdict.danger is DangerKind.PERSON


def test_what_is_harmed_is_no_excuse_for_the_fault() -> None:
    verdict = county_classifier().read(alone("外墙的砖往下掉，砸了我的车"), (), NOWHERE)
    assert verdict.act is Act.REPORT


def test_a_mask_must_be_a_plain_word() -> None:
    with pytest.raises(LexiconError, match="masks 第 1 行：这里只能写整词"):
        Vocabulary.from_data(LexiconData({}, {}, {"masks": ["作业 ~ 跳楼"]}, {}))
