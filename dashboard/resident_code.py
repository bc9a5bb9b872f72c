"""The code of a ticket's page for residents: its number, which is no secret, and a seal that nobody can guess."""

import base64
import hashlib
import hmac
import re

#: 16 letters of base32 are 80 bits.
_SEAL_LETTERS = 16
_SHAPE = re.compile(r"(\d{4})(\d{4})(\d{1,6})-([a-z2-7]{16})")


def ticket_code(number: str, session_key: str) -> str:
    """The code for `/t/<code>` of a full number: 2026-0302-17 gives `2026030217-…`."""
    return f"{number.replace('-', '')}-{_seal(number, session_key)}"


def number_of(code: str, session_key: str) -> str | None:
    """The full number of a code; None when it is not one of ours."""
    match = _SHAPE.fullmatch(code)
    if match is None:
        return None
    number = f"{match[1]}-{match[2]}-{match[3]}"
    return number if hmac.compare_digest(match[4], _seal(number, session_key)) else None


def _seal(number: str, session_key: str) -> str:
    digest = hmac.new(session_key.encode(), f"ticket page\n{number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:_SEAL_LETTERS]
