"""WeCom's times: whole seconds or milliseconds since 1970, made aware. Every county lives in China's one zone."""

from datetime import datetime, timedelta, timezone

from bot.channels.errors import BadShape

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")

LATEST = 2**32
"""The year 2106: a greater count of seconds is not a time."""


def at_seconds(value: object) -> datetime:
    """A number, or text of digits, of seconds. Raises BadShape."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < LATEST:
        raise BadShape("消息的时间不对，已拒绝。")
    return datetime.fromtimestamp(value, CHINA)


def at_milliseconds(value: object) -> datetime:
    """A number of milliseconds (the archive's msgtime). Raises BadShape."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < LATEST * 1000:
        raise BadShape("消息的时间不对，已拒绝。")
    return datetime.fromtimestamp(value // 1000, CHINA) + timedelta(milliseconds=value % 1000)
