"""What an import refuses, and that it says all of it at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.source import from_data, to_data
from registry.yaml_file import read_yaml, write_yaml
from tests.builders.registry_rows import COUNTY, GRID, TOWN, VILLAGE, registry_of, row, small_county

Data = dict[str, Any]


def errors_of(data: object) -> list[tuple[str, int | None, str | None]]:
    registry, errors = from_data(data)
    assert registry is None
    assert all(error.sentence for error in errors)
    return [(error.table, error.row, error.field) for error in errors]


def test_a_good_file_is_read_and_given_back_as_it_was() -> None:
    data = small_county()
    assert to_data(registry_of(data)) == data


def test_lists_that_are_left_out_are_empty() -> None:
    registry = registry_of({"areas": [{"code": "1", "level": "county", "name": "一县"}]})
    assert (registry.bot_id, registry.bot_name, len(registry.people)) == ("bot", "小格", 0)


def _set(table: str, key: str, field: str, value: object) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        row(data, table, key)[field] = value

    return change


def _drop(table: str, key: str, field: str) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        del row(data, table, key)[field]

    return change


def _again(table: str, place: int) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        data[table].append(dict(data[table][place]))

    return change


def _shift(**fields: object) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        data["rosters"][0]["shifts"][0].update(fields)

    return change


def _override(**fields: object) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        data["rosters"][0]["overrides"] = [{"day": "2026-03-02", "absent": "d-1", "instead": "d-2"} | fields]

    return change


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        # shape
        (lambda data: data.update(streets=[]), ("streets", None, None), "没有这一项"),
        (lambda data: data.update(people={}), ("people", None, None), "列表"),
        (lambda data: data["people"].append("顾春燕"), ("people", 7, None), "这一行"),
        (lambda data: data.update(bot="小格"), ("bot", None, None), "id 和 name"),
        (lambda data: data.update(bot={"id": "bot"}), ("bot", None, "name"), "必须填写"),
        (_set("people", "r-1", "age", "40"), ("people", 1, "age"), "没有这一项"),
        (_drop("groups", "g-cmd", "name"), ("groups", 3, "name"), "必须填写"),
        (_set("areas", VILLAGE, "name", 12), ("areas", 3, "name"), "加引号"),
        (_set("people", "r-1", "name", " "), ("people", 1, "name"), "空的"),
        (_set("people", "r-1", "name", "顾\n春燕"), ("people", 1, "name"), "换行"),
        (_set("people", "d-1", "confidant", "是"), ("people", 5, "confidant"), "true"),
        (_set("people", "m-1", "phone", "办公室的"), ("people", 3, "phone"), "电话"),
        (_set("areas", GRID, "places", "老戏台"), ("areas", 4, "places"), "列表"),
        (_set("areas", GRID, "places", ["桥头", "桥头"]), ("areas", 4, "places"), "不止一次"),
        # terms
        (_set("areas", GRID, "level", "street"), ("areas", 4, "level"), "「street」"),
        (_set("groups", "g-cmd", "tier", "top"), ("groups", 3, "tier"), "「top」"),
        (_set("groups", "g-cmd", "hears", "some"), ("groups", 3, "hears"), "「some」"),
        (_set("groups", "g-cmd", "speaks", "loud"), ("groups", 3, "speaks"), "「loud」"),
        (_set("people", "r-1", "role", "boss"), ("people", 1, "role"), "「boss」"),
        (_set("units", "un-water", "categories", ["water", "fire"]), ("units", 1, "categories"), "「fire」"),
        (_set("groups", "g-cmd", "addresses", {"fax": "1"}), ("groups", 3, "addresses"), "「fax」"),
        (_set("people", "r-1", "identities", {"qq": "1"}), ("people", 1, "identities"), "「qq」"),
        # names used twice
        (_again("areas", 3), ("areas", 5, "code"), "第 4 行重复"),
        (_again("units", 0), ("units", 3, "id"), "第 1 行重复"),
        (_again("groups", 2), ("groups", 4, "id"), "第 3 行重复"),
        (_again("people", 4), ("people", 7, "id"), "第 5 行重复"),
        (_again("rosters", 0), ("rosters", 2, "id"), "第 1 行重复"),
        (_set("people", "r-1", "id", "bot"), ("people", 1, "id"), "机器人"),
        (_set("groups", "g-cmd", "addresses", {"archive": "wrgbasic"}), ("groups", 3, "addresses"), "第 1 行那个群"),
        (_set("people", "m-1", "identities", {"wechat": "wmr1"}), ("people", 3, "identities"), "第 1 行那个人"),
        # names that lead nowhere
        (_set("areas", TOWN, "parent", "99"), ("areas", 2, "parent"), "「99」的区域"),
        (_set("areas", GRID, "sponsor", "un-no"), ("areas", 4, "sponsor"), "「un-no」的单位"),
        (_set("units", "un-town", "area", "99"), ("units", 2, "area"), "「99」的区域"),
        (_set("groups", "g-cmd", "area", "99"), ("groups", 3, "area"), "「99」的区域"),
        (_set("groups", "g-cmd", "owner", "c-no"), ("groups", 3, "owner"), "「c-no」的人员"),
        (_set("groups", "g-coord", "parent", "g-no"), ("groups", 2, "parent"), "「g-no」的群"),
        (_set("groups", "g-coord", "covers", ["99"]), ("groups", 2, "covers"), "「99」的区域"),
        (_set("people", "m-1", "area", "99"), ("people", 3, "area"), "「99」的区域"),
        (_set("people", "u-1", "unit", "un-no"), ("people", 4, "unit"), "「un-no」的单位"),
        (_set("people", "r-1", "groups", ["g-no"]), ("people", 1, "groups"), "「g-no」的群"),
        (_set("rosters", "duty", "area", "99"), ("rosters", 1, "area"), "「99」的区域"),
        # order of things
        (_set("areas", COUNTY, "parent", COUNTY), ("areas", 1, "parent"), "圈"),
        (_set("areas", VILLAGE, "level", "township"), ("areas", 3, "parent"), "township 不能是 township 的上级"),
        (_set("groups", "g-basic", "parent", "g-cmd"), ("groups", 1, "parent"), "必须是协调群"),
        (_set("groups", "g-cmd", "parent", "g-coord"), ("groups", 3, "parent"), "圈"),
        (_set("groups", "g-coord", "parent", "g-basic"), ("groups", 2, "parent"), "圈"),
        (_set("people", "d-1", "publishes_phone", True), ("people", 5, "publishes_phone"), "没有填电话"),
        # rosters
        (_set("rosters", "duty", "shifts", []), ("rosters", 1, "shifts"), "至少"),
        (_set("rosters", "duty", "shifts", ["早班"]), ("rosters", 1, "shifts"), "列表"),
        (_set("rosters", "duty", "role", "resident"), ("rosters", 1, "role"), "不排班"),
        (_shift(until="8点"), ("rosters", 1, "shifts 第 1 段的 until"), "「8点」不是时间"),
        (_shift(until="24:00"), ("rosters", 1, "shifts 第 1 段的 until"), "不是时间"),
        (_shift(people=[]), ("rosters", 1, "shifts 第 1 段的 people"), "至少"),
        (_shift(people=["d-9"]), ("rosters", 1, "shifts 第 1 段的 people"), "「d-9」的人员"),
        (_shift(people=["m-1"]), ("rosters", 1, "shifts 第 1 段的 people"), "角色不是 duty_officer"),
        (_shift(days=["周一"]), ("rosters", 1, "shifts 第 1 段的 days"), "「周一」"),
        (_shift(days=[]), ("rosters", 1, "shifts 第 1 段的 days"), "至少"),
        (_shift(rest="noon"), ("rosters", 1, "shifts 第 1 段的 rest"), "没有这一项"),
        (_override(day="3月2日"), ("rosters", 1, "overrides 第 1 条的 day"), "不是日期"),
        (_override(instead="d-9"), ("rosters", 1, "overrides 第 1 条的 instead"), "「d-9」的人员"),
    ],
)
def test_each_error_names_list_row_field_and_reason(
    change: Callable[[Data], None], where: tuple[str, int | None, str | None], words: str
) -> None:
    data = small_county()
    change(data)
    registry, errors = from_data(data)
    assert registry is None
    found = [error.sentence for error in errors if (error.table, error.row, error.field) == where]
    assert any(words in sentence for sentence in found), [str(error) for error in errors]


def test_ten_kinds_of_errors_are_told_together() -> None:
    data = small_county()
    for change in (
        _set("areas", GRID, "level", "street"),
        _set("areas", TOWN, "parent", "99"),
        _drop("units", "un-town", "kind"),
        _set("units", "un-water", "categories", ["fire"]),
        _set("groups", "g-basic", "parent", "g-cmd"),
        _set("groups", "g-coord", "owner", "nobody"),
        _set("groups", "g-cmd", "hears", "some"),
        _set("people", "r-1", "age", "40"),
        _set("people", "m-1", "phone", "无"),
        _set("people", "d-1", "role", "boss"),
        _again("people", 5),
        _shift(until="8点"),
        _override(instead="d-9"),
    ):
        change(data)
    assert errors_of(data) == [
        ("areas", 2, "parent"),
        ("areas", 4, "level"),
        ("units", 1, "categories"),
        ("units", 2, "kind"),
        ("groups", 1, "parent"),
        ("groups", 2, "owner"),
        ("groups", 3, "hears"),
        ("people", 1, "age"),
        ("people", 3, "phone"),
        ("people", 5, "role"),
        ("people", 7, "id"),
        ("rosters", 1, "shifts 第 1 段的 until"),
        ("rosters", 1, "overrides 第 1 条的 instead"),
    ]


def test_a_row_that_is_partly_wrong_does_not_make_its_references_dangle() -> None:
    data = small_county()
    _set("units", "un-water", "categories", ["fire"])(data)
    assert errors_of(data) == [("units", 1, "categories")]


def test_a_circle_of_areas_names_every_area_in_it_and_no_other() -> None:
    data = small_county()
    data["areas"].reverse()
    _set("areas", TOWN, "parent", VILLAGE)(data)
    # the grid below the circle is not in it
    assert errors_of(data) == [("areas", 2, "parent"), ("areas", 3, "parent")]


def test_an_error_reads_as_a_sentence() -> None:
    data = small_county()
    _set("people", "u-1", "unit", "un-no")(data)
    _, errors = from_data(data)
    assert [str(error) for error in errors] == ["人员（people）第 4 行的 unit：找不到编号为「un-no」的单位"]


@pytest.mark.parametrize("data", [None, [], "areas", {}, {"areas": []}])
def test_what_is_no_registry_at_all_is_refused(data: object) -> None:
    assert errors_of(data)


def test_a_wrong_number_is_not_repeated_in_the_message() -> None:
    data = small_county()
    _set("people", "m-1", "phone", "电话13800000000")(data)
    _, errors = from_data(data)
    assert "13800000000" not in "".join(map(str, errors))


def _with_rotation(**fields: Any) -> dict[str, Any]:
    data = small_county()
    rotation = {"from": "20:00", "until": "08:00", "since": "2026-01-05", "days_each": "7",
                "teams": [{"people": ["d-1"]}, {"people": ["d-2"]}]}
    data["rosters"][0]["rotations"] = [rotation | fields]
    return data


def test_a_rotation_is_read_and_written_back() -> None:
    data = _with_rotation(name="夜班", days=["sat", "sun"])
    data["rosters"][0]["overrides"] = [
        {"day": "2026-03-02", "until": "2026-03-05", "shift": "夜班", "absent": "d-1"},
    ]
    registry, errors = from_data(data)
    assert errors == ()
    assert registry is not None
    rotation = registry.rosters[0].rotations[0]
    assert (rotation.days_each, rotation.teams, rotation.key) == (7, (("d-1",), ("d-2",)), "夜班")
    assert to_data(registry)["rosters"] == data["rosters"]
    again, _ = from_data(read_yaml(write_yaml(registry))[0])
    assert again == registry


def test_a_roster_may_have_rotations_alone() -> None:
    data = _with_rotation()
    del data["rosters"][0]["shifts"]
    assert from_data(data)[1] == ()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"teams": [{"people": []}]}, "rotations 第 1 段的 teams 第 1 组的 people", "至少"),
        ({"teams": [{"people": ["d-9"]}]}, "rotations 第 1 段的 teams 第 1 组的 people", "「d-9」的人员"),
        ({"teams": None}, "rotations 第 1 段的 teams", "必须填写"),
        ({"teams": ["d-1"]}, "rotations 第 1 段的 teams", "列表"),
        ({"days_each": "0"}, "rotations 第 1 段的 days_each", "不是天数"),
        ({"since": "元旦"}, "rotations 第 1 段的 since", "不是日期"),
    ],
)
def test_what_is_wrong_in_a_rotation_is_named(change: dict[str, Any], field: str, words: str) -> None:
    registry, errors = from_data(_with_rotation(**change))
    assert registry is None
    assert any((error.table, error.row, error.field) == ("rosters", 1, field) and words in error.sentence
               for error in errors)


@pytest.mark.parametrize(
    ("override", "field", "words"),
    [
        ({"day": "2026-03-02", "until": "2026-03-01", "absent": "d-1"}, "until", "不能早于"),
        ({"day": "2026-03-02", "shift": "中班", "absent": "d-1"}, "shift", "没有「中班」这个班"),
    ],
)
def test_what_is_wrong_in_a_stand_in_is_named(override: dict[str, Any], field: str, words: str) -> None:
    data = _with_rotation()
    data["rosters"][0]["overrides"] = [override]
    _, errors = from_data(data)
    assert [(error.field, words in error.sentence) for error in errors] == [(f"overrides 第 1 条的 {field}", True)]
