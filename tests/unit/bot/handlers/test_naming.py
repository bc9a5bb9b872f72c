"""Who is named by a report, and what only looks like a name."""

from __future__ import annotations

import pytest

from bot.handlers.naming import names_person


@pytest.mark.parametrize(
    "words",
    ["老王家又打起来了", "有个叫张小满的天天来闹", "李某天天骂人", "刘大妈在楼道堆纸箱", "楼下赵师傅半夜喝酒砸门", "小陈欠钱不还", "孙家老二又喝多了"],
)
def test_a_person_is_named(words: str) -> None:
    assert names_person(words)


@pytest.mark.parametrize(
    "words",
    ["王家村的路坏了", "老街路灯坏了", "小高层一直漏水", "金花小区停水", "老马路坑太大", "万家小区门口堵车", "常常半夜停电", "3号楼跳闸了", "文化广场太吵"],
)
def test_a_place_is_no_person(words: str) -> None:
    assert not names_person(words)
