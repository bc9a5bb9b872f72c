"""XML of callbacks, read without entities and with every child as a list.

WeCom's XML hides lists of one element (SelectedItem, OptionId, MemChangeList/Item), so a tag holds a list under each
name (path/90240). A document type, and with it every entity, is refused.
"""

from typing import TypeAlias
from xml.parsers import expat

from bot.channels.errors import BadShape

Tag: TypeAlias = "dict[str, list[str | Tag]]"

MAX_DEPTH = 12
MAX_TAGS = 20_000
"""A change event may name some thousand members, nothing more."""


def parse_xml(data: bytes) -> Tag:
    """UTF-8 XML with one root → the root's children by name. Raises BadShape."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BadShape("回调内容不是 UTF-8 文字，已拒绝。") from error
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise BadShape("回调内容不是完整的 XML，已拒绝。") from error
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Tag = {}
        self._tags: list[Tag] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._tags) >= MAX_DEPTH or self._count > MAX_TAGS:
            raise BadShape("回调内容的层次或条目太多，已拒绝。")
        self._tags.append({})
        self._texts.append([])

    def text(self, data: str) -> None:
        self._texts[-1].append(data)

    def end(self, name: str) -> None:
        tag, text = self._tags.pop(), "".join(self._texts.pop())
        if not self._tags:
            self.root = tag
        else:
            self._tags[-1].setdefault(name, []).append(tag or text)

    def refuse(self, *_: object) -> None:
        raise BadShape("回调内容带有 DOCTYPE，已拒绝。")


def first(tag: Tag, name: str) -> str:
    """The first text under this name, "" where there is none."""
    return next((child for child in tag.get(name, []) if isinstance(child, str)), "")


def tags(tag: Tag, name: str) -> list[Tag]:
    """All children of this name that have children themselves."""
    return [child for child in tag.get(name, []) if not isinstance(child, str)]


def texts(tag: Tag, name: str) -> tuple[str, ...]:
    """All texts under this name."""
    return tuple(child for child in tag.get(name, []) if isinstance(child, str) and child)


def flat(tag: Tag) -> dict[str, str]:
    """First texts by name, the shape that wechatpy's message classes read. Empty texts are left out."""
    return {name: text for name in tag if (text := first(tag, name))}
