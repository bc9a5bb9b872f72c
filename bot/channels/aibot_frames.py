"""What the AI bot is told, as JSON, → `Incoming` (path/100719, 101027, 101463; wire §2.2, §2.5). Pure.

Long connection and URL mode carry the same bodies; they differ in the way back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.clean import clean
from bot.channels.errors import BadShape
from bot.channels.times import at_seconds
from bot.messages import Action, Incoming, Media, MessageKind, WayBack, Words

RESPOND = "aibot_respond"
UPDATE = "aibot_update"
WELCOME = "aibot_welcome"
RESPONSE_URL = "aibot_url"
REPLY = "aibot_reply"
"""Kinds of `WayBack`: answer a message (24 h), change the clicked card (5 s), greet (5 s), post once by URL (1 h), answer
in the reply of a URL-mode callback that brought no URL (5 s)."""

RESPOND_LIFE = timedelta(hours=24)
EVENT_LIFE = timedelta(seconds=5)
URL_LIFE = timedelta(hours=1)

DISCONNECTED = "disconnected_event"

Body = Mapping[str, object]


def read_body(body: object, now: datetime, names: Sequence[str], *, req_id: str | None = None) -> Incoming | None:
    """One callback's body. None for what is nobody's saying: stream polls, feedback, the displaced connection.

    `req_id` is the frame's on the long connection and None in URL mode; `names` are the names under which people @ the
    bot. Raises BadShape.
    """
    if not isinstance(body, dict):
        raise BadShape
    kind, number = _text(body, "msgtype"), _text(body, "msgid")
    event = _part(body, "event")
    name = _text(event, "eventtype")
    if kind == "stream" or name in (DISCONNECTED, "feedback_event"):
        return None
    sender = _text(_part(body, "from"), "userid")
    if not kind or not number or not sender:
        raise BadShape("智能机器人的消息缺少 msgtype、msgid 或 from，已拒绝。")
    # create_time is promised for events only; the official enter_chat example lacks chattype
    at = at_seconds(body["create_time"]) if body.get("create_time") is not None else now
    group = _text(body, "chatid") if _text(body, "chattype") == "group" else ""
    url = _text(body, "response_url")
    way = None if req_id else WayBack(REPLY, number, now + EVENT_LIFE)
    if url:
        way = WayBack(RESPONSE_URL, url, now + URL_LIFE)
    if kind == "event":
        return _event(event, name, number, sender, at, group or None, _way(req_id, name, now) or way)
    words, media = _said(body, kind)
    quote = _part(body, "quote")
    quoted = without_mention(_said(quote, _text(quote, "msgtype"))[0], names) if quote else ""
    return Incoming(
        id=number,
        channel="aibot",
        sender=sender,
        at=at,
        kind=_kind(kind, words, media),
        words=Words(without_mention(words, names)),
        group=group or None,
        mentions_bot=bool(group),
        quoted_words=Words(quoted) if quoted else None,
        media=media,
        reply=WayBack(RESPOND, req_id, now + RESPOND_LIFE) if req_id else way,
    )


def stream_polled(body: object) -> str | None:
    """The id of the stream that WeCom asks for (URL mode), None for everything else."""
    if not isinstance(body, dict) or _text(body, "msgtype") != "stream":
        return None
    return _text(_part(body, "stream"), "id") or None


def is_displaced(body: object) -> bool:
    """Whether another connection of the same bot has taken over."""
    return isinstance(body, dict) and _text(_part(body, "event"), "eventtype") == DISCONNECTED


def without_mention(text: str, names: Sequence[str]) -> str:
    """The text without the leading "@name " that a group message carries; clients put U+2005 after a name."""
    for name in names:
        found = re.match(rf"\s*[@＠]{re.escape(name)}(?:[\s\u2005]+|$)", text)
        if found:
            return text[found.end() :]
    return text


def _way(req_id: str | None, event: str, now: datetime) -> WayBack | None:
    kind = {"template_card_event": UPDATE, "enter_chat": WELCOME}.get(event)
    return WayBack(kind, req_id, now + EVENT_LIFE) if req_id and kind else None


def _of_card(way: WayBack | None, action: Action) -> WayBack | None:
    """The way back of a click, with the card that was clicked."""
    return way and replace(way, card=action.task_id)


def _event(
    event: Body, name: str, number: str, sender: str, at: datetime, group: str | None, way: WayBack | None
) -> Incoming:
    if not name:
        raise BadShape("智能机器人的事件缺少 eventtype，已拒绝。")
    click = name == "template_card_event"
    action = _click(event) if click else Action(name, "")
    return Incoming(
        id=number,
        channel="aibot",
        sender=sender,
        at=at,
        kind=MessageKind.CLICK if click else MessageKind.SYSTEM,
        group=group,
        action=action,
        reply=_of_card(way, action) if click else way,
    )


def _click(event: Body) -> Action:
    """Three spellings: nested snake_case, nested without underscores, directly in the event (path/101027, SDK)."""
    card = _part(event, "template_card_event") or event
    key = _text(card, "event_key") or _text(card, "eventkey")
    task_id = _text(card, "task_id") or _text(card, "taskid")
    if not key or not task_id:
        raise BadShape("卡片点击缺少 event_key 或 task_id，已拒绝。")
    items = _part(card, "selected_items") or _part(card, "selecteditems")
    choices: dict[str, tuple[str, ...]] = {}
    for item in _list(items.get("selected_item", items.get("selecteditem"))):
        if isinstance(item, dict):
            options = _part(item, "option_ids") or _part(item, "optionids")
            chosen = _list(options.get("option_id", options.get("optionid")))
            question = _text(item, "question_key") or _text(item, "questionkey")
            choices[question] = tuple(clean(option) for option in chosen if isinstance(option, str))
    return Action(key, task_id, choices)


def _said(body: Body, kind: str) -> tuple[str, tuple[Media, ...]]:
    part = _part(body, kind)
    if kind in ("text", "voice", "markdown"):
        return _text(part, "content"), ()
    if kind in ("image", "file", "video"):
        url = _text(part, "url")
        return "", (Media(kind, url, _text(part, "aeskey") or None),) if url else ()
    if kind == "mixed":
        said = [_said(item, _text(item, "msgtype")) for item in _dicts(part.get("msg_item"))]
        return " ".join(words for words, _ in said if words), tuple(media for _, some in said for media in some)
    return "", ()


def _kind(kind: str, words: str, media: tuple[Media, ...]) -> MessageKind:
    if kind == "mixed":
        return MessageKind.TEXT if words or not media else MessageKind.IMAGE
    return {
        "text": MessageKind.TEXT,
        "voice": MessageKind.VOICE,
        "image": MessageKind.IMAGE,
        "video": MessageKind.IMAGE,
        "file": MessageKind.LINK,
    }.get(kind, MessageKind.SYSTEM)


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return clean(value) if isinstance(value, str) else ""


def _part(body: Body, name: str) -> Body:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _dicts(value: object) -> Iterator[Body]:
    yield from (item for item in _list(value) if isinstance(item, dict))
