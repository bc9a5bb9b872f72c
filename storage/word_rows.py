"""Kept words: `words(id, salt, body)`, the only place of heard words that became part of a ticket.

What refers to words keeps their salted digest. Erasing takes body and salt together: without the salt nobody can try
words against the digest, and the chain that covers the digest stays whole (promise P10).
"""

import hashlib
import secrets
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.tables import words

_INSERT = insert(words).returning(words.c.id)
_ERASE = update(words).where(words.c.id.in_(bindparam("ids", expanding=True))).values(salt=None, body=None)
_BODY = select(words.c.body).where(words.c.id == bindparam("id"))


def new_salt() -> str:
    """128 bits, in hex."""
    return secrets.token_hex(16)


def digest_of(salt: str, body: str) -> str:
    """The salted digest of words."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def keep(connection: Connection, salt: str, body: str) -> int:
    """Store words and give their id."""
    return int(connection.execute(_INSERT, {"salt": salt, "body": body}).scalar_one())


def erase(connection: Connection, ids: Collection[int]) -> None:
    """Take body and salt away."""
    if ids:
        connection.execute(_ERASE, {"ids": sorted(ids)})


def body_of(connection: Connection, words_id: int | None) -> str | None:
    """The words, None when there are none or they were erased."""
    if words_id is None:
        return None
    body = connection.execute(_BODY, {"id": words_id}).scalar_one_or_none()
    return None if body is None else str(body)
