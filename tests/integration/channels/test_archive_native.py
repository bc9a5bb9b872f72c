"""The helper process around a native library that behaves, refuses, crashes and hangs (T26)."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.channels.archive import ArchiveEar
from bot.channels.archive_helper import ArchiveUnavailable
from bot.channels.archive_keeper import ArchiveKeeper, NativeArchive
from bot.channels.media import fetch_archive_media
from bot.messages import Media
from tests.builders.archive_standin import CORP, FarEnd, compiled, sealed, write_keys
from tests.builders.emulated import emulated


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("native"))


def record(number: int, text: str = "") -> dict[str, object]:
    return {
        "msgid": f"N{number}_external", "action": "send", "from": "wmR1", "tolist": [], "roomid": "wrG1",
        "msgtime": 1790000000000 + number, "msgtype": "text", "text": {"content": text or f"第{number}句"},
    }  # fmt: skip


@asynccontextmanager
async def kept(library: Path, port: int, *, seconds: float = 20.0) -> AsyncIterator[ArchiveKeeper]:
    keeper = ArchiveKeeper(
        NativeArchive(library, CORP, str(port)), seconds=seconds, first_pause=0.001, longest_pause=0.01, chance=lambda: 0.0
    )
    running = asyncio.create_task(keeper.run())
    try:
        yield keeper
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await keeper.close()


async def patiently(ear: ArchiveEar, far: FarEnd, *, limit: int) -> list[str]:
    """Everything from the start, asking the same seq again whenever the helper is away, as the decider does."""
    heard: list[str] = []
    cursor = 0
    async with asyncio.timeout(300):
        while cursor < len(far.rows):
            try:
                batch = await ear.batch(cursor, limit)
            except ArchiveUnavailable:
                await asyncio.sleep(0.02)
                continue
            assert batch.set_aside == ()
            heard += [one.id for one in batch.heard]
            cursor = batch.cursor
    return heard


async def test_records_of_several_key_versions_and_a_file_in_chunks(library: Path, tmp_path: Path) -> None:
    picture = os.urandom(1_200_000)
    rows = [sealed(number, record(number), version=1 + number % 3) for number in range(1, 41)]
    far = FarEnd(rows, {"F": picture})
    async with TestServer(far.app()) as server, kept(library, server.port or 0) as keeper:
        ear = ArchiveEar(keeper.helper, write_keys(tmp_path, (1, 2, 3)))
        assert await patiently(ear, far, limit=1000) == [f"N{number}_external" for number in range(1, 41)]
        assert await fetch_archive_media(keeper.helper, Media("image", "F")) == picture
        assert far.calls["media"] == 3
        assert await fetch_archive_media(keeper.helper, Media("image", "NONE")) is None
        ear.close()


async def test_the_librarys_errors_are_said_with_what_to_do(library: Path, tmp_path: Path) -> None:
    far = FarEnd([sealed(1, record(1))])
    async with TestServer(far.app()) as server, kept(library, server.port or 0) as keeper:
        ear = ArchiveEar(keeper.helper, write_keys(tmp_path, (1,)))
        await patiently(ear, far, limit=10)
        for code, words in ((10009, "可信 IP"), (10010, "超过 5 天")):
            far.errcode = code
            with pytest.raises(ArchiveUnavailable, match=words):
                await ear.batch(0, 10)
        ear.close()


async def test_one_record_that_cannot_be_opened_spoils_no_other(library: Path, tmp_path: Path) -> None:
    rows = [sealed(number, record(number)) for number in range(1, 6)]
    rows[2]["encrypt_chat_msg"] = rows[1]["encrypt_chat_msg"]
    far = FarEnd(rows)
    async with TestServer(far.app()) as server, kept(library, server.port or 0) as keeper:
        ear = ArchiveEar(keeper.helper, write_keys(tmp_path, (1,)))
        async with asyncio.timeout(60):
            await keeper.first_said()
        batch = await ear.batch(0, 10)
        assert [one.sequence for one in batch.heard] == [1, 2, 4, 5]
        assert [one.seq for one in batch.set_aside] == [3]
        ear.close()


@pytest.mark.parametrize("crashes", [3, pytest.param(50, marks=pytest.mark.long)])
async def test_a_native_crash_harms_nothing(library: Path, tmp_path: Path, crashes: int) -> None:
    """Segmentation faults while fetching and while decrypting: the process comes back, nothing is missing or twice."""
    rows = [sealed(number, record(number)) for number in range(1, 4 * crashes + 5)]
    far = FarEnd(rows)
    left = crashes

    def fault(name: str, calls: int) -> str:
        nonlocal left
        due = left > 0 and ((name == "fetch" and calls % 3 == 2) or (name == "decrypt" and calls % 7 == 5))
        left -= due
        return "CRASH" if due else ""

    far.fault = fault
    async with TestServer(far.app()) as server, kept(library, server.port or 0) as keeper:
        ear = ArchiveEar(keeper.helper, write_keys(tmp_path, (1,)))
        heard = await patiently(ear, far, limit=3)
        assert heard == [f"N{number}_external" for number in range(1, len(rows) + 1)]
        assert left == 0
        assert keeper.starts == crashes + 1
        ear.close()


async def test_a_library_that_hangs_is_ended_and_started_anew(library: Path, tmp_path: Path) -> None:
    far = FarEnd([sealed(number, record(number)) for number in range(1, 4)])
    far.fault = lambda name, calls: "HANG" if (name, calls) == ("fetch", 1) else ""
    async with TestServer(far.app()) as server, kept(library, server.port or 0, seconds=1.5) as keeper:
        ear = ArchiveEar(keeper.helper, write_keys(tmp_path, (1,)))
        assert len(await patiently(ear, far, limit=10)) == 3
        assert keeper.starts == 2
        ear.close()


@pytest.mark.parametrize(("secret", "words"), [("not-a-port", "没能启动"), (None, "打不开")])
async def test_a_library_that_cannot_be_used_says_why(
    library: Path, tmp_path: Path, secret: str | None, words: str
) -> None:
    broken = tmp_path / "libbroken.so"
    broken.write_bytes(b"no library")
    keeper = ArchiveKeeper(NativeArchive(library if secret else broken, CORP, secret or "1"), first_pause=60)
    running = asyncio.create_task(keeper.run())
    async with asyncio.timeout(60):
        await keeper.first_said()
    assert words in keeper.refusal
    with pytest.raises(ArchiveUnavailable):
        await keeper.helper.fetch(0, 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await keeper.close()


async def test_the_emulators_archive_through_the_native_library(library: Path, tmp_path: Path) -> None:
    async with emulated("--clock", "real", "--keys-dir", str(tmp_path)) as wecom:
        port = int(wecom.said["base_url"].rsplit(":", 1)[1])
        await wecom.act("/say", person="re-01", group="g-basic-01", text="三号楼水管漏水")
        await wecom.act("/picture", person="re-01", group="g-basic-01")
        async with kept(library, port) as keeper:
            ear = ArchiveEar(keeper.helper, tmp_path)
            async with asyncio.timeout(60):
                await keeper.first_said()
            batch = await ear.batch(0)
            assert [one.kind.value for one in batch.heard] == ["text", "image"]
            assert (await fetch_archive_media(keeper.helper, batch.heard[1].media[0]) or b"").startswith(b"\x89PNG")
            ear.close()
