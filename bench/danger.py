"""From a danger that is heard to the last of its sentences handed to a channel, beside ordinary talk."""

import asyncio
import time
from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select

from bench.own_talk import lines
from bench.row import Row, p99
from bot.app import Sending, Service
from bot.channels.outcomes import Outcome, Sent
from bot.channels.stored import to_body
from bot.messages import Incoming, MessageKind, Outgoing, Words
from bot.sender import Sender
from config.settings import Settings
from registry.model import Group
from registry.terms import Lane, Tier
from storage.tables import outbox

DANGERS = 100
#: Ordinary messages beside each danger, and seconds between dangers.
BESIDE, PAUSE = 20, 0.12


class Recorder:
    """Doors that note when they were handed each row and say at once that it is sent."""

    def __init__(self) -> None:
        self.at: dict[int, float] = {}

    async def to_person(self, outgoing: Outgoing) -> Outcome:
        return self._note(outgoing)

    async def to_group(self, outgoing: Outgoing, group: Group) -> Outcome:
        return self._note(outgoing)

    async def ask_owner(self, outgoing: Outgoing, group: Group, owner: str, request: str) -> Outcome:
        return self._note(outgoing)

    async def cancel_task(self, task: str) -> Outcome:
        return Sent()

    async def groups_refused(self, task: str, owner: str) -> frozenset[str]:
        return frozenset()

    async def task_is_done(self, task: str, owner: str) -> bool:
        return False

    async def update_card(self, outside: str, code: str, said: str) -> Outcome:
        return Sent()

    def _note(self, outgoing: Outgoing) -> Outcome:
        self.at[outgoing.row] = time.perf_counter()
        return Sent(msgid=f"row-{outgoing.row}")


def rows(database: str) -> list[Row]:
    """One row."""
    took, told, unsent = asyncio.run(_measure(Settings(database_url=database)))
    if not took:
        return [Row("danger heard, handed to every channel, p99", "<= 2 s", "no danger was told", False)]
    late = p99(took)
    measured = f"{late:.2f} s ({len(took)} dangers, {told} sentences, {unsent} not handed over)"
    return [Row("danger heard, handed to every channel, p99", "<= 2 s", measured, late <= 2 and not unsent)]


async def _measure(settings: Settings) -> tuple[list[float], int, int]:
    service = Service(settings)
    doors = Recorder()
    service.senders = [
        Sending(Sender(service.store, service.house.rules, service.house.texts, doors, service.ways, service.clock.now, lanes))
        for lanes in ((Lane.DANGER,), (Lane.URGENT, Lane.NORMAL, Lane.DIGEST))
    ]
    loops = [asyncio.create_task(service.decide_forever())]
    loops += [asyncio.create_task(service.send_forever(line)) for line in service.senders]
    try:
        began = await _talk(service)
        await asyncio.sleep(3)
        found = await service.store.read(lambda work: work.connection.execute(
            select(outbox.c.id, outbox.c.because).where(outbox.c.lane == Lane.DANGER.value)).all())
        by_message: dict[str, list[int]] = defaultdict(list)
        for row, because in found:
            by_message[because].append(row)
        told = {message: ids for message, ids in by_message.items() if message in began}
        took = [max(doors.at.get(row, 0.0) for row in ids) - began[message] for message, ids in told.items()]
        return took, sum(map(len, told.values())), sum(row not in doors.at for ids in told.values() for row in ids)
    finally:
        service.stopping.set()
        service.wake.set()
        await asyncio.gather(*loops)
        await service.close()


async def _talk(service: Service) -> dict[str, float]:
    """Let the dangers and the talk beside them come in; gives when each danger came."""
    groups = [group for group in service.house.rules().registry.groups.values() if group.tier is Tier.BASIC]
    said = iter(lines(DANGERS * BESIDE, seed=9))
    began: dict[str, float] = {}
    number = 0

    async def hear(group: Group, text: str) -> str:
        nonlocal number
        number += 1
        at = service.clock.now() - timedelta(seconds=1)
        incoming = Incoming(f"d-{number}", "archive", f"wm-{group.id[2:]}-{number % 3}", at, MessageKind.TEXT, Words(text),
                            group.addresses["archive"])
        began[incoming.id] = time.perf_counter()
        await service.accept(incoming, f"archive:{incoming.id}", to_body(incoming))
        return incoming.id

    dangers: dict[str, float] = {}
    for n in range(DANGERS):
        message = await hear(groups[n * 17 % len(groups)], f"{n % 30 + 1}号楼三楼着火了，窗户往外冒黑烟，快救火")
        dangers[message] = began[message]
        for beside in range(BESIDE):
            await hear(groups[(n * 31 + beside) % len(groups)], next(said))
        await asyncio.sleep(PAUSE)
    return dangers
