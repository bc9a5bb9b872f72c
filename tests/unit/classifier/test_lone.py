"""What a line tells by its characters alone, and what weight that has beside the lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.classifier import NOWHERE, Classifier
from bot.classifier.lone import LoneReader, Tells, runs_of
from bot.classifier.readers import Readers
from bot.classifier.weights import Weights
from bot.messages import Verdict
from registry.terms import DangerKind, Role
from tests.builders.talk import shipped_book
from tests.unit.classifier.builders import Talk, alone, county_classifier, county_data

#: Said in no list's words, nor in the corpus's.
CALLS = (
    "我外婆一个人在一楼，水都到她床沿了，她挪不动，谁离得近帮忙背一下",
    "我们七个人在厂房顶上蹲了一夜了，孩子嘴唇都紫了，求一条船",
    "火从楼下烧上来了，我和儿子躲在阳台，门烫得不敢开",
)
NO_CALLS = (
    "看完那部讲洪水的电影，哭得稀里哗啦，推荐大家去看",
    "昨天全县消防演练，学生三分钟全部撤到操场，点赞",
    "这题把我难得想跳楼，谁会教教我",
)


def sure(tells: Tells, chance: float = 0.99) -> Readers:
    """A lone reader of one opinion, whatever it sees: `tells` with this chance, else nothing."""
    bias = np.full(len(Tells), -30.0)
    bias[Tells.NOTHING] = np.log(max(1.0 - chance, 1e-9))
    bias[tells] = np.log(chance) if tells is not Tells.NOTHING else 0.0
    return Readers(lone=LoneReader(Weights.of(["无"], np.zeros((1, len(Tells))), bias)))


def read(readers: Readers, text: str, *, role: Role = Role.RESIDENT, tagged: bool = False) -> Verdict:
    return Classifier.from_data(county_data(), readers).read(alone(text, role=role, tagged=tagged), (), NOWHERE)


def test_calls_in_words_of_no_list_are_heard_and_talk_of_such_things_is_not() -> None:
    reader = shipped_book().classifier
    assert [text for text in CALLS if reader.read(alone(text), (), NOWHERE).danger is not DangerKind.PLACE] == []
    assert [text for text in NO_CALLS if reader.read(alone(text), (), NOWHERE).danger is not None] == []


def test_what_it_only_suspects_is_in_doubt() -> None:
    said = "今天的豆腐真嫩"
    heard = read(sure(Tells.PLACE, 0.6), said)
    assert (heard.danger, heard.doubt) == (DangerKind.PLACE, True)
    assert (read(sure(Tells.PLACE), said).danger, read(sure(Tells.PLACE), said).doubt) == (DangerKind.PLACE, False)
    assert read(sure(Tells.PLACE, 0.4), said).danger is None


def test_a_persons_danger_needs_more() -> None:
    said = "今天的豆腐真嫩"
    assert read(sure(Tells.PERSON, 0.7), said).danger is None
    assert read(sure(Tells.PERSON, 0.9), said).danger is DangerKind.PERSON
    assert read(sure(Tells.PERSON, 0.9), said * 10).danger is None
    assert read(sure(Tells.PERSON), said * 10).danger is DangerKind.PERSON


def test_what_is_heard_as_a_trouble_or_put_in_the_past_needs_more() -> None:
    for said, enough in (("今天的豆腐真嫩", 0.55), ("3号楼电梯又坏了，老人上不去", 0.65), ("以前这里的豆腐真嫩", 0.85)):
        assert read(sure(Tells.PLACE, enough - 0.1), said).danger is None
        assert read(sure(Tells.PLACE, enough), said).danger is DangerKind.PLACE


def test_among_other_matters_a_line_needs_more() -> None:
    talk = Talk()
    talk.say("b", "3号楼电梯又坏了，老人上不去")
    later = alone("今天的豆腐真嫩")
    for chance, kind in ((0.6, None), (0.75, DangerKind.PLACE)):
        reader = Classifier.from_data(county_data(), sure(Tells.PLACE, chance))
        assert reader.read(later, tuple(talk.lines), NOWHERE).danger is kind


def test_what_the_lists_tell_is_put_in_doubt_by_it_and_taken_back_only_where_it_surely_tells_nothing() -> None:
    told, cry, person = "楼下有股煤气味，很浓，味道越来越大了", "7楼起火", "她站在楼顶边上，说活着没意思，谁快来劝劝"
    plain = county_classifier().read(alone(told), (), NOWHERE)
    assert (plain.danger, plain.doubt) == (DangerKind.PLACE, False)
    assert (read(sure(Tells.PLACE, 0.02), told).danger, read(sure(Tells.PLACE, 0.02), told).doubt) == (DangerKind.PLACE, True)
    assert read(sure(Tells.NOTHING), told).danger is None
    assert read(sure(Tells.NOTHING), cry).danger is DangerKind.PLACE
    assert (read(sure(Tells.NOTHING), person).danger, read(sure(Tells.NOTHING), person).doubt) == (DangerKind.PERSON, True)


def test_a_danger_that_it_takes_for_a_trouble_stays_a_danger() -> None:
    told = "我送货呢，2号楼门洞有股煤气味，一进去就呛"
    verdict = read(sure(Tells.REPORT), told)
    assert (verdict.danger, verdict.doubt) == (DangerKind.PLACE, False)


def test_heads_orders_and_signs_after_a_danger_are_not_doubted() -> None:
    told = "楼下有股煤气味，很浓，味道越来越大了"
    for role, tagged in ((Role.HOUSEHOLD_HEAD, False), (Role.RESIDENT, True)):
        verdict = read(sure(Tells.NOTHING), told, role=role, tagged=tagged)
        assert (verdict.danger, verdict.doubt) == (DangerKind.PLACE, False)
    talk = Talk()
    talk.say("b", told)
    again = Classifier.from_data(county_data(), sure(Tells.NOTHING)).read(alone("楼下有股煤气味，很浓，我也闻到了，头晕"), tuple(talk.lines), NOWHERE)
    assert again.danger is DangerKind.PLACE


def test_a_county_whose_lists_know_no_danger_is_told_of_one_all_the_same() -> None:
    data = replace(county_data(), danger={})
    for tells, kind in ((Tells.PLACE, DangerKind.PLACE), (Tells.PERSON, DangerKind.PERSON)):
        assert Classifier.from_data(data, sure(tells)).read(alone("今天的豆腐真嫩"), (), NOWHERE).danger is kind


def test_laughter_is_no_danger() -> None:
    assert read(sure(Tells.PLACE), "笑死我了哈哈哈哈").danger is None


def test_runs_are_of_one_to_three_characters_with_marked_ends() -> None:
    assert runs_of("水来") == {"^", "水", "来", "$", "^水", "水来", "来$", "^水来", "水来$"}


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    Weights.of(["无"], np.zeros((1, 9)), np.zeros(9)).save(tmp_path / "odd.npz")
    with pytest.raises(ValueError, match="不是本程序的"):
        LoneReader.load(tmp_path / "odd.npz")
