"""Messages and events of a 公众号 → `Incoming`, by wechatpy's messages (wire, section 9.2).

A message is known by its MsgId, an event by sender, second, name and key: WeChat delivers each up to three times.
"""

from datetime import datetime, timedelta

from wechatpy.messages import MESSAGE_TYPES

from bot.channels.errors import BadShape
from bot.channels.times import at_seconds
from bot.channels.xml import first, flat, parse_xml
from bot.messages import Action, Incoming, Media, MessageKind, WayBack, Words

CHANNEL = "mp"
MP_PASSIVE = "mp_passive"
"""Kind of `WayBack`: the callback's own reply, three deliveries of 5 s."""

SUBSCRIBED = "mp_subscribe"
PASSIVE_LIFE = timedelta(seconds=15)

_MEDIA = {"image": MessageKind.IMAGE, "voice": MessageKind.VOICE, "video": MessageKind.IMAGE, "shortvideo": MessageKind.IMAGE}


def read_mp_message(plain: bytes) -> Incoming | None:
    """The decrypted XML → what was heard; None for events that say nothing. Raises BadShape."""
    tag = parse_xml(plain)
    sender, account, second = first(tag, "FromUserName"), first(tag, "ToUserName"), first(tag, "CreateTime")
    kind = first(tag, "MsgType").lower()
    if not kind or not sender:
        raise BadShape("公众号回调缺少 MsgType 或 FromUserName，已拒绝。")
    at = at_seconds(second)
    if kind == "event":
        name = first(tag, "Event").lower()
        key = first(tag, "EventKey")
        number = f"{sender}:{second}:{name}:{key}"[:200]
        if name == "subscribe":
            return _heard(number, sender, account, at, MessageKind.SYSTEM, action=Action(SUBSCRIBED, ""))
        if name == "click":
            return _heard(number, sender, account, at, MessageKind.CLICK, action=Action(key, ""))
        return None
    number = first(tag, "MsgId")
    if not number:
        raise BadShape("公众号回调缺少 MsgId，已拒绝。")
    if kind not in MESSAGE_TYPES:
        return None
    # wechatpy's own parser fails on tags that stand twice; its messages read what ours has read
    message = MESSAGE_TYPES[kind](flat(tag))
    menu = first(tag, "bizmsgmenuid")
    if kind == "text" and menu:
        # A tap on a menu of ours comes as its text with the id that we gave.
        key, _, task = menu.partition(":")
        return _heard(number, sender, account, at, MessageKind.CLICK, action=Action(key, task))
    if kind == "text":
        return _heard(number, sender, account, at, MessageKind.TEXT, str(message.content or ""))
    if kind == "voice" and message.recognition:
        # WeChat has put it into words, where the account has that switched on.
        return _heard(number, sender, account, at, MessageKind.TEXT, str(message.recognition), _media(kind, message.media_id))
    if kind == "location":
        place = f"{message.location_x},{message.location_y}"
        return _heard(number, sender, account, at, MessageKind.LOCATION, str(message.label or ""), (Media("location", place),))
    if kind == "link":
        words = " ".join(filter(None, (str(message.title or ""), str(message.description or ""))))
        return _heard(number, sender, account, at, MessageKind.LINK, words, (Media("link", str(message.url or "")),))
    if kind in _MEDIA:
        return _heard(number, sender, account, at, _MEDIA[kind], "", _media(kind, message.media_id))
    return None


def _media(kind: str, media_id: object) -> tuple[Media, ...]:
    return (Media(kind, str(media_id or "")),)


def _heard(
    number: str, sender: str, account: str, at: datetime, kind: MessageKind, words: str = "",
    media: tuple[Media, ...] = (), action: Action | None = None,
) -> Incoming:
    return Incoming(
        id=number, channel=CHANNEL, sender=sender, at=at, kind=kind, words=Words(words), media=media, action=action,
        reply=WayBack(MP_PASSIVE, number, at + PASSIVE_LIFE), account=account,
    )
