import base64
import contextlib
import random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as AesCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.channels.crypto import BLOCK, Cipher, aes_key_of, decrypt_media, pad, sign, unpad
from bot.channels.errors import BadCipher, BadSignature, WrongReceiver, WrongSetting

OFFICIAL = ("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
OWN = ("gridbotToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")

OFFICIAL_ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
OFFICIAL_MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)

OWN_VECTORS = [
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
        "Q3stYC6hdFzMh9T8HCvyDPw9G3lqbi844/v86YazRNm3P9TmGMCk9vPfS7HuJmENHAb58etUACdAaXazA07NTho6Z4zWR2Ut9wAxQP6xh7dCsn7o"
        "aTU03kc8Hb6ukwviRlZ9vxiXJFju225IF3hP5iikeBLGC4S9SWhNuu9/uaGoUhd6aMKAjAP+tUkgkjiUQC75Hbgw0YZy2PcxNpzYCbMs2xQ5mQ1h"
        "Q/cmFtjNSyP6qprL5XjnzbOCxWzKAgGW",
    ),
]


def test_official_verification() -> None:
    cipher = Cipher(*OFFICIAL)
    cipher.verify("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", OFFICIAL_ECHO)
    assert cipher.decrypt(OFFICIAL_ECHO) == b"1616140317555161061"


def test_official_message() -> None:
    cipher = Cipher(*OFFICIAL)
    cipher.verify("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", OFFICIAL_MESSAGE)
    plain = cipher.decrypt(OFFICIAL_MESSAGE).decode()
    assert "<Content><![CDATA[hello]]></Content>" in plain
    assert "<MsgId>4561255354251345929</MsgId>" in plain


@pytest.mark.parametrize(("receive_id", "plain", "signature", "encrypted"), OWN_VECTORS)
def test_own_vectors(receive_id: str, plain: str, signature: str, encrypted: str) -> None:
    cipher = Cipher(*OWN, receive_id)
    assert cipher.encrypt(plain.encode(), prefix=b"0123456789abcdef") == encrypted
    cipher.verify(signature, "1790000000", "nonce42", encrypted)
    assert cipher.decrypt(encrypted) == plain.encode()


def test_agrees_with_wechatpy_on_a_thousand_messages_both_ways() -> None:
    rng = random.Random(5)
    alphabet = "路灯坏了 3栋<>&]]\n\taB0😀"
    ours, theirs = Cipher(*OFFICIAL), WeChatCrypto(*OFFICIAL)
    for number in range(1000):
        text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 200)))
        nonce, timestamp = str(rng.randrange(10**9)), str(1_790_000_000 + number)
        encrypted = ours.encrypt(text.encode())
        envelope = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        signature = ours.sign(timestamp, nonce, encrypted)
        assert theirs.decrypt_message(envelope, signature, timestamp, nonce) == text
        answer = theirs.encrypt_message(text, nonce, timestamp)
        encrypted = answer.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        signature = answer.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
        ours.verify(signature, timestamp, nonce, encrypted)
        assert ours.decrypt(encrypted) == text.encode()


def test_one_changed_character_of_the_signature_is_refused() -> None:
    cipher = Cipher(*OFFICIAL)
    for wrong in ("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd4", "", "签名"):
        with pytest.raises(BadSignature):
            cipher.verify(wrong, "1409659589", "263014780", OFFICIAL_ECHO)


def test_another_receiver_is_refused() -> None:
    encrypted = Cipher(*OWN, "wwAnother").encrypt(b"hello")
    for receive_id in ("ww0123456789abcdef", "", "wwAnothe", "wwAnother1"):
        with pytest.raises(WrongReceiver):
            Cipher(*OWN, receive_id).decrypt(encrypted)


@pytest.mark.parametrize("encrypted", ["", "AAAA", "*" * 64, "路灯", base64.b64encode(bytes(48)).decode()])
def test_what_is_no_ciphertext_is_refused(encrypted: str) -> None:
    with pytest.raises(BadCipher):
        Cipher(*OWN, "").decrypt(encrypted)


def test_any_flipped_byte_is_refused_or_changes_the_text() -> None:
    cipher = Cipher(*OWN, "ww0123456789abcdef")
    data = bytearray(base64.b64decode(cipher.encrypt(b"hello there")))
    for place in range(len(data)):
        data[place] ^= 0x55
        with contextlib.suppress(BadCipher, WrongReceiver):
            assert cipher.decrypt(base64.b64encode(data).decode()) != b"hello there" or place < 16
        data[place] ^= 0x55


@pytest.mark.parametrize("size", range(70))
def test_padding_comes_off(size: int) -> None:
    data = bytes(size)
    padded = pad(data)
    assert len(padded) % BLOCK == 0
    assert 1 <= len(padded) - size <= BLOCK
    assert unpad(padded) == data


@pytest.mark.parametrize("data", [b"", bytes(32), bytes(31) + b"\x21", b"\x01" * 30 + b"\x02\x03", b"\x20" * 31])
def test_wrong_padding_is_refused(data: bytes) -> None:
    with pytest.raises(BadCipher):
        unpad(data)


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "a" * 42 + "+", "路" * 43])
def test_a_key_of_the_wrong_shape_is_refused(key: str) -> None:
    with pytest.raises(WrongSetting, match="43 位"):
        aes_key_of(key)


def test_media_comes_out_of_its_envelope() -> None:
    key = aes_key_of(OWN[1])
    encryptor = AesCipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(pad(b"JPEG" * 99)) + encryptor.finalize()
    assert decrypt_media(sealed, key) == b"JPEG" * 99
    with pytest.raises(BadCipher):
        decrypt_media(sealed[:-1], key)
    with pytest.raises(BadCipher):
        decrypt_media(sealed, key[:16])


def test_signature_sorts_the_four_strings_by_bytes() -> None:
    assert sign("b", "1", "a", "Z") == sign("Z", "a", "1", "b") != sign("b", "1", "aZ", "")
