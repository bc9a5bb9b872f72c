"""The app's mouth, webhooks, mass sends and cards, with a client that records and answers by script."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from bot.channels.app_mouth import AppMouth
from bot.channels.cards import card_of, fits, group_card, replaced_button, settled_card
from bot.channels.client import WeComClient
from bot.channels.errors import WrongSetting
from bot.channels.limits import MemoryMeter
from bot.channels.mass_send import GroupSend, MassSend, Press, SendStatus
from bot.channels.outcomes import Failed, Limited, Outcome, Partial, Retry, Sent, Unclear
from bot.channels.times import CHINA
from bot.channels.webhook import Webhook
from bot.messages import Button, Choice, Outgoing
from emulator.cards import check_card
from registry.terms import Form, Lane, Said

START = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)


class Recorder:
    """Stands in for the client."""

    def __init__(self, *answers: Outcome) -> None:
        self.calls: list[tuple[str, Mapping[str, object]]] = []
        self._answers = list(answers)

    async def post(self, path: str, body: Mapping[str, object], *, repeatable: bool = False) -> Outcome:
        self.calls.append((path, body))
        return self._answers.pop(0) if self._answers else Sent("M1", "RC")

    async def post_with_key(self, path: str, key: str, body: Mapping[str, object]) -> Outcome:
        return await self.post(f"{path}?{key}", body)

    def client(self) -> WeComClient:
        return cast(WeComClient, self)


def meter() -> MemoryMeter:
    return MemoryMeter(lambda: START)


def outgoing(text: str = "东门桥头路灯不亮", *, form: Form = Form.CARD, lane: Lane = Lane.NORMAL) -> Outgoing:
    return Outgoing(
        row=1,
        kind=Said.CARD,
        form=form,
        lane=lane,
        text=text,
        outside="zhang",
        title="工单 0302-1 请受理",
        facts=(("地点", "东门桥头"), ("时限", "2 小时")),
        buttons=(Button("accept", "受理"), Button("return", "退回", 2)),
        task_id="T-1",
        mark="0302-1 · 1",
    )


def test_a_card_has_title_text_facts_and_buttons() -> None:
    assert card_of(outgoing()) == {
        "card_type": "button_interaction",
        "source": {"desc": "小格"},
        "main_title": {"title": "工单 0302-1 请受理"},
        "sub_title_text": "东门桥头路灯不亮",
        "horizontal_content_list": [
            {"keyname": "地点", "value": "东门桥头"},
            {"keyname": "时限", "value": "2 小时"},
        ],
        "button_list": [{"text": "受理", "style": 1, "key": "accept"}, {"text": "退回", "style": 2, "key": "return"}],
        "task_id": "T-1",
    }


def test_a_card_keeps_every_limit() -> None:
    big = replace(
        outgoing("水" * 500), title="题" * 99, facts=(("名" * 9, "值" * 99),) * 9, buttons=(Button("k", "按" * 30),)
    )
    card = card_of(big)
    assert len(card["main_title"]["title"]) == 26  # type: ignore[index]
    assert len(cast(str, card["sub_title_text"])) == 112
    assert len(cast(list[object], card["horizontal_content_list"])) == 6
    assert not fits(big)
    assert fits(outgoing())


@pytest.mark.parametrize(
    "change",
    [
        {"task_id": ""},
        {"task_id": "有中文"},
        {"task_id": "x" * 129},
        {"buttons": ()},
        {"buttons": (Button("k", "a"),) * 7},
        {"buttons": (Button("", "a"),)},
        {"buttons": (Button("键" * 400, "a"),)},
    ],
)
def test_a_card_that_wecom_would_refuse_is_never_made(change: dict[str, object]) -> None:
    with pytest.raises(WrongSetting):
        card_of(replace(outgoing(), **change))  # type: ignore[arg-type]


def test_updates() -> None:
    assert replaced_button("已受理") == {"button": {"replace_name": "已受理"}}
    assert settled_card(outgoing(), "已受理")["replace_text"] == "已受理"


async def test_a_card_goes_to_one_member_and_asks_for_no_double() -> None:
    recorder = Recorder()
    outcome = await AppMouth(recorder.client(), 1000002, meter()).send_card(outgoing())
    assert outcome == Sent("M1", "RC")
    assert recorder.calls == [
        (
            "message/send",
            {
                "touser": "zhang",
                "agentid": 1000002,
                "msgtype": "template_card",
                "template_card": card_of(outgoing()),
                "enable_duplicate_check": 1,
                "duplicate_check_interval": 1800,
            },
        )
    ]


async def test_a_text_to_paste_goes_whole_before_its_card() -> None:
    recorder = Recorder()
    text = "各位邻居，" + "路灯已修好。" * 40
    await AppMouth(recorder.client(), 7, meter()).send_card(outgoing(text, form=Form.PASTE))
    assert [body["msgtype"] for _, body in recorder.calls] == ["text", "template_card"]
    assert recorder.calls[0][1]["text"] == {"content": text}


async def test_a_card_that_fails_after_its_text_was_sent_is_unclear() -> None:
    recorder = Recorder(Sent(), Retry(0, "x"))
    outcome = await AppMouth(recorder.client(), 7, meter()).send_card(outgoing(form=Form.PASTE))
    assert isinstance(outcome, Unclear)


async def test_a_long_text_leaves_in_pieces_of_2048_bytes() -> None:
    recorder = Recorder()
    text = "三栋停水。" * 300
    assert isinstance(await AppMouth(recorder.client(), 7, meter()).send_text("zhang", text), Sent)
    sent = [cast(dict[str, str], body["text"])["content"] for _, body in recorder.calls]
    assert "".join(sent) == text
    assert all(len(piece.encode()) <= 2048 for piece in sent)


async def test_a_member_who_is_not_reached_is_a_failure() -> None:
    mouth = AppMouth(Recorder(Partial(("zhang",))).client(), 7, meter())
    assert isinstance(await mouth.send_text("zhang", "x"), Failed)
    assert isinstance(await mouth.send_text("zhang", ""), Failed)


async def test_the_limit_holds_before_the_call_and_danger_has_its_reserve() -> None:
    recorder = Recorder()
    mouth = AppMouth(recorder.client(), 7, meter())
    outcomes = [await mouth.send_text("zhang", "x") for _ in range(11)]
    assert isinstance(outcomes[-1], Limited)
    assert len(recorder.calls) == 10
    assert isinstance(await mouth.send_text("li", "x"), Sent)
    assert isinstance(await mouth.send_text("zhang", "x", lane=Lane.DANGER), Sent)


async def test_a_card_is_updated_for_some_or_for_all() -> None:
    recorder = Recorder()
    mouth = AppMouth(recorder.client(), 7, meter())
    await mouth.update_card(["zhang"], "RC", said="已受理")
    await mouth.update_card([], "RC", card=settled_card(outgoing(), "已办结"))
    await mouth.recall("M1")
    assert recorder.calls[0][1] == {
        "agentid": 7, "response_code": "RC", "userids": ["zhang"], "button": {"replace_name": "已受理"}
    }  # fmt: skip
    assert recorder.calls[1][1]["atall"] == 1
    assert recorder.calls[2] == ("message/recall", {"msgid": "M1"})


async def test_a_webhook_mentions_in_its_last_piece_only() -> None:
    recorder = Recorder()
    text = "停电通知。" * 150
    await Webhook(recorder.client(), meter()).send_text("K", text, mentions=("li",), mobiles=("13800000000",))
    assert [path for path, _ in recorder.calls] == ["webhook/send?K"] * 2
    parts = [cast(dict[str, object], body["text"]) for _, body in recorder.calls]
    assert "mentioned_list" not in parts[0]
    assert parts[1]["mentioned_list"] == ["li"]
    assert parts[1]["mentioned_mobile_list"] == ["13800000000"]


async def test_a_webhook_that_wecom_limits_is_left_alone() -> None:
    recorder = Recorder(Limited(60))
    webhook = Webhook(recorder.client(), meter())
    assert isinstance(await webhook.send_text("K", "x"), Limited)
    assert isinstance(await webhook.send_text("K", "x", lane=Lane.DANGER), Limited)
    assert len(recorder.calls) == 1


async def test_a_mass_send_is_asked_for_and_read_page_by_page() -> None:
    recorder = Recorder(
        Sent("MS1"),
        Sent(data={"task_list": [{"userid": "zhang", "status": 2, "send_time": 1790000000}], "next_cursor": "c"}),
        Sent(data={"task_list": [{"userid": "li", "status": 0, "send_time": 1790000000}, "junk"], "next_cursor": ""}),
        Sent(data={"send_list": [{"chat_id": "wr1", "userid": "zhang", "status": 3}, {"status": 9}]}),
        Retry(0, "x"),
    )
    mass = MassSend(recorder.client())
    assert await mass.create("zhang", ["wr1"], "今日小结" * 999) == Sent("MS1")
    assert recorder.calls[0][1]["sender"] == "zhang"
    assert len(cast(dict[str, str], recorder.calls[0][1]["text"])["content"].encode()) <= 4000
    assert await mass.presses("MS1") == (
        Press("zhang", True, datetime.fromtimestamp(1790000000, UTC)),
        Press("li", False, datetime.fromtimestamp(1790000000, UTC)),
    )
    assert [body["cursor"] for _, body in recorder.calls[1:]] == ["", "c"]
    assert await mass.sends("MS1", "zhang") == (GroupSend("wr1", "zhang", SendStatus.OVER_QUOTA, None),)
    assert isinstance(await mass.presses("MS1"), Retry)


@pytest.mark.parametrize(("groups", "text"), [([], "x"), (["g"] * 2001, "x"), (["g"], " ")])
async def test_a_mass_send_that_wecom_would_refuse_is_not_asked_for(groups: list[str], text: str) -> None:
    recorder = Recorder()
    assert isinstance(await MassSend(recorder.client()).create("zhang", groups, text), Failed)
    assert recorder.calls == []


async def test_pages_without_end_are_given_up() -> None:
    class Endless(Recorder):
        async def post(self, path: str, body: Mapping[str, object], *, repeatable: bool = False) -> Outcome:
            self.calls.append((path, body))
            return Sent(data={"task_list": [], "next_cursor": str(len(self.calls))})

    endless = Endless()
    assert isinstance(await MassSend(endless.client()).presses("MS1"), Unclear)
    assert len(endless.calls) == 50


def asking(*choices: Choice) -> Outgoing:
    return replace(outgoing(), choices=choices, buttons=(Button("submit", "提交"),))


def test_one_choice_is_a_vote_and_several_are_a_multiple_card() -> None:
    unit = Choice("unit", "转给", tuple((f"u{n}", f"单位{n}") for n in range(30)))
    vote = card_of(asking(unit))
    assert check_card(vote) == vote
    assert vote["card_type"] == "vote_interaction"
    assert len(vote["checkbox"]["option_list"]) == 20  # type: ignore[index]
    several = card_of(asking(replace(unit, several=True)))
    assert several["checkbox"]["mode"] == 1  # type: ignore[index]
    both = card_of(asking(unit, Choice("why", "原因" * 10, (("w", "不归我们"),))))
    assert check_card(both) == both
    assert [len(one["option_list"]) for one in both["select_list"]] == [10, 1]  # type: ignore[attr-defined]
    for wrong in (asking(unit, unit, unit, unit), asking(Choice("k", "t", ())), asking(Choice("k", "t", (("x" * 129, "t"),)))):
        with pytest.raises(WrongSetting):
            card_of(wrong)


def test_a_long_text_stands_whole_on_a_groups_card() -> None:
    text = "请接单。" * 60
    card = group_card(outgoing(text))
    assert check_card(card) == card
    assert card["quote_area"] == {"type": 0, "quote_text": text}
    assert "sub_title_text" not in card
    assert group_card(outgoing("请接单。"))["sub_title_text"] == "请接单。"
