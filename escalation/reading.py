"""Read plain data of a county file and collect all that is wrong with it, in Chinese, not only the first."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)

MINUTES_A_DAY = 24 * 60


class Reader:
    """Checks values at a named path. A wrong value adds a sentence to `errors` and a harmless one is returned."""

    def __init__(self, file: str) -> None:
        """`file` is what people call the file, put before every sentence."""
        self._file = file
        self.errors: list[str] = []

    def fault(self, path: str, sentence: str) -> None:
        """Add one error at `path` (empty: the whole file)."""
        self.errors.append(f"{self._file}：{path}：{sentence}" if path else f"{self._file}：{sentence}")

    def table(
        self, data: object, path: str, known: Collection[str] | None = None, required: Collection[str] = ()
    ) -> dict[str, object]:
        """A mapping with text keys. Keys outside `known` (None: any) and absent `required` ones are faults."""
        if not isinstance(data, Mapping):
            self.fault(path, "要写成「键: 值」的表")
            return {}
        table = {str(key): value for key, value in data.items()}
        if known is not None:
            for key in table:
                if key not in known:
                    self.fault(path, f"不认识的键 {key}，可用的键：{'、'.join(known)}")
        for key in required:
            if key not in table:
                self.fault(path, f"缺少 {key}")
        return table

    def sequence(self, data: object, path: str) -> list[object]:
        """A list."""
        if not isinstance(data, list | tuple):
            self.fault(path, "要写成列表")
            return []
        return list(data)

    def text(self, data: object, path: str) -> str:
        """A text that is not empty."""
        if not isinstance(data, str) or not data.strip():
            self.fault(path, "要写成不空的文字（加引号）")
            return ""
        return data.strip()

    def whole(self, data: object, path: str, least: int, most: int) -> int:
        """A whole number between `least` and `most`, both included."""
        if isinstance(data, bool) or not isinstance(data, int) or not least <= data <= most:
            self.fault(path, f"要写 {least} 到 {most} 之间的整数，现在是 {data!r}")
            return least
        return data

    def day(self, data: object, path: str) -> date | None:
        """A date, YAML's own or a text like 2026-10-01."""
        if isinstance(data, date) and not isinstance(data, datetime):
            return data
        if isinstance(data, str):
            try:
                return date.fromisoformat(data.strip())
            except ValueError:
                pass
        self.fault(path, f"要写日期，例如 2026-10-01，现在是 {data!r}")
        return None

    def minute(self, data: object, path: str) -> int:
        """A time of day such as '17:30' in minutes from midnight; '24:00' is the end of the day.

        Without quotes YAML 1.1 reads 17:30 as the number 1050, so only text is taken.
        """
        if isinstance(data, str):
            hour, colon, rest = data.strip().partition(":")
            if colon and hour.isascii() and hour.isdigit() and len(rest) == 2 and rest.isascii() and rest.isdigit():
                minutes = int(hour) * 60 + int(rest)
                if int(rest) < 60 and minutes <= MINUTES_A_DAY:
                    return minutes
        self.fault(path, f"要写带引号的时间，例如 '17:30'，现在是 {data!r}")
        return 0

    def span_of_day(self, data: object, path: str) -> tuple[int, int]:
        """Two times of day such as '08:30-12:00', in minutes from midnight."""
        if not isinstance(data, str) or data.count("-") != 1:
            self.fault(path, f"要写带引号的时段，例如 '08:30-12:00'，现在是 {data!r}")
            return 0, MINUTES_A_DAY
        start, _, until = data.partition("-")
        return self.minute(start, path), self.minute(until, path)

    def words(self, data: object, path: str, kind: type[Word]) -> tuple[Word, ...]:
        """A list of words of one enumeration, none twice."""
        found: list[Word] = []
        for place, item in enumerate(self.sequence(data, path), start=1):
            try:
                word = kind(str(item))
            except ValueError:
                self.fault(f"{path} 第 {place} 项", f"不认识 {item!r}，可用：{'、'.join(kind)}")
                continue
            if word in found:
                self.fault(f"{path} 第 {place} 项", f"{word} 写了两次")
            else:
                found.append(word)
        return tuple(found)
