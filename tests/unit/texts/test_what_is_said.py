"""Who holds it, what happens next, whom to call: the sentences in their situations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.texts import Texts, mark
from bot.texts.emergency import Hazard, hazard_of
from bot.texts.words import instant, moment, span
from registry.terms import Category, Status
from tests.unit.texts.samples import DANGER, NOW, REGISTRY, context, ticket

TEXTS = Texts.load()


def said(event: str, **changes: Any) -> str:
    return TEXTS.render(event, context(event, **changes)).text


def test_a_receipt_says_who_has_it_and_what_comes_next() -> None:
    assert said("receipt") == "收到，记下了。供水排水·老戏台5号楼（0302-17）已转给县水务局，接单后在群里告诉大家。"


def test_a_receipt_without_a_unit_names_the_one_who_follows() -> None:
    assert "先由网格员跟进" in said("receipt", matter=ticket(unit=None, owner="m-1"))


def test_a_late_receipt_says_so() -> None:
    assert "收到晚了" in said("receipt", late=True)


def test_a_doubtful_danger_is_told_the_numbers_at_once() -> None:
    assert "119" in said("receipt", matter=ticket(doubt=True, category=Category.GAS_HEATING))


def test_limits_are_said_in_the_county_s_own_time() -> None:
    assert "应在3月2日 18:00前接单" in said("step.group")
    assert "时限3月2日 18:00前" in said("answer.status", due_at="2026-03-02T10:00:00+00:00")


def test_a_vacancy_is_named_to_those_who_can_fill_it() -> None:
    assert "网格长没有登记人" in said("step.group", missing=["grid_leader"])
    assert "没有登记人" not in said("step.group", missing=[])


def test_a_post_that_is_empty_tonight_is_told_apart_from_one_that_nobody_has() -> None:
    empty = said("step.group", missing=["duty_officer", "grid_leader"], vacant=["duty_officer"])
    assert "（值班员此岗位此刻无人值守，已直接叫上一级。）（网格长没有登记人，请网格办补上。）" in empty


def test_a_new_shift_reads_what_is_open_and_what_was_left_to_it() -> None:
    card = said("card.handover")
    assert "您接班了，手上紧急的有2件" in card
    assert "上一班交代：二网格的井盖还没盖好" in card
    assert said("card.handover", tickets=[], count=0).startswith("您接班了，手上没有紧急的事。")


def test_a_swap_names_both_shifts() -> None:
    assert "您上3月5日夜班" in said("card.swap")
    assert "3月7日20:00的班" in said("card.swap")
    assert "没有同意" in said("card.swap_answered", accepted=False)


@pytest.mark.parametrize(
    ("status", "keys"),
    [(Status.OPEN, ["accept"]), (Status.ASSIGNED, ["accept"]), (Status.ACCEPTED, ["done"]), (Status.DONE, [])],
)
@pytest.mark.parametrize("event", ["step.card", "supervised.card"])
def test_a_call_asks_for_the_next_act(event: str, status: Status, keys: list[str]) -> None:
    rendered = TEXTS.render(event, context(event, matter=ticket(status=status)))
    # whoever a ladder calls may also say that he is on it
    also = ["acknowledge"] if event == "step.card" and keys else []
    assert [button.key for button in rendered.buttons] == keys + also


@pytest.mark.parametrize(
    ("event", "keys"),
    [
        ("card.assigned", "accept return done"),
        ("card.reopened", "accept done"),
        ("card.no_unit", "accept"),
        ("card.returned", "accept"),
        ("card.missing", "accept found"),
        ("card.danger", "accept end false"),
        ("card.doubt", "true false calling"),
        ("card.person", "accept end"),
        ("card.person_doubt", "true false"),
        ("card.recovered", "done not_yet"),
        ("card.recalled", "keep withdraw"),
        ("card.contact", "contacted"),
        ("card.consult", "done"),
        ("paste.send", "pasted"),
        ("confirm.send", ""),
    ],
)
def test_cards_have_their_buttons(event: str, keys: str) -> None:
    assert " ".join(button.key for button in TEXTS.render(event, context(event)).buttons) == keys


def test_a_card_shows_the_first_report_at_length_and_masked() -> None:
    words = "一早起来就没水了，问了楼上楼下都一样，打13800000000找我，家里有老人，最好今天能来看看"
    text = said("card.assigned", words=words)
    assert "0302-17 供水排水·老戏台5号楼402：一早起来就没水了，问了楼上楼下都一样，打138****0000找我" in text
    assert "最好今天能来看看" in text


def test_a_text_to_paste_is_ready_to_copy() -> None:
    rendered = TEXTS.render("paste.send", context("paste.send", text="收到，记下了。请打燃气抢修0999-8000000。"))
    assert rendered.text == "收到，记下了。请打燃气抢修0999-8000000。"
    assert rendered.title == "请转发到「南塘乡亲群」"


def test_units_are_called_by_mention() -> None:
    assert TEXTS.render("assigned", context("assigned", people=["u-1", "gone"])).mentions == ("u-1",)


def test_the_brief_has_five_lines_and_says_who_holds_what_is_late() -> None:
    lines = said("brief", group="g-cmd").split("\n")
    assert len(lines) == 5
    assert lines[2] == "超时2件：0228-3 县水务局 江一帆 超2天；0302-5 网格员 白杨 超2小时。"


def test_a_digest_tells_several_in_one_text_and_counts_what_does_not_fit() -> None:
    tickets = {number: ticket(id=number, number=f"2026-0302-{number}") for number in range(1, 41)}
    rows = [{"event": "status.accepted", "ticket": number} for number in tickets]
    text = TEXTS.render("digest", replace(context("digest", rows=rows), tickets=tickets)).text
    told = text.count("县水务局已接单")
    assert told < 40
    assert f"还有{40 - told}件" in text
    assert len(text.encode()) <= 2048


def test_the_states_of_a_card() -> None:
    assert TEXTS.state_line(ticket(status=Status.ACCEPTED), REGISTRY) == "已由县水务局接单"
    assert TEXTS.state_line(ticket(**DANGER), REGISTRY) == "险情处置中"
    assert TEXTS.render("cards.refresh", context("cards.refresh", matter=ticket())).text == "等县水务局接单"


# danger -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "words", "hazard"),
    [
        (Category.GAS_HEATING, "楼道里一股怪味", Hazard.GAS),
        (Category.HAZARD, "楼下煤气味很冲", Hazard.GAS),
        (Category.GAS_HEATING, "气罐着火了", Hazard.FIRE),
        (Category.HAZARD, "三楼窗户冒浓烟", Hazard.FIRE),
        (Category.HAZARD, "电线掉在路上了", Hazard.WIRE),
        (Category.POWER, "那里冒火花", Hazard.WIRE),
        (Category.ROAD, "山上塌方了，路埋了", Hazard.LANDSLIDE),
        (Category.HAZARD, "有娃掉河里了", Hazard.WATER),
        (Category.FACILITY, "电梯里困了人，腿压伤了", Hazard.LIFT),
        (Category.ORDER, "有人拿刀", Hazard.VIOLENCE),
        (Category.TRAFFIC, "有人被撞，流血了", Hazard.HURT),
        (Category.OTHER, "出大事了", Hazard.GENERIC),
    ],
)
def test_the_danger_is_known_by_its_words_then_by_its_category(category: Category, words: str, hazard: Hazard) -> None:
    assert hazard_of(ticket(category=category, summary=f"某类·桥头：{words}")) is hazard


@pytest.mark.parametrize(
    ("hazard", "needed"),
    [
        (Hazard.FIRE, ["弯腰", "捂口鼻", "119"]),
        (Hazard.GAS, ["开窗", "不要开灯", "不要在屋里打电话", "室外", "燃气抢修电话", "119"]),
        (Hazard.WIRE, ["10米", "95598"]),
        (Hazard.LANDSLIDE, ["两侧", "高处", "119"]),
        (Hazard.WATER, ["不要下水", "119", "120"]),
        (Hazard.LIFT, ["不要扒门", "120", "119"]),
        (Hazard.VIOLENCE, ["110"]),
        (Hazard.HURT, ["120"]),
        (Hazard.GENERIC, ["119", "110", "120"]),
    ],
)
def test_the_advice_says_what_to_do_and_whom_to_call(hazard: Hazard, needed: list[str]) -> None:
    line = TEXTS.emergency_lines[hazard]
    assert [word for word in needed if word not in line] == []
    assert TEXTS.numbers[hazard] in line


@pytest.mark.parametrize("event", ["danger.advice", "danger.group", "card.danger"])
def test_danger_begins_with_what_to_do_and_whom_to_call(event: str) -> None:
    about = ticket(**DANGER, category=Category.GAS_HEATING, summary="燃气供热·桥头：煤气味很浓")
    assert said(event, matter=about).startswith(TEXTS.emergency_lines[Hazard.GAS])


def test_the_bot_says_that_it_is_no_emergency_service() -> None:
    assert "不能代替报警" in said("danger.advice", matter=ticket(**DANGER))


def test_a_county_s_own_gas_number_stays_readable() -> None:
    texts = Texts.load({"number.gas": "燃气抢修0999-8000000"})
    about = ticket(**DANGER, category=Category.GAS_HEATING)
    assert "燃气抢修0999-8000000" in texts.render("danger.advice", context("danger.advice", matter=about)).text
    assert not texts.warnings()
    assert "燃气抢修电话" in TEXTS.warnings()[0]


# small words ------------------------------------------------------------------


def test_the_mark_has_the_step_where_there_is_one() -> None:
    assert (mark("0302-17"), mark("0302-17", 2)) == ("0302-17", "0302-17·2")


def test_moments_are_said_with_the_year_only_where_it_is_another() -> None:
    assert moment(datetime(2026, 3, 2, 1, 5, tzinfo=UTC), NOW) == "3月2日 09:05"
    assert moment(datetime(2025, 12, 31, 1, 5, tzinfo=UTC), NOW) == "2025年12月31日 09:05"


@pytest.mark.parametrize(
    ("length", "words"),
    [(timedelta(seconds=5), "1分钟"), (timedelta(minutes=59), "59分钟"), (timedelta(hours=23), "23小时"),
     (timedelta(days=2, hours=5), "2天")],
)
def test_lengths_of_time(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_a_moment_without_zone_is_none() -> None:
    assert instant("2026-03-02T10:00:00") is None
    assert instant("soon") is None
