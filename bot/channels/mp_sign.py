"""The plain signature of a 公众号: SHA-1 of token, timestamp and nonce, sorted and joined (wire, section 9.2)."""

import hashlib


def sign_plain(token: str, timestamp: str, nonce: str) -> str:
    """Lower-case hex."""
    parts = sorted(part.encode() for part in (token, timestamp, nonce))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()
