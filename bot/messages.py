"""What is heard and what is said, without bytes of any channel.

`Incoming` is made by a channel and names the outside ids; `Line` is the same message once the registry has told who
spoke where. Heard text is always a `Words`, whose repr is its length, so that it can't slip into a log or an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from registry.terms import Act, Category, DangerKind, Form, Lane, Role, Said, Tier, Urgency


class Words:
    """Heard text. `str(words)` is refused; `.text` gives it to whoever asks on purpose."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"<{len(self.text)} characters>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __bool__(self) -> bool:
        return bool(self.text.strip())


class MessageKind(StrEnum):
    """`type` of the transcript format."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    LOCATION = "location"
    LINK = "link"
    SYSTEM = "system"
    RECALL = "recall"
    CLICK = "click"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, voice or file that can still be fetched: where and until when."""

    kind: str
    ref: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A card click or a form: the button's key, the card's task id, the choices made."""

    key: str
    task_id: str
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WayBack:
    """The one-use way to answer (req_id, response code or response_url) and until when it holds.

    `card` is the task id of the clicked card, where it came by a click.
    """

    kind: str
    ref: str
    until: datetime
    card: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as a channel heard it. `id` is unique within the channel; ids of people and groups are outside ids.

    `group` is None in a 1:1 chat. `sequence` is the archive's seq, None for sockets and callbacks.
    """

    id: str
    channel: str
    sender: str
    at: datetime
    kind: MessageKind
    words: Words = field(default_factory=lambda: Words(""))
    group: str | None = None
    mentions: tuple[str, ...] = ()
    mentions_bot: bool = False
    quote: str | None = None
    quoted_words: Words | None = None
    media: tuple[Media, ...] = ()
    action: Action | None = None
    recalls: str | None = None
    reply: WayBack | None = None
    sequence: int | None = None
    account: str = ""
    """Which of our accounts was spoken to, where a channel has several (客服)."""


def words_of(voice: str) -> str:
    """The id under which the transcribed words of a voice message are heard; recalled together with it."""
    return f"{voice}#words"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a reading came out as it did: the rule, the words that it met, its weight."""

    rule: str
    words: str = field(repr=False)
    weight: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one message does, as the classifier reads it (design, section 7).

    `refers_to` is a message id, a word or None; a doubtful danger has urgency `urgent`, its danger kind and
    `doubt=True`. `missing` marks 寻人 and `announces` an announced outage or work; neither is part of the output line.
    """

    act: Act
    category: Category | None = None
    urgency: Urgency | None = None
    danger: DangerKind | None = None
    doubt: bool = False
    place: str | None = None
    confidence: float = 0.0
    refers_to: str | None = None
    reasons: tuple[Reason, ...] = ()
    missing: bool = False
    announces: bool = False
    satisfied: bool | None = None
    """Of a rating: True satisfied, False not, None unclear."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the talk with the registry's knowledge of who spoke where. Ids are the registry's."""

    id: str
    at: datetime
    sender: str
    role: Role
    tier: Tier
    group: str | None
    kind: MessageKind = MessageKind.TEXT
    words: Words = field(default_factory=lambda: Words(""))
    mentions: tuple[str, ...] = ()
    mentions_bot: bool = False
    quote: str | None = None
    verdict: Verdict | None = None
    """How it was read; None while it is being read."""
    ticket: int | None = None
    """The ticket in which it came to lie, if any."""

    def read_as(self, verdict: Verdict, ticket: int | None) -> Self:
        """The same line with its reading."""
        return replace(self, verdict=verdict, ticket=ticket)


@dataclass(frozen=True, slots=True)
class Button:
    """A card's button: its key comes back in `Action.key`. style 1 main, 2 danger, 4 plain (wire, section 7)."""

    key: str
    text: str
    style: int = 1
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A question on a card: what is chosen comes back in `Action.choices` under its key. Options are (id, text)."""

    key: str
    title: str
    options: tuple[tuple[str, str], ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One sentence ready to leave: rendered text, where to, in which form.

    `group` or `person` are registry ids; `outside` is the address for the channel. `mark` is visible in the text
    (ticket number · step) so that a double post can be recognised (promise P6). `task_id` identifies a card and is
    unique per app. `mentions` are the outside ids of people to be @-ed where the channel can.
    """

    row: int
    kind: Said
    form: Form
    lane: Lane
    text: str
    group: str | None = None
    person: str | None = None
    outside: str = ""
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    task_id: str = ""
    mentions: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = field(default=(), repr=False)
    """Mobile numbers of people to be @-ed who have no outside id; they never stand in the text."""
    mark: str = ""
    choices: tuple[Choice, ...] = ()
    """Questions of the card, which the first button sends off."""
    reply: WayBack | None = None
    settled: str = ""
    """Of the answer to a click: the line that takes the place of the clicked card's buttons; "" where they stay."""
