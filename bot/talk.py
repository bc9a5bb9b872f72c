"""The only place where ordinary chat exists: per group the last 60 messages, at most 2 hours old, in memory.

What lies in a ticket is remembered beside it for some days, with the words that the ticket keeps, so that whoever answers,
asks or rates days later is understood."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.messages import Line, Verdict, Words
from registry.terms import WORDS_KEPT

#: Design, section 2: what a group's talk holds at most.
MESSAGES = 60
AGE = timedelta(hours=2)
#: How long a matter's lines are remembered beside the talk: repairs and answers come within days.
STANDING_AGE = timedelta(days=10)
#: Lines of matters that a room keeps beside its talk.
STANDING_LINES = 240


def as_kept(line: Line) -> Line:
    """A line of a matter as its ticket keeps it: of echoes and answers the words are let go."""
    kept = line.verdict is not None and line.verdict.act in WORDS_KEPT
    return line if kept else replace(line, words=Words(""))


class Talk:
    """Recent talk by group. A 1:1 chat is a group of its own (`1:1 <person>`). Nothing here is ever written down."""

    def __init__(self) -> None:
        self._groups: dict[str, OrderedDict[str, Line]] = {}
        self._matters: dict[str, OrderedDict[str, Line]] = {}
        self._standing: dict[str, tuple[Line, ...]] = {}

    @staticmethod
    def room_of(line: Line) -> str:
        """The key of the talk that a line belongs to."""
        return line.group or f"1:1 {line.sender}"

    def add(self, line: Line) -> None:
        """Add a line, or put it again with its reading. Idempotent by message id; old lines fall out."""
        lines: OrderedDict[str, Line] = self._groups.setdefault(self.room_of(line), OrderedDict())
        lines[line.id] = line
        while len(lines) > MESSAGES:
            self._stand(self.room_of(line), lines.popitem(last=False)[1])
        self._age(self.room_of(line), line.at)

    def standing(self, line: Line) -> tuple[Line, ...]:
        """Lines of matters that were told in the same room before its talk begins, oldest first; the same value until
        they change."""
        room = self.room_of(line)
        self._age(room, line.at)
        known = self._standing.get(room)
        if known is None:
            oldest = line.at - STANDING_AGE
            kept = (said for said in self._matters.get(room, OrderedDict()).values() if said.at >= oldest)
            known = self._standing[room] = tuple(sorted(kept, key=lambda said: said.at))
        return known

    def _age(self, room: str, now: datetime) -> None:
        """What is too old leaves the talk; what lies in a ticket stands beside it from then on."""
        lines = self._groups.get(room, OrderedDict())
        oldest = now - AGE
        for key in [key for key, kept in lines.items() if kept.at < oldest]:
            self._stand(room, lines.pop(key))

    def _stand(self, room: str, line: Line) -> None:
        if line.ticket is None:
            return
        matters = self._matters.setdefault(room, OrderedDict())
        matters[line.id] = as_kept(line)
        while len(matters) > STANDING_LINES:
            matters.popitem(last=False)
        self._standing.pop(room, None)

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
        for room, lines in self._matters.items():
            if message in lines:
                del lines[message]
                self._standing.pop(room, None)
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
        """Forget what is older than two hours in every room, quiet ones too, and matters of which nobody spoke for days."""
        for room, matters in list(self._matters.items()):
            gone = [key for key, kept in matters.items() if kept.at < now - STANDING_AGE]
            for key in gone:
                del matters[key]
            if gone:
                self._standing.pop(room, None)
        for room in list(self._groups):
            lines = self._groups[room]
            self._age(room, now)
            if not lines:
                del self._groups[room]

    def stand(self, lines: Iterable[Line]) -> None:
        """Put lines of matters beside the talk, as a start finds them in the store (oldest first)."""
        for line in lines:
            self._stand(self.room_of(line), line)
