"""A line of a list shows what people need, and of a person danger nothing but number, state and holder."""

from dataclasses import astuple

from dashboard.rows import list_row
from registry.terms import Category, DangerKind, Status, Urgency
from tests.builders.registry_rows import GRID, registry_of, small_county
from tests.builders.tickets import NOW, a_ticket, minutes

REGISTRY = registry_of(small_county())


def test_a_matter_is_shown_with_place_unit_and_holder() -> None:
    ticket = a_ticket(area=GRID, owner="u-1", unit="un-water", status=Status.ASSIGNED, place="老戏台",
                      summary="供水排水·老戏台：水管漏水")

    row = list_row(REGISTRY, ticket, NOW + minutes(30), NOW)

    assert (row.category, row.place, row.area) == ("供水排水", "老戏台", "柳渡镇 南塘第一网格")
    assert (row.holder, row.unit, row.status) == ("江一帆（县水务局）", "县水务局", "待接单")
    assert (row.summary, row.due_look) == ("水管漏水", "soon")


def test_numbers_are_masked() -> None:
    ticket = a_ticket(place="老戏台13800001234旁", summary="供水排水：打13800001234")

    row = list_row(REGISTRY, ticket, None, NOW)

    assert "13800001234" not in "".join(map(str, astuple(row)))


def test_a_person_danger_shows_nothing_of_what_it_is() -> None:
    ticket = a_ticket(
        area=GRID, danger=DangerKind.PERSON, urgency=Urgency.DANGER, category=Category.PERSON_HELP, owner="d-1",
        unit="un-water", place="桥头", summary="个人帮扶·桥头：有人想不开", voices=3,
    )

    row = list_row(REGISTRY, ticket, NOW, NOW)

    assert (row.category, row.summary, row.status) == ("个人事项", "个人事项", "待交办")
    assert (row.place, row.area, row.unit, row.voices) == ("", "", "", 1)
    assert "想不开" not in "".join(map(str, astuple(row)))


def test_a_ticket_that_waits_for_its_rating_is_late_for_nobody() -> None:
    done = a_ticket(status=Status.DONE, done_at=NOW)

    assert list_row(REGISTRY, done, NOW - minutes(5), NOW).due_look == ""
