"""What names a person in a group is led to the 1:1 chat; the group hears nothing else of it from us."""

from __future__ import annotations

from registry.terms import TicketKind
from tests.builders.talk import Talk


def test_the_group_is_told_to_speak_apart() -> None:
    with Talk() as talk:
        talk.says("r-001", "老王家天天半夜打麻将吵得人睡不着，说了也不听")
        assert talk.ticket().kind is TicketKind.MATTER
        line = talk.expects("g-basic-01", "私聊说")
        assert "麻将" not in line["text"]
        assert "老王" not in line["text"]
        assert len(talk.lines("g-basic-01")) == 1


def test_a_name_that_says_where_is_no_reason() -> None:
    with Talk() as talk:
        talk.says("r-001", "3号楼刘大妈家门口的楼道灯坏了好几天")
        talk.expects_none("g-basic-01", "私聊说")


def test_a_plain_report_is_answered_as_ever() -> None:
    with Talk() as talk:
        talk.says("r-001", "3号楼2单元楼道灯坏了好几天")
        talk.expects_none("g-basic-01", "私聊说")
        talk.expects("g-basic-01", "记下了")
