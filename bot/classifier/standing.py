"""Matters that the recent talk no longer holds: what was laid in tickets days ago is still answered, asked after and rated.

Only lines that lie in a ticket are here, with the words that it keeps; ordinary chat older than the talk is gone (design,
section 2).
"""

from bot.classifier.threads import Thread, threads_of
from bot.messages import Line, MessageKind

#: Of each matter, so many characters are compared with a line.
_MOST_WORDS = 240


class Standing:
    """Lines of matters from before the talk, oldest first; what they tell is gathered when it is first asked for."""

    def __init__(self, lines: tuple[Line, ...] = ()) -> None:
        self.lines = lines
        self._threads: list[Thread] | None = None
        self._words: dict[str, str] = {}

    @property
    def threads(self) -> list[Thread]:
        """The matters, the one spoken of last at the end."""
        if self._threads is None:
            self._threads = threads_of(self.lines) if self.lines else []
        return self._threads

    def words(self, thread: Thread) -> str:
        """What was said in a matter."""
        known = self._words.get(thread.root)
        if known is None:
            said = [line.words.text for line in self.lines if line.id in thread.ids and line.kind is MessageKind.TEXT]
            known = self._words[thread.root] = "\n".join(said)[:_MOST_WORDS]
        return known

    def told_by(self, sender: str) -> Thread | None:
        """The matter that somebody told last."""
        return next((thread for thread in reversed(self.threads) if sender in thread.tellers), None)


NOTHING = Standing()
