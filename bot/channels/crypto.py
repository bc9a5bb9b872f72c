"""The callback cipher of WeCom: signature, AES-256-CBC, padding to 32, receiveid (path/91144, 90968).

One cipher serves the app's callback, change events, the archive's notice, 微信客服 and, with an empty receiveid, the AI
bot in URL mode. Everything that arrives is checked in this order: signature, base64 and size, padding, length,
receiveid. Only then does plaintext leave.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import struct

from cryptography.hazmat.primitives.ciphers import Cipher as AesCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from bot.channels.errors import BadCipher, BadSignature, WrongReceiver, WrongSetting

BLOCK = 32
"""Plaintext is padded to a multiple of 32 bytes, not of AES's 16 (path/91144)."""

RANDOM = 16
"""Random bytes before the length."""

_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """Lower-case hex SHA-1 of the four strings in bytewise order, joined without separator."""
    parts = sorted(part.encode() for part in (token, timestamp, nonce, encrypted))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def aes_key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind a 43-character EncodingAESKey.

    Real keys, the official sample too, can have non-zero trailing bits, so the decoder is the lenient one.
    Raises WrongSetting.
    """
    if not _AES_KEY.fullmatch(encoding_aes_key):
        raise WrongSetting("EncodingAESKey 应是 43 位英文或数字，请从管理后台重新复制。")
    return base64.b64decode(encoding_aes_key + "=")


def pad(data: bytes) -> bytes:
    """PKCS#7 to a multiple of 32: 1 to 32 bytes are added."""
    count = BLOCK - len(data) % BLOCK
    return data + bytes((count,)) * count


def unpad(data: bytes) -> bytes:
    """Take the padding off. Raises BadCipher when it is not one."""
    count = data[-1] if data else 0
    if not 1 <= count <= BLOCK or len(data) < count or data[-count:] != bytes((count,)) * count:
        raise BadCipher
    return data[:-count]


def decrypt_media(data: bytes, key: bytes) -> bytes:
    """A picture or file of the AI bot: AES-256-CBC, padding 32, IV = key[:16], no header (path/100719, 101463).

    `key` is 32 bytes. Raises BadCipher.
    """
    if not data or len(data) % RANDOM or len(key) != BLOCK:
        raise BadCipher
    decryptor = AesCipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    return unpad(decryptor.update(data) + decryptor.finalize())


class Cipher:
    """Cipher of one callback address. `receive_id` is the corp id; empty for the AI bot."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        key = aes_key_of(aes_key)
        self._token = token
        self._receive_id = receive_id.encode()
        self._aes = AesCipher(algorithms.AES(key), modes.CBC(key[:16]))

    def verify(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Check the signature in constant time. Raises BadSignature."""
        expected = sign(self._token, timestamp, nonce, encrypted)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            raise BadSignature

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The signature of an answer."""
        return sign(self._token, timestamp, nonce, encrypted)

    def decrypt(self, encrypted: str) -> bytes:
        """Base64 of the ciphertext → the message. Raises BadCipher, WrongReceiver."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadCipher from error
        if not data or len(data) % BLOCK:
            raise BadCipher
        decryptor = self._aes.decryptor()
        plain = unpad(decryptor.update(data) + decryptor.finalize())
        if len(plain) < RANDOM + 4:
            raise BadCipher
        (length,) = struct.unpack_from(">I", plain, RANDOM)
        start = RANDOM + 4
        if start + length > len(plain):
            raise BadCipher
        if not hmac.compare_digest(plain[start + length :], self._receive_id):
            raise WrongReceiver
        return plain[start : start + length]

    def encrypt(self, message: bytes, *, prefix: bytes | None = None) -> str:
        """The message → base64 of the ciphertext. `prefix` (16 bytes) is given only by tests with fixed vectors."""
        head = os.urandom(RANDOM) if prefix is None else prefix
        plain = pad(head + struct.pack(">I", len(message)) + message + self._receive_id)
        encryptor = self._aes.encryptor()
        return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
