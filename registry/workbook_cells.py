"""What stands in one cell, as the plain data that the registry's checks read, and back.

Offices write numbers where text is meant, full-width digits, Excel's own dates and times; all of that is understood.
What would have to be guessed is `fields.Wrong` with a sentence. A cell's own value is told only where it is no number
of a person.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from registry.fields import DAYS, Wrong
from registry.workbook_shape import Column, Kind
from registry.workbook_words import ALSO, NO, WEEKDAYS, YES

#: What python-calamine gives for a cell.
Cell = str | float | int | bool | date | datetime | time | timedelta | None

#: Excel keeps 15 digits of a number; what was longer is lost already.
_LONGEST_NUMBER = 10**15
_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_FULL_WIDTH |= {ord("＋"): "+", ord("－"): "-", ord("＊"): "*", ord("："): ":", ord("／"): "/", ord("．"): "."}
_AROUND = " \t\r\n\u3000\xa0\u200b\ufeff"
_BETWEEN = re.compile(r"[、，,；;]")
_TEAM_END = re.compile(r"[|｜\n]")
#: What Excel shows for a formula that failed.
FAILED = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
_YES = frozenset({"是", "对", "√", "✓", "✔", "有", "y", "yes", "true", "1"})
_NO = frozenset({"否", "不", "不是", "×", "✗", "无", "n", "no", "false", "0"})
_CLOCK = re.compile(r"(\d{1,2})[:点时](\d{2})?(?::\d{2})?分?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_DAY_OF_WEEK = re.compile(r"(?:周|星期|礼拜)?([一二三四五六日天])")
_RANGE = re.compile(r"(.+?)(?:至|到|-|—|~|～)(.+)")
_SPANS = {"每天": range(7), "工作日": range(5), "周末": range(5, 7)}


def words_of(value: Cell) -> str:
    """A cell as text, without the blanks around it; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        if abs(value) >= _LONGEST_NUMBER:
            raise Wrong("这一格是数字格式，超过 15 位的编号 Excel 会丢掉后几位，请把格式改为文本，重新填写")
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, date | time | timedelta):
        raise Wrong("这一格被 Excel 当成了日期或时间，请把格式改为文本，重新填写")
    if value in FAILED:
        raise Wrong("这一格的公式算不出来，请改为文字")
    return value.strip(_AROUND)


def read_cell(column: Column, value: Cell) -> object:
    """What the registry's row gets for a cell; None for a blank one. Raises Wrong."""
    if value is None or (isinstance(value, str) and not value.strip(_AROUND)):
        return None
    return _READERS[column.kind](column, value)


def write_cell(column: Column, value: object) -> str:
    """The cell that `read_cell` reads back to the same value."""
    match column.kind:
        case Kind.WORD:
            return column.words[str(value)]
        case Kind.WORDS:
            return "、".join(column.words[str(item)] for item in _items(value))
        case Kind.FLAG:
            return YES if value else ""
        case Kind.WEEKDAYS:
            return "、".join(WEEKDAYS[str(item)] for item in _items(value))
        case Kind.TEXTS | Kind.CODES:
            return _joined([str(item) for item in _items(value)])
        case Kind.TEAMS:
            teams = [team for team in _items(value) if isinstance(team, Mapping)]
            return "|".join("、".join(str(item) for item in _items(team["people"])) for team in teams)
        case _:
            return str(value)


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else []


def _joined(items: list[str]) -> str:
    """With 、 between; where that stands inside a word, a line each."""
    if any(_BETWEEN.search(item) for item in items):
        return "\n".join(items) + "\n"
    return "、".join(items)


def _text(column: Column, value: Cell) -> str:
    return words_of(value)


def _code(column: Column, value: Cell) -> str:
    return words_of(value).translate(_FULL_WIDTH)


def _phone(column: Column, value: Cell) -> str:
    return words_of(value).translate(_FULL_WIDTH).replace("\u3000", " ").replace("\xa0", " ")


def _split(value: Cell) -> list[str]:
    whole = value if isinstance(value, str) else words_of(value)
    # a cell with line breaks has one item a line, so that words with commas in them can be written, too
    parts = whole.splitlines() if "\n" in whole else _BETWEEN.split(whole)
    return [part.strip(_AROUND) for part in parts if part.strip(_AROUND)]


def _texts(column: Column, value: Cell) -> list[str]:
    return _split(value)


def _codes(column: Column, value: Cell) -> list[str]:
    return [item.translate(_FULL_WIDTH) for item in _split(value)]


def _meaning(column: Column, word: str) -> str | None:
    by_name = {name: term for term, name in column.words.items()}
    found = by_name.get(word) or (word if word in column.words else ALSO.get(word))
    return found if found in column.words else None


def _word(column: Column, value: Cell) -> str:
    word = words_of(value).replace(" ", "").replace("＠", "@")
    found = _meaning(column, word)
    if found is None:
        raise Wrong(f"没有「{word}」这个写法，只能是 {'、'.join(column.words.values())}")
    return found


def _words(column: Column, value: Cell) -> list[str]:
    words = _split(value)
    unknown = [word for word in words if _meaning(column, word) is None]
    if unknown:
        raise Wrong(f"没有「{'、'.join(unknown)}」这个写法，只能是 {'、'.join(column.words.values())}")
    return [found for word in words if (found := _meaning(column, word)) is not None]


def _flag(column: Column, value: Cell) -> bool:
    word = words_of(value).translate(_FULL_WIDTH).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Wrong(f"只能写 {YES} 或 {NO}，空着就是{NO}")


def read_time(value: Cell) -> str:
    """A time of day as offices write it: Excel's time, 8:00, 8点, a part of a day; 24:00 is 00:00. Raises Wrong."""
    if isinstance(value, datetime | time):
        return f"{value.hour:02d}:{value.minute:02d}"
    if isinstance(value, timedelta):
        value = value / timedelta(days=1)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        # a time that lost its format is a part of a day; 24:00 is the next day's 00:00
        minutes = round(value * 24 * 60) % (24 * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    word = words_of(value).translate(_FULL_WIDTH).replace(" ", "")
    found = _CLOCK.fullmatch(word)
    if found is None:
        raise Wrong(f"「{word}」不是时间，请写成 08:00 这样")
    hour, minute = int(found[1]), int(found[2] or 0)
    return f"{0 if (hour, minute) == (24, 0) else hour:02d}:{minute:02d}"


def _time(column: Column, value: Cell) -> str:
    return read_time(value)


def read_day(value: Cell) -> date:
    """A day as offices write it: Excel's date, 2026-03-02, 2026/3/2, 2026年3月2日, 20260302. Raises Wrong."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    word = words_of(value).translate(_FULL_WIDTH).replace(" ", "")
    found = _DATE.fullmatch(word)
    try:
        year, month, day = (int(part) for part in (found.groups() if found else ()) if part is not None)
        return date(year, month, day)
    except ValueError:
        raise Wrong(f"「{word}」不是日期，请写成 2026-03-02 这样") from None


def _day(column: Column, value: Cell) -> str:
    return read_day(value).isoformat()


def _weekdays(column: Column, value: Cell) -> list[str]:
    days: list[int] = []
    for word in _split(value):
        found = _span_of_days(word.replace(" ", ""))
        if found is None:
            raise Wrong(f"「{word}」不是星期，请写成 周一、周二 或 周一至周五")
        days += found
    return [DAYS[day] for day in sorted(set(days))]


def _span_of_days(word: str) -> list[int] | None:
    if word in _SPANS:
        return list(_SPANS[word])
    span = _RANGE.fullmatch(word)
    if span is not None:
        first, last = _day_of_week(span[1]), _day_of_week(span[2])
        if first is None or last is None:
            return None
        return [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    day = _day_of_week(word)
    if day is not None:
        return [day]
    # 周一三五
    rest = word.removeprefix("周").removeprefix("星期")
    several = [_day_of_week(sign) for sign in rest]
    return [day for day in several if day is not None] if several and None not in several else None


def _day_of_week(word: str) -> int | None:
    if word in DAYS:
        return DAYS.index(word)
    found = _DAY_OF_WEEK.fullmatch(word)
    return "一二三四五六日".index(found[1].replace("天", "日")) if found else None


def _teams(column: Column, value: Cell) -> list[dict[str, list[str]]]:
    whole = value if isinstance(value, str) else words_of(value)
    return [{"people": _codes(column, team)} for team in _TEAM_END.split(whole) if team.strip(_AROUND)]


_READERS = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.PHONE: _phone,
    Kind.TEXTS: _texts,
    Kind.CODES: _codes,
    Kind.WORD: _word,
    Kind.WORDS: _words,
    Kind.FLAG: _flag,
    Kind.TIME: _time,
    Kind.DAY: _day,
    Kind.WEEKDAYS: _weekdays,
    Kind.TEAMS: _teams,
}
