"""Keeps the archive's helper process alive: starts it, ends it when it hangs, starts it anew with back-off (R16).

Whatever the native part does, only its own process dies; the ear sees `ArchiveUnavailable` meanwhile and asks the same
seq again.
"""

import asyncio
import contextlib
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.channels.archive_helper import TIMEOUT_SECONDS, ArchiveHelper
from bot.channels.archive_process import READY

log = structlog.get_logger(__name__)

START_SECONDS = 30.0
"""A library that has not started by then is ended."""
STEADY_SECONDS = 60.0
"""A process that lived so long begins a new back-off when it dies."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class NativeArchive:
    """What the library is opened with."""

    library: Path
    corp_id: str
    secret: str = field(repr=False)
    proxy: str = ""
    password: str = field(default="", repr=False)


class ArchiveKeeper:
    """Start with `run()` as a task; `helper` talks to the process. `seconds` without an answer end the process.

    `first_pause` (seconds) is the pause after the first death; each further doubles it, up to `longest_pause`, with jitter.
    """

    def __init__(
        self, archive: NativeArchive, *, seconds: float = TIMEOUT_SECONDS, first_pause: float = FIRST_PAUSE,
        longest_pause: float = LONGEST_PAUSE, chance: Callable[[], float] = random.random,
    ) -> None:
        self._archive, self._first_pause, self._longest_pause, self._chance = archive, first_pause, longest_pause, chance
        self._folder = Path(tempfile.mkdtemp(prefix="gridbot-archive-"))
        self._process: asyncio.subprocess.Process | None = None
        self.helper = ArchiveHelper(
            "http://archive", socket=self._folder / "socket", seconds=seconds, on_silence=self._end_process
        )
        self.starts = 0
        """How often the process was started."""
        self.refusal = ""
        """Why the library could not be used, in Chinese; "" once it runs."""
        self._first_said = asyncio.Event()

    async def first_said(self) -> None:
        """Wait until the process answers, or has ended for the first time."""
        await self._first_said.wait()

    async def run(self) -> None:
        """Until cancelled."""
        pause = self._first_pause
        clock = asyncio.get_running_loop().time
        try:
            while True:
                began = clock()
                code = await self._live_once()
                if clock() - began >= STEADY_SECONDS:
                    pause = self._first_pause
                log.warning("archive_helper_ended", code=code, again_in=pause)
                await asyncio.sleep(pause * (0.5 + self._chance() / 2))
                pause = min(pause * 2, self._longest_pause)
        finally:
            self._end_process()
            if self._process is not None:
                await self._process.wait()

    async def close(self) -> None:
        """After `run` was cancelled: close the connections, take the socket away."""
        await self.helper.close()
        self._end_process()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _live_once(self) -> int:
        """One life of the process; gives its exit code (negative: the signal that ended it)."""
        socket = self._folder / "socket"
        await asyncio.to_thread(socket.unlink, missing_ok=True)
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.channels.archive_process",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            # a native library may print what it decrypts
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self.starts += 1
        assert process.stdin is not None
        assert process.stdout is not None
        told = {
            "library": str(self._archive.library), "corp_id": self._archive.corp_id, "secret": self._archive.secret,
            "proxy": self._archive.proxy, "password": self._archive.password, "socket": str(socket),
        }  # fmt: skip
        first = b""
        with contextlib.suppress(ConnectionError, TimeoutError, ValueError):
            process.stdin.write(json.dumps(told).encode() + b"\n")
            await process.stdin.drain()
            async with asyncio.timeout(START_SECONDS):
                first = await process.stdout.readline()
        if first == READY:
            self.refusal = ""
            self._first_said.set()
            log.info("archive_helper_started", starts=self.starts)
            # nothing more is expected; a library that prints must not be stopped by a full pipe
            while await process.stdout.read(65536):
                pass
        else:
            # nothing where it died or hung before it said anything
            self.refusal = first.decode("utf-8", "replace").strip() or "会话存档组件一启动就停了，请确认它和本机系统相配。"
            self._first_said.set()
            self._end_process()
        return await process.wait()

    def _end_process(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
