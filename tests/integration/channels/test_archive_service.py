"""The whole service with an archive: files kept with tickets, voices made words, troubles told, crashes survived."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.app import ARCHIVE, Service
from bot.channels.archive_helper import ArchiveUnavailable
from config.settings import Settings
from registry.source import to_data
from storage import ears, media_rows, registry_rows
from storage.store import Store
from storage.tables import media, outbox, set_aside, ticket_messages, tickets
from storage.work import SqlWork
from tests.builders.archive_standin import CORP, FarEnd, compiled, sealed, write_keys
from tests.builders.talk import shipped_registry
from tickets.model import Ticket

GROUP = "g-basic-01"


def png() -> bytes:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    written = io.BytesIO()
    image.new("RGB", (2000, 1000), "red").save(written, "PNG")
    return written.getvalue()


class Group:
    """People of one basic group, and the far end that seals what they send."""

    def __init__(self, far: FarEnd) -> None:
        self.far = far
        self.room = shipped_registry().groups[GROUP].addresses["archive"]

    def sends(self, sender: str, kind: str, body: dict[str, object], **more: object) -> str:
        seq = len(self.far.rows) + 1
        record: dict[str, object] = {
            "msgid": f"M{seq}_external", "action": "send", "from": sender, "tolist": [], "roomid": self.room,
            "msgtime": int(datetime.now(UTC).timestamp() * 1000), "msgtype": kind, kind: body, **more,
        }  # fmt: skip
        self.far.rows.append(sealed(seq, record))
        return f"M{seq}_external"

    def says(self, sender: str, words: str) -> str:
        return self.sends(sender, "text", {"content": words})

    def recalls(self, sender: str, message: str) -> str:
        return self.sends(sender, "revoke", {"pre_msgid": message}, action="recall")


@asynccontextmanager
async def service(folder: Path, far: FarEnd, **more: Any) -> AsyncIterator[Service]:
    url = f"sqlite:///{folder / 'gridbot.db'}"

    def filled() -> None:
        with Store.open(url) as store:
            store.migrate()
            at = datetime.now(UTC)
            store.run(lambda work: registry_rows.save_registry(work, to_data(shipped_registry()), "test", at))

    if not (folder / "keys").exists():
        (folder / "keys").mkdir()
        write_keys(folder / "keys", (1,))
        await asyncio.to_thread(filled)
    async with TestServer(far.app()) as server:
        if more.get("wecom_archive_library"):
            more |= {"wecom_archive_secret": str(server.port), "wecom_corp_id": CORP}
        else:
            more["wecom_archive_url"] = f"http://127.0.0.1:{server.port}/archive"
        made = await asyncio.to_thread(
            Service, Settings(database_url=url, wecom_archive_keys_dir=folder / "keys", **more)
        )
        try:
            yield made
        finally:
            await made.close()


async def the_ticket(of: Service) -> Ticket:
    def only(work: SqlWork) -> Ticket:
        [found] = work.connection.execute(tickets.select()).all()
        return work.get_ticket(found.id)

    return await of.store.read(only)


async def rows(of: Service, table: Any) -> list[Any]:
    return list(await of.store.read(lambda work: work.connection.execute(table.select()).all()))


async def test_a_picture_with_a_report_is_kept_small_and_goes_with_its_message(tmp_path: Path) -> None:
    far = FarEnd([], {"F": png(), "G": png(), "BAD": b"no picture"})
    group = Group(far)
    async with service(tmp_path, far) as bot:
        group.sends("wmNOBODY", "image", {"sdkfileid": "G"})
        group.says("wmTELLER", "3栋2单元楼道灯坏了三天了，晚上看不见")
        picture = group.sends("wmTELLER", "image", {"sdkfileid": "F"})
        group.sends("wmTELLER", "image", {"sdkfileid": "BAD"})
        group.sends("wmTELLER", "image", {"sdkfileid": "AWAY"})
        await bot.decide_archive()
        assert await bot.media.fetch_due() == 1
        ticket = await the_ticket(bot)
        found = await bot.store.read(lambda work: media_rows.of_ticket(work, ticket.id))
        assert [[one.state for one in files] for files in found.values()] == [["kept"], ["gone"], ["waiting"]]
        kept = found[picture][0]
        body = await bot.store.read(lambda work: media_rows.body(work, ticket.id, kept.id))
        assert body is not None
        assert body[0] == "image/jpeg"
        assert body[1].startswith(b"\xff\xd8")
        assert await bot.store.read(lambda work: media_rows.body(work, ticket.id + 1, kept.id)) is None
        assert {row.ref for row in await rows(bot, media)} == {"", "AWAY"}, "of chat no file is even named"
        group.recalls("wmTELLER", picture)
        await bot.decide_archive()
        assert picture not in await bot.store.read(lambda work: media_rows.of_ticket(work, ticket.id))
        assert len(await rows(bot, media)) == 2


async def test_a_picture_before_its_words_is_kept_too(tmp_path: Path) -> None:
    far = FarEnd([], {"F": png()})
    group = Group(far)
    async with service(tmp_path, far) as bot:
        picture = group.sends("wmTELLER", "image", {"sdkfileid": "F"})
        await bot.decide_archive()
        assert await rows(bot, media) == []
        group.says("wmTELLER", "就是这个井盖翘起来了，东门口，骑车差点摔")
        await bot.decide_archive()
        laid = [row.message_id for row in await rows(bot, ticket_messages)]
        assert picture in laid
        assert [row.message_id for row in await rows(bot, media)] == [picture]
        assert await bot.media.fetch_due() == 1


async def test_a_file_that_cannot_be_had_is_asked_for_again_and_given_up(tmp_path: Path) -> None:
    far = FarEnd([])
    group = Group(far)
    async with service(tmp_path, far) as bot:
        group.says("wmTELLER", "3栋2单元楼道灯坏了三天了，晚上看不见")
        group.sends("wmTELLER", "image", {"sdkfileid": "AWAY"})
        await bot.decide_archive()
        states = []
        ahead = timedelta()
        start = bot.clock.now()
        bot.media._now = lambda: start + ahead  # the files' clock alone is put forward
        for _ in range(10):
            await bot.media.fetch_due()
            states.append((await rows(bot, media))[0].state)
            ahead += timedelta(days=2)
        assert states == ["waiting"] * 7 + ["gone"] * 3
        assert far.calls["media"] == 8


async def test_a_voice_is_made_words_which_are_recalled_with_it(tmp_path: Path) -> None:
    far = FarEnd([], {"V": "我们3栋楼道里有很浓的煤气味".encode(), "W": b""})
    group = Group(far)
    async with service(tmp_path, far, transcriber_command="cat") as bot:
        assert bot.transcriber is not None
        voice = group.sends("wmTELLER", "voice", {"sdkfileid": "V", "play_length": 4})
        group.sends("wmOTHER", "voice", {"sdkfileid": "W", "play_length": 1})
        await bot.decide_archive()
        assert await rows(bot, tickets) == []
        await bot.transcriber.idle()
        ticket = await the_ticket(bot)
        assert ticket.in_danger or ticket.doubt
        assert [row.message_id for row in await rows(bot, ticket_messages)] == [f"{voice}#words"]
        group.recalls("wmTELLER", voice)
        await bot.decide_archive()
        assert await rows(bot, ticket_messages) == []


async def test_a_voice_near_a_matter_is_for_the_grid_member_to_hear(tmp_path: Path) -> None:
    far = FarEnd([], {"V": b"#!AMR"})
    group = Group(far)
    async with service(tmp_path, far) as bot:
        group.says("wmTELLER", "3栋2单元楼道灯坏了三天了，晚上看不见")
        group.sends("wmTELLER", "voice", {"sdkfileid": "V", "play_length": 4})
        await bot.decide_archive()
        assert "card.voice" in [row.event for row in await rows(bot, outbox)]
        assert await bot.media.fetch_due() == 1
        [row] = await rows(bot, media)
        assert (row.content_type, row.body) == ("audio/amr", b"#!AMR")


async def test_own_accounts_and_robots_are_not_heard(tmp_path: Path) -> None:
    far = FarEnd([])
    group = Group(far)
    async with service(tmp_path, far, wecom_archive_own=("xiaoge",)) as bot:
        for sender in ("xiaoge", "wb0001"):
            group.says(sender, "3栋2单元楼道灯坏了三天了，晚上看不见")
        assert await bot.decide_archive() == 0
        assert await rows(bot, tickets) == []
        group.says("wmTELLER", "3栋2单元楼道灯坏了三天了，晚上看不见")
        assert await bot.decide_archive() == 1
        await the_ticket(bot)


async def test_the_office_is_told_of_silence(tmp_path: Path) -> None:
    far = FarEnd([])
    far.errcode = 10009
    async with service(tmp_path, far) as bot:
        await bot.decide_archive()
        assert not bot.watch.is_due()
        assert bot.archive_trouble is not None
        bot.archive_trouble.begin(bot.clock.now() - timedelta(minutes=11))
        await bot.watch_channels()
        [told] = [row for row in await rows(bot, outbox) if row.event == "alarm.channel"]
        assert "可信 IP" in told.args["finding"]


@pytest.mark.parametrize("crashes", [3, pytest.param(50, marks=pytest.mark.long)])
async def test_a_crashing_library_leaves_no_gap_and_no_repeat_in_the_desk(tmp_path: Path, crashes: int) -> None:
    """Segmentation faults between and within batches, the service stopped and started once in between (T26)."""
    library = compiled(tmp_path)
    far = FarEnd([])
    group = Group(far)
    places = [f"{number}号楼" for number in range(1, 2 * crashes + 1)]
    left = crashes

    def fault(name: str, calls: int) -> str:
        nonlocal left
        due = left > 0 and ((name == "fetch" and calls % 3 == 2) or (name == "decrypt" and calls % 5 == 4))
        left -= due
        return "CRASH" if due else ""

    far.fault = fault
    heard = 0
    for half in (places[:crashes], places[crashes:]):
        async with service(tmp_path, far, wecom_archive_library=library) as bot:
            assert bot.archive_keeper is not None
            bot.archive_keeper._first_pause = bot.archive_keeper._longest_pause = 0.001
            keeping = asyncio.create_task(bot.archive_keeper.run())
            async with asyncio.timeout(60):
                await bot.archive_keeper.first_said()
            for place in half:
                group.says(f"wm{place}", f"{place}楼道灯坏了三天了，晚上看不见")
                async with asyncio.timeout(60):
                    while await bot.store.read(lambda work: ears.cursor(work, ARCHIVE)) != len(far.rows):
                        heard += await bot.decide_archive()
                        await asyncio.sleep(0.01)
            laid = await rows(bot, ticket_messages)
            assert len(laid) == len(far.rows)
            assert await rows(bot, set_aside) == []
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
    assert heard == len(far.rows) == 2 * crashes
    assert left == 0


async def test_no_answer_moves_no_cursor(tmp_path: Path) -> None:
    far = FarEnd([])
    Group(far).says("wmTELLER", "3栋2单元楼道灯坏了三天了，晚上看不见")
    async with service(tmp_path, far) as bot:
        far.errcode = 10001
        assert bot.archive is not None
        with pytest.raises(ArchiveUnavailable):
            await bot.archive.batch(0)
        assert await bot.decide_archive() == 0
        assert await bot.store.read(lambda work: ears.cursor(work, ARCHIVE)) is None
        far.errcode = 0
        assert await bot.decide_archive() == 1
