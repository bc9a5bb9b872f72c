"""Uploading a file over the AI bot's connection, in chunks (path/101463; wire §2.7). Pure: the frames, not the sending."""

import base64
import hashlib
from collections.abc import Iterator

CHUNK = 512 * 1024
"""Bytes of one chunk before base64."""

MOST_CHUNKS = 100
LEAST = 6
"""More than 5 bytes, as for every upload to WeCom (path/90253)."""


def begin(kind: str, filename: str, data: bytes) -> dict[str, object] | None:
    """Body of `aibot_upload_media_init` (`kind`: image, voice, video, file); None for what WeCom would not take."""
    chunks = -(-len(data) // CHUNK)
    if len(data) < LEAST or chunks > MOST_CHUNKS:
        return None
    # WeCom compares this with what arrived; it guards nothing
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"type": kind, "filename": filename, "total_size": len(data), "total_chunks": chunks, "md5": md5}


def chunks(upload_id: str, data: bytes) -> Iterator[dict[str, object]]:
    """Bodies of `aibot_upload_media_chunk`, counted from 0."""
    for index, start in enumerate(range(0, len(data), CHUNK)):
        part = base64.b64encode(data[start : start + CHUNK]).decode()
        yield {"upload_id": upload_id, "chunk_index": index, "base64_data": part}
