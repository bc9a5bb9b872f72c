"""群机器人 webhook: limits and refusals (wire §3)."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import ApiError
from emulator.wecom import WeCom
from tests.unit.emulator.builders import RealSeconds, button_card, make_wecom, said_in

KEY = "wh-g-coord-01"


def code(wecom: WeCom, body: dict[str, Any], key: str = KEY) -> int:
    try:
        wecom.webhook.send(key, body)
    except ApiError as error:
        return error.errcode
    return 0


def text(content: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content, **more}}


def test_a_text_names_people() -> None:
    wecom = make_wecom(RealSeconds())
    assert code(wecom, text("请接单", mentioned_list=["um-01", "@all", "nobody"])) == 0
    assert said_in(wecom, "g-coord-01")[0].mentions == ("um-01", "@all")


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (text("水" * 683), 45002),
        ({"msgtype": "markdown", "markdown": {"content": "水" * 1366}}, 45002),
        (text(""), 44004),
        ({"msgtype": "stream", "stream": {}}, 40008),
        ({"msgtype": "template_card", "template_card": button_card()}, 40058),
        ({"msgtype": "image", "image": {"base64": "AAAA", "md5": "0"}}, 40058),
    ],
)
def test_what_it_refuses(body: dict[str, Any], errcode: int) -> None:
    wecom = make_wecom(RealSeconds())
    assert code(wecom, body) == errcode
    assert said_in(wecom, "g-coord-01") == []


@pytest.mark.parametrize("key", ["wrong", "wh-g-basic-01"])
def test_unknown_keys_and_customer_groups_are_93000(key: str) -> None:
    assert code(make_wecom(RealSeconds()), text("您好"), key) == 93000


def test_the_21st_in_a_minute_is_45009() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    assert [code(wecom, text("x")) for _ in range(21)] == [0] * 20 + [45009]
    real.pass_by(minutes=1)
    assert code(wecom, text("x")) == 0


def test_a_file_is_sent_with_the_key_that_uploaded_it_and_no_other() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    given = wecom.webhook.upload("wh-g-coord-01", "file", "名单.txt", b"0123456789")
    assert given["created_at"].isdigit()
    file = {"msgtype": "file", "file": {"media_id": given["media_id"]}}
    with pytest.raises(ApiError, match="40007"):
        wecom.webhook.send("wh-g-cmd-01", file)
    wecom.webhook.send("wh-g-coord-01", file)
    assert said_in(wecom, "g-coord-01")[-1].text == "[文件] 名单.txt"
    real.pass_by(days=3, seconds=1)
    with pytest.raises(ApiError, match="40007"):
        wecom.webhook.send("wh-g-coord-01", file)


@pytest.mark.parametrize(
    ("key", "kind", "size", "errcode"),
    [("gone", "file", 10, 93000), ("wh-g-coord-01", "image", 10, 40004), ("wh-g-coord-01", "file", 5, 40006),
     ("wh-g-coord-01", "voice", 2 * 1024 * 1024 + 1, 40006)],
)  # fmt: skip
def test_what_is_not_uploaded(key: str, kind: str, size: int, errcode: int) -> None:
    with pytest.raises(ApiError, match=str(errcode)):
        make_wecom(RealSeconds()).webhook.upload(key, kind, "a", bytes(size))
