"""What a person told us, as the desk needs it. The decider makes it from a verdict in one function."""

from dataclasses import dataclass, field
from datetime import datetime

from registry.terms import Act, Category, DangerKind, Role, Tier, Urgency


@dataclass(frozen=True, slots=True)
class Told:
    """One heard message with its reading. Ids are the registry's; `area` is the grid's code of the group.

    `refers_to` and `quote` are message ids where the talk gave one; `numbers` are ticket numbers said in the words
    (0302-17). `to_bot` is true when the bot was @-ed or the message came in a 1:1 chat with it.
    `hold_until` is when the speaker may be thought to have finished (20 s after the last fragment).
    """

    message: str
    at: datetime
    sender: str
    role: Role
    tier: Tier
    group: str | None
    area: str
    township: str | None
    act: Act
    category: Category | None = None
    urgency: Urgency | None = None
    danger: DangerKind | None = None
    doubt: bool = False
    place: str | None = None
    refers_to: str | None = None
    quote: str | None = None
    numbers: tuple[str, ...] = ()
    to_bot: bool = False
    missing: bool = False
    announces: bool = False
    satisfied: bool | None = None
    confidence: float = 0.0
    words: str = field(default="", repr=False)
    media: str | None = None
    late: bool = False
    names_person: bool = False
    """The words name somebody: in a group they are led to the 1:1 chat, there they make a private ticket."""
    apart: bool = False
    """Told to the bot alone about a person: no group hears of it."""
    reasons: tuple[tuple[str, str, float], ...] = field(default=(), repr=False)
    joined_by: tuple[tuple[str, float], ...] = ()
    """What spoke for the ticket that it was laid in (`tickets.merging`)."""
