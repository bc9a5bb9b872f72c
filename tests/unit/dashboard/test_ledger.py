"""The workbook holds every column, masked, and reads back as it was written."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from dashboard.ledger import COLUMNS, LedgerDatesError, LedgerRow, bounds, read_days, workbook
from registry.terms import Category, DangerKind, Outcome, Status, Urgency
from tests.builders.registry_rows import GRID, registry_of, small_county
from tests.builders.tickets import CHINA, NOW, a_ticket, minutes
from tickets.called_in import CalledIn, Grade, Supervision, Topic, Whistle, WhistleKind

REGISTRY = registry_of(small_county())
DAY = date(2026, 3, 2)


def clock(time: str) -> datetime:
    """A cell's time: Excel knows no zones."""
    return datetime.fromisoformat(f"2026-03-02 {time}")


def read_back(*rows: LedgerRow) -> list[list[object]]:
    body = workbook(rows, REGISTRY, DAY, DAY, NOW)
    return CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_name("台账").to_python()


def test_a_ticket_is_one_line_in_the_columns_of_the_ledger() -> None:
    ticket = a_ticket(
        "2026-0302-17", area=GRID, unit="un-water", owner="u-1", status=Status.CLOSED, outcome=Outcome.SATISFIED,
        place="老戏台", summary="供水排水·老戏台：水管漏水", accepted_at=NOW + minutes(5), done_at=NOW + minutes(65), voices=4,
    )

    head, line = read_back(LedgerRow(ticket, NOW + minutes(4), NOW + minutes(90)))

    assert head == [name for name, _ in COLUMNS]
    assert line == [
        "2026-0302-17", clock("09:00"), "柳渡镇 南塘第一网格", "供水排水", "一般", "老戏台",
        "供水排水·老戏台：水管漏水", "县水务局", "江一帆（县水务局）", "已办结", clock("09:05"),
        clock("10:05"), "满意", 4.0, "是", "", "", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "accept", "done", "overdue"),
    [
        ({}, 5, 60, False),
        ({}, -5, 60, True),
        ({"accepted_at": NOW - minutes(9)}, -5, 60, False),
        ({"accepted_at": NOW - minutes(1)}, -5, 60, True),
        ({"accepted_at": NOW - minutes(9)}, -5, -1, True),
        ({"accepted_at": NOW - minutes(9), "done_at": NOW - minutes(2)}, -5, -1, False),
        ({"closed_at": NOW - minutes(9)}, -5, -1, False),
        ({}, None, None, False),
    ],
)
def test_overdue_is_what_came_late_or_has_not_come(
    changes: dict[str, Any], accept: int | None, done: int | None, overdue: bool
) -> None:
    limits = [None if late is None else NOW + minutes(late) for late in (accept, done)]

    assert LedgerRow(a_ticket(**changes), *limits).is_overdue(NOW) is overdue


def test_numbers_are_masked() -> None:
    ticket = a_ticket(place="13800001234", summary="供水排水：请打13800001234，车牌京A12345")

    assert "13800001234" not in str(read_back(LedgerRow(ticket)))
    assert "A12345" not in str(read_back(LedgerRow(ticket)))


def test_a_person_danger_is_a_number_and_nothing_else() -> None:
    ticket = a_ticket(
        "2026-0302-9", area=GRID, danger=DangerKind.PERSON, urgency=Urgency.DANGER, category=Category.PERSON_HELP,
        place="桥头", summary="个人帮扶·桥头：有人想不开", unit="un-water", voices=2,
    )

    _, line = read_back(LedgerRow(ticket))

    assert line[0] == "2026-0302-9"
    assert "个人事项" in line
    assert not any(word in str(line) for word in ("桥头", "想不开", "南塘", "水务", "个人帮扶"))


def test_words_that_look_like_a_formula_stay_words() -> None:
    ticket = a_ticket(place="=1+1", summary="=HYPERLINK(\"http://x\")")

    _, line = read_back(LedgerRow(ticket))

    assert line[5] == "=1+1"
    assert str(line[6]).startswith("=HYPERLINK")


def test_an_empty_ledger_has_its_head() -> None:
    assert read_back() == [[name for name, _ in COLUMNS]]


def test_days_are_whole_and_in_the_countys_time() -> None:
    since, until = bounds(DAY, DAY, NOW)

    assert since == datetime(2026, 3, 2, tzinfo=CHINA)
    assert until == datetime(2026, 3, 3, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("", "2026-03-02", "日期要写成"),
        ("2026-02-30", "2026-03-02", "日期要写成"),
        ("昨天", "今天", "日期要写成"),
        ("2026-03-02", "2026-03-01", "结束日期早于开始日期"),
        ("2024-01-01", "2026-03-01", "一次最多导出 366 天"),
    ],
)
def test_days_that_make_no_ledger_are_refused_with_a_sentence(first: str, last: str, words: str) -> None:
    with pytest.raises(LedgerDatesError, match=words):
        read_days(first, last)


def test_a_year_is_one_ledger() -> None:
    assert read_days("2025-03-03", "2026-03-02") == (date(2025, 3, 3), date(2026, 3, 2))


def test_whistled_units_supervisions_leader_and_topic_are_told_in_words() -> None:
    def whistle(unit: str, *, lead: bool = False, **changes: Any) -> Whistle:
        return Whistle(1, 1, unit, WhistleKind.JOINT, lead, "d-1", NOW, NOW + minutes(60), **changes)

    called = CalledIn(
        (whistle("un-water", lead=True, reported_at=NOW), whistle("un-town")),
        (Supervision(1, 1, Grade.REMINDER, "d-1", NOW, NOW, lapsed_at=NOW), Supervision(2, 1, Grade.NOTICE, "d-1", NOW, NOW)),
        Topic(1, "d-1", NOW),
    )
    plain, private = a_ticket(leader="d-1"), a_ticket(danger=DangerKind.PERSON, urgency=Urgency.DANGER)

    _, line, hidden = read_back(LedgerRow(plain, called_in=called), LedgerRow(private, called_in=called))

    assert line[-4:] == [
        "程日升（值班员）", "县水务局（牵头，已报到）、柳渡镇人民政府（未报到）", "提醒1次、督办单1次，待回复", "待上会",
    ]
    assert hidden[-4:] == ["", "", "", ""]
