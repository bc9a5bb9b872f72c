"""群机器人 webhook (wire §3): send only, 20 a minute, limits in bytes, no buttons."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import timedelta
from typing import Any

from emulator.cards import check_card, size
from emulator.credentials import derived
from emulator.errors import ApiError
from emulator.limits import Window, take
from emulator.world import BOT, Chat, File, World

ROBOT = "wb0000000002"
MOST_BYTES = {"file": 20 * 1024 * 1024, "voice": 2 * 1024 * 1024}
MEDIA_LIFE = timedelta(days=3)


class Webhook:
    """Posts into internal groups by their key."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._windows = (Window(20, 60),)
        self._media: dict[str, tuple[str, str, File]] = {}

    def send(self, key: str, body: dict[str, Any]) -> None:
        """webhook/send; raises ApiError."""
        group = self._world.group_by("webhook", key)
        if group is None or group.kind != "internal":
            raise ApiError(93000, "invalid webhook url")
        kind = str(body.get("msgtype"))
        part = body.get(kind)
        if kind not in ("text", "markdown", "markdown_v2", "image", "template_card", *MOST_BYTES):
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
        elif kind in MOST_BYTES:
            kept_file = self._uploaded(key, kind, part)
            text, file = f"[文件] {kept_file.name}", kept_file.id
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
        shown = "card" if kept else "image" if kind == "image" else "file" if file else "text" if kind == "text" else "markdown"
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

    def upload(self, key: str, kind: str, name: str, data: bytes) -> dict[str, Any]:
        """webhook/upload_media; what it gives can be sent with the same key only. Raises ApiError."""
        group = self._world.group_by("webhook", key)
        if group is None or group.kind != "internal":
            raise ApiError(93000, "invalid webhook url")
        if kind not in MOST_BYTES:
            raise ApiError(40004, "type: file or voice")
        if not 5 < len(data) <= MOST_BYTES[kind]:
            raise ApiError(40006, "invalid media size")
        kept = self._world.add_file(name, "application/octet-stream", data)
        # not derived from the emulator's seed: a key is the secret here
        media_id = derived(len(self._media), f"webhook media {key} {kept.id}", 64)
        self._media[media_id] = (key, kind, kept)
        return {"type": kind, "media_id": media_id, "created_at": str(int(kept.at.timestamp()))}

    def _uploaded(self, key: str, kind: str, part: dict[str, Any]) -> File:
        found = self._media.get(str(part.get("media_id", "")))
        if found is None or found[:2] != (key, kind) or self._world.clock.now() - found[2].at > MEDIA_LIFE:
            raise ApiError(40007, "invalid media_id")
        return found[2]

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
