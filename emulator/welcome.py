"""入群欢迎语 templates (wire §6.3, path/92366): at most 100; the owner attaches one to a group in the client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.cards import size
from emulator.errors import ApiError

MOST = 100
TEXT_BYTES = 3000


@dataclass(slots=True)
class Template:
    """The text that a newcomer reads; ``notified`` counts how often the owners were told of it."""

    id: str
    text: str
    notified: int = 0


class WelcomeTemplates:
    """Added, changed, read and deleted by their template_id."""

    def __init__(self) -> None:
        self.templates: dict[str, Template] = {}
        self._made = 0

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        """group_welcome_template/add; raises ApiError."""
        if len(self.templates) >= MOST:
            raise ApiError(45009, "at most 100 templates")
        self._made += 1
        template = Template(f"msgXXXW{self._made:06d}", _text(body), 1 if body.get("notify", 1) == 1 else 0)
        self.templates[template.id] = template
        return {"template_id": template.id}

    def edit(self, body: dict[str, Any]) -> dict[str, Any]:
        """group_welcome_template/edit."""
        self._template(body).text = _text(body)
        return {}

    def get(self, body: dict[str, Any]) -> dict[str, Any]:
        """group_welcome_template/get."""
        return {"text": {"content": self._template(body).text}}

    def delete(self, body: dict[str, Any]) -> dict[str, Any]:
        """group_welcome_template/del."""
        del self.templates[self._template(body).id]
        return {}

    def _template(self, body: dict[str, Any]) -> Template:
        template = self.templates.get(str(body.get("template_id", "")))
        if template is None:
            raise ApiError(40058, "template_id unknown")
        return template


def _text(body: dict[str, Any]) -> str:
    part = body.get("text")
    content = part.get("content") if isinstance(part, dict) else None
    if not isinstance(content, str) or not content:
        raise ApiError(44004, "text empty")
    if size(content) > TEXT_BYTES:
        raise ApiError(45002, "text: at most 3000 bytes")
    return content
