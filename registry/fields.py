"""What a single field of a registry row may hold: each reader returns the value or says in Chinese what is wrong."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)

#: Monday 0, as `date.weekday` counts.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PHONE = re.compile(r"[+0-9][0-9*\- ]{2,19}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Wrong(Exception):
    """A field that cannot be read; the sentence is for people."""


def text(value: object) -> str:
    if isinstance(value, bool | int | float):
        raise Wrong("这里要写文字，数字和编码请加引号")
    if not isinstance(value, str):
        raise Wrong("这里要写一段文字")
    if not value.strip():
        raise Wrong("不能是空的")
    if value != value.strip() or _UNSEEN.search(value):
        raise Wrong("前后不能有空格，中间不能有换行和控制符号")
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong("只能写 true 或 false")
    return value


def texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise Wrong("这里要写一个列表")
    found = tuple(text(item) for item in value)
    twice = [item for item in dict.fromkeys(found) if found.count(item) > 1] if len(set(found)) < len(found) else []
    if twice:
        raise Wrong(f"「{'、'.join(twice)}」写了不止一次")
    return found


def phone(value: object) -> str:
    number = text(value)
    if not _PHONE.fullmatch(number):
        # the value itself stays out of messages: it may be a person's number
        raise Wrong("不像电话号码，只能有数字、星号、短横和空格")
    return number


def one_of(terms: type[E]) -> Callable[[object], E]:
    def read(value: object) -> E:
        word = text(value)
        try:
            return terms(word)
        except ValueError:
            raise Wrong(f"没有「{word}」这个写法，只能是 {'、'.join(terms)}") from None

    return read


def several_of(terms: type[E]) -> Callable[[object], tuple[E, ...]]:
    one = one_of(terms)

    def read(value: object) -> tuple[E, ...]:
        words = texts(value)
        unknown = [word for word in words if word not in list(terms)]
        if unknown:
            raise Wrong(f"没有「{'、'.join(unknown)}」这个写法，只能是 {'、'.join(terms)}")
        return tuple(one(word) for word in words)

    return read


def mapping_with(keys: tuple[str, ...]) -> Callable[[object], dict[str, str]]:
    def read(value: object) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise Wrong("这里要写成「名称: 值」的几行")
        unknown = [str(key) for key in value if key not in keys]
        if unknown:
            raise Wrong(f"没有「{'、'.join(unknown)}」这一项，只能是 {'、'.join(keys)}")
        return {key: text(value[key]) for key in keys if key in value}

    return read


def time_of_day(value: object) -> time:
    word = text(value)
    if not _TIME.fullmatch(word):
        raise Wrong(f"「{word}」不是时间，请写成 08:00 这样")
    return time.fromisoformat(word)


def calendar_day(value: object) -> date:
    word = text(value)
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Wrong(f"「{word}」不是日期，请写成 2026-03-02 这样") from None


def weekdays(value: object) -> tuple[int, ...]:
    words = texts(value)
    unknown = [word for word in words if word not in DAYS]
    if unknown:
        raise Wrong(f"没有「{'、'.join(unknown)}」这个写法，只能是 {'、'.join(DAYS)}")
    if not words:
        raise Wrong("至少要写一天")
    return tuple(sorted(DAYS.index(word) for word in words))


#: The longest stretch of one team.
_MOST_DAYS_EACH = 366


def number_of_days(value: object) -> int:
    word = text(value)
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= _MOST_DAYS_EACH):
        raise Wrong(f"「{word}」不是天数，请写 1 到 {_MOST_DAYS_EACH} 之间的整数")
    return int(word)


def anything(value: object) -> object:
    """What is read apart, row by row."""
    return value
