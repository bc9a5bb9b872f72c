"""Voice messages made words by a command of the county's own choice; off where none is set.

The command gets a path as its last argument and writes the words to standard output. The path is a file in memory, so
that nothing of ordinary talk is written to disk. A voice is decided as a voice when it is heard; its words are heard as
the same speaker's next message as soon as they are there, and nothing waits for them.
"""

import asyncio
import contextlib
import os
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog

from bot.channels.clean import clean
from bot.decider import Decided
from bot.kept_media import VOICE, Fetch
from bot.messages import Incoming, MessageKind, Words, words_of

log = structlog.get_logger(__name__)

MOST_WORDS = 2000
"""Characters taken of what the command writes."""
_MOST_WAITING = 20


async def transcribe(command: str, voice: bytes, seconds: float) -> str:
    """What was said; "" where the command failed, took too long or heard nothing."""
    file = os.memfd_create("voice")
    process = None
    try:
        os.write(file, voice)
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command), f"/proc/{os.getpid()}/fd/{file}",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            # it may quote what was said
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate()
        return clean(said.decode("utf-8", "replace"))[:MOST_WORDS].strip() if process.returncode == 0 else ""
    except (OSError, TimeoutError):
        return ""
    finally:
        os.close(file)
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Transcriber:
    """One voice at a time, at most twenty waiting; `hear` takes the words. `doors` fetch files, by channel."""

    def __init__(
        self, command: str, seconds: float, doors: Mapping[str, Fetch], hear: Callable[[Incoming], Awaitable[None]]
    ) -> None:
        self._command, self._seconds, self._doors, self._hear = command, seconds, doors, hear
        self._one = asyncio.Lock()
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def note(self, decided: Sequence[Decided]) -> None:
        """When these are committed: begin with the voices among them; what was recalled is let go."""
        for one in decided:
            incoming = one.read.incoming
            if incoming.recalls in self._waiting:
                self._waiting[incoming.recalls].cancel()
            if one.read.line is None or not one.decision.heard or one.error is not None:
                continue
            if incoming.kind is MessageKind.VOICE and not incoming.words and len(self._waiting) < _MOST_WAITING:
                self._begin(incoming)

    def _begin(self, incoming: Incoming) -> None:
        task = asyncio.create_task(self._listen(incoming))
        self._waiting[incoming.id] = task
        task.add_done_callback(partial(self._done, incoming.id))

    def _done(self, message: str, task: asyncio.Task[None]) -> None:
        self._waiting.pop(message, None)
        if not task.cancelled() and task.exception() is not None:
            log.warning("voice_not_heard", error=type(task.exception()).__name__)

    async def _listen(self, incoming: Incoming) -> None:
        file = next((file for file in incoming.media if file.kind == VOICE), None)
        door = self._doors.get(incoming.channel)
        if file is None or door is None:
            return
        async with self._one:
            voice = await door(file)
            words = await transcribe(self._command, voice, self._seconds) if voice else ""
        if words:
            await self._hear(
                replace(incoming, id=words_of(incoming.id), kind=MessageKind.TEXT, words=Words(words), media=(), reply=None)
            )

    async def idle(self) -> None:
        """Wait until nothing is waiting."""
        while self._waiting:
            await asyncio.gather(*self._waiting.values(), return_exceptions=True)

    async def close(self) -> None:
        """Let go of what is waiting."""
        for task in self._waiting.values():
            task.cancel()
        await self.idle()
