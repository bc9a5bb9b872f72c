import asyncio

import pytest

from bot.channels.passive import PassiveAnswer, PassiveAnswers
from bot.channels.passive_xml import passive_xml
from bot.channels.xml import first, parse_xml, tags, texts
from emulator.cards import card_from_xml, check_card
from emulator.xml import from_xml

CARD = {
    "card_type": "button_interaction",
    "source": {"desc": "小格"},
    "main_title": {"title": "已接单 0302-1"},
    "sub_title_text": "<b>&]]>东门",
    "horizontal_content_list": [{"keyname": "编号", "value": "0302-1"}],
    "button_list": [{"text": "办结", "style": 1, "key": "done"}, {"text": "退回", "style": 4, "key": "return"}],
    "task_id": "t1-2",
}


async def test_an_answer_is_given_to_whoever_waits_and_to_nobody_later() -> None:
    answers = PassiveAnswers()
    answers.open("R")
    waiting = asyncio.create_task(answers.wait("R", 4.0))
    await asyncio.sleep(0)
    assert answers.put("R", PassiveAnswer("text", "收到"))
    assert not answers.put("R", PassiveAnswer("text", "又一次"))
    assert await waiting == PassiveAnswer("text", "收到")
    answers.open("R")
    assert await answers.wait("R", 4.0) is None, "a repeat waits for nothing"
    assert not answers.put("R", PassiveAnswer("text", "迟了"))
    assert not answers.put("X", PassiveAnswer("text", "没有这条"))


async def test_who_waited_too_long_gets_nothing_and_neither_does_what_was_decided_in_silence() -> None:
    answers = PassiveAnswers(grace=0.0)
    answers.open("R")
    assert await answers.wait("R", 0.0) is None
    assert not answers.put("R", PassiveAnswer("text", "迟了"))
    answers.open("S")
    assert not answers.was_decided("S")
    answers.decided("S")
    assert answers.was_decided("S")
    assert await answers.wait("S", 60.0) is None, "nobody waits a minute for an answer that does not come"


async def test_what_was_not_kept_may_come_again() -> None:
    answers = PassiveAnswers()
    answers.open("R")
    answers.drop("R")
    answers.open("R")
    assert answers.put("R", PassiveAnswer("text", "收到"))
    assert await answers.wait("R", 4.0) == PassiveAnswer("text", "收到")


def test_a_card_says_in_xml_what_it_says_in_json() -> None:
    xml = passive_xml(PassiveAnswer("card", card=CARD), to="zhang", corp_id="ww1", second=1_790_000_000)
    tag = parse_xml(xml.encode())
    assert (first(tag, "ToUserName"), first(tag, "FromUserName")) == ("zhang", "ww1")
    assert (first(tag, "CreateTime"), first(tag, "MsgType")) == ("1790000000", "update_template_card")
    card = tags(tag, "TemplateCard")[0]
    assert [texts(button, "Key") for button in tags(card, "ButtonList")] == [("done",), ("return",)]
    assert texts(tags(card, "HorizontalContentList")[0], "KeyName") == ("编号",)
    read = card_from_xml(from_xml(xml)["TemplateCard"])
    assert check_card(read) == CARD, "the emulator reads the same card"


@pytest.mark.parametrize(
    ("answer", "kind", "path", "said"),
    [
        (PassiveAnswer("text", "好的，<记下了>"), "text", "Content", "好的，<记下了>"),
        (PassiveAnswer("button", "已由县水务局接单了哦"), "update_button", "ReplaceName", "已由县水务局接单了哦"),
        (PassiveAnswer("button", "已由河湾花园物业公司接单"), "update_button", "ReplaceName", "已由河湾花园物业公…"),
    ],
)
def test_words_and_grey_lines(answer: PassiveAnswer, kind: str, path: str, said: str) -> None:
    tag = parse_xml(passive_xml(answer, to="z", corp_id="w", second=1).encode())
    assert first(tag, "MsgType") == kind
    where = tags(tag, "Button")[0] if path == "ReplaceName" else tag
    assert first(where, path) == said


def test_a_long_text_is_cut_at_2048_bytes() -> None:
    xml = passive_xml(PassiveAnswer("text", "长" * 900), to="z", corp_id="w", second=1)
    content = first(parse_xml(xml.encode()), "Content")
    assert len(content.encode()) <= 2048
    assert content.endswith("…")
