"""The app's decrypted XML → `Incoming` (wire §1.5, §6.2).

Messages are in the member's 1:1 session with the app. Card clicks become CLICK with a way back of 72 h; all other
events become SYSTEM, their name and every field in `action`, so that nothing that XML said is lost.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from wechatpy.enterprise.messages import MESSAGE_TYPES

from bot.channels.errors import BadShape
from bot.channels.times import at_seconds
from bot.channels.xml import Tag, first, flat, tags, texts
from bot.messages import Action, Incoming, Media, MessageKind, WayBack, Words

RESPONSE_CODE_LIFE = timedelta(hours=72)

CUSTOMER_EVENTS = frozenset({"change_external_chat", "change_external_contact"})
ARCHIVE_NOTICE = "msgaudit_notify"
KF_NOTICE = "kf_msg_or_event"

APP_RESPONSE_CODE = "app_response_code"
APP_PASSIVE = "app_passive"
"""Kinds of `WayBack`: a card click (72 h, one use); a message or entry, answered in the callback's own reply."""

PASSIVE_LIFE = timedelta(seconds=15)
"""Three deliveries of 5 s."""

_KINDS = {
    "text": MessageKind.TEXT,
    "image": MessageKind.IMAGE,
    "voice": MessageKind.VOICE,
    "video": MessageKind.IMAGE,
    "location": MessageKind.LOCATION,
    "link": MessageKind.LINK,
}


def read_app_message(tag: Tag) -> Incoming:
    """The root's children → what was heard. Raises BadShape.

    A message is known by its MsgId. An event has none: by sender, second, name and a digest of its fields, for two
    events may fall in one second (path/90930). A click's response code is left out of the digest.
    """
    kind, sender = first(tag, "MsgType").lower(), first(tag, "FromUserName")
    if not kind or not sender:
        raise BadShape("回调缺少 MsgType 或 FromUserName，已拒绝。")
    return _event(tag, sender) if kind == "event" else _message(tag, kind, sender)


def _message(tag: Tag, kind: str, sender: str) -> Incoming:
    number = first(tag, "MsgId")
    if not number:
        raise BadShape("回调缺少 MsgId，已拒绝。")
    at = at_seconds(first(tag, "CreateTime"))
    words, media = "", tuple[Media, ...]()
    if kind == "text":
        # nearly all there is: it needs no message class
        words = first(tag, "Content")
    elif kind in MESSAGE_TYPES:
        words, media = _content(kind, MESSAGE_TYPES[kind](flat(tag)))
    return Incoming(
        id=number,
        channel="app",
        sender=sender,
        at=at,
        kind=_KINDS.get(kind, MessageKind.SYSTEM),
        words=Words(words),
        media=media,
        action=None if kind in _KINDS else Action(kind, "", _fields(tag)),
        reply=WayBack(APP_PASSIVE, number, at + PASSIVE_LIFE) if kind in _KINDS else None,
    )


def _content(kind: str, message: object) -> tuple[str, tuple[Media, ...]]:
    """Words and media of a wechatpy message."""

    def field(name: str) -> str:
        return str(getattr(message, name, None) or "")

    if kind == "location":
        # Location_X is the latitude, Location_Y the longitude (path/90239)
        place = f"{field('location_x')},{field('location_y')}"
        return field("label"), (Media("location", place),)
    if kind == "link":
        return " ".join(filter(None, (field("title"), field("description")))), (Media("link", field("url")),)
    if kind in ("image", "voice", "video"):
        return "", (Media(kind, field("media_id")),)
    return "", ()


def _event(tag: Tag, sender: str) -> Incoming:
    name, second = first(tag, "Event"), first(tag, "CreateTime")
    if not name:
        raise BadShape("事件回调缺少 Event，已拒绝。")
    at = at_seconds(second)
    fields = _fields(tag)
    named = sorted((key, value) for key, value in fields.items() if key != "ResponseCode")
    digest = hashlib.sha256(repr(named).encode()).hexdigest()[:24]
    number = f"{sender}:{second}:{name}:{digest}"
    if name == "template_card_event":
        code = first(tag, "ResponseCode")
        return Incoming(
            id=number,
            channel="app",
            sender=sender,
            at=at,
            kind=MessageKind.CLICK,
            action=Action(first(tag, "EventKey"), first(tag, "TaskId"), _choices(tag)),
            reply=WayBack(APP_RESPONSE_CODE, code, at + RESPONSE_CODE_LIFE, first(tag, "TaskId")) if code else None,
        )
    return Incoming(
        id=number,
        channel="customer" if name in CUSTOMER_EVENTS else "app",
        sender=sender,
        at=at,
        kind=MessageKind.SYSTEM,
        group=first(tag, "ChatId") or None,
        action=Action(name, first(tag, "TaskId"), fields),
    )


def _choices(tag: Tag) -> dict[str, tuple[str, ...]]:
    return {
        first(item, "QuestionKey"): tuple(
            option for options in tags(item, "OptionIds") for option in texts(options, "OptionId")
        )
        for items in tags(tag, "SelectedItems")
        for item in tags(items, "SelectedItem")
    }


def _fields(tag: Tag) -> dict[str, tuple[str, ...]]:
    """Every text of the tree by its path, lists kept: `MemChangeList/Item` → all ids."""
    fields: dict[str, list[str]] = {}
    for path, text in _leaves(tag, ""):
        fields.setdefault(path, []).append(text)
    return {path: tuple(found) for path, found in fields.items()}


def _leaves(tag: Tag, above: str) -> Iterator[tuple[str, str]]:
    for name, children in tag.items():
        for child in children:
            if isinstance(child, str):
                yield above + name, child
            else:
                yield from _leaves(child, f"{above}{name}/")
