"""A record of the archive, opened, → `Incoming` (path/91774; wire §5.2). Pure.

What isn't somebody's saying in a group is dropped and counted under a name: "robot" (posts of webhooks and bots come
back here), "own" (小格's account), "private" (1:1 talk of the licensed member, which is none of our business), "switch".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.channels.clean import clean
from bot.channels.errors import BadShape
from bot.channels.times import at_milliseconds
from bot.messages import Action, Incoming, Media, MessageKind, Words

Record: TypeAlias = Mapping[str, object]

QUOTE_HEAD = "这是一条引用/回复消息："
_QUOTE = re.compile(r"\s*这是一条引用/回复消息[：:]\s*\n?(?P<quoted>.*?)\n\s*-{4,}\s*\n(?P<said>.*)", re.DOTALL)
_QUOTE_MARKS = re.compile(r"""\s*["“「](?P<inside>.*)["”」]\s*""", re.DOTALL)
_NAME_LINE = re.compile(r"[^\n]{1,64}[：:]\n")

ROBOT_PREFIX = "wb"
UNKNOWN = "【未知消息类型】"
"""What the library gives for a kind of message that it does not know: nobody said that."""

_MEDIA = {"image": MessageKind.IMAGE, "video": MessageKind.IMAGE, "voice": MessageKind.VOICE, "file": MessageKind.LINK}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A good record that is not for the decider."""

    why: str


def read_record(record: Record, seq: int, own: frozenset[str], names: tuple[str, ...]) -> Incoming | Dropped:
    """One opened record. `own` are the userids of 小格's accounts, `names` what people put behind @ for the bot.

    Raises BadShape.
    """
    if record.get("action") == "switch":
        return Dropped("switch")
    number, sender, kind = _text(record, "msgid"), _text(record, "from"), _text(record, "msgtype")
    if not number or not sender or not kind:
        raise BadShape("存档记录缺少 msgid、from 或 msgtype。")
    if sender.startswith(ROBOT_PREFIX):
        return Dropped("robot")
    if sender in own:
        return Dropped("own")
    room = _text(record, "roomid")
    listeners = record.get("tolist")
    if not room and not (isinstance(listeners, list) and own.intersection(map(str, listeners))):
        return Dropped("private")
    said = _said(record, kind)
    return Incoming(
        id=number,
        channel="archive",
        sender=sender,
        at=at_milliseconds(record.get("msgtime")),
        kind=said.kind,
        words=Words(said.words),
        group=room or None,
        mentions_bot=any(f"{at}{name}" in said.words for name in names for at in "@＠"),
        quoted_words=Words(said.quoted) if said.quoted else None,
        media=said.media,
        action=said.action,
        recalls=said.recalls,
        sequence=seq,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    kind: MessageKind
    words: str = ""
    quoted: str = ""
    media: tuple[Media, ...] = ()
    action: Action | None = None
    recalls: str | None = None


def _said(record: Record, kind: str) -> _Said:
    part = _part(record, kind)
    if kind == "text":
        if _text(part, "content") == UNKNOWN:
            return _Said(MessageKind.SYSTEM, action=Action("unknown", ""))
        quoted, words = split_quote(_text(part, "content"))
        return _Said(MessageKind.TEXT, words, quoted)
    if kind == "markdown":
        # the body's key differs from the type (path/91774)
        return _Said(MessageKind.TEXT, _text(_part(record, "info"), "content"))
    if kind in _MEDIA:
        return _Said(_MEDIA[kind], _text(part, "filename"), media=_media(kind, part))
    if kind == "mixed":
        return _mixed(part)
    if kind == "location":
        words = " ".join(filter(None, (_text(part, "title"), _text(part, "address"))))
        place = f"{part.get('latitude', '')},{part.get('longitude', '')}"
        return _Said(MessageKind.LOCATION, words, media=(Media("location", place),))
    if kind == "link":
        words = " ".join(filter(None, (_text(part, "title"), _text(part, "description"))))
        return _Said(MessageKind.LINK, words, media=(Media("link", _text(part, "link_url")),))
    if kind == "revoke":
        recalled = _text(part, "pre_msgid")
        if not recalled:
            raise BadShape("撤回记录缺少 pre_msgid。")
        return _Said(MessageKind.RECALL, recalls=recalled)
    if kind in ("agree", "disagree"):
        return _Said(MessageKind.SYSTEM, action=Action(kind, "", {"userid": (_text(part, "userid"),)}))
    return _Said(MessageKind.SYSTEM, action=Action(kind, ""))


def _mixed(part: Record) -> _Said:
    """Items whose content is a JSON string; words are joined, pictures collected, the first quote kept."""
    items = part.get("item")
    words: list[str] = []
    media: list[Media] = []
    quoted = ""
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        kind, content = _text(item, "type"), _text(item, "content")
        try:
            inner = json.loads(content)
        except ValueError as error:
            raise BadShape("图文记录的内容不是 JSON。") from error
        if not isinstance(inner, dict):
            raise BadShape("图文记录的内容不是 JSON 对象。")
        said = _said({kind: inner, "info": inner}, kind) if kind != "mixed" else _Said(MessageKind.SYSTEM)
        words.append(said.words)
        media += said.media
        quoted = quoted or said.quoted
    text = " ".join(filter(None, words))
    return _Said(MessageKind.TEXT if text or not media else MessageKind.IMAGE, text, quoted, tuple(media))


def split_quote(text: str) -> tuple[str, str]:
    """A quote-reply's text → (quoted words, new words); ("", text) where there is no quote.

    The documents only say: a fixed head, the quoted text, dashes, the new text. Seen in the field: the quoted text in
    quotation marks with its speaker's name and a colon on the first line, both taken off here.
    """
    found = _QUOTE.fullmatch(text) if QUOTE_HEAD[:-1] in text[:20] else None
    if found is None:
        return "", text
    quoted = found["quoted"].strip()
    marks = _QUOTE_MARKS.fullmatch(quoted)
    if marks:
        quoted = marks["inside"]
    name = _NAME_LINE.match(quoted)
    return quoted[name.end() if name else 0 :].strip(), found["said"].strip()


def _media(kind: str, part: Record) -> tuple[Media, ...]:
    ref = _text(part, "sdkfileid")
    return (Media(kind, ref),) if ref else ()


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return clean(value) if isinstance(value, str) else ""


def _part(record: Record, name: str) -> Record:
    value = record.get(name)
    return value if isinstance(value, dict) else {}
