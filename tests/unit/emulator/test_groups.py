"""The pretended WeCom refuses what the documents refuse: join ways, welcome texts, appchat, residents' reports."""

from typing import Any

import pytest

from emulator.appchat import AppChats
from emulator.errors import ApiError, DriveError
from emulator.groups_api import room_agreement
from emulator.join_ways import qr_png
from tests.unit.emulator.builders import RealSeconds, make_wecom

BASIC = "wrgbasic01"


def refused(do: Any, *args: Any) -> int:
    with pytest.raises(ApiError) as error:
        do(*args)
    return error.value.errcode


def way(**changes: Any) -> dict[str, Any]:
    return {"scene": 2, "state": "99900100100101", "chat_id_list": [BASIC], "room_base_name": "桃园"} | changes


def test_a_join_way_is_read_back_and_changed_under_the_same_code() -> None:
    joins = make_wecom(RealSeconds()).joins
    config = joins.add(way())
    told = joins.get(config, "http://x")["join_way"]
    assert (told["state"], told["chat_id_list"], told["qr_code"]) == ("99900100100101", [BASIC], f"http://x/qr/{config['config_id']}.png")
    joins.update(way(state="s2") | config)
    assert joins.get(config, "http://x")["join_way"]["state"] == "s2"
    joins.delete(config)
    assert refused(joins.get, config, "http://x") == 40058


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"state": "7" * 31}, 40058), ({"chat_id_list": []}, 40058), ({"chat_id_list": [BASIC] * 6}, 40058),
     ({"chat_id_list": ["wrgcoord01"]}, 40050), ({"room_base_name": "名" * 41}, 40058), ({"scene": 3}, 40058)],
)  # fmt: skip
def test_a_join_way_has_its_limits(changes: dict[str, Any], code: int) -> None:
    assert refused(make_wecom(RealSeconds()).joins.add, way(**changes)) == code


def test_codes_are_pictures_of_their_own() -> None:
    assert qr_png("cfg000001").startswith(b"\x89PNG\r\n\x1a\n")
    assert qr_png("cfg000001") == qr_png("cfg000001")
    assert qr_png("cfg000001") != qr_png("cfg000002")


def test_welcome_texts_are_at_most_100_of_3000_bytes() -> None:
    welcomes = make_wecom(RealSeconds()).welcomes
    first = welcomes.add({"text": {"content": "水" * 1000}})
    assert refused(welcomes.add, {"text": {"content": "水" * 1000 + "a"}}) == 45002
    assert refused(welcomes.add, {"text": {"content": ""}}) == 44004
    welcomes.edit(first | {"text": {"content": "新"}})
    assert welcomes.get(first) == {"text": {"content": "新"}}
    for _ in range(99):
        welcomes.add({"text": {"content": "x"}})
    assert refused(welcomes.add, {"text": {"content": "x"}}) == 45009
    welcomes.delete(first)
    assert refused(welcomes.get, first) == 40058


@pytest.fixture
def chats() -> AppChats:
    chats = make_wecom(RealSeconds()).appchat
    chats.create({"chatid": "linhe01", "name": "临河镇", "owner": "ul-01", "userlist": ["ul-01", "gl-01"]})
    return chats


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"chatid": "临河"}, 86001), ({"chatid": "linhe01"}, 86001), ({"name": "名" * 51}, 86004), ({"owner": "gm-01"}, 86005),
     ({"userlist": ["ul-01"]}, 86006), ({"userlist": ["ul-01", "wmre01"]}, 86007)],
)  # fmt: skip
def test_an_app_group_has_its_limits(chats: AppChats, changes: dict[str, Any], code: int) -> None:
    body = {"chatid": "linhe02", "name": "临河镇", "owner": "ul-01", "userlist": ["ul-01", "gl-01"]}
    assert refused(chats.create, body | changes) == code


def test_an_app_group_takes_no_cards_and_belongs_to_its_app(chats: AppChats) -> None:
    assert refused(chats.send, {"chatid": "linhe01", "msgtype": "template_card", "template_card": {}}) == 40008
    assert refused(chats.send, {"chatid": "linhe01", "msgtype": "text", "text": {"content": "水" * 683}}) == 45002
    assert refused(chats.get, "foreign") == 86008
    assert refused(chats.get, "nowhere") == 86003
    chats.whole_company = False
    assert refused(chats.create, {"name": "x", "userlist": ["ul-01", "gl-01"]}) == 60011


def test_a_member_gets_200_a_minute_and_the_rest_is_dropped_in_silence(chats: AppChats) -> None:
    body = {"chatid": "linhe01", "msgtype": "text", "text": {"content": "x", "mentioned_list": ["gl-01"]}}
    flags = [chats.send(body)[1] for _ in range(201)]
    assert flags[:200] == [()] * 200
    assert flags[200] != ()
    assert len(chats.groups["linhe01"].said) == 200


def test_reports_are_listed_by_their_change_in_pages_of_50() -> None:
    wecom = make_wecom(RealSeconds())
    for number in range(51):
        wecom.reports.report({"desc": f"第{number}件"})
    first = wecom.reports.order_list({"limit": 50})
    assert (len(first["order_list"]), first["next_cursor"]) == (50, "50")
    assert len(wecom.reports.order_list({"cursor": "50"})["order_list"]) == 1
    assert refused(wecom.reports.order_list, {"limit": 51}) == 40058
    assert refused(wecom.reports.order_info, {"order_id": "nowhere"}) == 40058
    with pytest.raises(DriveError):
        wecom.reports.process({"order_id": "ord000001", "process_type": 1})
    wecom.reports.process({"order_id": "ord000001", "process_type": 5, "userid": "gm-01"})
    info = wecom.reports.order_info({"order_id": "ord000001"})["order_info"]
    assert [step["process_type"] for step in info["process_list"]] == [5]


def test_a_room_says_what_people_of_other_organisations_agreed_to() -> None:
    wecom = make_wecom(RealSeconds())
    wecom.drive.agree({"person": "re-01", "group": "g-basic-01", "agreed": False})
    rows = room_agreement(wecom, {"roomid": BASIC})["agreeinfo"]
    assert {row["exteranalopenid"]: row["agree_status"] for row in rows} == {
        "wmre01": "Disagree", "wmre02": "Agree", "wmhh01": "Agree",
    }  # fmt: skip
    assert refused(room_agreement, wecom, {"roomid": "wrnowhere"}) == 40058
