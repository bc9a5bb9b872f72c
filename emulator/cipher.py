"""WeCom's callback cipher, written for the stand-in alone (wire §1.1).

AES-256-CBC, IV = first 16 bytes of the key, PKCS#7 to 32 bytes; plaintext = 16 random bytes, 4 bytes of
big-endian length, message, receiveid. The signature is the SHA-1 of the four sorted strings.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from emulator.credentials import key_bytes
from emulator.errors import CipherError

BLOCK = 32


def pad(data: bytes) -> bytes:
    """PKCS#7 to a multiple of 32: a whole block more when already aligned."""
    count = BLOCK - len(data) % BLOCK
    return data + bytes([count]) * count


def unpad(data: bytes) -> bytes:
    """Undo ``pad``; raises CipherError when the padding does not hold."""
    if not data or len(data) % 16 or not 1 <= data[-1] <= BLOCK or data[-data[-1] :] != bytes([data[-1]]) * data[-1]:
        raise CipherError("padding")
    return data[: -data[-1]]


def aes_encrypt(key: bytes, data: bytes) -> bytes:
    """AES-256-CBC over padded data, IV = key[:16]."""
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return encryptor.update(pad(data)) + encryptor.finalize()


def aes_decrypt(key: bytes, data: bytes) -> bytes:
    """Inverse of ``aes_encrypt``; raises CipherError."""
    if not data or len(data) % 16:
        raise CipherError("length")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    return unpad(decryptor.update(data) + decryptor.finalize())


class CallbackCipher:
    """Seals and opens callbacks of one receiver (token, EncodingAESKey, receiveid)."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        self._token = token
        self._key = key_bytes(aes_key)
        self._receive_id = receive_id

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The lower-case hex signature over the four strings."""
        joined = "".join(sorted([self._token, timestamp, nonce, encrypted]))
        return hashlib.sha1(joined.encode()).hexdigest()

    def encrypt(self, message: str, prefix: bytes) -> str:
        """Base64 of the sealed message; ``prefix`` is the 16 random bytes."""
        body = message.encode()
        plain = prefix + struct.pack(">I", len(body)) + body + self._receive_id.encode()
        return base64.b64encode(aes_encrypt(self._key, plain)).decode()

    def decrypt(self, encrypted: str) -> str:
        """The message inside; raises CipherError on a bad ciphertext or a foreign receiveid."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except binascii.Error as error:
            raise CipherError("base64") from error
        plain = aes_decrypt(self._key, data)
        if len(plain) < 20:
            raise CipherError("too short")
        (length,) = struct.unpack(">I", plain[16:20])
        if 20 + length > len(plain) or plain[20 + length :] != self._receive_id.encode():
            raise CipherError("receiveid")
        return plain[20 : 20 + length].decode()

    def verify(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Raises CipherError when the signature is not ours."""
        if not hmac.compare_digest(self.sign(timestamp, nonce, encrypted), signature):
            raise CipherError("signature")
