"""A record of a refuser that slips through the archive leaves nothing behind in a live process (wire §5.5)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import Service
from bot.channels.archive import Batch
from bot.channels.times import CHINA
from bot.messages import Action, Incoming, MessageKind, Words
from config.settings import Settings
from registry.source import to_data
from storage import consent_rows, ears
from storage.registry_rows import save_registry
from storage.store import Store
from tests.builders.grouped import grouped_registry

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=CHINA)
ROOM = "wrgbasic01"


def bound(data: dict[str, Any]) -> None:
    data["groups"][0]["addresses"] = {"customer": ROOM, "archive": ROOM}


class SlippingEar:
    """An archive that gives what it is told to give, once."""

    def __init__(self, *heard: Incoming) -> None:
        self._heard = heard

    async def batch(self, seq: int, limit: int = 1000) -> Batch:
        rest = tuple(one for one in self._heard if (one.sequence or 0) > seq)
        return Batch(rest, rest[-1].sequence or 0, len(rest)) if rest else Batch((), seq, 0)

    def close(self) -> None:
        """Nothing is held."""


def said(seq: int, sender: str, words: str) -> Incoming:
    return Incoming(f"m{seq}", "archive", sender, NOON, MessageKind.TEXT, Words(words), group=ROOM, sequence=seq)


def word(seq: int, sender: str, key: str) -> Incoming:
    action = Action(key, "", {"userid": (sender,)})
    return Incoming(f"m{seq}", "archive", sender, NOON, MessageKind.SYSTEM, group=ROOM, action=action, sequence=seq)


async def test_nothing_of_a_refuser_is_kept_and_his_neighbour_is_heard(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gridbot.db'}"
    with Store.open(url) as store:
        store.migrate()
        store.run(lambda work: save_registry(work, to_data(grouped_registry(bound)), "test", NOON))
    service = Service(Settings(database_url=url))
    try:
        await service.care.start()
        ear: Any = SlippingEar(
            word(1, "wmre01", "disagree"), said(2, "wmre01", "桃园小区3号楼暖气不热"), said(3, "wmre02", "桃园小区5号楼水管漏水"),
        )
        service.archive = ear
        await service.decide_archive()
        store = service.store
        assert store.look(consent_rows.refusers) == {(ROOM, "wmre01")}
        opened = store.look(lambda work: work.open_tickets())
        assert [ticket.category.value for ticket in opened] == ["water"]
        assert store.look(lambda work: work.ticket_of_message("m2")) is None
        assert store.look(lambda work: ears.cursor(work, "archive")) == 3, "he is passed over, nobody waits for him"
        again: Any = SlippingEar(said(2, "wmre01", "桃园小区3号楼暖气不热"), said(3, "wmre02", "桃园小区5号楼水管漏水"))
        service.archive = again
        await service.fill_talk()
        assert service.talk.find_anywhere("m2") is None
        assert service.talk.find_anywhere("m3") is not None
        assert service.care.refused >= 2
    finally:
        await service.close()
