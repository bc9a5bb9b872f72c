"""Cutting text to WeCom's limits: counted in bytes of UTF-8 or in characters, never inside a character."""

ELLIPSIS = "…"


def clip_chars(text: str, limit: int) -> str:
    """At most `limit` characters; a cut text ends in an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def clip_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8; a cut text ends in an ellipsis where `limit` allows one."""
    if len(text.encode()) <= limit:
        return text
    room = limit - len(ELLIPSIS.encode())
    return text.encode()[:room].decode(errors="ignore") + ELLIPSIS if room >= 0 else ""


def split_bytes(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` bytes (`limit` ≥ 4), cut after a line or a sentence where one ends in the latter half.

    Nothing is lost: the joined pieces are the text.
    """
    pieces: list[str] = []
    while len(text.encode()) > limit:
        head = text.encode()[:limit].decode(errors="ignore")
        half = len(head) // 2
        cut = max(head.rfind("\n", half), head.rfind("。", half)) + 1 or len(head)
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text] if text else pieces
