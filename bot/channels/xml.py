"""XML of callbacks, read without entities and with every child as a list.

WeCom's XML hides lists of one element (SelectedItem, OptionId, MemChangeList/Item), so a tag holds a list under each
name (path/90240). A document type, and with it every entity, is refused.
"""

from typing import TypeAlias
from xml.etree import ElementTree
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
    if "<!DOCTYPE" in text:
        _refuse_doctype(text)
    if text.count("<") > 2 * MAX_TAGS:
        raise BadShape("回调内容的条目太多，已拒绝。")
    try:
        # text, not bytes: an encoding named in the declaration has no say
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadShape("回调内容不是完整的 XML，已拒绝。") from error
    return _children(root, MAX_DEPTH)


def _children(element: ElementTree.Element, depth: int) -> Tag:
    if not depth:
        raise BadShape("回调内容的层次太多，已拒绝。")
    tag: Tag = {}
    for child in element:
        found = _children(child, depth - 1) if len(child) else child.text or ""
        tag.setdefault(child.tag, []).append(found)
    return tag


def _refuse_doctype(text: str) -> None:
    """The word may stand in what somebody said; as a declaration it is refused before any entity is made."""

    def refuse(*_: object) -> None:
        raise BadShape("回调内容带有 DOCTYPE，已拒绝。")

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise BadShape("回调内容不是完整的 XML，已拒绝。") from error


def first(tag: Tag, name: str) -> str:
    """The first text under this name, "" where there is none."""
    for child in tag.get(name, ()):
        if isinstance(child, str):
            return child
    return ""


def tags(tag: Tag, name: str) -> list[Tag]:
    """All children of this name that have children themselves."""
    return [child for child in tag.get(name, []) if not isinstance(child, str)]


def texts(tag: Tag, name: str) -> tuple[str, ...]:
    """All texts under this name."""
    return tuple(child for child in tag.get(name, []) if isinstance(child, str) and child)


def flat(tag: Tag) -> dict[str, str]:
    """First texts by name, the shape that wechatpy's message classes read. Empty texts are left out."""
    return {name: text for name in tag if (text := first(tag, name))}
