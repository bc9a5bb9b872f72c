"""A matter and what hangs on it, as frozen values. `storage` maps rows to them; nobody else knows rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registry.terms import (
    OPEN_STATUSES,
    Act,
    Category,
    ClockKind,
    DangerKind,
    Lane,
    Outcome,
    Said,
    Status,
    TicketKind,
    Tier,
    Urgency,
    What,
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One matter (工单). `number` is the full one, 2026-0302-17; `area` the grid's code; people are registry ids.

    `urgency` is the highest that it rightly had: 解除 leaves it, 误报 lowers it. `owner` is never empty while the
    ticket is open (首问责任).
    """

    id: int
    number: str
    kind: TicketKind
    category: Category
    urgency: Urgency
    danger: DangerKind | None
    doubt: bool
    group: str | None
    groups: tuple[str, ...]
    area: str
    township: str | None
    place: str | None
    summary: str = field(repr=False)
    status: Status
    owner: str | None
    policy: str
    opened_at: datetime
    last_at: datetime
    outcome: Outcome | None = None
    unit: str | None = None
    round: int = 1
    step: int = 0
    returns: int = 0
    voices: int = 1
    accepted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    done_at: datetime | None = None
    closed_at: datetime | None = None
    danger_ended_at: datetime | None = None
    merged_into: int | None = None
    linked_to: int | None = None
    missing: bool = False
    late: bool = False
    leader: str | None = None
    """Who leads it (领导领办); the owner stays the one who answers for it."""

    @property
    def is_open(self) -> bool:
        """Open tickets have an owner and a running clock (promise P3)."""
        return self.status in OPEN_STATUSES

    @property
    def aloud(self) -> str:
        """The number as people say it: 0302-17."""
        return self.number[5:]

    @property
    def in_danger(self) -> bool:
        """Danger that nobody has ended yet."""
        return self.urgency is Urgency.DANGER and self.danger_ended_at is None

    @property
    def is_apart(self) -> bool:
        """Told to the bot alone about a person: those who act have cards, no group hears of it."""
        return self.kind is TicketKind.PRIVATE

    @property
    def is_private(self) -> bool:
        """Person danger: no group, no list but for confidants (promise P13)."""
        return self.danger is DangerKind.PERSON


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """One heard message that lies in a ticket. A message lies in at most one.

    `words` are kept for report, supplement, notice and command; of the other acts only the fact is kept.
    """

    id: str
    ticket: int
    sender: str
    group: str | None
    at: datetime
    act: Act
    words: str | None = field(default=None, repr=False)
    media: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a ticket's append-only history. `digest` chains it to the line before (promise P10)."""

    ticket: int
    line: int
    at: datetime
    what: What
    by: str | None
    to: str | None
    facts: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A running clock. `limit_at` is when its limit passes, `due_at` when the pass must look at it next.

    `rung` counts the rungs of its ladder called in this round.
    """

    ticket: int
    kind: ClockKind
    due_at: datetime
    limit_at: datetime
    rung: int = 0


@dataclass(frozen=True, slots=True)
class ToSay:
    """A row of the outbox: data, never a sentence. `event` names the text, `args` are facts and ids, never heard words.

    Exactly one of `group` and `person` is set. `because` names what led to it (a message id or a clock).
    `still` says what must hold when it leaves: see `tickets.truth`.
    """

    kind: Said
    event: str
    lane: Lane
    ticket: int | None
    because: str
    group: str | None = None
    person: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    round: int = 0
    step: int = 0
    tier: Tier | None = None
    not_before: datetime | None = None
    parent: int | None = None
    still: str = "always"


@dataclass(frozen=True, slots=True)
class Queued:
    """A row of the outbox that has not left, as far as the digest needs it."""

    row: int
    event: str
    group: str | None
    ticket: int | None
    still: str
    round: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that a new message might belong to, with what `attach` weighs."""

    ticket: Ticket
    messages: frozenset[str]
    voices: frozenset[str]
    words: tuple[str, ...] = field(default=(), repr=False)
    alike: tuple[tuple[Category, str | None], ...] = ()
    """Category and place of the tickets that people merged into it: what is told so is this matter too."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """An official's announced outage or work: published speech, kept (domain.md, Announcements)."""

    id: int
    group: str
    area: str
    category: Category
    message: str
    by: str
    at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    words: str = field(repr=False)
    ticket: int | None = None
