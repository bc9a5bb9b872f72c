"""What a sentence is made from, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.messages import Button, Choice
from registry.model import Group, Person
from registry.registry import Registry
from tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class Context:
    """Everything known when a row of the outbox leaves.

    `tickets` are those that `args` names by id. Exactly one of `group` and `person` is the destination. `now` is in the
    county's time zone: all times are said in it. `words` are those that the sender looked up: an official's own (missing.order,
    answer.announcement, supervised.*), or the first report's for a card to who acts (card.*).
    """

    ticket: Ticket | None
    tickets: Mapping[int, Ticket]
    args: Mapping[str, Any]
    registry: Registry
    now: datetime
    group: Group | None
    person: Person | None
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sentence ready for a channel: text ≤ 2,048 bytes; a card has a title ≤ 26 characters, ≤ 6 facts (name ≤ 5,
    value ≤ 26 characters) and ≤ 6 buttons. `mentions` are ids of people to be @-ed where the channel can."""

    text: str
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    mentions: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
