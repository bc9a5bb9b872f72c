"""Inputs that nobody means: good payloads, bent. Everything hangs on the seed of `random.Random`."""

import random
import re
from collections.abc import Callable, Sequence

#: Pieces that break readers: ends of sections, entities, declarations, half characters, numbers without end.
_PIECES = (
    b"]]>", b"<![CDATA[", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"&#0;", b"&#xD800;", b"<?xml version='1.0' encoding='utf-16'?>",
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b'"', b"{", b"}", b"[" * 60, b"<a>" * 60, b"9" * 400,
    b"-1", b"1e999", b"NaN", b"null", b"true", b"\xf0\x9f\x98\x80", b"%00", b"+", b"=", b" ",
)  # fmt: skip

_ELEMENT = re.compile(r"<(\w+)>([^<]*|<!\[CDATA\[.*?\]\]>)</\1>", re.DOTALL)

_TEXTS = (
    "", "0", "-1", "9" * 30, "1790000000", "１２", "text", "event", "a" * 3000, "<x>1</x>", "😀", "&#x10FFFF;", "&lt;xml&gt;",
    "<![CDATA[]]>", "<![CDATA[<a>&b;]]>", " ", "null", "33.9", "template_card_event", "change_external_chat", "sys",
)  # fmt: skip

_VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 2**63, 10**40, 1.5, float("nan"), float("inf"), "", "\x00", "\ud800", "a" * 3000, "９９９", [], {},
    [[[[]]]], {"a": {"b": {"c": None}}}, ["x", None, 3], {"content": 7}, [{"type": "text", "content": "{"}], "{\"content\":[]}",
)  # fmt: skip


def bent(rng: random.Random, good: bytes) -> bytes:
    """The bytes with one to four changes: flipped, cut, doubled, swapped, or with a piece put in."""
    data = bytearray(good)
    for _ in range(rng.randint(1, 4)):
        if not data:
            return bytes(rng.randbytes(rng.randrange(40)))
        place = rng.randrange(len(data))
        match rng.randrange(6):
            case 0:
                data[place] ^= 1 << rng.randrange(8)
            case 1:
                del data[place : place + rng.randrange(1, 40)]
            case 2:
                data[place:place] = data[place : place + rng.randrange(1, 60)]
            case 3:
                data[place:place] = rng.choice(_PIECES)
            case 4:
                other = rng.randrange(len(data))
                data[place], data[other] = data[other], data[place]
            case _:
                del data[place:]
    return bytes(data)


def bent_xml(rng: random.Random, good: bytes) -> bytes:
    """XML that still is XML: an element twice, missing, renamed, or with something else in it."""
    text = good.decode()
    for _ in range(rng.randint(1, 3)):
        found = rng.choice(list(_ELEMENT.finditer(text)) or [None])
        if found is None:
            return text.encode()
        element, inside = found[0], found[2]
        name = rng.choice(("MsgType", "Event", "MsgId", "CreateTime", "Item", "OptionId", found[1]))
        put = rng.choice(
            ("", element * 2, f"<{found[1]}>{rng.choice(_TEXTS)}</{found[1]}>", f"<{name}>{inside}</{name}>",
             f"<{found[1]}>{element}</{found[1]}>")
        )  # fmt: skip
        text = text[: found.start()] + put + text[found.end() :]
    return text.encode()


def bent_value(rng: random.Random, good: object) -> object:
    """A copy of plain data (as JSON gives it) in which one to three nodes are something else, missing or doubled."""
    value = good
    for _ in range(rng.randint(1, 3)):
        value = _bend(rng, value)
    return value


def _bend(rng: random.Random, value: object) -> object:
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        copy = dict(value)
        match rng.randrange(8):
            case 0:
                del copy[key]
            case 1:
                copy[rng.choice(("msgtype", "action", "from", "event", str(rng.random())))] = rng.choice(_VALUES)
            case _:
                copy[key] = _bend(rng, copy[key])
        return copy
    if isinstance(value, list) and value and rng.random() < 0.9:
        copy_of_list = list(value)
        place = rng.randrange(len(copy_of_list))
        copy_of_list[place] = _bend(rng, copy_of_list[place])
        return copy_of_list * rng.choice((1, 1, 2))
    if isinstance(value, str) and value and rng.random() < 0.3:
        return bent(rng, value.encode(errors="replace")).decode(errors="replace")
    return rng.choice(_VALUES)


def times(rng: random.Random, count: int, tries: Sequence[Callable[[random.Random], None]]) -> None:
    """Each of the tries in turn, `count` inputs in all."""
    for number in range(count):
        tries[number % len(tries)](rng)
