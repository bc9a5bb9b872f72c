"""Pictures and voices of what became part of a ticket: noted with the ticket, fetched afterwards, kept small.

Of ordinary chat nothing is fetched: until its message comes to lie in a ticket, a file's address is only remembered as
long as the talk remembers the message.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.channels.errors import ChannelError
from bot.channels.pictures import MOST_BYTES, small_jpeg
from bot.decider import Decided
from bot.messages import Incoming, Media
from bot.talk import AGE
from storage import media_rows
from storage.media_rows import Waiting
from storage.store import Store
from storage.work import SqlWork

Fetch = Callable[[Media], Awaitable[bytes | None]]

PICTURE, VOICE = "image", "voice"
VOICE_TYPE = "audio/amr"
#: A file that can't be had is asked for again after these seconds, then given up: an AI bot's address holds 5 minutes,
#: the archive's and the app's for days.
PAUSES = (5, 30, 120, 600, 3600, 4 * 3600, 24 * 3600)
#: Messages whose files are remembered; far more than talk holds of them in two hours.
_REMEMBERED = 20_000


class KeptMedia:
    """`doors` gives for each channel how its files are fetched; a channel that is off is not in it."""

    def __init__(self, store: Store, now: Callable[[], datetime], doors: Mapping[str, Fetch]) -> None:
        self._store, self._now, self._doors = store, now, doors
        self._seen: OrderedDict[str, Incoming] = OrderedDict()

    def note(self, work: SqlWork, decided: Sequence[Decided], now: datetime) -> None:
        """In the unit that decided them: the files of messages that came to lie in a ticket, now or by a later one."""
        for one in decided:
            incoming = one.read.incoming
            if any(self._is_kept(file) for file in incoming.media) and one.read.line is not None:
                self._seen[incoming.id] = incoming
            laid = [message for message, *_ in one.amended]
            if one.decision.ticket is not None:
                laid.append(incoming.id)
            if incoming.recalls:
                self._seen.pop(incoming.recalls, None)
            for message in laid:
                self._lay(work, message, now)
        self._forget_old(now)

    def _lay(self, work: SqlWork, message: str, now: datetime) -> None:
        seen = self._seen.get(message)
        if seen is not None and seen.channel in self._doors and work.ticket_of_message(message) is not None:
            files = [(file.kind, file.ref, file.key) for file in seen.media if self._is_kept(file)]
            media_rows.add(work, message, seen.channel, files, now)

    @staticmethod
    def _is_kept(file: Media) -> bool:
        return file.kind in (PICTURE, VOICE) and bool(file.ref)

    def _forget_old(self, now: datetime) -> None:
        while self._seen and (len(self._seen) > _REMEMBERED or next(iter(self._seen.values())).at < now - AGE):
            self._seen.popitem(last=False)

    async def fetch_due(self) -> int:
        """Fetch what is due, a few at a time; gives how many files are kept now that were not before."""
        kept = 0
        for waiting in await self._store.read(lambda work: media_rows.due(work, self._now())):
            kept += await self._fetch_one(waiting)
        return kept

    async def _fetch_one(self, waiting: Waiting) -> bool:
        door = self._doors.get(waiting.door)
        data = await door(Media(waiting.kind, waiting.ref, waiting.secret)) if door is not None else None
        now = self._now()
        if data is None:
            tries = waiting.tries + 1
            if tries > len(PAUSES):
                await self._unit(lambda work: media_rows.give_up(work, waiting.id))
            else:
                later = now + timedelta(seconds=PAUSES[waiting.tries])
                await self._unit(lambda work: media_rows.put_off(work, waiting.id, tries, later))
            return False
        try:
            content_type, body = await asyncio.to_thread(_as_kept, waiting.kind, data)
        except ChannelError:
            await self._unit(lambda work: media_rows.give_up(work, waiting.id))
            return False
        await self._unit(lambda work: media_rows.keep(work, waiting.id, content_type, body))
        return True

    async def _unit(self, f: Callable[[SqlWork], None]) -> None:
        await self._store.unit(f, writer="sender")


def _as_kept(kind: str, data: bytes) -> tuple[str, bytes]:
    """(content type, bytes) as they are kept. Raises BadShape for what is not kept."""
    if kind == PICTURE:
        return "image/jpeg", small_jpeg(data)
    if not data or len(data) > MOST_BYTES:
        raise ChannelError
    return VOICE_TYPE, data
