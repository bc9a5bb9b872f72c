"""The bot's media: chunks in any order, one session, three days."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from emulator.aibot_media import CHUNK_BYTES, AiBotMedia
from emulator.errors import ApiError
from tests.unit.emulator.builders import RealSeconds, make_wecom

DATA = bytes(range(256)) * 4096


def begun(media: AiBotMedia, **changed: Any) -> str:
    count = -(-len(DATA) // CHUNK_BYTES)
    body = {"type": "file", "filename": "a.bin", "total_size": len(DATA), "total_chunks": count}
    return str(media.begin(body | {"md5": hashlib.md5(DATA, usedforsecurity=False).hexdigest()} | changed)["upload_id"])


def chunk(upload: str, index: int, data: bytes = DATA) -> dict[str, Any]:
    part = data[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
    return {"upload_id": upload, "chunk_index": index, "base64_data": base64.b64encode(part).decode()}


def refused(call: Any, body: dict[str, Any]) -> int:
    with pytest.raises(ApiError) as caught:
        call(body)
    return caught.value.errcode


def test_chunks_come_in_any_order_and_may_repeat() -> None:
    wecom = make_wecom(RealSeconds())
    media = AiBotMedia(wecom.world, 1)
    upload = begun(media)
    for index in (1, 0, 1):
        media.add(chunk(upload, index))
    given = media.finish({"upload_id": upload})
    assert media.file("file", given).data == DATA
    assert given["created_at"].isdigit()
    assert refused(media.finish, {"upload_id": upload}) == 40058, "a session ends with its finish"
    with pytest.raises(ApiError, match="40007"):
        media.file("image", given)


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"total_chunks": 101}, 40058),
        ({"total_chunks": 0}, 40058),
        ({"total_chunks": 1}, 40006),
        ({"total_size": 5}, 40006),
        ({"type": "text"}, 40058),
        ({"filename": ""}, 40058),
    ],
)
def test_what_begins_no_upload(changed: dict[str, Any], errcode: int) -> None:
    media = AiBotMedia(make_wecom(RealSeconds()).world, 1)
    with pytest.raises(ApiError) as caught:
        begun(media, **changed)
    assert caught.value.errcode == errcode


def test_missing_chunks_a_wrong_sum_and_an_old_session_are_refused() -> None:
    real = RealSeconds()
    media = AiBotMedia(make_wecom(real).world, 1)
    upload = begun(media)
    media.add(chunk(upload, 0))
    assert refused(media.finish, {"upload_id": upload}) == 40058
    media.add(chunk(upload, 1, DATA[::-1]))
    assert refused(media.finish, {"upload_id": upload}) == 40058
    assert refused(media.add, chunk(upload, 2) | {"base64_data": "AAAA"}) == 40058
    assert refused(media.add, chunk(upload, 0) | {"base64_data": "*"}) == 40058
    real.pass_by(minutes=31)
    assert refused(media.add, chunk(upload, 0)) == 40058


def test_media_live_three_days_and_uploads_are_thirty_a_minute() -> None:
    real = RealSeconds()
    media = AiBotMedia(make_wecom(real).world, 1)
    upload = begun(media)
    for index in (0, 1):
        media.add(chunk(upload, index))
    given = media.finish({"upload_id": upload})
    for _ in range(29):
        begun(media)
    with pytest.raises(ApiError, match="45009"):
        begun(media)
    real.pass_by(days=3, seconds=1)
    with pytest.raises(ApiError, match="40007"):
        media.file("file", given)
