import base64
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.archive import ArchiveEar, Gap, SetAside
from bot.channels.archive_helper import ArchiveHelper
from bot.channels.archive_keys import load_keys
from bot.channels.archive_records import Dropped, read_record, split_quote
from bot.channels.errors import BadShape, WrongSetting
from bot.channels.stored import from_body, to_body
from bot.channels.times import CHINA
from bot.messages import Action, Incoming, Media, MessageKind

OWN = frozenset({"xiaoge"})
NAMES = ("小格",)

KEYS = {version: generate_private_key(public_exponent=65537, key_size=2048) for version in (1, 2)}


def write_keys(folder: Path, keys: dict[int, RSAPrivateKey] = KEYS) -> Path:
    for version, key in keys.items():
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"archive-{version}.pem").write_bytes(pem)
    return folder


def record(**fields: object) -> dict[str, object]:
    return {
        "msgid": "A1_external",
        "action": "send",
        "from": "wmR1",
        "tolist": ["xiaoge", "wmR2"],
        "roomid": "wrG1",
        "msgtime": 1790000000123,
        "msgtype": "text",
        "text": {"content": "三栋二单元漏水"},
    } | fields


def read(**fields: object) -> Incoming:
    heard = read_record(record(**fields), 7, OWN, NAMES)
    assert isinstance(heard, Incoming)
    assert from_body(to_body(heard)) == heard
    return heard


def test_a_residents_text() -> None:
    heard = read()
    assert (heard.id, heard.channel, heard.sender, heard.group) == ("A1_external", "archive", "wmR1", "wrG1")
    assert heard.at == datetime(2026, 9, 21, 22, 13, 20, 123000, CHINA)
    assert (heard.words.text, heard.sequence, heard.mentions_bot) == ("三栋二单元漏水", 7, False)


@pytest.mark.parametrize("text", ["@小格 查一下", "劳驾@小格 看看", "＠小格"])
def test_the_bot_is_mentioned_anywhere(text: str) -> None:
    assert read(text={"content": text}).mentions_bot


@pytest.mark.parametrize(
    ("fields", "kind", "words", "media"),
    [
        ({"msgtype": "image", "image": {"sdkfileid": "F"}}, MessageKind.IMAGE, "", (Media("image", "F"),)),
        ({"msgtype": "voice", "voice": {"sdkfileid": "F"}}, MessageKind.VOICE, "", (Media("voice", "F"),)),
        (
            {
                "msgtype": "location",
                "location": {"longitude": 104.1, "latitude": 30.5, "title": "东门桥", "address": "一路"},
            },
            MessageKind.LOCATION,
            "东门桥 一路",
            (Media("location", "30.5,104.1"),),
        ),
        (
            {"msgtype": "link", "link": {"title": "停水", "description": "明早", "link_url": "https://l"}},
            MessageKind.LINK,
            "停水 明早",
            (Media("link", "https://l"),),
        ),
        ({"msgtype": "markdown", "info": {"content": "**通知**"}}, MessageKind.TEXT, "**通知**", ()),
        (
            {
                "msgtype": "mixed",
                "mixed": {
                    "item": [
                        {"type": "text", "content": '{"content":"井盖没了"}'},
                        {"type": "image", "content": '{"sdkfileid":"F"}'},
                    ]
                },
            },
            MessageKind.TEXT,
            "井盖没了",
            (Media("image", "F"),),
        ),
        ({"msgtype": "emotion", "emotion": {}}, MessageKind.SYSTEM, "", ()),
        ({"text": {"content": "【未知消息类型】"}}, MessageKind.SYSTEM, "", ()),
    ],
)
def test_kinds(fields: dict[str, object], kind: MessageKind, words: str, media: tuple[Media, ...]) -> None:
    heard = read(**fields)
    assert (heard.kind, heard.words.text, heard.media) == (kind, words, media)


def test_a_recall_names_what_it_takes_back() -> None:
    heard = read(action="recall", msgtype="revoke", revoke={"pre_msgid": "A0_external"})
    assert (heard.kind, heard.recalls) == (MessageKind.RECALL, "A0_external")


def test_consent() -> None:
    heard = read(msgtype="agree", agree={"userid": "wmR1", "agree_time": 1})
    assert heard.action == Action("agree", "", {"userid": ("wmR1",)})


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"from": "wb001"}, "robot"),
        ({"from": "xiaoge"}, "own"),
        ({"roomid": "", "tolist": ["zhang"]}, "private"),
        ({"roomid": None, "tolist": None}, "private"),
        ({"action": "switch"}, "switch"),
    ],
)
def test_what_is_not_for_us_is_dropped(fields: dict[str, object], why: str) -> None:
    assert read_record(record(**fields), 7, OWN, NAMES) == Dropped(why)


def test_talk_with_the_bots_own_account_is_heard() -> None:
    assert read(roomid="", tolist=["xiaoge"]).group is None


@pytest.mark.parametrize(
    ("text", "quoted", "said"),
    [
        ('这是一条引用/回复消息：\n"王姨：\n三栋漏水"\n------\n我家也是', "三栋漏水", "我家也是"),
        ("这是一条引用/回复消息：\n“王姨：\n三栋\n漏水”\n-----------\n修好\n了吗", "三栋\n漏水", "修好\n了吗"),
        ("这是一条引用/回复消息：\n三栋漏水\n------\n同问", "三栋漏水", "同问"),
        ("这是一条引用/回复消息：没有线", "", "这是一条引用/回复消息：没有线"),
        ("普通的话\n------\n还是普通的话", "", "普通的话\n------\n还是普通的话"),
    ],
)
def test_quotes(text: str, quoted: str, said: str) -> None:
    assert split_quote(text) == (quoted, said)


@pytest.mark.parametrize(
    "fields",
    [
        {"msgid": ""},
        {"from": None},
        {"msgtype": 3},
        {"msgtime": "now"},
        {"msgtime": 10**30},
        {"msgtype": "revoke"},
        {"msgtype": "mixed", "mixed": {"item": [{"type": "text", "content": "no json"}]}},
        {"msgtype": "mixed", "mixed": {"item": [{"type": "text", "content": "[]"}]}},
    ],
)
def test_a_bad_record_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadShape):
        read_record(record(**fields), 7, OWN, NAMES)


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=6) | st.sampled_from(["send", "recall", "mixed", "text", '{"a":1}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["content", "item", "type", "title", "pre_msgid"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*record(), "mixed", "revoke", "link", "location", "image"]), VALUES))
def test_any_record_is_read_dropped_or_refused(fields: dict[str, object]) -> None:
    try:
        heard = read_record(record() | fields, 7, OWN, NAMES)
    except BadShape:
        return
    if isinstance(heard, Incoming):
        assert from_body(to_body(heard)) == heard


class Helper:
    """Holds sealed records; `decrypt` knows which random key belongs to which message."""

    def __init__(self, records: Sequence[dict[str, object]], first: int = 1) -> None:
        self.rows: list[dict[str, object]] = []
        self.opened: dict[tuple[str, str], dict[str, object]] = {}
        for number, one in enumerate(records, start=first):
            version = number % 2 + 1
            key, message = f"key{number}==", f"sealed{number}"
            sealed = KEYS[version].public_key().encrypt(key.encode(), padding.PKCS1v15())
            self.opened[key, message] = one
            self.rows.append(
                {
                    "seq": number,
                    "msgid": one.get("msgid"),
                    "publickey_ver": version,
                    "encrypt_random_key": base64.b64encode(sealed).decode(),
                    "encrypt_chat_msg": message,
                }
            )

    async def fetch(self, seq: int, limit: int) -> list[dict[str, object]]:
        return [row for row in self.rows if cast(int, row["seq"]) > seq][:limit]

    async def decrypt(self, sealed: Sequence[tuple[str, str]]) -> list[dict[str, object] | None]:
        return [self.opened.get(pair) for pair in sealed]

    def typed(self) -> ArchiveHelper:
        return cast(ArchiveHelper, self)


async def test_a_batch_is_in_order_and_bad_records_are_set_aside(tmp_path: Path) -> None:
    records = [record(msgid=f"A{number}", text={"content": str(number)}) for number in range(1, 201)]
    helper = Helper(records)
    helper.rows[4]["encrypt_random_key"] = base64.b64encode(bytes(256)).decode()
    helper.rows[5]["encrypt_chat_msg"] = None
    helper.rows[6]["publickey_ver"] = [9]
    helper.rows[7]["publickey_ver"] = 0
    helper.opened["key9==", "sealed9"]["msgtime"] = "never"
    del helper.opened["key10==", "sealed10"]
    helper.opened["key11==", "sealed11"]["from"] = "wb1"
    ear = ArchiveEar(helper.typed(), write_keys(tmp_path), own=OWN)
    batch = await ear.batch(0, 150)
    ear.close()
    assert batch.cursor == 150
    assert batch.records == 150
    assert [one.sequence for one in batch.heard] == [*range(1, 5), *range(12, 151)]
    assert batch.set_aside == (
        SetAside(5, "BadCipher"),
        SetAside(6, "BadCipher"),
        SetAside(7, "KeyMissing"),
        SetAside(8, "KeyMissing"),
        SetAside(9, "BadShape"),
        SetAside(10, "BadCipher"),
    )
    assert batch.dropped == {"robot": 1}
    assert batch.gap is None


async def test_caught_up_and_gaps(tmp_path: Path) -> None:
    helper = Helper([record()], first=50)
    ear = ArchiveEar(helper.typed(), write_keys(tmp_path), own=OWN)
    assert (await ear.batch(50)).records == 0
    assert (await ear.batch(49)).gap is None
    assert (await ear.batch(20)).gap == Gap(20, 50)
    assert (await ear.batch(0)).gap is None, "the first start has no gap"
    ear.close()


async def test_an_old_key_that_is_gone_sets_aside_and_is_found_when_it_comes(tmp_path: Path) -> None:
    write_keys(tmp_path, {2: KEYS[2]})
    helper = Helper([record(), record(), record()])
    helper.rows[0]["publickey_ver"] = helper.rows[2]["publickey_ver"] = 2
    helper.rows[1]["publickey_ver"] = 1
    ear = ArchiveEar(helper.typed(), tmp_path, own=OWN)
    assert SetAside(2, "KeyMissing") in (await ear.batch(0)).set_aside
    write_keys(tmp_path)
    assert SetAside(2, "KeyMissing") not in (await ear.batch(0)).set_aside
    ear.close()


async def test_the_ear_waits_for_a_key_newer_than_its_own(tmp_path: Path) -> None:
    """Three records, the second sealed with a key that was put into use without telling us."""
    write_keys(tmp_path, {1: KEYS[1]})
    helper = Helper([record(msgid="A0"), record(msgid="A1"), record(msgid="A2")], first=2)
    helper.rows.pop(0)
    helper.rows.append({**helper.rows[0], "seq": 5})
    ear = ArchiveEar(helper.typed(), tmp_path, own=OWN)
    assert [row["publickey_ver"] for row in helper.rows] == [2, 1, 2]
    waiting = await ear.batch(2)
    assert (waiting.records, waiting.cursor, waiting.waits_for, waiting.set_aside) == (0, 2, 2, ())
    before = await ear.batch(3)
    assert ([one.id for one in before.heard], before.cursor, before.waits_for) == (["A2"], 4, 2)
    write_keys(tmp_path)
    after = await ear.batch(2)
    assert (after.records, after.cursor, after.waits_for, after.set_aside) == (3, 5, None, ())
    ear.close()


def test_all_bad_key_files_are_named_at_once(tmp_path: Path) -> None:
    write_keys(tmp_path)
    (tmp_path / "notes.pem").write_text("x")
    (tmp_path / "old-3.pem").write_text("no key")
    curve = generate_curve_key(SECP256R1())
    (tmp_path / "curve-4.pem").write_bytes(
        curve.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (tmp_path / "copy-1.pem").write_bytes((tmp_path / "archive-1.pem").read_bytes())
    with pytest.raises(WrongSetting) as caught:
        load_keys(tmp_path)
    for name in ("notes.pem", "old-3.pem", "curve-4.pem"):
        assert name in caught.value.sentence
    assert "版本 1 有两个文件" in caught.value.sentence
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(WrongSetting, match="没有 PEM"):
        load_keys(empty)


def test_a_bad_record_never_shows_its_text() -> None:
    with pytest.raises(BadShape) as caught:
        read_record(record(msgtime=None, text={"content": "MARKED"}), 1, OWN, NAMES)
    assert "MARKED" not in str(caught.value) + repr(caught.value)
    assert json.dumps(str(SetAside(1, "BadShape")))
