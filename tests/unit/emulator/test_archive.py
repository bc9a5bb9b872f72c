"""The archive at its library boundary (wire §5)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding

from emulator.archive import decrypt
from emulator.errors import ApiError
from emulator.wecom import Options, WeCom
from tests.unit.emulator.builders import START, Line, RealSeconds, keys, make_wecom


def opened(wecom: WeCom, seq: int = 0) -> list[dict[str, Any]]:
    records = []
    for row in wecom.archive.fetch(seq, 1000):
        sealed = base64.b64decode(row["encrypt_random_key"])
        assert len(sealed) == 256
        random_key = keys()[row["publickey_ver"]].decrypt(sealed, padding.PKCS1v15()).decode()
        records.append(decrypt(random_key, row["encrypt_chat_msg"]))
    return records


def test_a_text_of_a_customer_group() -> None:
    wecom = make_wecom(RealSeconds())
    wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "3号楼漏水"})
    (record,) = opened(wecom)
    assert record == {
        "msgid": "CAQQ000000000001_external",
        "action": "send",
        "from": "wmre01",
        "tolist": ["wmre02", "wmhh01", "gm-01"],
        "roomid": "wrgbasic01",
        "msgtime": int(START.timestamp() * 1000),
        "msgtype": "text",
        "text": {"content": "3号楼漏水"},
    }


def test_two_key_versions_are_mixed_and_seq_counts_on() -> None:
    wecom = make_wecom(RealSeconds())
    for number in range(4):
        wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": str(number)})
    rows = wecom.archive.fetch(0, 1000)
    assert {r["publickey_ver"] for r in rows} == {1, 2}
    assert [r["seq"] for r in rows] == [1, 2, 3, 4]
    assert [r["seq"] for r in wecom.archive.fetch(2, 1)] == [3]
    assert wecom.archive.fetch(4, 1000) == []


@pytest.mark.parametrize(("seq", "limit"), [(0, 1001), (0, 0), (-1, 10)])
def test_figures_out_of_range_are_10000(seq: int, limit: int) -> None:
    with pytest.raises(ApiError, match="10000"):
        make_wecom(RealSeconds()).archive.fetch(seq, limit)


def test_only_five_days_are_held() -> None:
    wecom = make_wecom(RealSeconds())
    wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "旧"})
    wecom.clock.walk(START + timedelta(days=2))
    wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "新"})
    wecom.clock.walk(START + timedelta(days=5))
    assert len(opened(wecom)) == 2
    wecom.clock.walk(START + timedelta(days=5, seconds=1))
    assert [r["text"]["content"] for r in opened(wecom)] == ["新"]


def test_groups_without_a_licensed_member_are_absent() -> None:
    wecom = make_wecom(RealSeconds())
    wecom.drive.say({"group": "g-coord-01", "person": "um-01", "text": "收到"})
    wecom.drive.say({"person": "gm-01", "text": "我的单"})
    assert opened(wecom) == []


def test_who_did_not_agree_is_absent_in_that_group() -> None:
    wecom = make_wecom(RealSeconds())
    wecom.drive.agree({"person": "re-01", "group": "g-basic-01", "agreed": False})
    wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "不给看"})
    wecom.drive.say({"group": "g-basic-01", "person": "gm-01", "text": "收到"})
    wecom.drive.agree({"person": "re-01", "group": "g-basic-01"})
    wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "可以看"})
    assert [r["msgtype"] for r in opened(wecom)] == ["disagree", "text", "agree", "text"]
    assert [r["text"]["content"] for r in opened(wecom) if r["msgtype"] == "text"] == ["收到", "可以看"]


def test_pictures_places_links_and_voices() -> None:
    wecom = make_wecom(RealSeconds())
    who = {"group": "g-basic-01", "person": "re-01"}
    wecom.drive.picture(who)
    wecom.drive.picture({**who, "text": "就在这里"})
    wecom.drive.voice(who)
    wecom.drive.location({**who, "title": "桃园小区北门"})
    wecom.drive.link({**who, "title": "通知", "url": "https://example.com/a"})
    image, mixed, voice, place, link = opened(wecom)
    assert image["image"]["filesize"] == len(wecom.world.files["f00001"].data)
    assert [i["type"] for i in mixed["mixed"]["item"]] == ["text", "image"]
    assert json.loads(mixed["mixed"]["item"][0]["content"]) == {"content": "就在这里"}
    assert voice["voice"]["play_length"] == 3
    assert place["location"]["title"] == "桃园小区北门"
    assert isinstance(place["location"]["longitude"], float)
    assert link["link"]["link_url"] == "https://example.com/a"
    chunk = wecom.archive.media(image["image"]["sdkfileid"], "")
    assert (base64.b64decode(chunk["data"])[:4], chunk["is_finish"]) == (b"\x89PNG", 1)


def test_a_recall_names_the_message_and_a_switch_has_its_own_shape() -> None:
    wecom = make_wecom(RealSeconds())
    said = wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "说错了"})
    wecom.drive.recall({"person": "re-01", "message": said["message"]})
    wecom.archive.switched("gm-01")
    _, recall, switch = opened(wecom)
    assert (recall["action"], recall["msgtype"]) == ("recall", "revoke")
    assert recall["revoke"] == {"pre_msgid": said["archive"]}
    assert switch == {"msgid": switch["msgid"], "action": "switch", "time": switch["time"], "user": "gm-01"}


def test_a_quote_is_a_prefix_in_the_text() -> None:
    wecom = make_wecom(RealSeconds())
    first = wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": "漏水"})
    wecom.drive.say({"group": "g-basic-01", "person": "re-02", "text": "我家也是", "quote": first["message"]})
    content = opened(wecom)[1]["text"]["content"]
    assert content.startswith("这是一条引用/回复消息：")
    assert content.endswith("------\n我家也是")


def test_the_bots_own_posts_come_back() -> None:
    wecom = make_wecom(RealSeconds(), Options(all_addressed=True))
    line = Line()
    credentials = wecom.credentials
    subscribe = {"bot_id": credentials.bot_id, "secret": credentials.bot_secret}
    push = {"chatid": "wrgbasic02", "chat_type": 2, "msgtype": "markdown", "markdown": {"content": "已受理"}}
    for cmd, body in (("aibot_subscribe", subscribe), ("aibot_send_msg", push)):
        wecom.aibot.handle(line, {"cmd": cmd, "headers": {"req_id": cmd}, "body": body})
    wecom.webhook.send("wh-g-basic-02", {"msgtype": "text", "text": {"content": "推送"}})
    task = wecom.mass.add(
        {"chat_type": "group", "sender": "gm-01", "chat_id_list": ["wrgbasic01"], "text": {"content": "群发"}}
    )
    wecom.drive.confirm({"owner": "gm-01", "task": task["msgid"]})
    bot, webhook, mass = opened(wecom)
    assert bot["from"].startswith("wb")
    assert (bot["msgtype"], bot["info"]) == ("markdown", {"content": "已受理"})
    assert webhook["from"].startswith("wb")
    assert (mass["from"], mass["text"]) == ("gm-01", {"content": "群发"})


def test_a_key_of_another_record_does_not_open() -> None:
    wecom = make_wecom(RealSeconds())
    for text in ("一", "二"):
        wecom.drive.say({"group": "g-basic-01", "person": "re-01", "text": text})
    first, second = wecom.archive.fetch(0, 2)
    key = keys()[first["publickey_ver"]].decrypt(base64.b64decode(first["encrypt_random_key"]), padding.PKCS1v15())
    for random_key, message in ((key.decode(), second["encrypt_chat_msg"]), ("?", first["encrypt_chat_msg"])):
        with pytest.raises(ApiError, match="10006"):
            decrypt(random_key, message)


def test_notices_are_15_seconds_apart_and_only_for_news() -> None:
    wecom = make_wecom(RealSeconds())
    say = {"group": "g-basic-01", "person": "re-01", "text": "x"}
    assert not wecom.archive.take_notice(0.0)
    wecom.drive.say(say)
    assert wecom.archive.take_notice(1.0)
    wecom.drive.say(say)
    assert not wecom.archive.take_notice(15.9)
    assert wecom.archive.take_notice(16.0)
    assert not wecom.archive.take_notice(60.0)
