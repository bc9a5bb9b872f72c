"""The state as the page and acceptance tests read it: plain JSON values."""

from __future__ import annotations

from typing import Any

from emulator.aibot import AiBot
from emulator.archive import Archive
from emulator.drive import text_to_copy
from emulator.mass_send import MassSend, Task
from emulator.registry import ROLE_NAMES
from emulator.world import Card, Chat, Message, World

SHOWN = 100


def message_view(world: World, message: Message) -> dict[str, Any]:
    """One bubble; a recalled one has no text left."""
    quoted = world.messages.get(message.quote or "")
    return {
        "id": message.id,
        "at": message.at.isoformat(timespec="milliseconds"),
        "group": message.chat.group,
        "person": message.chat.person,
        "door": message.door,
        "sender": message.sender,
        "sender_name": world.name_of(message.sender),
        "how": message.how,
        "kind": message.kind,
        "text": "" if message.recalled else message.text,
        "mentions": list(message.mentions),
        "quote": {"id": quoted.id, "sender_name": world.name_of(quoted.sender), "text": _quoted_text(quoted)}
        if quoted
        else None,
        "card": message.card,
        "image": f"/files/{message.file}" if message.file and not message.recalled else None,
        "recalled": message.recalled,
        "streaming": message.streaming,
        "archive_id": message.archive_id,
    }


def _quoted_text(message: Message) -> str:
    return "（已撤回）" if message.recalled else message.text or "[卡片]"


def card_view(card: Card) -> dict[str, Any]:
    """A card, its changed copies, who clicked what, and the text it holds ready to copy."""
    return {
        "id": card.id,
        "door": card.door,
        "task_id": card.task_id,
        "group": card.group,
        "people": list(card.people),
        "body": card.body,
        "own": card.own,
        "clicked": card.clicked,
        "recalled": card.recalled,
        "copy_text": text_to_copy(card.body),
    }


def task_view(task: Task) -> dict[str, Any]:
    """A mass send; ``state`` is waiting, sent or cancelled."""
    return {
        "id": task.id,
        "owner": task.owner,
        "groups": list(task.groups),
        "text": task.text,
        "made": task.made.isoformat(timespec="seconds"),
        "state": "sent" if task.sent else "cancelled" if task.cancelled else "waiting",
        "sent": task.sent.isoformat(timespec="seconds") if task.sent else None,
        "results": task.results,
        "reminders": len(task.reminded),
    }


def state_view(world: World, aibot: AiBot, archive: Archive, mass: MassSend, shown: int = SHOWN) -> dict[str, Any]:
    """Everything the page shows: the last ``shown`` bubbles of each conversation, and the cards in them."""
    last = {chat: messages[-shown:] for chat, messages in world.chats.items()}
    cards = [m.card for messages in last.values() for m in messages if m.card]
    groups = []
    for group in world.registry.groups.values():
        chat = Chat(group=group.id)
        owner = world.customer_owner(group) if group.kind == "customer" else None
        groups.append(
            {
                "id": group.id,
                "name": group.name,
                "tier": group.tier,
                "kind": group.kind,
                "hears": group.hears,
                "speaks": group.speaks,
                "archived": group.archived,
                "owner": group.owner,
                "sender": owner.id if owner else None,
                "parent": group.parent,
                "addressed": chat in aibot.addressed,
                "addresses": {
                    "aibot": group.aibot,
                    "archive": group.archive,
                    "customer": group.customer,
                    "webhook": group.webhook,
                },
                "members": [p.id for p in world.members(group.id)],
                "messages": [message_view(world, m) for m in last.get(chat, [])],
            }
        )
    people = []
    for person in world.registry.people.values():
        chat = Chat(person=person.id)
        people.append(
            {
                "id": person.id,
                "name": person.name,
                "shown": person.shown,
                "role": person.role,
                "role_name": ROLE_NAMES[person.role],
                "groups": list(person.groups),
                "wecom": person.wecom,
                "wechat": person.wechat,
                "refused": sorted(g for p, g in world.refused if p == person.id),
                "addressed": chat in aibot.addressed,
                "messages": [message_view(world, m) for m in last.get(chat, [])],
            }
        )
    walking = world.clock.walking_to
    return {
        "now": world.clock.now().isoformat(timespec="seconds"),
        "walking_to": walking.isoformat(timespec="seconds") if walking else None,
        "county": world.registry.county,
        "bot": {"name": world.registry.bot_name, "connected": aibot.connected},
        "archive_seq": archive.last_seq,
        "groups": groups,
        "people": people,
        "cards": {card: card_view(world.cards[card]) for card in cards},
        "tasks": [task_view(t) for t in mass.tasks.values()],
    }
