"""「我们楼」 is the building that the speaker named before, and nobody else's."""

from datetime import datetime

import pytest

from bot.classifier.own_house import own_building, with_own_building
from bot.clock import CHINA
from bot.messages import Line, Words
from registry.terms import Role, Tier

AT = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)


def line(words: str, sender: str = "r-1") -> Line:
    return Line(f"m-{words}", AT, sender, Role.RESIDENT, Tier.BASIC, "g-1", words=Words(words))


@pytest.mark.parametrize("words", ["我们楼又停水了", "我家这栋也没电", "本单元的灯不亮", "咱们楼道里有人吸烟"])
def test_our_building_is_the_one_named_before(words: str) -> None:
    assert own_building(words, "r-1", [line("我们五栋二单元的路过一下"), line("大家早")]) == "5栋2单元"


def test_it_is_not_a_neighbours_and_not_guessed() -> None:
    assert own_building("我们楼又停水了", "r-1", [line("我住3号楼", "r-2")]) is None
    assert own_building("3号楼停水了", "r-1", [line("我住8号楼")]) is None
    assert own_building("我在楼下等你", "r-1", [line("我住8号楼")]) is None


@pytest.mark.parametrize(
    ("place", "whole"),
    [(None, "柳园3号楼"), ("楼道", "柳园3号楼楼道"), ("柳园楼道", "柳园3号楼楼道"), ("柳园7号楼", "柳园7号楼"), ("2单元", "柳园3号楼2单元")],
)
def test_it_is_put_before_what_names_no_building(place: str | None, whole: str) -> None:
    assert with_own_building(place, "我们楼的灯坏了", "r-1", [line("俺家在3号楼")], "柳园") == whole
