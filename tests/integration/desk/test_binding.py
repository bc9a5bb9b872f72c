"""Who is who: an official binds a group, a code binds a person; everybody else in an unregistered group meets silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import yaml

from bot.messages import Incoming, MessageKind, Words
from storage import bindings, registry_rows
from storage.tables import strangers
from tests.builders.talk import COUNTY_DIR, Talk


@pytest.fixture
def talk() -> Iterator[Talk]:
    """The sample county, in which the group of 钟楼新苑 and its head have no outside id yet."""
    data: dict[str, Any] = yaml.safe_load((COUNTY_DIR / "registry.yaml").read_text(encoding="utf-8"))
    next(group for group in data["groups"] if group["id"] == "g-basic-04").pop("addresses")
    next(person for person in data["people"] if person["id"] == "h-03").pop("identities")
    with Talk() as talk:
        talk.store.run(lambda work: registry_rows.save_registry(work, data, "test", talk.now - timedelta(days=1)))
        reload(talk)
        yield talk


def reload(talk: Talk) -> None:
    """As a live process does when the generation has changed."""
    talk.house.replace_registry(talk.store.look(registry_rows.load_registry))


def outside(talk: Talk, sender: str, words: str, group: str | None = "wrnew", channel: str = "aibot", kind: str = "text") -> None:
    """A message with outside ids, as a channel makes it; what is queued leaves."""
    tagged = words.startswith("@小格")
    talk._begin()
    talk.hear(
        Incoming(id=f"x-{len(talk.replay.heard)}", channel=channel, sender=sender, at=talk.now + timedelta(seconds=1),
                 kind=MessageKind(kind), words=Words(words), group=group, mentions_bot=tagged)
    )
    talk.replay.walk_to(talk.now + timedelta(seconds=25))


def generation(talk: Talk) -> int:
    return talk.store.look(registry_rows.generation)


@pytest.mark.parametrize("words", ["@小格 绑定 g-basic-04", "@小格 绑定g-basic-04"])
def test_an_official_binds_a_group_which_is_heard_from_then_on(talk: Talk, words: str) -> None:
    before = generation(talk)
    outside(talk, "m-03", words)
    talk.expects("m-03", "绑定好了", "钟楼新苑业主群", kind="binding")
    assert generation(talk) == before + 1
    reload(talk)
    outside(talk, "wmr020", "@小格 2号楼3楼楼道灯坏了好几天")
    assert talk.ticket().group == "g-basic-04"
    talk.expects("g-basic-04", "收到，记下了")


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        ("m-03", "这群是干啥的"),
        ("m-03", "@小格 帮助"),
        ("m-03", "绑定 g-basic-04"),
        ("wmr020", "@小格 绑定 g-basic-04"),
        ("wmh02", "@小格 绑定 g-basic-04"),
        ("stranger", "@小格 绑定 g-basic-04"),
        ("stranger", "@小格 着火了快来人"),
    ],
)
def test_all_else_in_an_unregistered_group_meets_silence_and_is_counted(talk: Talk, sender: str, words: str) -> None:
    before = generation(talk)
    outside(talk, sender, words)
    assert talk.said == []
    assert talk.tickets() == []
    assert generation(talk) == before
    seen = talk.store.look(lambda work: work.connection.execute(strangers.select()).all())
    assert [row.group_id for row in seen] == ["wrnew"]


def test_an_unknown_group_code_is_said_to_be_unknown(talk: Talk) -> None:
    outside(talk, "m-03", "@小格 绑定 g-basic-99")
    talk.expects("m-03", "没有绑定", "g-basic-99", kind="refusal")


def test_a_nickname_binds_nothing(talk: Talk) -> None:
    person = talk.registry.people["r-020"]
    talk.house.replace_registry(talk.registry)
    assert replace(person, nickname="网格员老杭").role is person.role
    outside(talk, "wmr020", "@小格 绑定 g-basic-04")
    assert talk.said == []


def give_code(talk: Talk, code: str = "482916", minutes: int = 30) -> None:
    talk.store.run(lambda work: bindings.add_code(work.connection, code, "h-03", talk.now + timedelta(minutes=minutes)))


def test_a_code_binds_a_head_once(talk: Talk) -> None:
    give_code(talk)
    outside(talk, "wm-new-head", "482916", group=None, channel="kf")
    talk.expects("h-03", "绑定好了", "桑玉琴", kind="binding")
    reload(talk)
    person = talk.registry.person_by_identity("wechat", "wm-new-head")
    assert person is not None
    assert person.id == "h-03"
    outside(talk, "wm-other", "482916", group=None, channel="kf")
    talk.expects("wm-other", "绑定码不对或过期", kind="refusal")
    assert talk.registry.person_by_identity("wechat", "wm-other") is None


def test_an_expired_or_wrong_code_binds_nobody(talk: Talk) -> None:
    give_code(talk, minutes=5)
    talk.passes("6min")
    before = generation(talk)
    outside(talk, "wm-new-head", "482916", group=None, channel="kf")
    outside(talk, "wm-new-head", "111111", group=None, channel="kf")
    talk.expects("wm-new-head", "绑定码不对或过期", kind="refusal")
    assert [line["kind"] for line in talk.said] == ["refusal"]
    assert generation(talk) == before


TOO_OFTEN = "请过一小时再发，或请网格办帮您绑定"


def say_wrong(talk: Talk, times: int, sender: str = "wm-new-head") -> None:
    for number in range(times):
        outside(talk, sender, f"{111111 + number}", group=None, channel="kf")
        talk.expects(sender, "绑定码不对或过期", kind="refusal")


def test_after_five_wrong_codes_not_even_the_right_one_is_looked_at_for_an_hour(talk: Talk) -> None:
    give_code(talk, minutes=120)
    before = generation(talk)
    say_wrong(talk, 5)
    outside(talk, "wm-new-head", "482916", group=None, channel="kf")
    talk.expects("wm-new-head", TOO_OFTEN, kind="refusal")
    assert generation(talk) == before
    # What was not looked at is no try: the hour goes on from the fifth.
    talk.passes("58min")
    outside(talk, "wm-new-head", "482916", group=None, channel="kf")
    talk.expects("wm-new-head", TOO_OFTEN, kind="refusal")
    talk.passes("2min")
    outside(talk, "wm-new-head", "482916", group=None, channel="kf")
    talk.expects("h-03", "绑定好了", kind="binding")


def test_one_persons_wrong_codes_hinder_nobody_else(talk: Talk) -> None:
    give_code(talk)
    say_wrong(talk, 5)
    outside(talk, "wm-other", "482916", group=None, channel="kf")
    talk.expects("h-03", "绑定好了", kind="binding")


def test_the_same_person_has_no_five_tries_more_by_another_door(talk: Talk) -> None:
    give_code(talk)
    say_wrong(talk, 5)
    outside(talk, "wm-new-head", "482916", group=None, channel="archive")
    reload(talk)
    assert talk.registry.person_by_identity("wechat", "wm-new-head") is None


def test_a_right_code_lets_the_count_begin_anew(talk: Talk) -> None:
    say_wrong(talk, 4)
    give_code(talk)
    outside(talk, "wm-new-head", "482916", group=None, channel="kf")
    talk.expects("h-03", "绑定好了", kind="binding")
    assert talk.store.run(lambda work: work.wrong_codes("wechat", "wm-new-head", talk.now)) == 0


def test_a_code_said_in_a_group_is_no_binding(talk: Talk) -> None:
    give_code(talk)
    before = generation(talk)
    outside(talk, "wm-new-head", "482916")
    assert generation(talk) == before
