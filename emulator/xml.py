"""WeCom's callback XML: strings in CDATA, numbers bare, a list as repeated elements of its own name."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from emulator.errors import CipherError


def to_xml(fields: dict[str, Any]) -> str:
    """``<xml>…</xml>`` of nested fields, in their order."""
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: dict[str, Any]) -> str:
    parts: list[str] = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                body = _inner(one)
            elif isinstance(one, int):
                body = str(one)
            else:
                # a CDATA section cannot hold its own end: split it
                body = "<![CDATA[" + str(one).replace("]]>", "]]]]><![CDATA[>") + "]]>"
            parts.append(f"<{name}>{body}</{name}>")
    return "".join(parts)


def from_xml(text: str) -> dict[str, Any]:
    """Fields of a flat or nested document, repeated elements as lists; raises CipherError when it is not XML.

    What is read here comes from the bot under test over loopback; documents with a DTD are refused all the same.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise CipherError("xml with a DTD")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise CipherError("xml") from error
    found = _fields(root)
    return found if isinstance(found, dict) else {}


def _fields(element: ET.Element) -> Any:
    if len(element) == 0:
        return element.text or ""
    fields: dict[str, Any] = {}
    for child in element:
        value = _fields(child)
        if child.tag in fields:
            known = fields[child.tag]
            fields[child.tag] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            fields[child.tag] = value
    return fields
