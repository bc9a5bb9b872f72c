"""A county's talk for the desk's tests: the shipped sample county, the real classifier, real SQLite, a virtual clock.

`Talk` drives the same `Replay` as `gridbot replay`. People say and click; what the bot said since is in `said`, and
`expects` finds the line that a person or a group must have had. Ids are the registry's (`g-basic-01`, `u-01`).
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Self

import yaml

from bot.clock import CHINA
from bot.loading import House, load_book, read_registry
from bot.messages import Action, Incoming, MessageKind, Words
from bot.replay import Answer, Heard, Replay
from registry import source
from registry.registry import Registry
from storage import retention
from storage.store import Store
from tickets.model import Clock, HistoryLine, Ticket, TicketMessage

COUNTY_DIR = Path(__file__).parents[2] / "config" / "county"
BOT = "bot"
#: A Monday morning in working hours.
MONDAY = "2026-03-02 09:00"
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


@cache
def shipped_book() -> Any:
    """The county's files as shipped; read once for a test run."""
    return load_book(COUNTY_DIR)


@cache
def shipped_registry() -> Registry:
    return read_registry(COUNTY_DIR / "registry.yaml")


def sample_registry(edit: Callable[[dict[str, Any]], None]) -> Registry:
    """The sample county with something changed in its data."""
    data = yaml.safe_load((COUNTY_DIR / "registry.yaml").read_text(encoding="utf-8"))
    edit(data)
    registry, wrong = source.from_data(data)
    assert registry is not None, wrong
    return registry


@cache
def _empty_database() -> Path:
    """A migrated, empty SQLite file to copy from."""
    folder = tempfile.mkdtemp(prefix="gridbot-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "empty.db"
    with Store.open(f"sqlite:///{path}", durable=False) as store:
        store.migrate()
    return path


def span(text: str) -> timedelta:
    """`"90s"`, `"30min"`, `"2h"`, `"1d 4h"`."""
    found = _SPAN.findall(text)
    assert found, f"no span: {text}"
    return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in found))


class Talk:
    """One county's day. Use as a context manager; `start` is a moment on the county's clock."""

    def __init__(self, start: str = MONDAY, *, registry: Registry | None = None, answer: Answer = Answer.NONE) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gridbot-talk-")
        self.database = Path(self._folder.name) / "talk.db"
        shutil.copy(_empty_database(), self.database)
        salts = (f"{n:032x}" for n in count(1))
        self.store = Store.open(f"sqlite:///{self.database}", durable=False, salt=lambda: next(salts))
        self.house = House(shipped_book(), registry or shipped_registry())
        self.replay = Replay(self.house, self.store, datetime.fromisoformat(start).replace(tzinfo=CHINA), answer)
        self._ids = count(1)
        self._since = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.store.close()
        self._folder.cleanup()

    # time -----------------------------------------------------------------------
    @property
    def now(self) -> datetime:
        return self.replay.clock.now()

    def passes(self, text: str) -> None:
        """Walk the clock forward; what is said meanwhile is what is new."""
        self._begin()
        self.replay.walk_to(self.now + span(text))

    def until(self, moment: str) -> None:
        """Walk to a moment: `"2026-03-02 17:30"`."""
        self._begin()
        self.replay.walk_to(datetime.fromisoformat(moment).replace(tzinfo=CHINA))

    # what people do -------------------------------------------------------------
    def says(
        self, person: str, text: str = "", *, to: str | None = None, quote: str | None = None, kind: str = "text",
        wait: str = "25s", recalls: str | None = None,
    ) -> str:
        """A person says something; gives the message's id. `to` is a group, `"bot"` the 1:1 chat with 小格; without it the
        person's first group. 「@小格」 in the words is a mention. Then `wait` passes, so that what is held has left."""
        self._begin()
        group = None if to == BOT else to or self.registry.people[person].groups[0]
        message = f"m-{next(self._ids):04d}"
        tagged = "@小格" in text
        self.hear(
            Incoming(
                id=message, channel="replay", sender=person, at=self.now + timedelta(seconds=1), kind=MessageKind(kind),
                words=Words(text), group=group, mentions=(BOT,) if tagged else (), mentions_bot=tagged, quote=quote,
                recalls=recalls,
            )
        )
        self.replay.walk_to(self.now + span(wait))
        return message

    def clicks(self, person: str, key: str, ticket: int | None = None, *, task: str | None = None) -> str:
        """A person presses a card's button."""
        self._begin()
        message = f"m-{next(self._ids):04d}"
        self.hear(
            Incoming(
                id=message, channel="replay", sender=person, at=self.now + timedelta(seconds=1), kind=MessageKind.CLICK,
                action=Action(key, task or f"t{ticket or self.ticket().id}-1"),
            )
        )
        self.replay.walk_to(self.now + span("5s"))
        return message

    def confirms(self, person: str, group: str) -> None:
        """The owner presses, or the grid member has pasted: the oldest waiting send of the group."""
        self._begin()
        self.hear(
            Incoming(id=f"m-{next(self._ids):04d}", channel="replay", sender=person, at=self.now + timedelta(seconds=1),
                     kind=MessageKind.CONFIRM, group=group)
        )

    def hear(self, incoming: Incoming) -> None:
        """Any message, as it comes by any channel."""
        self.replay.hear(incoming)

    def opens(self, person: str, text: str, **more: Any) -> Ticket:
        """A person tells a matter; the ticket that was opened by it."""
        before = len(self.tickets())
        self.says(person, text, **more)
        tickets = self.tickets()
        assert len(tickets) == before + 1, f"{len(tickets) - before} tickets opened by: {text}"
        return tickets[-1]

    def nights(self) -> dict[str, int]:
        """The nightly forgetting."""
        return self.store.run(lambda work: retention.forget(work, self.now))

    # what came of it ------------------------------------------------------------
    @property
    def said(self) -> list[dict[str, Any]]:
        """What was said since the last thing that a person did, or that time was walked."""
        return self.replay.said[self._since :]

    @property
    def all_said(self) -> list[dict[str, Any]]:
        return self.replay.said

    def lines(self, where: str, *, ever: bool = False, kind: str | None = None) -> list[dict[str, Any]]:
        """Lines said to a group or a person (also what the person was asked to press or paste)."""
        lines = self.all_said if ever else self.said
        return [line for line in lines if where in (line.get("group"), line.get("to")) and kind in (None, line["kind"])]

    def expects(self, where: str, *pieces: str, ever: bool = False, kind: str | None = None) -> dict[str, Any]:
        """The line to a group or person that has all pieces; fails with everything that was said instead."""
        for line in self.lines(where, ever=ever, kind=kind):
            if all(piece in line["text"] for piece in pieces):
                return line
        told = "\n".join(f"  {line.get('group') or line.get('to')} [{line['form']}/{line['kind']}] {line['text']}"
                         for line in (self.all_said if ever else self.said))
        raise AssertionError(f"nothing to {where} ({kind or 'any kind'}) with {pieces}; said was:\n{told}")

    def expects_none(self, where: str, *pieces: str, ever: bool = False, kind: str | None = None) -> None:
        """No line to a group or person has all pieces."""
        found = [line for line in self.lines(where, ever=ever, kind=kind) if all(piece in line["text"] for piece in pieces)]
        assert not found, f"said to {where}: {found}"

    def tickets(self) -> list[Ticket]:
        """All tickets in order of opening."""

        def every(work: Any) -> list[Ticket]:
            found: list[Ticket] = []
            for number in count(1):
                try:
                    found.append(work.get_ticket(number))
                except LookupError:
                    return found
            raise AssertionError

        return self.store.look(every)

    def ticket(self, ticket_id: int | None = None) -> Ticket:
        """A ticket as it is now; without an id the one opened last."""
        return self.store.look(lambda work: work.get_ticket(ticket_id)) if ticket_id else self.tickets()[-1]

    def history(self, ticket_id: int | None = None) -> list[HistoryLine]:
        return self.store.look(lambda work: work.history(ticket_id or self.ticket().id))

    def whats(self, ticket_id: int | None = None) -> list[str]:
        """The kinds of the ticket's history lines."""
        return [line.what.value for line in self.history(ticket_id)]

    def messages(self, ticket_id: int | None = None) -> list[TicketMessage]:
        return self.store.look(lambda work: work.messages(ticket_id or self.ticket().id))

    def clocks(self, ticket_id: int | None = None) -> dict[Any, Clock]:
        return self.store.look(lambda work: work.clocks(ticket_id or self.ticket().id))

    def heard(self, message: str) -> Heard:
        return self.replay.heard[message]

    @property
    def registry(self) -> Registry:
        return self.house.rules().registry

    def _begin(self) -> None:
        self._since = len(self.replay.said)


def last_refusal(talk: Talk) -> str:
    """The refusal just said; fails where there was none."""
    refusals = [line for line in talk.said if line["kind"] == "refusal"]
    told = [(line.get("group") or line.get("to"), line["kind"], line["text"]) for line in talk.said]
    assert refusals, f"no refusal; said was {told}"
    return str(refusals[-1]["text"])
