"""Records of 微信客服 → `Incoming` (path/94670): what residents and heads say, and the events around it.

Only what the customer said (origin 3) and the system's events (origin 4) are heard; what staff said in the console
(origin 5) is nobody's report.
"""

from collections.abc import Mapping
from datetime import timedelta

from bot.channels.errors import BadShape
from bot.channels.times import at_seconds
from bot.messages import Action, Incoming, Media, MessageKind, WayBack, Words

CHANNEL = "kf"
KF_WELCOME = "kf_welcome"
"""Kind of `WayBack`: the code that comes when somebody opens the chat, for one greeting within 20 s (path/95122)."""

WELCOME_LIFE = timedelta(seconds=20)
SEND_FAILED = "msg_send_fail"

CUSTOMER, SYSTEM = 3, 4

_MEDIA = {"image": MessageKind.IMAGE, "voice": MessageKind.VOICE, "video": MessageKind.IMAGE}
_EVENTS = frozenset({"enter_session", SEND_FAILED})


def read_kf_record(record: object) -> Incoming | None:
    """One entry of `msg_list`; None for what is not a resident's saying. Raises BadShape."""
    if not isinstance(record, Mapping):
        raise BadShape("微信客服的消息格式不对，已拒绝。")
    origin = record.get("origin")
    kind = str(record.get("msgtype") or "")
    number = str(record.get("msgid") or "")
    if not number or not kind:
        raise BadShape("微信客服的消息缺少 msgid 或 msgtype，已拒绝。")
    if kind == "event":
        return _event(record, number)
    if origin != CUSTOMER:
        return None
    return _message(record, kind, number)


def _message(record: Mapping[str, object], kind: str, number: str) -> Incoming:
    part = _part(record, kind)
    words, media, action = "", tuple[Media, ...](), None
    heard = _MEDIA.get(kind, MessageKind.SYSTEM)
    if kind == "text":
        heard, words = MessageKind.TEXT, _text(part, "content")
        menu = _text(part, "menu_id")
        if menu:
            # A tap on a menu of ours comes as its text with the id that we gave (path/94677).
            key, _, task = menu.partition(":")
            heard, words, action = MessageKind.CLICK, "", Action(key, task)
    elif kind == "location":
        heard = MessageKind.LOCATION
        words = " ".join(filter(None, (_text(part, "name"), _text(part, "address"))))
        media = (Media("location", f"{part.get('latitude', '')},{part.get('longitude', '')}"),)
    elif kind == "link":
        heard = MessageKind.LINK
        words = " ".join(filter(None, (_text(part, "title"), _text(part, "desc"))))
        media = (Media("link", _text(part, "url")),)
    elif kind in _MEDIA:
        media = (Media(kind, _text(part, "media_id")),)
    return Incoming(
        id=number, channel=CHANNEL, sender=_must(record, "external_userid"), at=at_seconds(str(record.get("send_time", ""))),
        kind=heard, words=Words(words), media=media, action=action if heard is not MessageKind.SYSTEM else Action(kind, ""),
        account=_must(record, "open_kfid"),
    )


def _event(record: Mapping[str, object], number: str) -> Incoming | None:
    """In events the ids lie inside `event` (path/94670)."""
    event = _part(record, "event")
    name = _text(event, "event_type")
    sender, account = _text(event, "external_userid"), _text(event, "open_kfid")
    if not sender:
        return None
    at = at_seconds(str(record.get("send_time", "")))
    if name == "user_recall_msg":
        return Incoming(id=number, channel=CHANNEL, sender=sender, at=at, kind=MessageKind.RECALL, account=account,
                        recalls=_must(event, "recall_msgid"))
    if name not in _EVENTS:
        return None
    code = _text(event, "welcome_code")
    task = _text(event, "fail_msgid") if name == SEND_FAILED else ""
    return Incoming(
        id=number, channel=CHANNEL, sender=sender, at=at, kind=MessageKind.SYSTEM, account=account,
        action=Action(name if name == SEND_FAILED or code else "opened", task, {"fail_type": (str(event.get("fail_type", "")),)}),
        reply=WayBack(KF_WELCOME, code, at + WELCOME_LIFE) if code else None,
    )


def _part(record: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = record.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(part: Mapping[str, object], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _must(part: Mapping[str, object], name: str) -> str:
    value = _text(part, name)
    if not value:
        raise BadShape(f"微信客服的消息缺少 {name}，已拒绝。")
    return value
