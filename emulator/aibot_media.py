"""Media of the AI bot on its long connection (wire §2.7, path/101463): uploaded in chunks, kept 3 days, sent by its id.

A session lives 30 minutes, survives a reconnect and belongs to the bot; chunks come in any order and may repeat.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulator.credentials import derived
from emulator.errors import ApiError
from emulator.limits import Window, take
from emulator.world import File, World

TYPES = ("file", "image", "voice", "video")
MOST_CHUNKS = 100
CHUNK_BYTES = 512 * 1024
SESSION_LIFE = timedelta(minutes=30)
MEDIA_LIFE = timedelta(days=3)


@dataclass(slots=True)
class Upload:
    """One session; ``chunks`` by index."""

    kind: str
    name: str
    total: int
    count: int
    md5: str
    began: datetime
    chunks: dict[int, bytes] = field(default_factory=dict)


class AiBotMedia:
    """Open uploads, and the media that were finished."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._seed = seed
        self._uploads: dict[str, Upload] = {}
        self._windows = (Window(30, 60), Window(1000, 3600))
        self._media: dict[str, tuple[str, File]] = {}
        self._count = 0

    def begin(self, body: dict[str, Any]) -> dict[str, Any]:
        """aibot_upload_media_init → ``upload_id``; raises ApiError."""
        kind, name, md5 = body.get("type"), body.get("filename"), body.get("md5", "")
        total, count = body.get("total_size"), body.get("total_chunks")
        if kind not in TYPES or not isinstance(name, str) or not name or not isinstance(md5, str):
            raise ApiError(40058, "type, filename, md5")
        if not isinstance(total, int) or not isinstance(count, int) or not 1 <= count <= MOST_CHUNKS:
            raise ApiError(40058, "total_size, total_chunks: 1 to 100")
        if not 5 < total <= count * CHUNK_BYTES:
            raise ApiError(40006, "invalid media size")
        now = self._world.clock.now()
        if not take(self._windows, "bot", now):
            raise ApiError(45009, "api freq out of limit")
        self._count += 1
        number = derived(self._seed, f"upload {self._count}", 32)
        self._uploads[number] = Upload(str(kind), name, total, count, md5, now)
        return {"upload_id": number}

    def add(self, body: dict[str, Any]) -> None:
        """aibot_upload_media_chunk; raises ApiError."""
        upload = self._open(body)
        index = body.get("chunk_index")
        if not isinstance(index, int) or not 0 <= index < upload.count:
            raise ApiError(40058, "chunk_index: 0 to total_chunks - 1")
        try:
            data = base64.b64decode(str(body.get("base64_data", "")), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ApiError(40058, "base64_data") from error
        if not 0 < len(data) <= CHUNK_BYTES:
            raise ApiError(40006, "chunk: at most 512 KB")
        upload.chunks[index] = data

    def finish(self, body: dict[str, Any]) -> dict[str, Any]:
        """aibot_upload_media_finish → ``type``, ``media_id``, ``created_at`` (a string); raises ApiError."""
        upload = self._open(body)
        data = b"".join(upload.chunks.get(index, b"") for index in range(upload.count))
        if len(upload.chunks) != upload.count or len(data) != upload.total:
            raise ApiError(40058, "chunks missing, or total_size differs")
        # a checksum of the transfer, no protection
        if upload.md5 and hashlib.md5(data, usedforsecurity=False).hexdigest() != upload.md5.lower():
            raise ApiError(40058, "md5 differs")
        del self._uploads[str(body["upload_id"])]
        mime = "image/jpeg" if data[:2] == b"\xff\xd8" else "image/png" if data[:4] == b"\x89PNG" else ""
        kept = self._world.add_file(upload.name, mime or "application/octet-stream", data)
        media_id = derived(self._seed, f"bot media {kept.id}", 64)
        self._media[media_id] = (upload.kind, kept)
        return {"type": upload.kind, "media_id": media_id, "created_at": str(int(kept.at.timestamp()))}

    def file(self, kind: str, part: Any) -> File:
        """The file behind ``{"media_id": …}`` of a message of this kind; raises ApiError 40007."""
        media_id = part.get("media_id") if isinstance(part, dict) else None
        found = self._media.get(media_id) if isinstance(media_id, str) else None
        if found is None or found[0] != kind or self._world.clock.now() - found[1].at > MEDIA_LIFE:
            raise ApiError(40007, "invalid media_id")
        return found[1]

    def _open(self, body: dict[str, Any]) -> Upload:
        upload = self._uploads.get(str(body.get("upload_id", "")))
        if upload is None or self._world.clock.now() - upload.began > SESSION_LIFE:
            raise ApiError(40058, "upload_id unknown or older than 30 minutes")
        return upload
