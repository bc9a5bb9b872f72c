"""message/send, its limits and codes, clicks and updates (wire §7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from emulator.callbacks import Callback
from emulator.errors import ApiError, DriveError
from emulator.wecom import WeCom
from tests.unit.emulator.builders import RealSeconds, app_message, button_card, make_wecom, told_to


def code_of(wecom: WeCom, body: dict[str, Any]) -> int:
    try:
        wecom.app.send(body)
    except ApiError as error:
        return error.errcode
    return 0


def told_callbacks(wecom: WeCom, monkeypatch: pytest.MonkeyPatch) -> list[Callback]:
    told: list[Callback] = []
    monkeypatch.setattr(wecom.callbacks, "tell", told.append)
    return told


def test_partly_invalid_recipients_are_listed_with_errcode_0() -> None:
    wecom = make_wecom(RealSeconds())
    answer, _ = wecom.app.send(app_message("gm-01|nobody|wmre01"))
    assert answer["invaliduser"] == "nobody|wmre01"
    assert [m.text for m in told_to(wecom, "gm-01")] == ["您好"]


def test_only_invalid_recipients_are_81013() -> None:
    assert code_of(make_wecom(RealSeconds()), app_message("nobody|wmre01")) == 81013


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"agentid": 7}, 40056),
        ({"agentid": "1000002"}, 40056),
        ({"msgtype": "appchat"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "水" * 683}}, 45002),
        ({"touser": ["gm-01"]}, 40058),
    ],
)
def test_faulty_requests(change: dict[str, Any], errcode: int) -> None:
    wecom = make_wecom(RealSeconds())
    assert code_of(wecom, {**app_message("gm-01"), **change}) == errcode
    assert told_to(wecom, "gm-01") == []


def test_limits_count_bytes() -> None:
    # 682 characters of 3 bytes are 2046 bytes; one more is over
    assert code_of(make_wecom(RealSeconds()), app_message("gm-01", content="水" * 682)) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"card_type": "fancy"},
        {"task_id": "T 1"},
        {"task_id": "T" * 129},
        {"button_list": []},
        {"button_list": [{"text": str(n), "key": str(n)} for n in range(7)]},
        {"button_list": [{"text": "x", "key": "k" * 1025}]},
        {"button_list": [{"text": "x", "key": "k", "style": 5}]},
        {"horizontal_content_list": [{"keyname": "a", "value": "b"}] * 7},
        {"button_selection": {"question_key": "q", "option_list": [{"id": str(n), "text": "x"} for n in range(11)]}},
        {"main_title": {}},
    ],
)
def test_cards_over_the_limits_are_40058(change: dict[str, Any]) -> None:
    card = {**button_card(), **change}
    assert code_of(make_wecom(RealSeconds()), app_message("gm-01", "template_card", **card)) == 40058


def test_a_task_id_is_used_once() -> None:
    wecom = make_wecom(RealSeconds())
    body = app_message("gm-01", "template_card", **button_card())
    assert [code_of(wecom, body), code_of(wecom, body)] == [0, 40058]


def test_a_repeat_within_the_interval_is_swallowed() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    body = {**app_message("gm-01"), "enable_duplicate_check": 1, "duplicate_check_interval": 600}
    assert [code_of(wecom, body), code_of(wecom, body)] == [0, 0]
    assert len(told_to(wecom, "gm-01")) == 1
    real.pass_by(seconds=601)
    wecom.app.send(body)
    assert len(told_to(wecom, "gm-01")) == 2


def test_the_31st_in_a_minute_is_dropped_and_answered_0() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    for number in range(31):
        _, flags = wecom.app.send(app_message("gm-01", content=str(number)))
    assert flags
    assert len(told_to(wecom, "gm-01")) == 30
    real.pass_by(minutes=1)
    wecom.app.send(app_message("gm-01", content="later"))
    assert len(told_to(wecom, "gm-01")) == 31


def test_a_click_tells_key_task_code_and_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    wecom = make_wecom(RealSeconds())
    told = told_callbacks(wecom, monkeypatch)
    selection = {"question_key": "unit", "option_list": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]}
    wecom.app.send(app_message("gm-01", "template_card", **button_card(button_selection=selection)))
    wecom.drive.click({"person": "gm-01", "card": "T-1", "key": "accept", "choices": {"unit": ["b"]}})
    fields = told[0].fields
    assert (fields["Event"], fields["EventKey"], fields["TaskId"]) == ("template_card_event", "accept", "T-1")
    assert (fields["FromUserName"], fields["CardType"]) == ("gm-01", "button_interaction")
    assert fields["ResponseCode"]
    assert fields["SelectedItems"] == {"SelectedItem": [{"QuestionKey": "unit", "OptionIds": {"OptionId": ["b"]}}]}


def test_only_the_addressed_click_and_only_keys_that_are_there() -> None:
    wecom = make_wecom(RealSeconds())
    wecom.app.send(app_message("gm-01", "template_card", **button_card()))
    for person, key, words in (("gl-01", "accept", "不是发给他"), ("gm-01", "other", "没有这个按钮")):
        with pytest.raises(DriveError, match=words):
            wecom.drive.click({"person": person, "card": "T-1", "key": key})


def test_a_response_code_works_once_within_72_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    told = told_callbacks(wecom, monkeypatch)
    answer, _ = wecom.app.send(app_message("gm-01|gl-01", "template_card", **button_card()))
    change = {"agentid": 1000002, "userids": ["gm-01", "um-01"], "button": {"replace_name": "已接单"}}
    update = {**change, "response_code": answer["response_code"]}
    assert wecom.app.update_card(update) == {"invaliduser": ["um-01"]}
    card = wecom.world.card("T-1")
    assert card.seen_by("gm-01")["replace_text"] == "已接单"
    assert "replace_text" not in card.seen_by("gl-01")
    with pytest.raises(ApiError, match="used before"):
        wecom.app.update_card(update)
    with pytest.raises(DriveError, match="不能点"):
        wecom.drive.click({"person": "gm-01", "card": "T-1", "key": "accept"})
    wecom.drive.click({"person": "gl-01", "card": "T-1", "key": "accept"})
    real.pass_by(hours=72)
    with pytest.raises(ApiError, match="72 h"):
        wecom.app.update_card({**change, "userids": ["gl-01"], "response_code": told[0].fields["ResponseCode"]})


def test_a_passive_reply_changes_the_clickers_card(monkeypatch: pytest.MonkeyPatch) -> None:
    wecom = make_wecom(RealSeconds())
    told = told_callbacks(wecom, monkeypatch)
    wecom.app.send(app_message("gm-01|gl-01", "template_card", **button_card()))
    wecom.drive.click({"person": "gm-01", "card": "T-1", "key": "accept"})
    assert told[0].on_reply
    told[0].on_reply({"MsgType": "update_button", "Button": {"ReplaceName": "已接单"}})
    assert wecom.world.card("T-1").seen_by("gm-01")["replace_text"] == "已接单"
    assert "replace_text" not in wecom.world.card("T-1").seen_by("gl-01")


def test_recall_within_24_hours() -> None:
    wecom = make_wecom(RealSeconds())
    answer, _ = wecom.app.send(app_message("gm-01"))
    wecom.app.recall({"msgid": answer["msgid"]})
    assert told_to(wecom, "gm-01")[0].recalled
    late, _ = wecom.app.send(app_message("gm-01"))
    wecom.clock.walk(wecom.clock.now() + timedelta(hours=25))
    for msgid in (late["msgid"], "unknown"):
        with pytest.raises(ApiError):
            wecom.app.recall({"msgid": msgid})


def test_a_member_writes_to_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    wecom = make_wecom(RealSeconds())
    told = told_callbacks(wecom, monkeypatch)
    wecom.drive.say({"person": "gm-01", "text": "我的单", "to": "app"})
    fields = told[0].fields
    assert (fields["MsgType"], fields["Content"], fields["FromUserName"]) == ("text", "我的单", "gm-01")
    assert fields["MsgId"] > 2**62


def test_joining_a_customer_group_tells_the_app_with_one_item(monkeypatch: pytest.MonkeyPatch) -> None:
    wecom = make_wecom(RealSeconds())
    told = told_callbacks(wecom, monkeypatch)
    wecom.drive.join({"person": "re-01", "group": "g-basic-01"}, joins=False)
    wecom.drive.join({"person": "re-01", "group": "g-basic-01"}, joins=True)
    assert [c.fields["UpdateDetail"] for c in told] == ["del_member", "add_member"]
    assert told[0].fields["MemChangeList"] == {"Item": ["wmre01"]}
    assert told[0].fields["CurMemVer"] == told[1].fields["LastMemVer"]
