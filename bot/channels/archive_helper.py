"""The archive helper, a stateless process around the native library, over a local socket (design §3, wire §5.1).

`POST …/fetch {"seq","limit"}` gives sealed records; `POST …/decrypt` takes a list of
`{"random_key","encrypt_chat_msg"}` and gives a list of records, or one error for the whole list; `POST …/media
{"sdkfileid","indexbuf"}` gives `{"data","outindexbuf","is_finish"}`.
"""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from bot.channels.errors import ChannelError

TIMEOUT_SECONDS = 60.0
"""Without an answer for so long the helper hangs."""

_SENTENCES = {
    10001: "存档组件连不上企业微信，稍后再取。",
    10007: "存档公钥版本不存在，请检查管理后台的公钥设置。",
    10009: "存档组件的出口地址不在会话内容存档的可信 IP 里，请在管理后台加上它。",
    10010: "要取的存档已超过 5 天，不能再取。",
    10011: "存档组件的证书不对。",
    301052: "会话内容存档已到期，请续费。",
}


class ArchiveUnavailable(ChannelError):
    """存档组件没有回答，稍后再取。"""

    code = "archive_unavailable"

    def __init__(self, errcode: int = 0) -> None:
        self.errcode = errcode
        sentence = _SENTENCES.get(errcode) or (f"存档组件报错（{errcode}），稍后再取。" if errcode else None)
        super().__init__(sentence)


class ArchiveHelper:
    """Calls to the helper at `url` (below which lie fetch, decrypt and media), by its local `socket` where it has one.

    `on_silence` is called when an answer has not come within `seconds`. Use as `async with`, or close it.
    """

    def __init__(
        self,
        url: str,
        *,
        socket: Path | None = None,
        seconds: float = TIMEOUT_SECONDS,
        on_silence: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = url.rstrip("/")
        self._socket, self._seconds, self._on_silence = socket, seconds, on_silence
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(self, seq: int, limit: int) -> list[dict[str, object]]:
        """Sealed records after `seq`, at most `limit` (≤ 1,000); none means caught up. Raises ArchiveUnavailable."""
        answer = await self._post("fetch", {"seq": seq, "limit": limit})
        if not isinstance(answer, dict):
            raise ArchiveUnavailable
        _check(answer)
        rows = answer.get("chatdata")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    async def decrypt(self, sealed: Sequence[tuple[str, str]]) -> list[dict[str, object] | None]:
        """Open (random key, message) pairs, in order; None for one that can't be opened. Raises ArchiveUnavailable."""
        if not sealed:
            return []
        items = [{"random_key": key, "encrypt_chat_msg": message} for key, message in sealed]
        answer = await self._post("decrypt", items)
        if isinstance(answer, list) and len(answer) == len(items):
            return [one if isinstance(one, dict) and not one.get("errcode") else None for one in answer]
        if len(items) == 1:
            return [None]
        # one bad record spoils the list: halves find it in a few calls
        half = len(sealed) // 2
        return [*await self.decrypt(sealed[:half]), *await self.decrypt(sealed[half:])]

    async def media(self, sdkfileid: str, *, limit: int) -> bytes | None:
        """A file, chunk by chunk; None when it is longer than `limit` bytes. Raises ArchiveUnavailable."""
        parts: list[bytes] = []
        size, index = 0, ""
        while size <= limit:
            answer = await self._post("media", {"sdkfileid": sdkfileid, "indexbuf": index})
            data = answer.get("data") if isinstance(answer, dict) else None
            if not isinstance(answer, dict) or not isinstance(data, str) or answer.get("errcode"):
                raise ArchiveUnavailable
            try:
                parts.append(base64.b64decode(data, validate=True))
            except ValueError:
                raise ArchiveUnavailable from None
            size += len(parts[-1])
            following = answer.get("outindexbuf")
            if answer.get("is_finish") == 1 or not parts[-1] or not isinstance(following, str):
                return b"".join(parts) if size <= limit else None
            index = following
        return None

    async def _post(self, name: str, body: object) -> object:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self._socket)) if self._socket is not None else None,
                timeout=aiohttp.ClientTimeout(total=self._seconds, connect=5),
            )
        try:
            async with self._session.post(f"{self._url}/{name}", json=body) as answer:
                if answer.status != 200:
                    raise ArchiveUnavailable
                return await answer.json(content_type=None)
        except TimeoutError:
            self._on_silence()
            raise ArchiveUnavailable from None
        except (aiohttp.ClientError, ConnectionError, ValueError):
            # the cause may quote what was received, so it is not chained
            raise ArchiveUnavailable from None


def _check(answer: dict[str, object]) -> None:
    code = answer.get("errcode", 0)
    if code != 0:
        raise ArchiveUnavailable(code if isinstance(code, int) else 0)
