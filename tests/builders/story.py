"""A county's story in words: `resident("r-001").says(…)`, `group("g-coord-01").expects(…)`, `time.passes("30min")`.

It drives the real decider over the real storage (`Talk`). After every act the audit sweep is asked, so that at no
moment a matter lies without an owner or a clock; who owned it is written down as it changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from registry.terms import Status
from storage import sweep
from tests.builders.talk import MONDAY, Talk
from tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the county, or a resident whom no registry knows (then `home` is the group)."""

    story: Story
    id: str
    home: str | None = None

    def says(self, text: str, group: str | None = None, **more: Any) -> str:
        """In a group (his own where none is named); 「@小格」 in the words is a mention. Gives the message's id."""
        message = self.story.talk.says(self.id, text, to=group or self.home, **more)
        self.story.look()
        return message

    def tells_bot(self, text: str) -> str:
        """1:1 with 小格."""
        return self.says(text, "bot")

    def clicks(self, key: str) -> None:
        """A button of a card about the story's matter."""
        self.story.talk.clicks(self.id, key)
        self.story.look()

    def pastes(self, group: str) -> None:
        """He has pasted, or the owner has sent, what waited longest for the group."""
        self.story.talk.confirms(self.id, group)
        self.story.look()

    def gets(self, *pieces: str, kind: str | None = None) -> str:
        """A card, or a line to him alone, since the last act."""
        return str(self.story.talk.expects(self.id, *pieces, kind=kind)["text"])

    def gets_nothing(self, *pieces: str) -> None:
        self.story.talk.expects_none(self.id, *pieces)


@dataclass(frozen=True, slots=True)
class Room:
    """A group."""

    story: Story
    id: str

    def expects(self, *pieces: str, kind: str | None = None) -> str:
        """A line with all pieces since the last act."""
        return str(self.story.talk.expects(self.id, *pieces, kind=kind)["text"])

    def heard(self, *pieces: str) -> str:
        """A line with all pieces at any time of the story."""
        return str(self.story.talk.expects(self.id, *pieces, ever=True)["text"])

    def hears_nothing(self, *pieces: str) -> None:
        """No line since the last act has all pieces (none given: there is no line)."""
        self.story.talk.expects_none(self.id, *pieces)

    def never_heard(self, *pieces: str) -> None:
        self.story.talk.expects_none(self.id, *pieces, ever=True)

    def all_heard(self) -> list[str]:
        return [str(line["text"]) for line in self.story.talk.lines(self.id, ever=True)]


@dataclass(frozen=True, slots=True)
class Time:
    """The county's clock; everything due on the way is done."""

    story: Story

    def passes(self, length: str) -> None:
        self.story.talk.passes(length)
        self.story.look()

    def comes(self, moment: str) -> None:
        """`"2026-03-03 08:00"`."""
        self.story.talk.until(moment)
        self.story.look()


@dataclass
class Story:
    """One matter from the first word to its end. Use as a context manager."""

    talk: Talk
    owners: list[tuple[str, str]] = field(default_factory=list)
    """(status, owner) of the story's first matter, each time one of them changed."""

    @classmethod
    def begins(cls, start: str = MONDAY, **more: Any) -> Self:
        return cls(Talk(start, **more))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.talk.close()

    @property
    def time(self) -> Time:
        return Time(self)

    def resident(self, who: str, home: str | None = None) -> Someone:
        return Someone(self, who, home)

    def person(self, who: str) -> Someone:
        return Someone(self, who)

    def group(self, group: str) -> Room:
        return Room(self, group)

    @property
    def matter(self) -> Ticket:
        """The story's matter; fails where there is none, or where one became several."""
        tickets = self.talk.tickets()
        assert tickets, "nothing was opened"
        return tickets[0]

    @property
    def number(self) -> str:
        return self.matter.aloud

    def only_one(self) -> Ticket:
        tickets = self.talk.tickets()
        assert len(tickets) == 1, [(one.number, one.summary) for one in tickets]
        return tickets[0]

    def look(self) -> None:
        """The sweep finds nothing, and who owns the matter now is noted."""
        found = self.talk.store.look(lambda work: sweep.sweep(work, self.talk.now))
        assert not found, f"{self.talk.now}: {found}"
        for ticket in self.talk.tickets():
            assert not ticket.is_open or ticket.owner, ticket.number
        tickets = self.talk.tickets()
        if tickets:
            now = (tickets[0].status.value, tickets[0].owner if tickets[0].is_open else "")
            if not self.owners or self.owners[-1] != now:
                self.owners.append((now[0], now[1] or ""))

    def owned_by(self) -> list[str]:
        """Who answered for it, in order, while it was open."""
        order: list[str] = []
        for _, owner in self.owners:
            if owner and (not order or order[-1] != owner):
                order.append(owner)
        return order

    def lived_through(self) -> list[Status]:
        """Its states in order."""
        order: list[Status] = []
        for status, _ in self.owners:
            if not order or order[-1] != Status(status):
                order.append(Status(status))
        return order

    def print(self) -> None:
        """Everything that was said, for who writes a story."""
        for line in self.talk.all_said:
            print(line["at"][5:16], line.get("group") or line.get("to"), line["form"], line["kind"], line["text"])  # noqa: T201
