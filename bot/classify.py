"""`gridbot classify`: lines in, one verdict a line out. No registry, no tickets; talk only in memory while it runs."""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, BinaryIO, TypeVar

from bot.classifier import NOWHERE, Classifier, Where
from bot.messages import Line, MessageKind, Verdict, Words
from registry.terms import Act, Role, Tier

#: The talk that a line is read with (design, section 2): lines and time.
TALK_LINES = 60
TALK_TIME = timedelta(hours=2)
#: Ids by which a line may say that the bot is @-ed.
BOT_ID = "bot"
#: Where lines without a time are put, ten seconds apart.
_BEGIN = datetime(2026, 1, 1, 8, tzinfo=UTC)
_STEP = timedelta(seconds=10)
#: Line ends of other systems that JSON leaves as they are.
_END = re.compile("[\x85\u2028\u2029]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_NOTHING = Verdict(Act.CHAT)
T = TypeVar("T", Role, Tier, MessageKind)


class BadLine(ValueError):
    """An input line that can't be read; the message is a Chinese sentence."""


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict with exactly the keys of design, section 7."""
    return {
        "act": verdict.act.value,
        "category": verdict.category.value if verdict.category else None,
        "urgency": verdict.urgency.value if verdict.urgency else None,
        "danger": verdict.danger.value if verdict.danger else None,
        "doubt": verdict.doubt,
        "place": verdict.place,
        "confidence": verdict.confidence,
        "refers_to": verdict.refers_to,
        "reasons": [{"rule": r.rule, "words": r.words, "weight": round(r.weight, 3)} for r in verdict.reasons],
    }


def verdict_line(verdict: Verdict) -> str:
    """`verdict_json` on one line: the same characters, put together by hand because a line of talk is read in less time
    than the general encoder takes."""
    reasons = ",".join(
        [f'{{"rule":{_text(r.rule)},"words":{_text(r.words)},"weight":{_weight(r.weight)}}}' for r in verdict.reasons]
    )
    line = (
        f'{{"act":"{verdict.act}","category":{_text(verdict.category)},"urgency":{_text(verdict.urgency)}'
        f',"danger":{_text(verdict.danger)},"doubt":{"true" if verdict.doubt else "false"},"place":{_text(verdict.place)}'
        f',"confidence":{verdict.confidence},"refers_to":{_text(verdict.refers_to)},"reasons":[{reasons}]}}'
    )
    return line.translate(_ENDS) if _END.search(line) else line


@lru_cache(maxsize=1024, typed=True)
def _weight(value: float) -> str:
    """A weight as it is written; the same few come again and again."""
    return str(round(value, 3))


def _text(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


def one_line(value: dict[str, Any]) -> str:
    """JSON on one line, whatever separators its texts hold."""
    text = _ENCODER.encode(value)
    return text.translate(_ENDS) if _END.search(text) else text


def lines_of(stream: BinaryIO) -> Iterator[str]:
    """The lines of a byte stream, cut at \\n alone; bytes that are no UTF-8 become replacement characters."""
    for raw in stream:
        yield raw.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def classify_stream(
    lines: Iterable[str], write: Callable[[str], object], classifier: Classifier, where: Where = NOWHERE
) -> int:
    """Read every line and write one verdict line for it. Returns how many lines were wrong.

    A wrong line gives a chat verdict with one more key, `error`, a Chinese sentence that holds none of its text.
    """
    talks: dict[str, deque[Line]] = {}
    wrong = 0
    chat = one_line(verdict_json(_NOTHING))
    known: dict[int, str] = {id(_NOTHING): chat}
    for number, text in enumerate(lines, 1):
        try:
            line, recalls = _line(text, number, talks)
        except BadLine as error:
            wrong += 1
            write(one_line(verdict_json(_NOTHING) | {"error": f"第 {number} 行：{error}"}) + "\n")
            continue
        talk = _talk(talks, line)
        if talk is not None and recalls:
            kept = [said for said in talk if said.id != recalls]
            talk.clear()
            talk.extend(kept)
        verdict = classifier.read(line, tuple(talk) if talk else (), where)
        if talk is not None:
            talk.append(line.read_as(verdict, None))
        if verdict.reasons or verdict.act is not Act.CHAT:
            write(verdict_line(verdict) + "\n")
        else:
            said = known.get(id(verdict))
            if said is None:
                said = known[id(verdict)] = one_line(verdict_json(verdict))
            write(said + "\n")
    return wrong


def _talk(talks: dict[str, deque[Line]], line: Line) -> deque[Line] | None:
    if line.group is None:
        return None
    talk = talks.get(line.group)
    if talk is None:
        talk = talks[line.group] = deque(maxlen=TALK_LINES)
    while talk and line.at - talk[0].at > TALK_TIME:
        talk.popleft()
    return talk


def _line(text: str, number: int, talks: dict[str, deque[Line]]) -> tuple[Line, str | None]:
    if not text.startswith("{"):
        return (
            Line(f"line-{number}", _BEGIN, "sender", Role.RESIDENT, Tier.BASIC, None, words=Words(text)),
            None,
        )
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadLine("不是完整的 JSON") from None
    if not isinstance(data, dict):
        raise BadLine("JSON 应是一个对象")
    words = data.get("text")
    if not isinstance(words, str):
        raise BadLine("text 缺少，或不是文字")
    words = _whole(words)
    group = _string(data, "group")
    mentions = data.get("mentions") or []
    if not isinstance(mentions, list) or not all(isinstance(each, str) for each in mentions):
        raise BadLine("mentions 应是一列文字")
    line = Line(
        id=_string(data, "id") or f"line-{number}",
        at=_time(data, group, talks),
        sender=_string(data, "sender") or "sender",
        role=_one_of(Role, data, "role", Role.RESIDENT),
        tier=_one_of(Tier, data, "tier", Tier.BASIC),
        group=group,
        kind=_one_of(MessageKind, data, "type", MessageKind.TEXT),
        words=Words(words),
        mentions=tuple(mentions),
        mentions_bot=BOT_ID in mentions,
        quote=_string(data, "quote"),
    )
    return line, _string(data, "recalls")


def _string(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadLine(f"{key} 应是文字")
    return _whole(value)


def _whole(text: str) -> str:
    """The text with halves of characters (lone surrogates, which JSON may escape) replaced: they can't be written."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _one_of(kinds: type[T], data: dict[str, Any], key: str, usual: T) -> T:
    value = _string(data, key)
    if value is None:
        return usual
    try:
        return kinds(value)
    except ValueError:
        raise BadLine(f"{key} 只能是 {'、'.join(kinds)}") from None


def _time(data: dict[str, Any], group: str | None, talks: dict[str, deque[Line]]) -> datetime:
    value = _string(data, "time")
    if value is None:
        talk = talks.get(group) if group is not None else None
        return talk[-1].at + _STEP if talk else _BEGIN
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise BadLine("time 应是带时区的 ISO 8601 时间") from None
    if at.tzinfo is None:
        raise BadLine("time 没有时区，应如 2026-03-02T08:14:05+08:00")
    return at
