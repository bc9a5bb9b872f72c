"""What people can and cannot do in their clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from emulator.drive import text_to_copy
from emulator.errors import DriveError
from emulator.ledger import Ledger
from emulator.view import state_view
from emulator.wecom import WeCom
from tests.unit.emulator.builders import START, RealSeconds, app_message, button_card, make_wecom, said_in

IN_GROUP = {"group": "g-basic-01", "person": "re-01"}


@pytest.mark.parametrize(
    ("act", "data", "words"),
    [
        ("say", {**IN_GROUP, "text": "  "}, "没有写内容"),
        ("say", {**IN_GROUP, "person": "um-01", "text": "x"}, "不在这个群"),
        ("say", {**IN_GROUP, "group": "g-9", "text": "x"}, "没有这个群"),
        ("say", {**IN_GROUP, "person": "p-9", "text": "x"}, "没有这个人"),
        ("say", {**IN_GROUP, "text": "x", "quote": "m9"}, "没有这条消息"),
        ("picture", {**IN_GROUP, "png": "%%%"}, "base64"),
        ("recall", {"person": "re-01", "message": "m9"}, "没有这条消息"),
        ("click", {"person": "gm-01", "card": "T-9", "key": "x"}, "没有这张卡片"),
        ("confirm", {"owner": "gm-01", "task": "t9"}, "没有这个群发任务"),
        ("paste", {"person": "gm-01", "text": "x"}, "哪个群"),
        ("paste", {"person": "gm-01", "group": "g-basic-01"}, "没有可以转发的文字"),
        ("agree", {"person": "gm-01", "group": "g-basic-01"}, "不需要同意"),
    ],
)
def test_refusals_say_why(act: str, data: dict[str, Any], words: str) -> None:
    drive = make_wecom(RealSeconds()).drive
    do: Callable[[dict[str, Any]], dict[str, Any]] = getattr(drive, act)
    with pytest.raises(DriveError, match=words):
        do(data)


def test_only_own_messages_are_recalled_and_once() -> None:
    wecom = make_wecom(RealSeconds())
    said = wecom.drive.say({**IN_GROUP, "text": "说错了"})["message"]
    with pytest.raises(DriveError, match="自己的"):
        wecom.drive.recall({"person": "re-02", "message": said})
    wecom.drive.recall({"person": "re-01", "message": said})
    with pytest.raises(DriveError, match="已经撤回"):
        wecom.drive.recall({"person": "re-01", "message": said})


def test_pasting_a_cards_text_clicks_it_too() -> None:
    wecom = make_wecom(RealSeconds())
    card = button_card(
        quote_area={"quote_text": "各位邻居，漏水已派单"}, button_list=[{"text": "已转发", "key": "pasted"}]
    )
    wecom.app.send(app_message("gm-01", "template_card", **card))
    wecom.drive.paste({"person": "gm-01", "group": "g-basic-01", "card": "T-1", "key": "pasted"})
    assert [(m.sender, m.how, m.text) for m in said_in(wecom, "g-basic-01")] == [
        ("gm-01", "pasted", "各位邻居，漏水已派单")
    ]
    assert wecom.world.card("T-1").clicked == {"gm-01": "pasted"}


def test_the_text_to_copy_is_the_quote_then_the_sub_title_then_the_description() -> None:
    assert text_to_copy({"quote_area": {"quote_text": "a"}, "sub_title_text": "b"}) == "a"
    assert text_to_copy({"sub_title_text": "b", "main_title": {"desc": "c"}}) == "b"
    assert text_to_copy({"main_title": {"desc": "c"}}) == "c"


def test_the_state_hides_recalled_words_and_shows_cards_and_tasks() -> None:
    wecom = make_wecom(RealSeconds())
    said = wecom.drive.say({**IN_GROUP, "text": "说错了"})["message"]
    wecom.drive.recall({"person": "re-01", "message": said})
    wecom.app.send(app_message("gm-01", "template_card", **button_card()))
    wecom.mass.add({"chat_type": "group", "sender": "gm-01", "text": {"content": "今日情况"}})
    state = state_view(wecom.world, wecom.aibot, wecom.archive, wecom.mass)
    assert "说错了" not in str(state)
    assert state["now"] == START.isoformat()
    assert state["tasks"][0]["state"] == "waiting"
    member = next(p for p in state["people"] if p["id"] == "gm-01")
    assert state["cards"][member["messages"][0]["card"]]["task_id"] == "T-1"


def test_two_runs_give_the_same_state() -> None:
    def run() -> WeCom:
        wecom = make_wecom(RealSeconds())
        wecom.drive.say({**IN_GROUP, "text": "漏水"})
        wecom.drive.picture(IN_GROUP)
        wecom.app.send(app_message("gm-01", "template_card", **button_card()))
        return wecom

    first, second = (state_view(w.world, w.aibot, w.archive, w.mass) for w in (run(), run()))
    assert first == second


def test_the_ledger_masks_secrets() -> None:
    ledger = Ledger(lambda: START)
    entry = ledger.add(
        "sent", "http", "gettoken", "", request={"corpsecret": "s3cret"}, answer={"access_token": "t0ken"}
    )
    assert "s3cret" not in str(entry)
    assert "t0ken" not in str(entry)
