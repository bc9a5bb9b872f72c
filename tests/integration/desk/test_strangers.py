"""Residents are in no registry: whoever speaks in a basic group and is nobody else is a resident; elsewhere a stranger."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Incoming, MessageKind, Words
from tests.builders.talk import Talk


def heard(talk: Talk, sender: str, text: str, group: str) -> None:
    tagged = "@小格" in text
    talk.hear(Incoming(id=f"x-{sender}-{len(text)}", channel="replay", sender=sender, at=talk.now + timedelta(seconds=1),
                       kind=MessageKind.TEXT, words=Words(text), group=group, mentions=("bot",) if tagged else (),
                       mentions_bot=tagged))
    talk.replay.walk_to(talk.now + timedelta(seconds=25))


def test_an_unknown_person_in_a_basic_group_is_heard_as_a_resident() -> None:
    with Talk() as talk:
        heard(talk, "wmNew1", "6号楼整栋停水了，一早上都没有", "g-basic-01")
        ticket = talk.ticket()
        assert talk.store.look(lambda work: work.voices(ticket.id)) == ["wmNew1"]
        heard(talk, "wmNew2", "我家也是", "g-basic-01")
        assert talk.store.look(lambda work: work.voices(ticket.id)) == ["wmNew1", "wmNew2"]


def test_an_unknown_person_orders_nothing_in_a_basic_group() -> None:
    with Talk() as talk:
        heard(talk, "wmNew1", "6号楼整栋停水了，一早上都没有", "g-basic-01")
        ticket = talk.ticket()
        heard(talk, "wmBoss", f"@小格 {ticket.aloud} 办结", "g-basic-01")
        assert talk.ticket().status is ticket.status
        assert talk.replay.said[-1]["kind"] == "refusal"


def test_an_unknown_person_who_tags_the_bot_among_officials_is_refused_with_a_reason() -> None:
    with Talk() as talk:
        heard(talk, "wmBoss", "@小格 把单子都办结了", "g-coord-01")
        assert talk.replay.said[-1]["kind"] == "refusal"
        assert "名册里还没有您" in talk.replay.said[-1]["text"]
        assert talk.replay.tickets() == []
