"""Answers that leave in a callback's own reply (path/90241, 101031; design, section 3).

WeCom waits 5 s for the reply. A door that has kept a callback opens a place for its answer and waits 4 s at most; the
sender puts the answer there when the decision is there in time. What comes later, and what is heard by one process and
said by another, goes by push or card update instead.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from bot.channels.cards import Card

WITHIN = 4.0
"""Seconds from the arrival of a callback to the end of the wait."""

GRACE = 1.0
"""Seconds that the sender has after the decision was committed; what has no answer holds its callback no longer."""

REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class PassiveAnswer:
    """`kind`: words; a grey line over the clicked card's buttons; a card in the clicked one's place."""

    kind: Literal["text", "button", "card"]
    text: str = ""
    card: Card | None = None


class PassiveAnswers:
    """Places for answers by the `ref` of the callback's way back. All calls are of one event loop.

    `within` is how many seconds after its arrival a callback is answered at the latest.
    """

    def __init__(self, *, within: float = WITHIN, grace: float = GRACE) -> None:
        self.within = within
        self._grace = grace
        self._open: dict[str, asyncio.Future[PassiveAnswer | None]] = {}
        self._over: OrderedDict[str, None] = OrderedDict()
        self._decided: OrderedDict[str, None] = OrderedDict()

    def open(self, ref: str) -> None:
        """Before the callback is kept. A repeat of one that was answered finds nothing to wait for."""
        if ref not in self._open and ref not in self._over:
            self._open[ref] = asyncio.get_running_loop().create_future()

    async def wait(self, ref: str, seconds: float) -> PassiveAnswer | None:
        """The answer, or None when none came in time; from then on nothing can be put here."""
        place = self._open.get(ref)
        if place is None:
            return None
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                return await asyncio.shield(place)
        except TimeoutError:
            return None
        finally:
            self._close(ref)

    def put(self, ref: str, answer: PassiveAnswer) -> bool:
        """Give the answer; False when the callback is no longer waiting."""
        place = self._open.get(ref)
        if place is None or place.done():
            return False
        place.set_result(answer)
        return True

    def drop(self, ref: str) -> None:
        """The callback was not kept: its repeat may open the place anew."""
        self._open.pop(ref, None)

    def decided(self, ref: str) -> None:
        """The callback is decided: whoever waits for an answer waits only as long as the sender needs."""
        self._decided[ref] = None
        while len(self._decided) > REMEMBERED:
            self._decided.popitem(last=False)
        place = self._open.get(ref)
        if place is not None and not place.done():
            asyncio.get_running_loop().call_later(self._grace, _give_up, place)

    def was_decided(self, ref: str) -> bool:
        """Whether the callback was decided lately."""
        return ref in self._decided

    def _close(self, ref: str) -> None:
        self._open.pop(ref, None)
        self._over[ref] = None
        while len(self._over) > REMEMBERED:
            self._over.popitem(last=False)


def _give_up(place: asyncio.Future[PassiveAnswer | None]) -> None:
    if not place.done():
        place.set_result(None)
