"""A day that somebody says in an order: 「挂账到4月15日」, 「延期三天」. Pure; words and today's date in."""

import re
from datetime import date, timedelta

_COUNT = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "半": 15}
_NUMBER = r"\d{1,3}|[一二两三四五六七八九十]"
_WORDS = {"明天": 1, "明日": 1, "大后天": 3, "后天": 2}
_DAY = re.compile(
    r"(?:(?P<year>\d{4})[年/-])?(?P<month>\d{1,2})[月/-](?P<day>\d{1,2})[日号]?"
    r"|(?P<only>\d{1,2})[日号]"
    r"|(?P<word>明天|明日|大后天|后天)"
    r"|下(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|(?P<end>本?月底|下月底|年底)"
    rf"|(?P<count>{_NUMBER}|半)个?(?P<unit>天|周|星期|礼拜|月)"
)
_WEEKDAYS = "一二三四五六日"
#: What stands around the day and says nothing of why.
_EMPTY = re.compile(
    r"先|挂账|申请|请求|要求|想|要|需要?|延期|延长|宽限|办理|时限|期限|复查|再看|不合理的?诉求|属于|是|到|至|为|在|给|我们|"
    r"时间|以?后|之后|左右|原因|因为|由于|理由|[\s，,。.；;：:！!、]"
)


def day_said(words: str, today: date) -> date | None:
    """The first day that the words name, None where they name none or one that no calendar has. A day without its year
    is the next one to come."""
    match = _DAY.search(words)
    if match is None:
        return None
    if match["month"]:
        return _coming(int(match["year"]) if match["year"] else None, int(match["month"]), int(match["day"]), today)
    if match["only"]:
        return _of_month(int(match["only"]), today)
    if match["word"]:
        return today + timedelta(days=_WORDS[match["word"]])
    if match["weekday"]:
        weekday = _WEEKDAYS.index(match["weekday"].replace("天", "日"))
        return today + timedelta(days=7 - today.weekday() + weekday)
    if match["end"]:
        return _end_of(match["end"], today)
    count = int(match["count"]) if match["count"].isdigit() else _COUNT[match["count"]]
    if match["unit"] == "天":
        return today + timedelta(days=count)
    if match["unit"] == "月":
        return today + timedelta(days=15 if match["count"] == "半" else 30 * count)
    return today + timedelta(weeks=count)


def reason_said(words: str) -> str:
    """Why, without the day and the order's own words; empty where nothing is said."""
    rest = _DAY.sub("", words)
    return words.strip(" ，,。：:") if _EMPTY.sub("", rest) else ""


def _coming(year: int | None, month: int, day: int, today: date) -> date | None:
    try:
        found = date(year or today.year, month, day)
        return found.replace(year=found.year + 1) if year is None and found < today else found
    except ValueError:
        return None


def _of_month(day: int, today: date) -> date | None:
    if day >= today.day:
        return _coming(today.year, today.month, day, today)
    return _coming(today.year + today.month // 12, today.month % 12 + 1, day, today)


def _end_of(which: str, today: date) -> date:
    if which == "年底":
        return date(today.year, 12, 31)
    months = today.month + (1 if which == "下月底" else 0)
    return date(today.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)
