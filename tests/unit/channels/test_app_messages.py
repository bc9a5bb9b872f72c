from datetime import datetime, timedelta

import pytest

from bot.channels.app_messages import read_app_message
from bot.channels.errors import BadShape
from bot.channels.stored import from_body, to_body
from bot.channels.times import CHINA
from bot.channels.xml import parse_xml
from bot.messages import Action, Incoming, Media, MessageKind, WayBack
from tests.builders.wecom import SECOND, app_xml

AT = datetime.fromtimestamp(SECOND, CHINA)


def read(kind: str, fields: str, **given: str) -> Incoming:
    incoming = read_app_message(parse_xml(app_xml(kind, fields, **given).encode()))  # type: ignore[arg-type]
    assert from_body(to_body(incoming)) == incoming, "what is stored comes back whole"
    return incoming


def test_text() -> None:
    heard = read("text", "<Content><![CDATA[三栋的灯 <坏> 了]]></Content><MsgId>456</MsgId>")
    assert (heard.id, heard.channel, heard.sender, heard.at, heard.kind) == (
        "456",
        "app",
        "zhang",
        AT,
        MessageKind.TEXT,
    )
    assert heard.words.text == "三栋的灯 <坏> 了"
    assert heard.group is None


@pytest.mark.parametrize(
    ("kind", "fields", "expected", "media", "words"),
    [
        (
            "image",
            "<PicUrl><![CDATA[http://p]]></PicUrl><MediaId><![CDATA[M1]]></MediaId>",
            MessageKind.IMAGE,
            Media("image", "M1"),
            "",
        ),
        ("voice", "<MediaId>M2</MediaId><Format>amr</Format>", MessageKind.VOICE, Media("voice", "M2"), ""),
        ("video", "<MediaId>M3</MediaId>", MessageKind.IMAGE, Media("video", "M3"), ""),
        (
            "location",
            "<Location_X>30.5</Location_X><Location_Y>104.1</Location_Y><Scale>15</Scale><Label>东门桥</Label>",
            MessageKind.LOCATION,
            Media("location", "30.5,104.1"),
            "东门桥",
        ),
        (
            "link",
            "<Title>停水</Title><Description>明早</Description><Url>https://example.org</Url>",
            MessageKind.LINK,
            Media("link", "https://example.org"),
            "停水 明早",
        ),
    ],
)
def test_other_kinds(kind: str, fields: str, expected: MessageKind, media: Media, words: str) -> None:
    heard = read(kind, fields + "<MsgId>7</MsgId>")
    assert (heard.kind, heard.media, heard.words.text) == (expected, (media,), words)


def test_empty_text_and_unknown_kind() -> None:
    assert read("text", "<Content></Content><MsgId>1</MsgId>").words.text == ""
    heard = read("hologram", "<Light>7</Light><MsgId>1</MsgId>")
    assert heard.kind is MessageKind.SYSTEM
    assert heard.action is not None
    assert heard.action.choices["Light"] == ("7",)


CLICK = (
    "<Event>template_card_event</Event><EventKey>accept</EventKey><TaskId>T-1</TaskId>"
    "<CardType>button_interaction</CardType><ResponseCode>{code}</ResponseCode>"
    "<SelectedItems><SelectedItem><QuestionKey>dept</QuestionKey>"
    "<OptionIds><OptionId>d1</OptionId></OptionIds></SelectedItem></SelectedItems>"
)


def test_a_click_has_its_choices_as_lists_and_a_way_back_of_72_hours() -> None:
    heard = read("event", CLICK.format(code="RC"))
    assert heard.kind is MessageKind.CLICK
    assert heard.action == Action("accept", "T-1", {"dept": ("d1",)})
    assert heard.reply == WayBack("app_response_code", "RC", AT + timedelta(hours=72), "T-1")


def test_a_repeat_has_the_same_id_and_another_card_in_the_same_second_has_not() -> None:
    first = read("event", CLICK.format(code="RC"))
    assert read("event", CLICK.format(code="RC2")).id == first.id
    assert read("event", CLICK.format(code="RC").replace("T-1", "T-2")).id != first.id
    assert read("event", CLICK.format(code="RC"), sender="li").id != first.id


def test_a_group_change_keeps_one_member_as_a_list() -> None:
    heard = read(
        "event",
        "<Event>change_external_chat</Event><ChatId>wrG1</ChatId><ChangeType>update</ChangeType>"
        "<UpdateDetail>add_member</UpdateDetail><MemChangeList><Item>wmA</Item></MemChangeList><CurMemVer>v2</CurMemVer>",
        sender="sys",
    )
    assert (heard.channel, heard.kind, heard.group) == ("customer", MessageKind.SYSTEM, "wrG1")
    assert heard.action is not None
    assert heard.action.key == "change_external_chat"
    assert heard.action.choices["MemChangeList/Item"] == ("wmA",)
    assert heard.action.choices["UpdateDetail"] == ("add_member",)


@pytest.mark.parametrize(
    "xml",
    [
        "<xml></xml>",
        app_xml("text", "<Content>x</Content>"),
        app_xml("", "<MsgId>1</MsgId>"),
        app_xml("event", ""),
        app_xml("text", "<MsgId>1</MsgId>", sender=""),
        app_xml("text", "<MsgId>1</MsgId>").replace(str(SECOND), "yesterday"),
        app_xml("text", "<MsgId>1</MsgId>").replace(str(SECOND), "99999999999999999999"),
        app_xml("text", "<MsgId>1</MsgId>").replace(str(SECOND), "-1"),
        app_xml("text", "<MsgId>1</MsgId>").replace(str(SECOND), "²"),
    ],
)
def test_what_lacks_a_field_is_refused(xml: str) -> None:
    with pytest.raises(BadShape):
        read_app_message(parse_xml(xml.encode()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<xml>",
        b"<xml><a></b></xml>",
        b"\xff\xfe<xml/>",
        b"<!DOCTYPE xml [<!ENTITY a 'b'>]><xml>&a;</xml>",
        b"<xml>&undefined;</xml>",
        b"<a>" * 50 + b"</a>" * 50,
        b"<xml>" + b"<a/>" * 50_000 + b"</xml>",
        "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE x><xml/>".encode("utf-16"),
    ],
)
def test_xml_that_bites_is_refused(data: bytes) -> None:
    with pytest.raises(BadShape):
        parse_xml(data)


def test_the_word_doctype_may_be_said() -> None:
    said = "<Content><![CDATA[看这个 <!DOCTYPE html> 是啥]]></Content><MsgId>1</MsgId>"
    assert read("text", said).words.text == "看这个 <!DOCTYPE html> 是啥"


def test_depth_harms_nothing() -> None:
    with pytest.raises(BadShape):
        parse_xml(b"<a>" * 15_000 + b"</a>" * 15_000)
    with pytest.raises(BadShape):
        parse_xml(b"<a>" * 250_000 + b"</a>" * 250_000)
