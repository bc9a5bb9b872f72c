"""Who is signed in: a signed cookie that runs out, and the tokens that prove that a form came from our own page."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

COOKIE = "gridbot_office"
#: Holds the nonce of the sign-in form, before there is a session.
FORM_COOKIE = "gridbot_form"
LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person of the registry. `nonce` is random and binds the forms to this sign-in."""

    person: str
    until: datetime
    nonce: str


def begin(person: str, now: datetime) -> Session:
    """A new session of 12 hours."""
    return Session(person, now + LASTS, new_nonce())


def new_nonce() -> str:
    """128 bits."""
    return secrets.token_urlsafe(16)


def seal(session: Session, key: str) -> str:
    """The cookie's value: the session and its signature."""
    plain = json.dumps([session.person, int(session.until.timestamp()), session.nonce], ensure_ascii=True)
    body = base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")
    return f"{body}.{_sign(key, 'session', body)}"


def unseal(value: str, key: str, now: datetime) -> Session | None:
    """The session of a cookie; None when it is not ours, was changed, or has run out."""
    body, _, signature = value.partition(".")
    if not hmac.compare_digest(signature.encode(), _sign(key, "session", body).encode()):
        return None
    person, until, nonce = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    ends = datetime.fromtimestamp(until, now.tzinfo)
    return Session(person, ends, nonce) if now < ends else None


def form_token(nonce: str, key: str) -> str:
    """The hidden field of every form of this session."""
    return _sign(key, "form", nonce)


def is_form_token(token: str, nonce: str, key: str) -> bool:
    """Whether the hidden field is ours."""
    return hmac.compare_digest(token.encode(), form_token(nonce, key).encode())


def is_password(given: str, expected: str) -> bool:
    """Compared in constant time, whatever the lengths."""
    return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), hashlib.sha256(expected.encode()).digest())


def _sign(key: str, purpose: str, value: str) -> str:
    return hmac.new(key.encode(), f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()
