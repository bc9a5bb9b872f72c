"""The archive's ear: sealed records after a cursor → what was heard, in the order of seq (design §3; wire §5).

It keeps no cursor: the decider gives its own and commits the batch's in the transaction of the effects. A record that
can't be opened or read is set aside with the class of its error, and the others go on.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.channels.archive_helper import ArchiveHelper
from bot.channels.archive_keys import KeyMissing, load_keys, open_random_key
from bot.channels.archive_records import Dropped, read_record
from bot.channels.errors import BadCipher, ChannelError
from bot.messages import Incoming

MOST = 1000
SLICE = 64
"""Records of one decrypt call and one piece of work for a thread."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that could not be opened or read: its seq and the class of the error, never its text."""

    seq: int
    error: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The archive no longer holds what came after `after`; it goes on at `first`."""

    after: int
    first: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one fetch gave. `cursor` is the seq to go on from; `records` 0 means caught up."""

    heard: tuple[Incoming, ...]
    cursor: int
    records: int
    set_aside: tuple[SetAside, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    gap: Gap | None = None
    waits_for: int | None = None
    """The publickey_ver of the first record after `cursor` whose private key has not been put in place yet."""


class ArchiveEar:
    """Fetches and opens the archive.

    `keys_dir` holds `…<version>.pem`; it is read again when a record names a version that is not there. `own` are the
    userids of 小格's accounts, whose posts are not heard. RSA runs in `threads` threads.
    """

    def __init__(
        self,
        helper: ArchiveHelper,
        keys_dir: Path,
        *,
        own: frozenset[str] = frozenset(),
        names: tuple[str, ...] = ("小格",),
        threads: int = 2,
    ) -> None:
        self._helper = helper
        self._keys_dir = keys_dir
        self._keys: dict[int, RSAPrivateKey] = load_keys(keys_dir)
        self._own = own
        self._names = names
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="archive-rsa")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def batch(self, seq: int, limit: int = MOST) -> Batch:
        """The next records after `seq`. Raises ArchiveUnavailable, after which the same seq may be asked again."""
        rows = sorted((row for row in await self._helper.fetch(seq, limit) if _seq(row) > seq), key=_seq)
        if not rows:
            return Batch((), seq, 0)
        first = _seq(rows[0])
        await self._look_for_keys(rows)
        newest = max(self._keys)
        waits_for = next((version for row in rows if (version := _version(row)) > newest), None)
        if waits_for is not None:
            rows = rows[: next(place for place, row in enumerate(rows) if _version(row) == waits_for)]
            if not rows:
                return Batch((), seq, 0, waits_for=waits_for)
        set_aside: list[SetAside] = []
        opened: list[tuple[int, str, str]] = []
        for row, key in zip(rows, await self._random_keys(rows), strict=True):
            message = row.get("encrypt_chat_msg")
            if isinstance(key, ChannelError):
                set_aside.append(SetAside(_seq(row), type(key).__name__))
            elif not isinstance(message, str):
                set_aside.append(SetAside(_seq(row), BadCipher.__name__))
            else:
                opened.append((_seq(row), key, message))
        heard: list[Incoming] = []
        dropped: Counter[str] = Counter()
        for number, record in await self._records(opened):
            try:
                if record is None:
                    raise BadCipher
                read = read_record(record, number, self._own, self._names)
            except (ChannelError, RecursionError) as error:
                set_aside.append(SetAside(number, type(error).__name__))
                continue
            if isinstance(read, Dropped):
                dropped[read.why] += 1
            else:
                heard.append(read)
        gap = Gap(seq, first) if seq and first > seq + 1 else None
        set_aside.sort(key=lambda one: one.seq)
        return Batch(tuple(heard), _seq(rows[-1]), len(rows), tuple(set_aside), dropped, gap, waits_for)

    async def _look_for_keys(self, rows: Sequence[Mapping[str, object]]) -> None:
        versions = {version for row in rows if (version := _version(row))}
        if not versions <= self._keys.keys():
            # a new version has been put into the folder since the start; a folder that is broken now changes nothing
            with contextlib.suppress(ChannelError):
                self._keys = await asyncio.to_thread(load_keys, self._keys_dir)

    async def _random_keys(self, rows: Sequence[Mapping[str, object]]) -> list[str | ChannelError]:
        loop = asyncio.get_running_loop()
        slices = [rows[start : start + SLICE] for start in range(0, len(rows), SLICE)]
        work = [loop.run_in_executor(self._pool, _open_all, self._keys, part) for part in slices]
        return [key for keys in await asyncio.gather(*work) for key in keys]

    async def _records(self, opened: Sequence[tuple[int, str, str]]) -> list[tuple[int, dict[str, object] | None]]:
        records: list[tuple[int, dict[str, object] | None]] = []
        for start in range(0, len(opened), SLICE):
            part = opened[start : start + SLICE]
            found = await self._helper.decrypt([(key, message) for _, key, message in part])
            records += [(number, record) for (number, _, _), record in zip(part, found, strict=True)]
        return records


def _open_all(keys: Mapping[int, RSAPrivateKey], rows: Sequence[Mapping[str, object]]) -> list[str | ChannelError]:
    found: list[str | ChannelError] = []
    for row in rows:
        try:
            found.append(open_random_key(keys, row.get("publickey_ver"), row.get("encrypt_random_key")))
        except (KeyMissing, BadCipher) as error:
            found.append(error)
    return found


def _version(row: Mapping[str, object]) -> int:
    value = row.get("publickey_ver")
    return value if isinstance(value, int) else 0


def _seq(row: Mapping[str, object]) -> int:
    value = row.get("seq")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
