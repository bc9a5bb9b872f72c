"""The second reader: what it may change and what it may not; its file; the same corpus gives the same bytes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bot.classifier import NOWHERE, Classifier
from bot.classifier.opinion import ACTS, CATEGORIES
from bot.classifier.readers import Readers
from bot.classifier.second import COLUMNS, SecondReader
from bot.classifier.weights import Weights
from bot.corpus import read_corpus
from bot.listening import Watching
from bot.messages import Line, Words
from bot.talk import Talk
from bot.training import examples, fit
from registry.terms import Act, Category, DangerKind, Role, Tier
from tests.unit.classifier.builders import county_data

AT = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


def line(number: int, text: str, sender: str = "a") -> Line:
    return Line(id=f"m{number}", at=AT + timedelta(minutes=number), sender=sender, role=Role.RESIDENT, tier=Tier.BASIC,
                group="g", words=Words(text))


def always(act: Act) -> Readers:
    """A second reader that is sure of one act, whatever it sees."""
    bias = np.full(COLUMNS, -9.0)
    bias[ACTS.index(act)] = 9.0
    return Readers(SecondReader(Weights.of(["无"], np.zeros((1, COLUMNS)), bias)))


def doubting() -> Readers:
    """A second reader that takes every line for chat, but not for certain: of a matter with one chance in five."""
    bias = np.zeros(COLUMNS)
    bias[ACTS.index(Act.CHAT)] = 3.0
    return Readers(SecondReader(Weights.of(["无"], np.zeros((1, COLUMNS)), bias)))


def read_second(reader: Classifier, text: str) -> Act:
    """How the second line of a talk is read."""
    talk = Talk()
    first = line(1, "今天的豆腐真嫩", "b")
    talk.add(first.read_as(reader.read(first, (), NOWHERE), None))
    said = line(2, text)
    return reader.read(said, talk.before(said), NOWHERE).act


def test_it_may_call_a_matter_chat_in_a_talk_but_not_alone() -> None:
    rules = Classifier.from_data(county_data())
    both = Classifier.from_data(county_data(), always(Act.CHAT))
    told = "我家这几天水小得很，洗菜慢"
    assert read_second(rules, told) is Act.REPORT
    assert read_second(both, told) is Act.CHAT
    assert both.read(line(1, told), (), NOWHERE).act is Act.REPORT


def test_a_matter_told_plainly_stays_one_unless_it_is_surely_none() -> None:
    told = "3号楼电梯又坏了，老人上不去"
    assert read_second(Classifier.from_data(county_data(), doubting()), told) is Act.REPORT
    assert read_second(Classifier.from_data(county_data(), always(Act.CHAT)), told) is Act.CHAT


def test_what_adds_to_nothing_tells_it() -> None:
    both = Classifier.from_data(county_data(), always(Act.SUPPLEMENT))
    assert read_second(both, "水小得很") is Act.REPORT
    assert read_second(both, "3号楼电梯又坏了，老人上不去") is Act.REPORT


def test_a_matter_told_of_another_house_or_kind_adds_to_none() -> None:
    both = Classifier.from_data(county_data(), always(Act.SUPPLEMENT))
    lift, fire = ("b", "5号楼电梯又坏了，老人上不去"), ("b", "5号楼3楼着火了，窗户里冒火苗，快来人")
    assert talked(both, lift, ("c", "5号楼电梯坏了，娃下不来"))[1] is Act.SUPPLEMENT
    assert talked(both, lift, ("c", "7号楼电梯坏了，娃下不来"))[1] is Act.REPORT
    assert talked(both, fire, ("c", "5号楼电梯坏了，娃下不来"))[1] is Act.REPORT


def test_what_is_told_shortly_and_plainly_it_has_no_say_in() -> None:
    both = Classifier.from_data(county_data(), always(Act.CHAT))
    assert read_second(both, "水小得很") is Act.REPORT


def test_where_it_is_sure_it_names_what_a_report_is_about_but_nothing_urgent() -> None:
    bias = np.full(COLUMNS, -9.0)
    bias[ACTS.index(Act.REPORT)] = bias[len(ACTS) + CATEGORIES.index(Category.NOISE)] = 9.0
    noise = Readers(SecondReader(Weights.of(["无"], np.zeros((1, COLUMNS)), bias)))
    both = Classifier.from_data(county_data(), noise)
    first = line(1, "今天的豆腐真嫩", "b").read_as(both.read(line(1, "今天的豆腐真嫩", "b"), (), NOWHERE), None)

    assert both.read(line(2, "水小得很"), (first,), NOWHERE).category is Category.NOISE
    assert both.read(line(2, "水小得很"), (), NOWHERE).category is Category.WATER
    assert both.read(line(2, "3号楼整栋停水了"), (first,), NOWHERE).category is Category.WATER


def test_it_never_touches_a_danger() -> None:
    both = Classifier.from_data(county_data(), always(Act.CHAT))
    said = line(2, "楼下有股煤气味，很浓，快来人")
    verdict = both.read(said, (line(1, "早上好", "b"),), NOWHERE)
    assert (verdict.act, verdict.danger) == (Act.REPORT, DangerKind.PLACE)


def talked(reader: Classifier, *lines: tuple[str, str]) -> list[Act]:
    """What each line of a talk, (speaker, words), does; they are said a minute apart."""
    talk, acts = Talk(), []
    for number, (sender, text) in enumerate(lines, 1):
        said = line(number, text, sender)
        verdict = reader.read(said, talk.before(said), NOWHERE)
        talk.add(said.read_as(verdict, None))
        acts.append(verdict.act)
    return acts


def test_it_may_say_that_a_line_after_a_danger_is_an_aside() -> None:
    both = Classifier.from_data(county_data(), always(Act.CHAT))
    smell, aside = ("b", "楼下有股煤气味，很浓，快来人"), ("a", "我家住三楼，刚下班看见的")
    assert talked(Classifier.from_data(county_data()), smell, aside)[1] is not Act.CHAT
    assert talked(both, smell, aside) == [Act.REPORT, Act.CHAT]


def test_what_is_known_of_a_missing_person_and_that_he_is_back_it_does_not_touch() -> None:
    both = Classifier.from_data(county_data(), always(Act.CHAT))
    acts = talked(both, ("b", "我爷爷走丢了，穿灰褂子，谁看见了打我电话"), ("a", "他耳朵背，左手戴块表"), ("c", "找着了，在桥头坐着，谢谢大家"))
    assert acts == [Act.REPORT, Act.SUPPLEMENT, Act.RECOVERY]


def test_what_leans_on_a_matter_stays_chat_where_there_is_none() -> None:
    both = Classifier.from_data(county_data(), always(Act.SUPPLEMENT))
    assert read_second(both, "谁家的娃这么乖") is Act.CHAT


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    Weights.of(["无"], np.zeros((1, 3)), np.zeros(3)).save(tmp_path / "odd.npz")
    with pytest.raises(ValueError, match="不是本程序的"):
        SecondReader.load(tmp_path / "odd.npz")


def test_the_shipped_weights_load_and_give_chances() -> None:
    opinion = SecondReader.load().opinion(["^停", "停水", "=act report"])
    assert sum(opinion.chances) == pytest.approx(1.0, abs=1e-4)
    assert sum(opinion.categories) == pytest.approx(1.0, abs=1e-4)


def test_the_same_conversations_give_the_same_weights() -> None:
    rules = Watching.from_data(county_data())
    some = read_corpus()[:12]
    one, again = (fit(list(examples(rules, some, true_talk=True))) for _ in range(2))
    assert list(one.places) == list(again.places)
    assert (one.weights.tolist(), one.bias.tolist()) == (again.weights.tolist(), again.bias.tolist())
