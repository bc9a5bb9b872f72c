"""The state of the pretended WeCom: conversations, messages, cards. In memory, no I/O.

A conversation is a group's chat or a person's private screen; the latter joins two sessions that a WeCom member
has with the bot: the self-built app (``app``) and the 1:1 chat with the AI bot (``aibot``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.clock import Clock
from emulator.errors import DriveError
from emulator.registry import Group, Person, Registry

BOT = "bot"


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation: exactly one of group and person is set."""

    group: str | None = None
    person: str | None = None

    @property
    def key(self) -> str:
        """A string for limits and sets."""
        return f"group:{self.group}" if self.group else f"person:{self.person}"


@dataclass(slots=True)
class Message:
    """One bubble. ``how`` says by which door it came: typed, pasted, mass, push, reply, webhook, app, stream."""

    id: str
    at: datetime
    chat: Chat
    sender: str
    how: str
    kind: str
    text: str
    mentions: tuple[str, ...] = ()
    quote: str | None = None
    card: str | None = None
    door: str | None = None
    file: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    recalled: bool = False
    streaming: bool = False
    archive_id: str | None = None


@dataclass(slots=True)
class Card:
    """A template card; ``own`` holds the copies of people whose card was changed for them alone."""

    id: str
    door: str
    body: dict[str, Any]
    task_id: str
    group: str | None
    people: tuple[str, ...]
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    clicked: dict[str, str] = field(default_factory=dict)
    recalled: bool = False

    def seen_by(self, person: str) -> dict[str, Any]:
        """The card as this person sees it."""
        return self.own.get(person, self.body)


@dataclass(frozen=True, slots=True)
class File:
    """Bytes uploaded or made, kept until the emulator ends."""

    id: str
    name: str
    mime: str
    data: bytes
    at: datetime


class World:
    """Everything that exists in the pretended WeCom."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self.registry = registry
        self.clock = clock
        self.began = clock.now()
        self.messages: dict[str, Message] = {}
        self.chats: dict[Chat, list[Message]] = {}
        self.cards: dict[str, Card] = {}
        self.files: dict[str, File] = {}
        self.refused: set[tuple[str, str]] = set()
        self.away: set[tuple[str, str]] = set()
        self.member_versions: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        self.join_states: dict[tuple[str, str], str] = {}
        self.agreed_at: dict[tuple[str, str], datetime] = {}
        self.posted: list[Callable[[Message], None]] = []
        self.changed: Callable[[], None] = lambda: None
        self._groups_by: dict[str, dict[str, Group]] = {
            what: {getattr(g, what): g for g in registry.groups.values()}
            for what in ("aibot", "archive", "customer", "webhook", "appchat")
        }
        self._people_by_outside: dict[str, Person] = {}
        for person in registry.people.values():
            for outside in (person.wecom, person.wechat):
                if outside:
                    self._people_by_outside[outside] = person

    # who and where

    def group(self, group: str) -> Group:
        """The group of a registry id; raises DriveError."""
        if group not in self.registry.groups:
            raise DriveError(f"没有这个群：{group}", 404)
        return self.registry.groups[group]

    def person(self, person: str) -> Person:
        """The person of a registry id; raises DriveError."""
        if person not in self.registry.people:
            raise DriveError(f"没有这个人：{person}", 404)
        return self.registry.people[person]

    def group_by(self, what: str, address: str) -> Group | None:
        """The group with this address of kind aibot, archive, customer, webhook or appchat; letters' case matters."""
        return self._groups_by[what].get(address)

    def person_by_outside(self, outside: str) -> Person | None:
        """The person behind a userid or external id."""
        return self._people_by_outside.get(outside)

    def members(self, group: str) -> list[Person]:
        """Who is in a group now."""
        return [p for p in self.registry.members(group) if (p.id, group) not in self.away]

    def is_member(self, person: str, group: str) -> bool:
        """Whether the person is in the group now."""
        return group in self.registry.people[person].groups and (person, group) not in self.away

    def customer_owner(self, group: Group) -> Person | None:
        """The WeCom member who owns a customer group: the registered owner, else its first member of WeCom.

        A customer group cannot be owned by somebody on WeChat, whatever the registry says.
        """
        owner = self.registry.people.get(self.owners.get(group.id) or group.owner or "")
        if owner and owner.wecom:
            return owner
        return next((p for p in self.members(group.id) if p.wecom), None)

    def agreed(self, person: str, group: str) -> bool:
        """Whether the archive may hold this person's talk in this group; members of WeCom need not be asked."""
        return bool(self.registry.people[person].wecom) or (person, group) not in self.refused

    # what is said

    def post(
        self,
        chat: Chat,
        sender: str,
        how: str,
        kind: str,
        text: str,
        *,
        mentions: tuple[str, ...] = (),
        quote: str | None = None,
        card: str | None = None,
        door: str | None = None,
        file: str | None = None,
        detail: dict[str, Any] | None = None,
        streaming: bool = False,
    ) -> Message:
        """Add a bubble to a conversation and tell the listeners (the archive)."""
        message = Message(
            id=f"m{len(self.messages) + 1:06d}",
            at=self.clock.now(),
            chat=chat,
            sender=sender,
            how=how,
            kind=kind,
            text=text,
            mentions=mentions,
            quote=quote,
            card=card,
            door=door,
            file=file,
            detail=detail or {},
            streaming=streaming,
        )
        self.messages[message.id] = message
        self.chats.setdefault(chat, []).append(message)
        for listener in self.posted:
            listener(message)
        self.changed()
        return message

    def message(self, message: str) -> Message:
        """A bubble by id; raises DriveError."""
        if message not in self.messages:
            raise DriveError(f"没有这条消息：{message}", 404)
        return self.messages[message]

    def add_card(
        self, door: str, body: dict[str, Any], *, group: str | None = None, people: tuple[str, ...] = ()
    ) -> Card:
        """Keep a new card."""
        card = Card(f"c{len(self.cards) + 1:05d}", door, body, str(body.get("task_id", "")), group, people)
        self.cards[card.id] = card
        return card

    def card(self, card: str) -> Card:
        """A card by its id or its task_id; raises DriveError."""
        if card in self.cards:
            return self.cards[card]
        for found in reversed(self.cards.values()):
            if found.task_id == card:
                return found
        raise DriveError(f"没有这张卡片：{card}", 404)

    def add_file(self, name: str, mime: str, data: bytes) -> File:
        """Keep bytes."""
        file = File(f"f{len(self.files) + 1:05d}", name, mime, data, self.clock.now())
        self.files[file.id] = file
        return file

    def name_of(self, sender: str) -> str:
        """The name shown for a sender."""
        if sender == BOT:
            return self.registry.bot_name
        person = self.registry.people.get(sender)
        return person.shown if person else sender
