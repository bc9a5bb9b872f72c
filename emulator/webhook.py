"""群机器人 webhook (wire §3): send only, 20 a minute, limits in bytes, no buttons."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from emulator.cards import check_card, size
from emulator.errors import ApiError
from emulator.limits import Window, take
from emulator.world import BOT, Chat, World

ROBOT = "wb0000000002"


class Webhook:
    """Posts into internal groups by their key."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._windows = (Window(20, 60),)

    def send(self, key: str, body: dict[str, Any]) -> None:
        """webhook/send; raises ApiError."""
        group = self._world.group_by("webhook", key)
        if group is None or group.kind != "internal":
            raise ApiError(93000, "invalid webhook url")
        kind = str(body.get("msgtype"))
        part = body.get(kind)
        if kind not in ("text", "markdown", "markdown_v2", "image", "template_card"):
            raise ApiError(40008, "invalid message type")
        if not isinstance(part, dict):
            raise ApiError(40058, f"{kind} missing")
        text, card, file = "", None, None
        mentions: tuple[str, ...] = ()
        if kind == "template_card":
            if part.get("card_type") not in ("text_notice", "news_notice"):
                raise ApiError(40058, "only text_notice and news_notice")
            check_card(part)
            card = part
        elif kind == "image":
            file = self._image(part)
        else:
            text = part.get("content", "")
            if not isinstance(text, str) or not text:
                raise ApiError(44004, "empty content")
            if size(text) > (2048 if kind == "text" else 4096):
                raise ApiError(45002, "content too long (bytes)")
            mentions = self._mentions(part) if kind == "text" else ()
        if not take(self._windows, key, self._world.clock.now()):
            raise ApiError(45009, "api freq out of limit")
        kept = self._world.add_card("webhook", card, group=group.id) if card else None
        shown = "card" if kept else "image" if file else "text" if kind == "text" else "markdown"
        self._world.post(
            Chat(group=group.id),
            BOT,
            "webhook",
            shown,
            text,
            mentions=mentions,
            card=kept.id if kept else None,
            file=file,
            detail={"archive_from": ROBOT},
        )

    def _mentions(self, part: dict[str, Any]) -> tuple[str, ...]:
        found: list[str] = []
        for name in part.get("mentioned_list") or []:
            person = self._world.person_by_outside(str(name))
            if name == "@all":
                found.append("@all")
            elif person:
                found.append(person.id)
        return tuple(found)

    def _image(self, part: dict[str, Any]) -> str:
        try:
            data = base64.b64decode(str(part.get("base64", "")), validate=True)
        except binascii.Error as error:
            raise ApiError(40058, "image.base64") from error
        # WeCom names the picture by its MD5; it protects nothing
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if not data or len(data) > 2 * 1024 * 1024 or digest != part.get("md5"):
            raise ApiError(40058, "image: at most 2 MB, md5 of the raw bytes")
        return self._world.add_file("image.png", "image/png", data).id
