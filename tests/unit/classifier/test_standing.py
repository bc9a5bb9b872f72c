"""Lines that answer a matter which the talk no longer holds."""

from __future__ import annotations

from datetime import timedelta

from bot.classifier.standing import Standing
from bot.classifier.where import NOWHERE
from bot.messages import Line, Verdict, Words
from registry.terms import Act, Category, Role, Tier, Urgency
from tests.builders.talk import shipped_book
from tests.unit.classifier.builders import BEGIN

#: A lamp was told; the next day the grid member wrote that it is mended. Then nothing but chat.
TOLD = Line("m1", BEGIN, "r1", Role.RESIDENT, Tier.BASIC, "g", words=Words("5号楼2单元楼道灯坏了半个月了"),
            verdict=Verdict(Act.REPORT, Category.FACILITY, Urgency.NORMAL), ticket=1)
DONE = Line("m2", BEGIN + timedelta(hours=20), "g1", Role.GRID_MEMBER, Tier.BASIC, "g", words=Words("5号楼的灯换好了，大家晚上看看"),
            verdict=Verdict(Act.NOTICE, Category.FACILITY, Urgency.NORMAL, refers_to="m1"), ticket=1)
CHAT = Line("m3", BEGIN + timedelta(hours=30), "r3", Role.RESIDENT, Tier.BASIC, "g", words=Words("今晚吃饺子"),
            verdict=Verdict(Act.CHAT))


def read(text: str, sender: str, standing: Standing) -> Verdict:
    line = Line("m9", BEGIN + timedelta(hours=30, minutes=5), sender, Role.RESIDENT, Tier.BASIC, "g", words=Words(text))
    return shipped_book().classifier.read(line, (CHAT,), NOWHERE, standing=standing)


def test_the_one_who_told_it_says_that_it_is_over() -> None:
    said = read("亮了，谢谢", "r1", Standing((TOLD, DONE)))
    assert (said.act in (Act.RECOVERY, Act.RATING), said.refers_to, said.category) == (True, "m1", Category.FACILITY)


def test_without_the_matter_the_same_words_are_chat() -> None:
    assert read("亮了，谢谢", "r1", Standing()).act is Act.CHAT


def test_what_the_teller_says_of_something_else_stays_chat() -> None:
    for text in ("饺子好吃", "今天真冷", "娃今天考得不错"):
        assert read(text, "r1", Standing((TOLD, DONE))).act is Act.CHAT


def test_standing_matters_know_who_told_them_and_whether_they_are_done() -> None:
    standing = Standing((TOLD, DONE))
    (thread,) = standing.threads
    assert standing.told_by("r1") is thread
    assert standing.told_by("r2") is None
    assert thread.done_at == DONE.at
    assert "楼道灯" in standing.words(thread)
