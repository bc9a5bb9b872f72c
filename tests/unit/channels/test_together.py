import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.channels.times import CHINA
from bot.channels.together import Delivery, Together
from bot.messages import Incoming, MessageKind

ONE = Incoming("m", "app", "zhang", datetime(2026, 3, 2, tzinfo=CHINA), MessageKind.TEXT)


class Table:
    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.free = asyncio.Event()
        self.bad: set[str] = set()

    async def commit(self, deliveries: Sequence[Delivery]) -> None:
        await self.free.wait()
        keys = [delivery.key for delivery in deliveries]
        if self.bad.intersection(keys):
            raise OSError("refused")
        self.batches.append(keys)


async def test_what_comes_while_one_is_written_shares_the_next_commit_in_order() -> None:
    table = Table()
    together = Together(table.commit)
    tasks = [asyncio.create_task(together.accept(ONE, "0", b""))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(together.accept(ONE, str(number), b"")) for number in range(1, 700)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)
    table.free.set()
    await asyncio.gather(*tasks)
    assert [len(batch) for batch in table.batches] == [1, 500, 199]
    assert [key for batch in table.batches for key in batch] == [str(number) for number in range(700)]
    await together.accept(ONE, "later", b"")
    assert table.batches[-1] == ["later"]


async def test_a_bad_one_is_refused_alone() -> None:
    table = Table()
    table.free.set()
    table.bad = {"3"}
    together = Together(table.commit)
    outcomes = await asyncio.gather(
        *(together.accept(ONE, str(number), b"") for number in range(5)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [OSError] + [type(None)]


async def test_who_gives_up_harms_nobody() -> None:
    table = Table()
    together = Together(table.commit)
    first = asyncio.create_task(together.accept(ONE, "1", b""))
    second = asyncio.create_task(together.accept(ONE, "2", b""))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    table.free.set()
    await second
    assert table.batches == [["1", "2"]], "it is on disk all the same; a repeat is known by its key"
