"""企业群发: tasks wait for their owner, the month's quota, cancelling (wire §6.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from emulator.customer_groups import group_get, group_list
from emulator.errors import ApiError, DriveError
from emulator.wecom import WeCom
from tests.unit.emulator.builders import RealSeconds, make_wecom, said_in

BASIC = "wrgbasic01"


def body(**change: Any) -> dict[str, Any]:
    return {
        "chat_type": "group",
        "sender": "gm-01",
        "chat_id_list": [BASIC],
        "text": {"content": "漏水已派单"},
        **change,
    }


def code(wecom: WeCom, **change: Any) -> int:
    try:
        wecom.mass.add(body(**change))
    except ApiError as error:
        return error.errcode
    return 0


def results(wecom: WeCom, msgid: str) -> list[int]:
    rows = wecom.mass.send_result({"msgid": msgid, "userid": "gm-01"})["send_list"]
    return [row["status"] for row in rows]


def test_nothing_is_said_until_the_owner_presses() -> None:
    wecom = make_wecom(RealSeconds())
    msgid = wecom.mass.add(body())["msgid"]
    assert said_in(wecom, "g-basic-01") == []
    assert wecom.mass.task_list({"msgid": msgid})["task_list"] == [{"userid": "gm-01", "status": 0}]
    assert results(wecom, msgid) == []
    wecom.drive.confirm({"owner": "gm-01", "task": msgid})
    assert [(m.sender, m.text) for m in said_in(wecom, "g-basic-01")] == [("gm-01", "漏水已派单")]
    assert wecom.mass.task_list({"msgid": msgid})["task_list"][0]["status"] == 2
    assert results(wecom, msgid) == [1]


def test_a_task_is_pressed_once_and_by_its_owner_alone() -> None:
    wecom = make_wecom(RealSeconds())
    msgid = wecom.mass.add(body())["msgid"]
    with pytest.raises(DriveError, match="群主本人"):
        wecom.drive.confirm({"owner": "gl-01", "task": msgid})
    wecom.drive.confirm({"owner": "gm-01"})
    with pytest.raises(DriveError, match="发过"):
        wecom.drive.confirm({"owner": "gm-01", "task": msgid})
    with pytest.raises(DriveError, match="没有等他确认"):
        wecom.drive.confirm({"owner": "gm-01"})


def test_a_cancelled_task_cannot_be_pressed_and_a_sent_one_not_cancelled() -> None:
    wecom = make_wecom(RealSeconds())
    first, second = (wecom.mass.add(body())["msgid"] for _ in range(2))
    wecom.mass.cancel({"msgid": first})
    with pytest.raises(DriveError, match="取消"):
        wecom.drive.confirm({"owner": "gm-01", "task": first})
    wecom.drive.confirm({"owner": "gm-01", "task": second})
    with pytest.raises(ApiError):
        wecom.mass.cancel({"msgid": second})
    assert len(said_in(wecom, "g-basic-01")) == 1


def test_a_group_receives_in_a_month_as_many_as_it_has_days() -> None:
    wecom = make_wecom(RealSeconds())
    last = ""
    for _ in range(32):
        last = wecom.mass.add(body())["msgid"]
        wecom.drive.confirm({"owner": "gm-01", "task": last})
    assert len(said_in(wecom, "g-basic-01")) == 31
    assert results(wecom, last) == [3]
    wecom.clock.walk(wecom.clock.now() + timedelta(days=30))
    april = wecom.mass.add(body())["msgid"]
    wecom.drive.confirm({"owner": "gm-01", "task": april})
    assert results(wecom, april) == [1]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"chat_type": "single"}, 40058),
        ({"sender": ""}, 40058),
        ({"sender": "wmre01"}, 60111),
        ({"sender": "gl-01"}, 41048),
        ({"chat_id_list": ["wrgbasic02"]}, 41048),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "水" * 1334}}, 45002),
        ({"attachments": [{}] * 10}, 45002),
    ],
)
def test_faulty_tasks(change: dict[str, Any], errcode: int) -> None:
    assert code(make_wecom(RealSeconds()), **change) == errcode


def test_chats_that_are_not_the_senders_are_in_the_fail_list() -> None:
    assert make_wecom(RealSeconds()).mass.add(body(chat_id_list=[BASIC, "wrX"]))["fail_list"] == ["wrX"]


def test_three_reminders_in_24_hours() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    request = {"msgid": wecom.mass.add(body())["msgid"]}
    for _ in range(3):
        wecom.mass.remind(request)
    with pytest.raises(ApiError) as caught:
        wecom.mass.remind(request)
    assert caught.value.errcode == 45009
    real.pass_by(hours=24)
    wecom.mass.remind(request)


def test_customer_groups_are_listed_with_members() -> None:
    wecom = make_wecom(RealSeconds())
    assert group_list(wecom.world, {"limit": 10})["group_chat_list"] == [{"chat_id": BASIC, "status": 0}]
    chat = group_get(wecom.world, {"chat_id": BASIC, "need_name": 1})["group_chat"]
    assert chat["owner"] == "gm-01"
    assert {m["userid"]: m["type"] for m in chat["member_list"]} == {"wmre01": 2, "wmre02": 2, "wmhh01": 2, "gm-01": 1}
    assert chat["member_list"][0]["name"] == "3号楼小满"
    assert "name" not in group_get(wecom.world, {"chat_id": BASIC})["group_chat"]["member_list"][0]
    with pytest.raises(ApiError):
        group_get(wecom.world, {"chat_id": "wrgcoord01"})
