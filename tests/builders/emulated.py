"""A running emulator, as a program of its own, for tests of the channels."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

REGISTRY = Path(__file__).parent.parent / "unit" / "emulator" / "small.yaml"


class Emulated:
    """`said` is the emulator's announcement: addresses and credentials."""

    def __init__(self, said: dict[str, str], session: aiohttp.ClientSession) -> None:
        self.said = said
        self._session = session

    async def act(self, path: str, **data: object) -> dict[str, object]:
        """Somebody does something in a client, or the test turns a switch."""
        async with self._session.post(self.said["base_url"] + path, json=data) as answer:
            given = await answer.json()
            assert answer.status == 200, given
            return dict(given) if isinstance(given, dict) else {"list": given}

    async def look(self, path: str) -> list[dict[str, object]]:
        """A list that the emulator shows."""
        async with self._session.get(self.said["base_url"] + path) as answer:
            return list(await answer.json())

    async def state(self) -> dict[str, object]:
        """What its page shows."""
        async with self._session.get(self.said["base_url"] + "/state") as answer:
            return dict(await answer.json())


@asynccontextmanager
async def emulated(*options: str, registry: Path = REGISTRY) -> AsyncIterator[Emulated]:
    """Start it on a free port, end it with the block."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emulator", "--registry", str(registry), "--port", "0", "--retry-seconds", "0", *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert program.stdout is not None
        line = await asyncio.wait_for(program.stdout.readline(), 30)
        async with aiohttp.ClientSession() as session:
            yield Emulated(json.loads(line), session)
    finally:
        program.terminate()
        await program.wait()
