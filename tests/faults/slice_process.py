"""The slice as a process that may be killed at any moment: door, inbox, decider, pass and sender of `bot.app.Service`.

Run as `python -m tests.faults.slice_process FOLDER`. The county's files are read once; for each line on standard input
one life is forked, its process id is written to standard output, and when it has ended its exit code. So a life begins
in milliseconds and can be killed without losing what it takes seconds to load.

FOLDER holds `messages.jsonl` (what WeCom delivers), `slice.db` and `ledger.jsonl`: each answer to WeCom and each call of a
door is a line there, on disk before the process goes on. WeCom repeats what it has no answer to, and here the last five
that it has, too (promise P2).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot import app
from bot.app import Sending, Service
from bot.channels.outcomes import Outcome, Sent
from bot.channels.stored import to_body
from bot.clock import CHINA
from bot.loading import load_book
from bot.messages import Action, Incoming, MessageKind, Outgoing, Words
from bot.sender import Sender
from config.settings import Settings
from registry.model import Group
from registry.yaml_file import read_yaml
from storage import registry_rows
from storage.store import Store
from storage.work import SqlWork
from tickets import daily

COUNTY_DIR = Path(__file__).parents[2] / "config" / "county"
START = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
#: Messages between two looks at inbox, clocks and outbox.
BATCH = 4
#: After the last message time goes on by as many steps of ten minutes.
WALK = 12
REPEATED = 5


class Ledger:
    """What the outside world has seen, line by line on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)

    def write(self, **line: Any) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file.fileno())

    def lines(self) -> list[dict[str, Any]]:
        """All whole lines; the last one may have been cut off."""
        return read_ledger(self.path)


def read_ledger(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a ledger, in order."""
    found = []
    for line in path.read_bytes().split(b"\n") if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


class LedgerDoors:
    """Doors that lead into the ledger: a call is on disk before its answer is given."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def _called(self, outgoing: Outgoing, to: str) -> Outcome:
        self._ledger.write(send=outgoing.row, mark=outgoing.mark, to=to, form=outgoing.form.value)
        return Sent(msgid=f"task-{outgoing.row}")

    async def to_person(self, outgoing: Outgoing) -> Outcome:
        return self._called(outgoing, outgoing.outside)

    async def to_group(self, outgoing: Outgoing, group: Group) -> Outcome:
        return self._called(outgoing, group.id)

    async def ask_owner(self, outgoing: Outgoing, group: Group, owner: str, request: str) -> Outcome:
        return self._called(outgoing, owner)

    async def cancel_task(self, task: str) -> Outcome:
        return Sent()

    async def groups_refused(self, task: str, owner: str) -> frozenset[str]:
        return frozenset()

    async def task_is_done(self, task: str, owner: str) -> bool:
        return False

    async def update_card(self, outside: str, code: str, said: str, card: Outgoing | None = None) -> Outcome:
        return Sent()


class HandClock:
    """Stands where the life sets it."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class Slice(Service):
    """The service without HTTP: its parts are called in turn, its doors lead into the ledger."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.ledger = ledger
        super().__init__(settings)
        self.clock: HandClock = HandClock()  # type: ignore[assignment]
        doors = LedgerDoors(ledger)
        self.senders = [
            Sending(Sender(self.store, self.house.rules, self.house.texts, doors, self.ways, self.clock.now))
        ]

    async def live(self, messages: list[dict[str, Any]], seconds: int) -> None:
        """Take up where the last life was cut off, and go on to the end. `seconds` lie between two messages."""
        before = self.ledger.lines()
        answered = sum("answered" in line for line in before)
        walked = max((line["walked"] for line in before if "walked" in line), default=0)
        step = timedelta(seconds=seconds)
        self.clock.at = START + answered * step + walked * timedelta(minutes=10)

        def plan(work: SqlWork) -> None:
            daily.plan(work, self.house.rules(), self.clock.now(), set(work.agenda_names()))

        await self.store.unit(plan, writer="pass")
        for message in messages[max(answered - REPEATED, 0) : answered]:
            await self.deliver(message)
        for place, message in enumerate(messages[answered:], answered):
            self.clock.at = max(self.clock.at, START + place * step)
            await self.deliver(message)
            self.ledger.write(answered=message["id"])
            if place % BATCH == BATCH - 1:
                await self.look()
        await self.look()
        for place in range(walked, WALK):
            self.clock.at += timedelta(minutes=10)
            await self.look()
            self.ledger.write(walked=place + 1)
        # what was cut off is known to be so half a minute later, and said once more after that
        for _ in range(4):
            self.clock.at += timedelta(minutes=2)
            await self.look()

    async def deliver(self, message: dict[str, Any]) -> None:
        incoming = incoming_of(message)
        await self.accept(incoming, f"wecom:{incoming.id}", to_body(incoming))

    async def look(self) -> None:
        await self.decide_inbox()
        await self.do_due()
        await self.send_due()


def incoming_of(message: dict[str, Any]) -> Incoming:
    """A line of `messages.jsonl` as a channel would give it."""
    click = message.get("click")
    return Incoming(
        id=message["id"], channel="archive" if message.get("group") else "app", sender=message["sender"],
        at=datetime.fromisoformat(message["at"]), kind=MessageKind.CLICK if click else MessageKind.TEXT,
        words=Words(message.get("words", "")), group=message.get("group"),
        action=Action(click, f"m:{message['of']}") if click else None,
    )


def prepare(folder: Path) -> None:
    """An empty database with the sample county's registry."""
    with Store.open(f"sqlite:///{folder}/slice.db") as store:
        store.migrate()
        data, wrong = read_yaml((COUNTY_DIR / "registry.yaml").read_text(encoding="utf-8"))
        assert not wrong
        store.run(lambda work: registry_rows.save_registry(work, data, "test", START))


def life(folder: Path, seconds: int) -> None:
    """One life, to its end or to its killing."""
    messages = [json.loads(line) for line in (folder / "messages.jsonl").read_text(encoding="utf-8").splitlines()]
    service = Slice(Settings(database_url=f"sqlite:///{folder}/slice.db"), Ledger(folder / "ledger.jsonl"))

    async def run() -> None:
        await service.live(messages, seconds)
        await service.close()

    asyncio.run(run())


def answer(number: int) -> None:
    """A line to whoever drives the lives."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main(folder: Path, seconds: int) -> None:
    book = load_book(COUNTY_DIR)
    app.load_book = lambda *_: book  # type: ignore[assignment]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                life(folder, seconds)
            except BaseException as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                os._exit(1)
            os._exit(0)
        answer(child)
        _, status = os.waitpid(child, 0)
        answer(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
