"""Which matter is meant: what is named, by whom, where, when; and what people decided before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.terms import Act, Category, DangerKind, Status, Urgency
from tests.builders.desk import MORNING, TOWN, echo, person_danger, place_danger, told
from tests.builders.tickets import a_ticket
from tickets.merging import Attached, Bond, Things, attach
from tickets.model import Candidate
from tickets.told import Told

SOON = MORNING + timedelta(minutes=5)


def known(words: str, key: int = 1, **changes: object) -> Candidate:
    """A matter of the grid, told by r-1 in g-1 in the morning."""
    alike = changes.pop("alike", ())
    values = {"id": key, "group": "g-1", "groups": ("g-1",), "township": TOWN, "place": None, "opened_at": MORNING,
              "last_at": MORNING}
    return Candidate(a_ticket(**(values | changes)), frozenset({f"first-{key}"}), frozenset({"r-1"}), (words,), alike)  # type: ignore[arg-type]


def said(words: str, **changes: object) -> Told:
    values = {"at": SOON, "sender": "r-2", "place": None}
    return told(words, **(values | changes))


def lies_in(found: Attached) -> int | None:
    return found.candidate.ticket.id if found.candidate else None


def test_two_things_of_one_broad_kind_are_two_matters() -> None:
    cable = known("网线被人剪断了，开会老掉线", category=Category.FACILITY)
    assert attach(said("转椅上的螺帽松了，娃娃坐上去晃", category=Category.FACILITY), [cable]).bond is Bond.NEW


def test_the_thing_that_is_named_tells_two_matters_apart() -> None:
    cable = known("网线被人剪断了，开会老掉线", 1, category=Category.FACILITY)
    bench = known("凉亭里的石凳断了一条腿", 2, category=Category.FACILITY, last_at=MORNING - timedelta(hours=3))
    found = attach(said("石凳那条腿还歪着，要压到人了", category=Category.FACILITY), [cable, bench])
    assert lies_in(found) == 2
    assert "说的是同一样东西" in [rule for rule, _ in found.reasons]


def test_what_every_candidate_names_tells_none_apart() -> None:
    both = [known("小卖部后头水沟堵了", 1), known("小卖部门口路灯坏了", 2)]
    things = Things("小卖部的事", both)
    assert things.shared(both[0], linked=False) < Things("小卖部的事", both[:1]).shared(both[0], linked=False)


def test_what_came_back_is_the_supply_that_is_named() -> None:
    school = known("学校门口有人摆摊卖卡", 1, category=Category.EDUCATION)
    water = known("水是黄的", 2, category=Category.WATER, last_at=MORNING - timedelta(hours=5))
    back = said("水清了", act=Act.RECOVERY, category=Category.EDUCATION, refers_to="first-1")
    assert lies_in(attach(back, [school, water])) == 2


@pytest.mark.parametrize(("sender", "days", "ticket"), [("r-2", 3, None), ("r-1", 3, 1), ("r-2", 0, 1)])
def test_what_another_says_days_after_the_end_is_about_something_else(sender: str, days: int, ticket: int | None) -> None:
    """来电了 by a neighbour three days after the outage is closed ends another outage; by who told it, or at once, this one."""
    over = known("停电了", category=Category.POWER, status=Status.CLOSED, urgency=Urgency.URGENT)
    back = said("来电了", act=Act.RECOVERY, category=Category.POWER, sender=sender, at=SOON + timedelta(days=days))
    assert lies_in(attach(back, [over])) == ticket


@pytest.mark.parametrize(("words", "days", "ticket"), [("水里全是黄泥", 4, None), ("堤脚又冒水了，还是柳树林那里", 4, 1), ("水里全是黄泥", 0, 1)])
def test_what_is_no_danger_does_not_join_one_of_days_ago(words: str, days: int, ticket: int | None) -> None:
    """Muddy tap water days after the dyke leaked is its own matter, even by who told of the dyke, unless it names that."""
    dyke = known("堤脚柳树林那里一股一股往上冒水", category=Category.WATER, urgency=Urgency.DANGER)
    mud = said(words, category=Category.WATER, sender="r-1", at=SOON + timedelta(days=days))
    assert lies_in(attach(mud, [dyke])) == ticket


def test_an_echo_from_another_house_joins_what_it_leans_on() -> None:
    outage = known("停电了", category=Category.POWER, place="3号楼")
    other = known("我家没电", 2, category=Category.POWER, last_at=MORNING - timedelta(days=3))
    also = echo(words="+1 8号楼", at=SOON, sender="r-3", category=Category.POWER, place="8号楼", refers_to="first-1")
    joined = attach(also, [outage, other])
    assert (joined.bond, lies_in(joined)) == (Bond.VOICE, 1)


def test_the_same_speaker_goes_on_under_a_neighbouring_kind() -> None:
    drain = known("下水道返上来了", category=Category.WATER)
    more = said("上头漂着油，是泔水堵的", category=Category.SANITATION, sender="r-1", at=MORNING + timedelta(minutes=4))
    assert attach(more, [drain]).bond is Bond.VOICE


def test_danger_joins_a_matter_that_is_none_only_on_plain_evidence() -> None:
    blocked = known("消防通道又停满了车", category=Category.HAZARD, last_at=MORNING - timedelta(hours=1))
    fire = place_danger(at=SOON, sender="r-2", category=Category.HAZARD, place=None, words="楼上窗子冒火了")
    assert attach(fire, [blocked]).bond is Bond.NEW
    assert attach(replace(fire, act=Act.SUPPLEMENT, refers_to="first-1"), [blocked]).bond is Bond.SUPPLEMENT


def test_one_fire_cried_from_all_sides_is_one_alarm() -> None:
    burning = known("着火了快来人", category=Category.HAZARD, urgency=Urgency.DANGER, danger=DangerKind.PLACE)
    again = place_danger(at=SOON, sender="r-5", category=Category.HAZARD, place=None, words="我这边看到好大的烟")
    assert attach(again, [burning]).bond is Bond.VOICE


def test_who_speaks_of_the_same_person_danger_joins_it() -> None:
    private = known("他说不想活了", category=Category.PERSON_HELP, urgency=Urgency.DANGER, danger=DangerKind.PERSON)
    worried = person_danger(act=Act.ECHO, at=SOON, sender="r-3", refers_to="first-1")
    assert attach(worried, [private]).bond is Bond.VOICE


def test_not_yet_told_of_what_is_done_is_its_own_matter_again() -> None:
    lamp = known("楼道的灯坏了", category=Category.FACILITY, status=Status.DONE)
    late = said("还没好啊，灯还是不亮", category=Category.FACILITY, sender="r-1", at=MORNING + timedelta(hours=6))
    assert attach(late, [lamp]).bond is Bond.VOICE


@pytest.mark.parametrize(("alike", "bond"), [((), Bond.NEW), (((Category.HAZARD, "7号楼"),), Bond.VOICE)])
def test_what_people_merged_counts_as_one_matter(alike: tuple[tuple[Category, str], ...], bond: Bond) -> None:
    leak = replace(known("3号楼水管爆了", category=Category.WATER, place="3号楼", alike=alike),
                   words=("3号楼水管爆了", "7号楼楼下结冰了，滑倒人"))
    ice = said("7号楼楼下冰还没铲，又滑倒一个", category=Category.HAZARD, place="7号楼", at=MORNING + timedelta(days=2))
    assert attach(ice, [leak]).bond is bond


def test_what_people_took_out_of_a_ticket_does_not_come_back_to_it() -> None:
    left = known("巷子里的积水没退", 1, category=Category.HAZARD)
    taken = known("电杆歪了，线垂下来", 2, category=Category.HAZARD, linked_to=1, last_at=MORNING - timedelta(hours=4))
    line = said("那根电杆的线又垂低了，积水边上走不得", category=Category.HAZARD)
    assert lies_in(attach(line, [left, taken])) == 2


def test_the_answer_says_what_spoke_for_it() -> None:
    dry = known("3号楼没水", category=Category.WATER, place="3号楼")
    found = attach(said("3号楼也停水了", category=Category.WATER, place="3号楼"), [dry])
    rules = [rule for rule, _ in found.reasons]
    assert {"同一类事", "同一处地方", "10分钟内", "同一个群"} <= set(rules)
    assert all(weight > 0 for _, weight in found.reasons)
    assert "同一个人说的" not in rules, "it was somebody else"
