"""Which shift is meant by words such as 11月27日夜班, 明晚, 后天白班. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from registry.model import Roster
from registry.on_duty import Turn, turns_of_day

_DAY = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?|(?P<alone>\d{1,2})[日号]|(?P<word>大后天|后天|明天|明晚|今天|今晚)")
_AHEAD = {"今天": 0, "今晚": 0, "明天": 1, "明晚": 1, "后天": 2, "大后天": 3}
#: A night shift begins at or after; a day shift before.
_EVENING, _NOON = time(16), time(12)
_WEEK = timedelta(days=7)


def days_in(words: str, today: date) -> list[tuple[date, str]]:
    """Days named in the words, each with the words up to the next one. A day without a year is the next one to come."""
    found = list(_DAY.finditer(words))
    ends = [match.start() for match in found[1:]] + [len(words)]
    days = ((_day(match, today), words[match.start():end]) for match, end in zip(found, ends, strict=True))
    return [(day, part) for day, part in days if day is not None]


def turn_meant(roster: Roster, person: str, day: date, words: str, now: datetime) -> Turn | None:
    """The shift of this person on the day that the words mean; None where they don't decide."""
    mine = [turn for turn in turns_of_day(roster, day, now.tzinfo) if person in turn.people]
    named = [turn for turn in mine if turn.shift in words] or [turn for turn in mine if _fits(turn, words)]
    chosen = named or ([] if re.search("班", words) and _says_when(words) else mine)
    return chosen[0] if len(chosen) == 1 else None


def _says_when(words: str) -> bool:
    return any(sign in words for sign in "夜晚白早")


def _fits(turn: Turn, words: str) -> bool:
    starts = turn.starts_at.time()
    if any(sign in words for sign in "夜晚"):
        return starts >= _EVENING or turn.ends_at.date() > turn.day
    return any(sign in words for sign in "白早") and starts < _NOON


def _day(match: re.Match[str], today: date) -> date | None:
    if match["word"]:
        return today + timedelta(days=_AHEAD[match["word"]])
    if match["alone"]:
        return _first(today, [(today.month, int(match["alone"])), (today.month % 12 + 1, int(match["alone"]))])
    return _first(today, [(int(match["month"]), int(match["day"]))])


def _first(today: date, choices: Sequence[tuple[int, int]]) -> date | None:
    """The first of these days of the year, this year's or the next one's, that is not long past."""
    found: list[date] = []
    for year in (today.year, today.year + 1):
        for month, day in choices:
            try:
                found.append(date(year, month, day))
            except ValueError:
                continue
    return next((day for day in sorted(found) if day >= today - _WEEK), None)
