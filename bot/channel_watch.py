"""What is wrong with the channels, told to the grid office with what to do about it: a refusal that an administrator has
to mend, a long connection that is down, displaced or silent, a webhook that WeCom has shut, an archive that can't be read."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.channels.aibot import AiBot, Link
from bot.channels.archive_trouble import ArchiveTrouble
from bot.channels.client import WeComClient
from bot.doors import LiveDoors
from storage.work import SqlWork
from tickets.alarming import tell_office
from tickets.work import Rules

SILENT_AFTER = 90.0
"""Seconds without any frame, pongs too; looked at every 20 s, so that the alarm comes within two minutes (T27)."""

AGAIN = timedelta(hours=1)
"""What lasts is told again after so long."""


class ChannelWatch:
    """`found` looks, `tell` says what is new or has lasted an hour."""

    def __init__(
        self,
        clients: tuple[WeComClient | None, ...],
        bot: AiBot | None,
        doors: LiveDoors,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        archive: ArchiveTrouble | None = None,
    ) -> None:
        self._clients = tuple(dict.fromkeys(client for client in clients if client is not None))
        self._bot, self._doors, self._rules, self._now, self._archive = bot, doors, rules, now, archive
        self._told: dict[str, datetime] = {}

    def found(self) -> tuple[str, ...]:
        """Sentences that say what is wrong and what to do."""
        return tuple(dict.fromkeys(self._findings()))

    def is_due(self) -> bool:
        """Whether there is something to tell now; what has ended may be told anew when it comes back."""
        self._told = {said: at for said, at in self._told.items() if said in self.found()}
        return bool(self._new())

    def tell(self, work: SqlWork) -> tuple[str, ...]:
        """Tell the office; gives what was told. Give it to `told` when the unit is committed."""
        new = self._new()
        for sentence in new:
            tell_office(work, self._rules(), self._now(), "alarm.channel", because="channel", args={"finding": sentence})
        return new

    def told(self, sentences: tuple[str, ...]) -> None:
        """These were told."""
        self._told |= dict.fromkeys(sentences, self._now())

    def _new(self) -> tuple[str, ...]:
        now = self._now()
        return tuple(one for one in self.found() if one not in self._told or now - self._told[one] >= AGAIN)

    def _findings(self) -> Iterator[str]:
        for client in self._clients:
            yield from (alarm.sentence for alarm in client.alarms)
        yield from self._doors.shut_groups.values()
        if self._archive is not None:
            yield from self._archive.findings()
        bot = self._bot
        if bot is None:
            return
        if bot.link is Link.DISPLACED:
            yield "智能机器人在别处另连了一条长连接，本机这条已被断开，不会自己去争。请停掉多余的那一处，再重启小格。"
        elif bot.link is Link.REFUSED and bot.alarm is not None:
            yield bot.alarm.sentence
        elif bot.silent_for() > SILENT_AFTER:
            yield "智能机器人的长连接已经一分半钟没有动静，群里 @小格 可能听不到。请检查服务器能否访问外网。"
