"""门口张贴: an A4 sheet with a grid's join code: what 小格 is, that it reads the group, how to refuse."""

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from bot.texts import Texts, standing
from registry.model import Area
from registry.registry import Registry
from registry.terms import Hears

_HERE = Path(__file__).parent


def is_read(registry: Registry, area: str) -> bool:
    """Whether 小格 reads a customer group of the grid."""
    return any(group.area == area and group.hears is Hears.ALL for group in registry.basic_groups_of(area))


def said(texts: Texts, registry: Registry, area: Area) -> Mapping[str, Any]:
    """What the sheet says: a title, and lines; where nobody reads the group it says so."""
    title, lines = standing.doorway(texts, area.name, read=is_read(registry, area.code))
    return {"title": title, "lines": lines, "area": area}


def whole_file(texts: Texts, registry: Registry, area: Area, picture: bytes) -> str:
    """The sheet as one HTML file with picture and style in it."""
    style = (_HERE / "static" / "sheet.css").read_text(encoding="utf-8")
    source = "data:image/png;base64," + base64.b64encode(picture).decode("ascii")
    return _environment().get_template("sheet.html").render(**said(texts, registry, area), source=source, style=style)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"), undefined=jinja2.StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
