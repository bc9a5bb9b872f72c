from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.aibot_frames import is_displaced, read_body, without_mention
from bot.channels.clean import clean
from bot.channels.errors import BadShape
from bot.channels.stored import from_body, to_body
from bot.channels.times import CHINA
from bot.messages import Action, Incoming, Media, MessageKind, WayBack

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=CHINA)
NAMES = ("小格",)


def body(**fields: object) -> dict[str, object]:
    return {
        "msgid": "m1",
        "aibotid": "AIB1",
        "chatid": "wrC1",
        "chattype": "group",
        "from": {"userid": "zhang"},
        "msgtype": "text",
        "text": {"content": "@小格 路灯坏了"},
    } | fields


def read(**fields: object) -> Incoming:
    heard = read_body(body(**fields), NOW, NAMES, req_id="R1")
    assert heard is not None
    assert from_body(to_body(heard)) == heard
    return heard


def test_a_group_message_loses_its_mention_and_has_a_way_back_of_a_day() -> None:
    heard = read()
    assert (heard.id, heard.channel, heard.sender, heard.group) == ("m1", "aibot", "zhang", "wrC1")
    assert (heard.words.text, heard.mentions_bot, heard.at) == ("路灯坏了", True, NOW)
    assert heard.reply == WayBack("aibot_respond", "R1", NOW + timedelta(hours=24))


def test_a_single_chat_has_no_group_even_with_a_chatid() -> None:
    heard = read(chattype="single", text={"content": "代报 东门组：停水"})
    assert (heard.group, heard.mentions_bot, heard.words.text) == (None, False, "代报 东门组：停水")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@小格 查", "查"),
        ("@小格\u2005查", "查"),
        ("＠小格 查", "查"),
        ("@小格", ""),
        ("@小格子 查", "@小格子 查"),
        ("你好 @小格 查", "你好 @小格 查"),
        ("@小格  @小格 查", "@小格 查"),
    ],
)
def test_only_the_leading_mention_goes(text: str, rest: str) -> None:
    assert without_mention(text, NAMES) == rest


@pytest.mark.parametrize(
    ("fields", "kind", "words", "media"),
    [
        (
            {"msgtype": "image", "image": {"url": "https://u", "aeskey": "K"}},
            MessageKind.IMAGE,
            "",
            (Media("image", "https://u", "K"),),
        ),
        ({"msgtype": "voice", "voice": {"content": "三栋漏水"}}, MessageKind.VOICE, "三栋漏水", ()),
        (
            {
                "msgtype": "mixed",
                "mixed": {
                    "msg_item": [
                        {"msgtype": "text", "text": {"content": "@小格 井盖没了"}},
                        {"msgtype": "image", "image": {"url": "https://u"}},
                    ]
                },
            },
            MessageKind.TEXT,
            "井盖没了",
            (Media("image", "https://u"),),
        ),
        ({"msgtype": "file", "file": {"url": "https://f"}}, MessageKind.LINK, "", (Media("file", "https://f"),)),
    ],
)
def test_kinds(fields: dict[str, object], kind: MessageKind, words: str, media: tuple[Media, ...]) -> None:
    heard = read(**fields)
    assert (heard.kind, heard.words.text, heard.media) == (kind, words, media)


def test_quoted_words() -> None:
    heard = read(quote={"msgtype": "text", "text": {"content": "@小格 昨天的单子"}})
    assert heard.quoted_words is not None
    assert heard.quoted_words.text == "昨天的单子"


CHOICES = {"selected_item": [{"question_key": "dept", "option_ids": {"option_id": ["d1"]}}]}


@pytest.mark.parametrize(
    "event",
    [
        {"template_card_event": {"event_key": "accept", "task_id": "T-1", "selected_items": CHOICES}},
        {"template_card_event": {"eventkey": "accept", "taskid": "T-1", "selected_items": CHOICES}},
        {"event_key": "accept", "task_id": "T-1", "selected_items": CHOICES},
        {
            "event_key": "accept",
            "task_id": "T-1",
            "selected_items": {"selected_item": {"question_key": "dept", "option_ids": {"option_id": "d1"}}},
        },
    ],
)
def test_a_click_in_every_spelling(event: dict[str, object]) -> None:
    heard = read(msgtype="event", create_time=1790000000, event={"eventtype": "template_card_event"} | event)
    assert heard.kind is MessageKind.CLICK
    assert heard.action == Action("accept", "T-1", {"dept": ("d1",)})
    assert heard.reply == WayBack("aibot_update", "R1", NOW + timedelta(seconds=5), "T-1")
    assert heard.at == datetime.fromtimestamp(1790000000, CHINA)


def test_enter_chat_has_five_seconds_to_greet() -> None:
    heard = read(msgtype="event", chattype=None, event={"eventtype": "enter_chat"})
    assert (heard.kind, heard.group) == (MessageKind.SYSTEM, None)
    assert heard.reply == WayBack("aibot_welcome", "R1", NOW + timedelta(seconds=5))


def test_url_mode_answers_by_its_address() -> None:
    heard = read_body(body(response_url="https://once"), NOW, NAMES)
    assert heard is not None
    assert heard.reply == WayBack("aibot_url", "https://once", NOW + timedelta(hours=1))


def test_half_characters_and_nul_are_taken_out() -> None:
    heard = read(text={"content": "@小格 灯\ud800坏\x00了😀"}, **{"from": {"userid": "z\x00"}})
    assert (heard.words.text, heard.sender) == ("灯\ufffd坏了😀", "z")
    assert clean("\ud83d\ude00") == "😀", "two halves make a whole"


def test_what_nobody_said_is_nothing() -> None:
    displaced = {"msgid": "e", "msgtype": "event", "event": {"eventtype": "disconnected_event"}}
    assert is_displaced(displaced)
    assert read_body(displaced, NOW, NAMES) is None
    assert read_body(body(msgtype="stream", stream={"id": "s"}), NOW, NAMES) is None
    assert read_body(body(msgtype="event", event={"eventtype": "feedback_event"}), NOW, NAMES) is None


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "text",
        {},
        body(msgid=""),
        body(msgid=7),
        body(**{"from": "zhang"}),
        body(create_time="soon"),
        body(create_time=10**20),
        body(msgtype="event", event={}),
        body(msgtype="event", event={"eventtype": "template_card_event", "task_id": "T-1"}),
    ],
)
def test_what_lacks_a_field_is_refused(wrong: object) -> None:
    with pytest.raises(BadShape):
        read_body(wrong, NOW, NAMES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES_OF_FIELDS = st.sampled_from([
    "msgid", "chatid", "chattype", "from", "msgtype", "text", "mixed", "image", "voice", "event", "quote", "create_time",
    "response_url", "eventtype", "template_card_event", "event_key", "task_id", "selected_items", "selected_item",
    "option_ids", "option_id", "msg_item", "content", "url", "aeskey", "userid",
])  # fmt: skip
VALUES = JSON | st.sampled_from(["text", "mixed", "image", "event", "group", "enter_chat", "template_card_event"])
BODIES = st.recursive(
    st.dictionaries(NAMES_OF_FIELDS, VALUES, max_size=8),
    lambda inner: st.dictionaries(NAMES_OF_FIELDS, inner | st.lists(inner, max_size=2) | VALUES, max_size=6),
    max_leaves=6,
)


@given(BODIES | JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    for given_body in (value, body() | value if isinstance(value, dict) else value):
        is_displaced(given_body)
        try:
            heard = read_body(given_body, NOW, NAMES, req_id="R1")
        except BadShape:
            continue
        if heard is not None:
            assert from_body(to_body(heard)) == heard
