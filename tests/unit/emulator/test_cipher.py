"""The callback cipher against Tencent's own sample values and ours (wire §1.6)."""

from __future__ import annotations

import base64

import pytest

from emulator.cipher import CallbackCipher, pad, unpad
from emulator.errors import CipherError
from emulator.xml import from_xml, to_xml

OFFICIAL = ("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
OFFICIAL_ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
OFFICIAL_MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
TOKEN, KEY = "gridbotToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OURS = [
    (
        "ww0123456789abcdef",
        "1616140317555161061",
        "079051ea1e26fd4e3d759dba033b4311e8f934ac",
        "Q3stYC6hdFzMh9T8HCvyDH0IHJENRtL8kKsqSYgg4gBeiTpo2e8dLmRRhxdna5yMVu0s4RoCX7iZ4LGYqVDhtA==",
    ),
    (
        "",
        "xxxxxxxxxxxx",
        "2a844f6b55c18d729e361858df65f32d0ee54dab",
        "Q3stYC6hdFzMh9T8HCvyDL/REUy6XoCe3sU4HvxrUh7Kcl/rt/AR422qmJnDgwvf9NNo3s2z/BJTFH23ClXu3A==",
    ),
    (
        "",
        '{"msgid":"m1","aibotid":"AIB1","chatid":"wrC1","chattype":"group","from":{"userid":"zhang"},'
        '"msgtype":"text","text":{"content":"@小格 路灯坏了"}}',
        "f7235c0032963de30b2a244c359310d490ac4e32",
        "Q3stYC6hdFzMh9T8HCvyDPw9G3lqbi844/v86YazRNm3P9TmGMCk9vPfS7HuJmENHAb58etUACdAaXazA07NTho6Z4zWR2Ut9wAxQP6x"
        "h7dCsn7oaTU03kc8Hb6ukwviRlZ9vxiXJFju225IF3hP5iikeBLGC4S9SWhNuu9/uaGoUhd6aMKAjAP+tUkgkjiUQC75Hbgw0YZy2Pcx"
        "NpzYCbMs2xQ5mQ1hQ/cmFtjNSyP6qprL5XjnzbOCxWzKAgGW",
    ),
]


def test_the_official_verification_value_opens() -> None:
    cipher = CallbackCipher(*OFFICIAL)
    cipher.verify("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", OFFICIAL_ECHO)
    assert cipher.decrypt(OFFICIAL_ECHO) == "1616140317555161061"


def test_the_official_message_opens() -> None:
    cipher = CallbackCipher(*OFFICIAL)
    cipher.verify("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", OFFICIAL_MESSAGE)
    fields = from_xml(cipher.decrypt(OFFICIAL_MESSAGE))
    assert (fields["FromUserName"], fields["Content"], fields["MsgId"]) == ("mycreate", "hello", "4561255354251345929")


@pytest.mark.parametrize(("receive_id", "plain", "signature", "encrypted"), OURS, ids=["app", "aligned", "aibot"])
def test_our_values_are_made_and_opened(receive_id: str, plain: str, signature: str, encrypted: str) -> None:
    cipher = CallbackCipher(TOKEN, KEY, receive_id)
    assert cipher.encrypt(plain, b"0123456789abcdef") == encrypted
    assert cipher.sign("1790000000", "nonce42", encrypted) == signature
    assert cipher.decrypt(encrypted) == plain


def test_a_foreign_receiver_signature_or_ciphertext_is_refused() -> None:
    cipher = CallbackCipher(TOKEN, KEY, "ww0000000000000000")
    with pytest.raises(CipherError, match="receiveid"):
        cipher.decrypt(OURS[0][3])
    with pytest.raises(CipherError, match="signature"):
        cipher.verify("0" * 40, "1790000000", "nonce42", OURS[0][3])
    for broken in ("", "!!!", base64.b64encode(b"short").decode(), base64.b64encode(bytes(64)).decode()):
        with pytest.raises(CipherError):
            cipher.decrypt(broken)


def test_padding_reaches_32_bytes() -> None:
    assert [len(pad(b"x" * n)) for n in (0, 1, 31, 32)] == [32, 32, 32, 64]
    assert unpad(pad(b"x" * 20)) == b"x" * 20
    with pytest.raises(CipherError):
        unpad(b"x" * 31 + b"\x05")


def test_xml_keeps_what_would_end_a_cdata_section() -> None:
    assert from_xml(to_xml({"Content": "a]]>b<c>", "N": 3, "L": {"Item": ["x", "y"]}})) == {
        "Content": "a]]>b<c>",
        "N": "3",
        "L": {"Item": ["x", "y"]},
    }
    with pytest.raises(CipherError):
        from_xml("<!DOCTYPE x><xml/>")
