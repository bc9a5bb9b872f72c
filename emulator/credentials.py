"""The credentials of the pretended enterprise: the same seed gives the same ones, and each can be set."""

from __future__ import annotations

import base64
import hashlib
import string
from dataclasses import dataclass

_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an administrator would read in WeCom's console."""

    corp_id: str
    agent_id: int
    app_secret: str
    app_token: str
    app_aes_key: str
    bot_id: str
    bot_secret: str
    bot_token: str
    bot_aes_key: str


def derived(seed: int, purpose: str, length: int) -> str:
    """``length`` letters and digits that depend on nothing but seed and purpose."""
    out: list[str] = []
    counter = 0
    while len(out) < length:
        block = hashlib.sha256(f"{seed}:{purpose}:{counter}".encode()).digest()
        out.extend(_LETTERS[b % len(_LETTERS)] for b in block)
        counter += 1
    return "".join(out[:length])


def make_credentials(seed: int) -> Credentials:
    """All credentials of a seed."""
    return Credentials(
        corp_id="ww" + hashlib.sha256(f"{seed}:corp".encode()).hexdigest()[:16],
        agent_id=1000002,
        app_secret=derived(seed, "app secret", 43),
        app_token=derived(seed, "app token", 24),
        app_aes_key=derived(seed, "app aes key", 43),
        bot_id="AIB" + derived(seed, "bot id", 20),
        bot_secret=derived(seed, "bot secret", 43),
        bot_token=derived(seed, "bot token", 24),
        bot_aes_key=derived(seed, "bot aes key", 43),
    )


def key_bytes(aes_key: str) -> bytes:
    """The 32 AES bytes of a 43-character EncodingAESKey; trailing bits may be non-zero, as in the official sample."""
    return base64.b64decode(aes_key + "=")
