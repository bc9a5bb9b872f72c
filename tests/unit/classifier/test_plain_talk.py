"""Trouble told in the plainest words must be heard in the midst of other talk.

The corpus and the traps were written to mislead, so that people there seldom say 电梯坏了; what learns from them came to take
such lines for chat (19 of these 48 heard after small talk, before plain words were kept from it). Residents mostly do speak so.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.classifier import NOWHERE
from bot.messages import Line, Words
from registry.terms import Act, Role, Tier
from tests.builders.talk import shipped_book
from tests.unit.classifier.builders import BEGIN

PLAIN = (
    "电梯坏了", "2号楼电梯坏了", "我们单元停水了", "家里没水了", "停电了", "5号楼没电", "暖气不热", "路灯不亮了", "楼道灯坏了", "井盖没了",
    "下水道堵了", "垃圾没人收", "垃圾桶满了没人清", "楼上漏水", "屋顶漏雨", "门口路坏了，全是坑", "大门坏了关不上", "单元门坏了", "监控坏了",
    "有人乱停车，堵住出口了", "车被划了", "电动车被偷了", "楼下烧烤太吵", "半夜施工吵得睡不着", "工地扬尘太大", "河水发臭", "化粪池满了往外冒",
    "健身器材坏了，扎手", "树倒了，挡路", "围墙要倒了", "工资三个月没发", "超市卖过期奶", "医保卡刷不了", "补贴没到账", "校车不来了", "卫生室没开门",
    "地里没水浇", "野狗咬人", "水发黄", "水压太小", "充电桩坏了", "小区没路灯", "物业不管事", "楼道堆满杂物", "公厕没人打扫", "消防通道堵了", "网断了",
    "公交车不停站",
)


def heard_after(*said: str) -> list[str]:
    """Which of the plain lines are read as reports, each after the same talk of somebody else."""
    reader = shipped_book().classifier
    talk: list[Line] = []
    for number, text in enumerate(said):
        line = _line(number, "a", text)
        talk.append(line.read_as(reader.read(line, tuple(talk), NOWHERE), None))
    return [text for text in PLAIN if reader.read(_line(len(said), "z", text), tuple(talk), NOWHERE).act is Act.REPORT]


def _line(minute: int, sender: str, text: str) -> Line:
    return Line(f"m{minute}", BEGIN + timedelta(minutes=minute), sender, Role.RESIDENT, Tier.BASIC, "g", words=Words(text))


@pytest.mark.parametrize(("said", "least"), [
    ((), 46),
    (("早上好", "今天菜场的鱼新鲜"), 44),
    (("3号楼邻居家孩子考上大学了", "恭喜恭喜"), 44),
    (("东门口花坛边那个广告牌歪了", "就是，看着吓人"), 39),
])
def test_plain_words_are_heard_in_any_talk(said: tuple[str, ...], least: int) -> None:
    heard = heard_after(*said)
    assert len(heard) >= least, sorted(set(PLAIN) - set(heard))


def test_a_lift_is_no_lamp_however_soon_it_is_told() -> None:
    assert "电梯坏了" in heard_after("路灯又瞎了，接娃回来黑漆漆的")
