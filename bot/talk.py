"""The only place where ordinary chat exists: per group the last 60 messages, at most 2 hours old, in memory."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.messages import Line, Verdict

#: Design, section 2: what a group's talk holds at most.
MESSAGES = 60
AGE = timedelta(hours=2)


class Talk:
    """Recent talk by group. A 1:1 chat is a group of its own (`1:1 <person>`). Nothing here is ever written down."""

    def __init__(self) -> None:
        self._groups: dict[str, OrderedDict[str, Line]] = {}

    @staticmethod
    def room_of(line: Line) -> str:
        """The key of the talk that a line belongs to."""
        return line.group or f"1:1 {line.sender}"

    def add(self, line: Line) -> None:
        """Add a line, or put it again with its reading. Idempotent by message id; old lines fall out."""
        lines: OrderedDict[str, Line] = self._groups.setdefault(self.room_of(line), OrderedDict())
        lines[line.id] = line
        while len(lines) > MESSAGES:
            lines.popitem(last=False)
        oldest = line.at - AGE
        for key in [key for key, kept in lines.items() if kept.at < oldest]:
            del lines[key]

    def before(self, line: Line) -> tuple[Line, ...]:
        """What was said in the same room before this line, oldest first, at most two hours back."""
        oldest = line.at - AGE
        lines = self._groups.get(self.room_of(line), OrderedDict())
        return tuple(kept for kept in lines.values() if kept.id != line.id and oldest <= kept.at <= line.at)

    def find(self, room: str, message: str) -> Line | None:
        """One line by id."""
        lines = self._groups.get(room)
        return lines.get(message) if lines is not None else None

    def find_anywhere(self, message: str) -> Line | None:
        """One line by id whatever its room; for a recall that names no group."""
        return next((lines[message] for lines in self._groups.values() if message in lines), None)

    def amend(self, room: str, message: str, verdict: Verdict, ticket: int | None) -> None:
        """A later message changed how this one is read."""
        line = self.find(room, message)
        if line is not None:
            self._groups[room][message] = replace(line, verdict=verdict, ticket=ticket)

    def forget(self, message: str) -> bool:
        """A recalled message leaves the talk; True when it was there."""
        for lines in self._groups.values():
            if message in lines:
                del lines[message]
                return True
        return False

    def words_matching(self, room: str, words: str) -> str | None:
        """The id of the latest line with just these words: how a quote that came without an id is found."""
        wanted = words.strip()
        for line in reversed(self._groups.get(room, OrderedDict()).values()):
            if wanted and (line.words.text.strip() == wanted or line.words.text.strip().startswith(wanted.rstrip("…."))):
                return line.id
        return None

    def drop_old(self, now: datetime) -> None:
        """Forget what is older than two hours in every room, quiet ones too."""
        oldest = now - AGE
        for room in list(self._groups):
            lines = self._groups[room]
            for key in [key for key, kept in lines.items() if kept.at < oldest]:
                del lines[key]
            if not lines:
                del self._groups[room]

    def fill(self, lines: Iterable[Line]) -> None:
        """Fill the talk with what was said before a start (records at or before the cursor)."""
        for line in sorted(lines, key=lambda kept: kept.at):
            self.add(line)
