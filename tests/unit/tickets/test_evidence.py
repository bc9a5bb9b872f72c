"""Pure judgements: is it still true, is it the same place, which matter is meant, what is masked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.terms import Act, Category, DangerKind, Status, TicketKind, Urgency
from tests.builders.desk import MORNING, TOWN, echo, person_danger, place_danger, told
from tests.builders.tickets import a_ticket
from tickets.masking import clip, mask_numbers, without_rooms
from tickets.merging import Bond, attach
from tickets.model import Candidate, Ticket
from tickets.place_match import Nearness, compare, fuller, numbers_of
from tickets.summary import summarise
from tickets.truth import CONDITIONS, still_true

# truth ----------------------------------------------------------------------------------------------------------------

TRUE_IN = {
    "always": set(Status),
    "open": {Status.OPEN, Status.ASSIGNED, Status.ACCEPTED, Status.DONE, Status.SHELVED},
    "unaccepted": {Status.OPEN, Status.ASSIGNED},
    "undone": {Status.OPEN, Status.ASSIGNED, Status.ACCEPTED},
    "call_accept": {Status.OPEN, Status.ASSIGNED},
    "call_done": {Status.OPEN, Status.ASSIGNED, Status.ACCEPTED},
    "accepted": {Status.ACCEPTED},
    "shelved": {Status.SHELVED},
    "unrated": {Status.DONE},
    "danger": set(),
    "doubt": set(),
}


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("status", Status)
def test_a_sentence_leaves_only_where_it_is_true(condition: str, status: Status) -> None:
    assert still_true(condition, a_ticket(status=status), 1) is (status in TRUE_IN[condition])


def test_danger_and_doubt_and_rounds() -> None:
    fire = a_ticket(urgency=Urgency.DANGER, danger=DangerKind.PLACE)
    assert still_true("danger", fire, 1)
    assert not still_true("danger", replace(fire, danger_ended_at=MORNING), 1)
    assert still_true("doubt", a_ticket(doubt=True), 1)
    assert not still_true("open", a_ticket(round=2), 1), "what was queued for the round before"
    assert still_true("open", None, 0)
    with pytest.raises(ValueError, match="unknown"):
        still_true("perhaps", fire, 1)


# places ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "nearness"),
    [
        ("3栋", "7栋", Nearness.FORBIDDEN),
        ("3号楼", "3栋", Nearness.SAME),
        ("三栋", "3栋", Nearness.SAME),
        ("十二号楼", "12栋", Nearness.SAME),
        ("槐苑3栋2单元", "槐苑3栋1单元", Nearness.FORBIDDEN),
        ("3栋2楼", "3栋5楼", Nearness.SAME),
        ("3栋402室", "3栋501室", Nearness.SAME),
        ("槐苑3栋", "3栋2单元", Nearness.SAME),
        ("东门口", "西门口", Nearness.APART),
        ("老戏台", "老戏台旁边", Nearness.SAME),
        ("菜市场", "学校门口", Nearness.APART),
        ("3至5栋", "4栋", Nearness.SAME),
        (None, "3栋", Nearness.UNKNOWN),
        ("", "3栋", Nearness.UNKNOWN),
        ("二组", "五组", Nearness.FORBIDDEN),
        ("2队", "二组", Nearness.SAME),
    ],
)
def test_two_places(one: str | None, other: str | None, nearness: Nearness) -> None:
    assert compare(one, other) is nearness
    assert compare(other, one) is nearness


def test_numbers_of_a_place() -> None:
    assert numbers_of("3栋1、2单元") == {"楼": frozenset({3}), "单元": frozenset({1, 2})}
    assert numbers_of("二十三号楼") == {"楼": frozenset({23})}
    assert numbers_of("老戏台") == {}


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [("3栋", "3栋2单元", "3栋2单元"), ("3栋2单元", "3栋", "3栋2单元"), (None, "3栋", "3栋"), ("3栋", None, "3栋")],
)
def test_the_fuller_place_is_kept(one: str | None, other: str | None, kept: str) -> None:
    assert fuller(one, other) == kept


# which matter -----------------------------------------------------------------------------------------------------------


def known(ticket: Ticket | None = None, words: str = "槐苑3栋没水了", **changes: object) -> Candidate:
    """A water matter at 3栋, told by r-1 in g-1 ten minutes ago."""
    values = {"group": "g-1", "groups": ("g-1",), "township": TOWN, "place": "3栋", "opened_at": MORNING, "last_at": MORNING}
    return Candidate(ticket or a_ticket(**(values | changes)), frozenset({"first"}), frozenset({"r-1"}), (words,))


LATER = MORNING + timedelta(minutes=5)


def bond(one: object, *candidates: Candidate) -> Bond:
    return attach(one, candidates).bond  # type: ignore[arg-type]


def test_the_same_told_by_a_neighbour_is_a_voice() -> None:
    assert bond(told("3栋也停水了", at=LATER, sender="r-2"), known()) is Bond.VOICE


def test_another_house_is_another_matter() -> None:
    assert bond(told("7栋停水了", at=LATER, sender="r-2", place="7栋"), known()) is Bond.NEW


def test_another_kind_at_the_same_place_is_another_matter() -> None:
    assert bond(told("3栋有人打架", at=LATER, category=Category.ORDER), known()) is Bond.NEW


def test_a_quote_outweighs_everything_but_privacy() -> None:
    assert bond(told("还是这个", at=LATER, quote="first", category=None, place=None), known()) is Bond.VOICE
    private = known(a_ticket(danger=DangerKind.PERSON, group="g-1", groups=("g-1",)))
    assert bond(place_danger(at=LATER, quote="first"), private) is Bond.NEW
    assert bond(person_danger(at=LATER, quote="first"), known()) is Bond.NEW


def test_a_main_that_serves_several_groups_is_one_matter_for_six_hours() -> None:
    far = known(group="g-9", groups=("g-9",), place=None)
    assert bond(told("停水了", at=LATER, place=None), far) is Bond.VOICE
    assert bond(told("停水了", at=MORNING + timedelta(hours=7), place=None), far) is Bond.NEW
    narrow = known(group="g-9", groups=("g-9",), category=Category.SANITATION)
    assert bond(told("垃圾没收", at=LATER, category=Category.SANITATION), narrow) is Bond.NEW


def test_a_number_said_aloud_decides() -> None:
    first, second = known(number="2026-0302-1"), known(number="2026-0302-2", place="7栋", category=Category.POWER)
    found = attach(told("0302-2 办好了", act=Act.COMMAND, numbers=("0302-2",)), (first, second))
    assert (found.bond, found.candidate) == (Bond.ABOUT, second)


@pytest.mark.parametrize("act", [Act.COMMAND, Act.STATUS_QUERY, Act.RATING])
def test_a_number_of_none_of_these_takes_no_other_in_its_place(act: Act) -> None:
    assert bond(told("0302-9 办好了", act=act, numbers=("0302-9",)), known()) is Bond.NONE


def test_danger_beside_a_matter_that_is_done_or_elsewhere_is_a_matter_of_its_own() -> None:
    finished = known(status=Status.DONE)
    assert bond(place_danger(at=LATER, category=Category.WATER), finished) is Bond.NEW
    fire = place_danger(act=Act.SUPPLEMENT, at=LATER, refers_to="first", place="8栋")
    assert bond(fire, known()) is Bond.NONE, "then the router opens one"
    assert bond(replace(fire, act=Act.RECOVERY), known()) is Bond.ABOUT, "it says that it is over"


def test_withdrawn_excluded_and_merged_take_no_message() -> None:
    for status in (Status.WITHDRAWN, Status.EXCLUDED, Status.MERGED):
        assert bond(told(at=LATER), known(status=status)) is Bond.NEW


def test_a_consultation_takes_only_its_askers_questions() -> None:
    asked = known(kind=TicketKind.CONSULTATION)
    assert bond(told(at=LATER), asked) is Bond.NEW
    assert bond(told("那事咋样了", act=Act.STATUS_QUERY, at=LATER), asked) is Bond.ABOUT


@pytest.mark.parametrize(("act", "expected"), [(Act.ECHO, Bond.VOICE), (Act.SUPPLEMENT, Bond.SUPPLEMENT), (Act.RECOVERY, Bond.ABOUT)])
def test_what_refers_to_the_talk_belongs_to_it(act: Act, expected: Bond) -> None:
    assert bond(echo(act=act, at=LATER, refers_to="first"), known()) is expected


def test_chat_belongs_to_nothing() -> None:
    assert bond(told("吃了没", act=Act.CHAT), known()) is Bond.NONE


# masking ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打13800000000", "打138****0000"),
        ("打138 0000 0000", "打138****0000"),
        ("打138-0000-0000找我", "打138****0000找我"),
        ("微信同号+8613800000000", "微信同号+86138****0000"),
        ("１３８００００００００", "138****0000"),
        ("座机0900-2000000", "座机0900****0000"),
        ("身份证610000190001010000", "身份证610000********0000"),
        ("身份证61000019000101000X", "身份证610000********000X"),
        ("卡号6200000000000000000", "卡号6200********0000"),
        ("卡号6200 0000 0000 0000 000", "卡号6200********0000"),
        ("车牌陕A00000挡路", "车牌陕A****0挡路"),
        ("陕a0000d", "陕a****d"),
        ("新能源陕AD00000", "新能源陕A****0"),
        ("电话2000000", "电话****0000"),
    ],
)
def test_numbers_of_people_are_starred(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


@pytest.mark.parametrize(
    "text", ["打110", "119、120", "12345热线", "95598报修", "燃气96777", "3栋2单元", "停了3个小时", "2026年3月2日", "编号0302-17"]
)
def test_what_is_no_persons_number_stays(text: str) -> None:
    assert mask_numbers(text) == text


def test_rooms_are_left_out_and_houses_stay() -> None:
    assert without_rooms("5号楼402") == "5号楼"
    assert without_rooms("5栋402室") == "5栋"
    assert without_rooms("3-2-501") == "3-2-"
    assert without_rooms("5栋2单元") == "5栋2单元"


def test_a_summary_is_short_and_masked() -> None:
    summary = summarise(Category.WATER, "3栋", "没水了，打13800000000，" + "快来人" * 40)
    assert len(summary) <= 60
    assert "13800000000" not in summary
    assert summary.startswith("供水排水·3栋：没水了")
    assert summary.endswith("…")
    assert clip("短", 5) == "短"


@pytest.mark.parametrize("condition", ["call_accept", "call_done"])
def test_a_call_is_no_longer_true_once_somebody_said_that_he_is_on_it(condition: str) -> None:
    waiting = a_ticket(status=Status.ASSIGNED)
    assert still_true(condition, waiting, 1)
    assert not still_true(condition, replace(waiting, acknowledged_at=MORNING), 1)
