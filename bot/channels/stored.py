"""An `Incoming` as the body of an inbox row, and back. This is what is on disk before WeCom is answered (promise P1).

The body holds heard words: it is wiped in the transaction that decides the message, and nobody else reads it.
"""

import json
from datetime import datetime

from bot.messages import Action, Incoming, Media, MessageKind, WayBack, Words

_ENCODER = json.JSONEncoder(separators=(",", ":"))


def to_body(incoming: Incoming) -> bytes:
    """UTF-8 JSON."""
    action, reply = incoming.action, incoming.reply
    value = {
        "id": incoming.id,
        "channel": incoming.channel,
        "sender": incoming.sender,
        "at": incoming.at.isoformat(),
        "kind": incoming.kind.value,
        "words": incoming.words.text,
        "group": incoming.group,
        "mentions": incoming.mentions,
        "mentions_bot": incoming.mentions_bot,
        "quote": incoming.quote,
        "quoted_words": None if incoming.quoted_words is None else incoming.quoted_words.text,
        "media": [[media.kind, media.ref, media.key] for media in incoming.media],
        "action": None if action is None else [action.key, action.task_id, dict(action.choices)],
        "recalls": incoming.recalls,
        "reply": None if reply is None else [reply.kind, reply.ref, reply.until.isoformat(), reply.card],
        "sequence": incoming.sequence,
        "account": incoming.account,
    }
    # a lone surrogate (JSON of the wire may carry one) has no UTF-8; its escape has
    return _ENCODER.encode(value).encode()


def from_body(body: bytes) -> Incoming:
    """The same `Incoming`. Raises ValueError, KeyError or TypeError for what `to_body` did not write."""
    value = json.loads(body)
    action, reply, quoted = value["action"], value["reply"], value["quoted_words"]
    return Incoming(
        id=value["id"],
        channel=value["channel"],
        sender=value["sender"],
        at=datetime.fromisoformat(value["at"]),
        kind=MessageKind(value["kind"]),
        words=Words(value["words"]),
        group=value["group"],
        mentions=tuple(value["mentions"]),
        mentions_bot=value["mentions_bot"],
        quote=value["quote"],
        quoted_words=None if quoted is None else Words(quoted),
        media=tuple(Media(kind, ref, key) for kind, ref, key in value["media"]),
        action=action and Action(action[0], action[1], {key: tuple(chosen) for key, chosen in action[2].items()}),
        recalls=value["recalls"],
        reply=reply and WayBack(reply[0], reply[1], datetime.fromisoformat(reply[2]), *reply[3:]),
        sequence=value["sequence"],
        account=value.get("account", ""),  # rows kept by an older version have none
    )
