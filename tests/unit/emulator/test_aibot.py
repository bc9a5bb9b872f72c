"""The AI bot's long connection (wire §2)."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import DriveError
from emulator.wecom import Options, WeCom
from tests.unit.emulator.builders import Line, RealSeconds, button_card, make_wecom, said_in

COORD = "wrgcoord01"


def subscribe(wecom: WeCom) -> Line:
    line = Line()
    body = {"bot_id": wecom.credentials.bot_id, "secret": wecom.credentials.bot_secret}
    send(wecom, line, "aibot_subscribe", body)
    assert line.ack() == 0
    return line


def send(wecom: WeCom, line: Line, cmd: str, body: dict[str, Any], req_id: str = "c1") -> int:
    wecom.aibot.handle(line, {"cmd": cmd, "headers": {"req_id": req_id}, "body": body})
    return line.ack()


def ask(wecom: WeCom, line: Line, text: str = "@小格 我的单", person: str = "um-01") -> str:
    """Somebody @-s the bot in the coordination group; the req_id it came with."""
    wecom.drive.say({"group": "g-coord-01", "person": person, "text": text})
    return str(line.callbacks()[-1]["headers"]["req_id"])


def push(chatid: str = COORD, content: str = "您好") -> dict[str, Any]:
    return {"chatid": chatid, "chat_type": 2, "msgtype": "markdown", "markdown": {"content": content}}


def stream(content: str, *, finish: bool, stream_id: str = "s1") -> dict[str, Any]:
    return {"msgtype": "stream", "stream": {"id": stream_id, "content": content, "finish": finish}}


MARKDOWN = {"msgtype": "markdown", "markdown": {"content": "好的"}}


def test_only_what_tags_it_is_heard_and_the_prefix_stays() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    wecom.drive.say({"group": "g-coord-01", "person": "um-01", "text": "今天真热"})
    wecom.drive.picture({"group": "g-coord-01", "person": "um-01"})
    wecom.drive.voice({"group": "g-coord-01", "person": "um-01"})
    assert line.callbacks() == []
    wecom.drive.say({"group": "g-coord-01", "person": "um-01", "text": "我的单", "mentions": ["bot"]})
    frame = line.callbacks()[0]
    assert frame["cmd"] == "aibot_msg_callback"
    body = frame["body"]
    assert body["text"] == {"content": "@小格 我的单"}
    assert (body["chatid"], body["chattype"], body["from"]) == (COORD, "group", {"userid": "um-01"})
    assert "response_url" not in body


def test_a_customer_group_has_no_bot() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "@小格 漏水了"})
    assert line.callbacks() == []
    wecom.aibot.addressed.update()
    assert send(wecom, line, "aibot_send_msg", push("wrgbasic01")) == 93001


def test_a_picture_with_the_tag_comes_as_mixed_and_a_quote_comes_along() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    first = wecom.drive.say({"group": "g-coord-01", "person": "gl-01", "text": "3号楼的事谁接"})
    wecom.drive.picture({"group": "g-coord-01", "person": "um-01", "text": "@小格 办好了", "quote": first["message"]})
    body = line.callbacks()[0]["body"]
    assert body["msgtype"] == "mixed"
    assert [i["msgtype"] for i in body["mixed"]["msg_item"]] == ["text", "image"]
    assert body["quote"] == {"msgtype": "text", "text": {"content": "3号楼的事谁接"}}


def test_single_chats_need_no_tag_and_open_with_enter_chat_once_a_day() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    wecom.drive.say({"person": "gm-01", "text": "我的单"})
    wecom.drive.say({"person": "gm-01", "text": "帮助"})
    kinds = [f["body"].get("event", {}).get("eventtype", f["body"]["msgtype"]) for f in line.callbacks()]
    assert kinds == ["enter_chat", "text", "text"]
    assert line.callbacks()[1]["body"]["chattype"] == "single"
    assert "chatid" not in line.callbacks()[1]["body"]
    with pytest.raises(DriveError, match="微信"):
        wecom.drive.say({"person": "re-01", "text": "在吗"})


def test_welcome_within_5_seconds() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    line = subscribe(wecom)
    welcome = {"msgtype": "text", "text": {"content": "您好，我是小格"}}
    for person, pause, code in (("gm-01", 4, 0), ("gl-01", 6, 846605)):
        wecom.drive.enter({"person": person})
        real.pass_by(seconds=pause)
        req_id = line.callbacks()[-1]["headers"]["req_id"]
        assert send(wecom, line, "aibot_respond_welcome_msg", welcome, req_id) == code


def test_a_bad_secret_or_a_frame_before_the_subscription_is_853000() -> None:
    wecom = make_wecom(RealSeconds())
    line = Line()
    assert send(wecom, line, "aibot_subscribe", {"bot_id": wecom.credentials.bot_id, "secret": "no"}) == 853000
    assert send(wecom, line, "aibot_send_msg", push()) == 853000
    assert not wecom.aibot.connected


def test_acks_carry_the_req_id_and_no_cmd() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    send(wecom, line, "ping", {}, "p7")
    assert line.frames[-1] == {"headers": {"req_id": "p7"}, "errcode": 0, "errmsg": "ok"}
    wecom.aibot.handle(line, None)
    assert line.ack() == 846605


def test_a_second_subscription_displaces_the_first() -> None:
    wecom = make_wecom(RealSeconds())
    first, second = subscribe(wecom), subscribe(wecom)
    event = first.callbacks()[-1]["body"]
    assert event["event"] == {"eventtype": "disconnected_event"}
    assert "from" not in event
    assert (first.closed, second.closed) == (True, False)
    ask(wecom, second)
    assert len(first.callbacks()) == 1


def test_silence_of_90_seconds_closes_the_line_and_pings_keep_it() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    line = subscribe(wecom)
    for _ in range(4):
        real.pass_by(seconds=30)
        send(wecom, line, "ping", {})
        wecom.tick()
    assert not line.closed
    real.pass_by(seconds=91)
    wecom.tick()
    assert line.closed


def test_a_push_needs_a_chat_that_was_addressed_and_the_exact_id() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    assert send(wecom, line, "aibot_send_msg", push()) == 93008
    ask(wecom, line)
    assert send(wecom, line, "aibot_send_msg", push()) == 0
    assert send(wecom, line, "aibot_send_msg", push(COORD.upper())) == 93006
    assert send(wecom, line, "aibot_send_msg", {**push("um-01"), "chat_type": 1}) == 93008
    assert [m.text for m in said_in(wecom, "g-coord-01")] == ["@小格 我的单", "您好"]


def test_pushes_are_markdown_or_cards_within_the_limits() -> None:
    wecom = make_wecom(RealSeconds(), Options(all_addressed=True))
    line = subscribe(wecom)
    text = {"chatid": COORD, "chat_type": 2, "msgtype": "text", "text": {"content": "您好"}}
    assert send(wecom, line, "aibot_send_msg", text) == 40008
    assert send(wecom, line, "aibot_send_msg", push(content="水" * 6827)) == 45002
    assert send(wecom, line, "aibot_send_msg", push(content="")) == 44004
    card = {"chatid": COORD, "msgtype": "template_card", "template_card": button_card()}
    assert [send(wecom, line, "aibot_send_msg", card) for _ in range(2)] == [0, 40058]


def test_replies_and_pushes_share_30_a_minute_for_each_chat() -> None:
    real = RealSeconds()
    wecom = make_wecom(real, Options(all_addressed=True))
    line = subscribe(wecom)
    req_id = ask(wecom, line)
    assert send(wecom, line, "aibot_respond_msg", MARKDOWN, req_id) == 0
    codes = [send(wecom, line, "aibot_send_msg", push()) for _ in range(30)]
    assert codes == [0] * 29 + [45009]
    assert send(wecom, line, "aibot_send_msg", push("wrgcmd01")) == 0
    real.pass_by(minutes=1)
    assert send(wecom, line, "aibot_send_msg", push()) == 0


def test_1000_an_hour_for_each_chat() -> None:
    real = RealSeconds()
    wecom = make_wecom(real, Options(all_addressed=True))
    line = subscribe(wecom)
    codes = []
    for number in range(1001):
        real.pass_by(seconds=2.1)
        wecom.aibot.handle(line, {"cmd": "ping", "headers": {"req_id": f"p{number}"}})
        codes.append(send(wecom, line, "aibot_send_msg", push()))
    assert codes == [0] * 1000 + [45009]


def test_an_answer_needs_the_callbacks_req_id_and_is_given_once() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    line = subscribe(wecom)
    req_id = ask(wecom, line)
    assert send(wecom, line, "aibot_respond_msg", MARKDOWN, "invented") == 846605
    text = {"msgtype": "text", "text": {"content": "好的"}}
    assert send(wecom, line, "aibot_respond_msg", text, req_id) == 40008
    assert send(wecom, line, "aibot_respond_msg", MARKDOWN, req_id) == 0
    assert send(wecom, line, "aibot_respond_msg", MARKDOWN, req_id) == 846605
    late = ask(wecom, line)
    real.pass_by(hours=24, seconds=1)
    assert send(wecom, line, "aibot_respond_msg", MARKDOWN, late) == 846605


def test_a_stream_replaces_its_text_until_finished() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    req_id = ask(wecom, line)
    assert send(wecom, line, "aibot_respond_msg", stream("正在办", finish=False), req_id) == 0
    assert send(wecom, line, "aibot_respond_msg", stream("另一个", finish=False, stream_id="s2"), req_id) == 846605
    assert send(wecom, line, "aibot_respond_msg", stream("办好了", finish=True), req_id) == 0
    assert send(wecom, line, "aibot_respond_msg", stream("再说", finish=True), req_id) == 846608
    assert [(m.text, m.streaming) for m in said_in(wecom, "g-coord-01")][1:] == [("办好了", False)]


def test_a_stream_ends_6_minutes_after_its_first_frame() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    line = subscribe(wecom)
    req_id = ask(wecom, line)
    send(wecom, line, "aibot_respond_msg", stream("正在办", finish=False), req_id)
    real.pass_by(minutes=6)
    assert send(wecom, line, "aibot_respond_msg", stream("还在办", finish=False), req_id) == 0
    real.pass_by(seconds=1)
    assert send(wecom, line, "aibot_respond_msg", stream("办好了", finish=True), req_id) == 846608


def test_a_fourth_interaction_of_one_person_waits() -> None:
    wecom = make_wecom(RealSeconds())
    line = subscribe(wecom)
    req_ids = [ask(wecom, line, f"@小格 第{n}件") for n in range(3)]
    ask(wecom, line, "@小格 第3件")
    ask(wecom, line, "@小格 别人的", person="gl-01")
    heard = [f["body"]["text"]["content"] for f in line.callbacks()]
    assert heard == ["@小格 第0件", "@小格 第1件", "@小格 第2件", "@小格 别人的"]
    send(wecom, line, "aibot_respond_msg", stream("正在办", finish=False), req_ids[0])
    assert len(line.callbacks()) == 4
    send(wecom, line, "aibot_respond_msg", stream("好了", finish=True), req_ids[0])
    assert line.callbacks()[-1]["body"]["text"]["content"] == "@小格 第3件"


def test_what_is_never_answered_holds_its_place_for_30_seconds() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    line = subscribe(wecom)
    for number in range(4):
        ask(wecom, line, f"@小格 第{number}件")
    assert len(line.callbacks()) == 3
    real.pass_by(seconds=30)
    wecom.tick()
    assert len(line.callbacks()) == 4


def card_in_group(wecom: WeCom, line: Line) -> None:
    body = {"chatid": COORD, "chat_type": 2, "msgtype": "template_card", "template_card": button_card()}
    assert send(wecom, line, "aibot_send_msg", body) == 0


def test_a_click_comes_nested_and_the_card_may_change_within_5_seconds() -> None:
    real = RealSeconds()
    wecom = make_wecom(real, Options(all_addressed=True))
    line = subscribe(wecom)
    card_in_group(wecom, line)
    wecom.drive.click({"person": "um-01", "card": "T-1", "key": "accept"})
    frame = line.callbacks()[-1]
    event = frame["body"]["event"]
    assert (frame["cmd"], event["eventtype"]) == ("aibot_event_callback", "template_card_event")
    assert event["template_card_event"] == {
        "card_type": "button_interaction",
        "event_key": "accept",
        "task_id": "T-1",
        "selected_items": {"selected_item": []},
    }
    new = {**button_card(), "replace_text": "湖小寒已接单"}
    change = {"response_type": "update_template_card", "template_card": new}
    req_id = frame["headers"]["req_id"]
    wrong = {"response_type": "update_template_card", "template_card": button_card("T-2")}
    assert send(wecom, line, "aibot_respond_update_msg", wrong, req_id) == 40058
    real.pass_by(seconds=5)
    assert send(wecom, line, "aibot_respond_update_msg", change, req_id) == 0
    assert wecom.world.card("T-1").seen_by("gl-01")["replace_text"] == "湖小寒已接单"
    assert send(wecom, line, "aibot_respond_update_msg", change, req_id) == 846605


def test_later_than_5_seconds_the_card_cannot_change() -> None:
    real = RealSeconds()
    wecom = make_wecom(real, Options(all_addressed=True))
    line = subscribe(wecom)
    card_in_group(wecom, line)
    wecom.drive.click({"person": "um-01", "card": "T-1", "key": "accept"})
    real.pass_by(seconds=5.1)
    change = {"response_type": "update_template_card", "template_card": button_card()}
    req_id = line.callbacks()[-1]["headers"]["req_id"]
    assert send(wecom, line, "aibot_respond_update_msg", change, req_id) == 846605


def test_userids_limit_the_change_to_some() -> None:
    wecom = make_wecom(RealSeconds(), Options(all_addressed=True))
    line = subscribe(wecom)
    card_in_group(wecom, line)
    wecom.drive.click({"person": "um-01", "card": "T-1", "key": "accept"})
    new = {**button_card(), "replace_text": "已接单"}
    change = {"response_type": "update_template_card", "userids": ["um-01"], "template_card": new}
    send(wecom, line, "aibot_respond_update_msg", change, line.callbacks()[-1]["headers"]["req_id"])
    card = wecom.world.card("T-1")
    assert (card.seen_by("um-01").get("replace_text"), card.seen_by("gl-01").get("replace_text")) == ("已接单", None)


def test_a_click_without_a_connection_is_lost() -> None:
    wecom = make_wecom(RealSeconds(), Options(all_addressed=True))
    line = subscribe(wecom)
    card_in_group(wecom, line)
    wecom.aibot.cut()
    assert wecom.drive.click({"person": "um-01", "card": "T-1", "key": "accept"})["heard"] is False
    again = subscribe(wecom)
    assert again.callbacks() == []


def test_encrypted_userids_when_no_super_admin_made_the_bot() -> None:
    wecom = make_wecom(RealSeconds(), Options(bot_made_by_admin=False))
    line = subscribe(wecom)
    ask(wecom, line)
    userid = line.callbacks()[0]["body"]["from"]["userid"]
    assert userid.startswith("wo")
    found = wecom.aibot.person_by_open_userid(userid)
    assert found
    assert found.id == "um-01"


def test_switched_faults_drop_acks_refuse_and_deliver_twice() -> None:
    wecom = make_wecom(RealSeconds(), Options(all_addressed=True))
    line = subscribe(wecom)
    wecom.faults.add({"kind": "errcode", "errcode": 45009, "endpoint": "aibot_send_msg"})
    assert send(wecom, line, "aibot_send_msg", push()) == 45009
    wecom.faults.add({"kind": "drop_answer", "endpoint": "aibot_send_msg"})
    before = len(line.frames)
    wecom.aibot.handle(line, {"cmd": "aibot_send_msg", "headers": {"req_id": "x"}, "body": push()})
    assert len(line.frames) == before
    assert len(said_in(wecom, "g-coord-01")) == 1
    wecom.faults.add({"kind": "deliver_twice", "endpoint": "aibot"})
    ask(wecom, line)
    assert [f["body"]["msgid"] for f in line.callbacks()] == ["CAIQm000002"] * 2
