"""Which of several matters a follow-up is about, and whether a report tells one anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.classifier.linking import candidates_of, pairs_of
from bot.classifier.opinion import CATEGORIES
from bot.classifier.standing import Standing
from bot.classifier.where import NOWHERE
from bot.listening import Watching
from bot.messages import Line, Verdict, Words
from registry.terms import Act, Category, Role, Tier, Urgency
from tests.builders.talk import shipped_book
from tests.unit.classifier.builders import BEGIN, county_data


def told(number: int, sender: str, text: str, category: Category, hours: float) -> Line:
    return Line(f"m{number}", BEGIN + timedelta(hours=hours), sender, Role.RESIDENT, Tier.BASIC, "g", words=Words(text),
                verdict=Verdict(Act.REPORT, category, Urgency.NORMAL), ticket=number)


#: Told over a day; the last one has nothing to do with any of the lines below.
MATTERS = (
    told(1, "r1", "中段那几盏路灯又不亮了，晚上接娃黑漆漆", Category.FACILITY, 0),
    told(2, "r2", "卫生室三天没开门，我妈的降压药断了", Category.HEALTH, 3),
    told(3, "r3", "校车今早没来，娃在桥头站了半个钟头", Category.EDUCATION, 20),
    told(4, "r4", "门口垃圾桶满了一周，没人收", Category.SANITATION, 26),
)


def said(text: str, sender: str = "r9", *, hours: float = 30) -> Line:
    return Line("m9", BEGIN + timedelta(hours=hours), sender, Role.RESIDENT, Tier.BASIC, "g", words=Words(text))


def read(text: str, sender: str = "r9") -> Verdict:
    return shipped_book().classifier.read(said(text, sender), (), NOWHERE, standing=Standing(MATTERS))


@pytest.mark.parametrize(("text", "sender", "matter"), [
    ("我妈的药有没得消息", "r2", "m2"),
    ("路灯亮了，谢谢师傅", "r1", "m1"),
    ("校车那个事有说法没", "r3", "m3"),
    ("垃圾桶收干净了，这回快", "r4", "m4"),
])
def test_a_follow_up_is_laid_to_what_it_speaks_of_and_not_to_what_was_told_last(text: str, sender: str, matter: str) -> None:
    assert read(text, sender).refers_to == matter


def test_a_matter_told_anew_days_later_is_the_same_and_another_house_is_not() -> None:
    assert read("中段的路灯又灭了，跟上回一样，接娃看不见路", "r1").refers_to == "m1"
    lift = (told(1, "r1", "3号楼电梯又坏了，老人上不去", Category.PROPERTY, 0),)
    verdict = shipped_book().classifier.read(said("7号楼电梯坏了，老人上不去", "r5"), (), NOWHERE, standing=Standing(lift))
    assert (verdict.act, verdict.refers_to) == (Act.REPORT, None)


def test_its_own_house_comes_before_another_of_the_same_trouble() -> None:
    pipes = (told(1, "r1", "9栋1单元水管爆了，水往外喷", Category.WATER, 29.5), told(2, "r2", "6栋1单元水管爆了，水往外喷", Category.WATER, 29.8))
    verdict = shipped_book().classifier.read(said("9栋1单元水管爆了，没水了"), (), NOWHERE, standing=Standing(pipes))
    assert verdict.refers_to in ("m1", None)
    joined = shipped_book().classifier.read(said("8栋也是，水管爆了"), pipes, NOWHERE)
    assert joined.refers_to in ("m1", "m2")


@pytest.mark.parametrize("text", ["七号楼电梯坏了，老人上不去", "7栋电梯坏了，老人上不去", "3号楼2单元电梯坏了，老人上不去"])
def test_another_house_is_another_matter_however_its_number_is_written(text: str) -> None:
    lift = told(1, "r1", "三号楼1单元电梯又坏了，老人上不去", Category.PROPERTY, 0)
    verdict = shipped_book().classifier.read(said(text, "r1"), (), NOWHERE, standing=Standing((lift,)))
    assert (verdict.act, verdict.refers_to) == (Act.REPORT, None)


def test_a_quote_decides() -> None:
    talk = (told(1, "r1", "中段那几盏路灯又不亮了", Category.FACILITY, 29.8), told(2, "r2", "卫生室三天没开门，药断了", Category.HEALTH, 29.9))
    line = Line("m9", BEGIN + timedelta(hours=30), "r2", Role.RESIDENT, Tier.BASIC, "g", words=Words("我家也是"), quote="m1")
    assert shipped_book().classifier.read(line, talk, NOWHERE).refers_to == "m1"


def test_words_that_come_again_in_one_matter_alone_and_other_numbers_are_seen() -> None:
    watching = Watching.from_data(county_data())
    _, seen = watching.watched(said("3号楼的路灯"), (), NOWHERE, Standing((*MATTERS, told(5, "r5", "7栋漏水", Category.PROPERTY, 28))))
    assert seen is not None
    candidates = candidates_of(seen[0])
    rows = pairs_of(seen[0], Act.STATUS_QUERY, [1 / len(CATEGORIES)] * len(CATEGORIES), candidates)
    assert [each.thread.root for each in candidates] == ["m1", "m2", "m3", "m4", "m5"]
    assert ["words 1" in row for row in rows] == [True, False, False, False, False]
    assert ["number other" in row for row in rows] == [False, False, False, False, True]
