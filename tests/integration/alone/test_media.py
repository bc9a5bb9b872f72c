"""Pictures and voices that residents send alone with the bot: kept with their ticket, over HTTP; of small talk nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from storage.tables import media
from storage.work import SqlWork
from tests.builders.alone import AloneRun, alone

WORDS = "河湾花园3号楼2单元楼道灯坏了好几天"
JPEG, AMR = b"\xff\xd8", b"#!AMR"


def noted(run: AloneRun) -> list[tuple[str, str, str, str | None, bytes]]:
    """Door, kind, state, content type and first bytes of every file that was noted."""

    def look(work: SqlWork) -> list[tuple[str, str, str, str | None, bytes]]:
        rows = work.connection.execute(select(media).order_by(media.c.id))
        return [(row.door, row.kind, row.state, row.content_type, bytes(row.body or b"")) for row in rows]

    return run.service.store.look(look)


async def test_a_picture_in_kf_is_kept_small_with_its_ticket(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", WORDS)
        await run.says("x-01", "", kind="image")
        assert await run.service.media.fetch_due() == 1
        ((door, kind, _, content_type, body),) = noted(run)
        assert (door, kind, content_type) == ("kf", "image", "image/jpeg")
        assert body.startswith(JPEG)


async def test_a_voice_in_kf_opens_a_matter_and_is_kept(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "", kind="voice")
        assert run.tickets()
        assert await run.service.media.fetch_due() == 1
        ((door, kind, _, content_type, body),) = noted(run)
        assert (door, kind, content_type) == ("kf", "voice", "audio/amr")
        assert body.startswith(AMR)


async def test_what_is_sent_to_the_mp_is_had_there(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.mp_says("x-01", WORDS, kind="voice")
        await run.mp_says("x-01", "", kind="image")
        assert await run.service.media.fetch_due() == 2
        found = noted(run)
        assert [(door, kind, content_type) for door, kind, _, content_type, _ in found] == [
            ("mp", "voice", "audio/amr"), ("mp", "image", "image/jpeg"),
        ]  # fmt: skip
        assert found[0][4].startswith(AMR)
        assert found[1][4].startswith(JPEG)


async def test_a_picture_that_belongs_to_no_matter_is_not_fetched(tmp_path: Path) -> None:
    async with alone(tmp_path) as run:
        await run.says("x-01", "", kind="image")
        await run.mp_says("x-02", "", kind="image")
        assert run.tickets() == []
        assert await run.service.media.fetch_due() == 0
        assert noted(run) == []
