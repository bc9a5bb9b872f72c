"""From when to when an announcement says that something is off: 「今天8点到12点停水检修」. Pure; words and a moment in.

Hours without a part of the day are read as people mean them: an end after its start, a start in the small hours only
where 凌晨 or a leading zero says so.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
            "十一": 11, "十二": 12}
_NUMBER = r"\d{1,2}|十[一二]?|[一二两三四五六七八九]"
_TIME = (
    r"(?:(?:(?P<month>\d{1,2})月)?(?P<date>\d{1,2})[日号]"
    r"|(?P<day>今天|今日|今晚|今夜|明天|明日|明早|明晚|后天|次日|第二天))?"
    r"[（(]?(?:(?:星期|周)[一二三四五六日天])?[)）]?\s*"
    r"(?P<part>凌晨|清早|早上|早晨|早|上午|中午|下午|傍晚|晚上|夜里|晚)?\s*"
    rf"(?P<hour>{_NUMBER})\s*(?:[:：](?P<minute>\d{{2}})|[点时](?P<half>半|\d{{1,2}}分?)?)"
)
_FIELD = re.compile(r"\?P<(\w+)>")
_FROM, _TO = (_FIELD.sub(rf"?P<\g<1>{n}>", _TIME) for n in (1, 2))
_BACK = "恢复|来水|来电|来气|通水|通电|通气|通车|结束|完工|完成|送电|送水|供水|供电|供气"
_RANGE = re.compile(rf"{_FROM}\s*(?:左右)?\s*(?:到|至|—+|-+|－|～|~)\s*{_TO}")
_END = re.compile(rf"{_TO}(?:左右|之?前)?[，,]?.{{0,4}}?(?:{_BACK})")
_UNTIL = re.compile(rf"(?:停到|封到|持续到|截至|直到|到)\s*{_TO}")
_BEGIN = re.compile(_FROM)
_LASTS = re.compile(rf"(?:持续|历时|大约|大概|预计|需要?|约|停)\s*(?P<count>{_NUMBER}|半)\s*个?(?:半)?(?:小时|钟头)")
_LATE = frozenset({"下午", "傍晚", "晚上", "夜里", "晚"})
_DAYS = {"今天": 0, "今日": 0, "今晚": 0, "今夜": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "后天": 2, "次日": 1, "第二天": 1}


@dataclass(frozen=True, slots=True)
class _Moment:
    """One time as it was said."""

    day: datetime | None
    hour: int
    minute: int
    part: str | None
    is_exact: bool
    """Written so that there is no other half of the day: 08:30, 15点, 下午3点."""

    @property
    def is_late(self) -> bool:
        return self.part in _LATE


def announced_span(words: str, at: datetime) -> tuple[datetime | None, datetime | None]:
    """(start, end) as the words say them, each None where they don't. `at` is when it was said, aware."""
    both = _RANGE.search(words)
    if both:
        first = _said(both, 1, at)
        began = _place(first, at)
        return _not_over(began, _end_after(_said(both, 2, at), began, inherits_late=first.is_late), at)
    end = _END.search(words) or _UNTIL.search(words)
    if end:
        rest = words[: end.start()]
        begin = _BEGIN.search(rest)
        start: datetime | None = _place(_said(begin, 1, at), at) if begin else None
        return start, _end_after(_said(end, 2, at), start or at, inherits_late=False)
    begin = _BEGIN.search(words)
    start = _place(_said(begin, 1, at), at) if begin else None
    lasts = _LASTS.search(words)
    if lasts:
        count = 0.5 if lasts["count"] == "半" else float(_number(lasts["count"]))
        return start, (start or at) + timedelta(hours=count)
    return start, None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _CHINESE[text]


def _said(match: re.Match[str], n: int, at: datetime) -> _Moment:
    hour = _number(match[f"hour{n}"])
    half = match[f"half{n}"]
    minute = int(match[f"minute{n}"] or 0)
    if half:
        minute = 30 if half == "半" else int(half.rstrip("分"))
    day_word, part = match[f"day{n}"], match[f"part{n}"]
    if part is None and day_word in ("今晚", "今夜", "明晚"):
        part = "晚上"
    if part is None and day_word == "明早":
        part = "早上"
    exact = hour > 12 or part is not None or match[f"hour{n}"].startswith("0")
    small_hours = part not in ("下午", "傍晚") and hour < 5
    if (part in _LATE and hour < 12 and not small_hours) or (part == "中午" and hour < 11):
        hour += 12
    elif part in ("凌晨", "夜里") and hour == 12:
        hour = 0
    return _Moment(_day(match, n, at), hour, minute, part, exact)


def _day(match: re.Match[str], n: int, at: datetime) -> datetime | None:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if match[f"day{n}"]:
        return midnight + timedelta(days=_DAYS[match[f"day{n}"]])
    if match[f"date{n}"]:
        month = int(match[f"month{n}"] or at.month)
        try:
            day = midnight.replace(month=month, day=int(match[f"date{n}"]))
        except ValueError:
            return None
        return day.replace(year=at.year + 1) if day < midnight - timedelta(days=180) else day
    return None


def _at_hour(day: datetime, hour: int, minute: int) -> datetime:
    """24点 is the next day's midnight; an hour that no clock has is taken as the day's end."""
    return day + timedelta(hours=min(hour, 24), minutes=min(minute, 59))


def _place(said: _Moment, at: datetime) -> datetime:
    """A start: in the small hours only where it is said so."""
    day = said.day or at.replace(hour=0, minute=0, second=0, microsecond=0)
    hour = said.hour + 12 if not said.is_exact and 1 <= said.hour <= 5 else said.hour
    return _at_hour(day, hour, said.minute)


def _end_after(said: _Moment, start: datetime, *, inherits_late: bool) -> datetime:
    """An end: the first reading of its hour that comes after the start."""
    day = said.day or start.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = [said.hour] if said.is_exact or said.hour >= 12 else [said.hour, said.hour + 12]
    if inherits_late and len(hours) == 2:
        hours.reverse()
    for hour in hours:
        end = _at_hour(day, hour, said.minute)
        if end > start:
            return end
    return _at_hour(day + timedelta(days=1), said.hour, said.minute)


def _not_over(start: datetime, end: datetime, at: datetime) -> tuple[datetime, datetime]:
    """8点到12点, said in the evening, is tomorrow's."""
    if end <= at and end > at - timedelta(days=1):
        return start + timedelta(days=1), end + timedelta(days=1)
    return start, end
