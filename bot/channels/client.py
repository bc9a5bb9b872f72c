"""The one way out to WeCom's HTTP API: connection, time limits, token, retries, outcome.

Token (path/91039; reliability R11): fetched once for all callers and processes, kept on a shelf until 5 minutes before
its end, replaced at most once per generation when WeCom calls it stale, and then the call is repeated once. Where a fresh token is refused
too, that call is left alone for a minute and an alarm is raised; where the secret is refused, all calls: neither may turn
into a storm of fetches.

Nothing here logs; outcomes carry no token, no key, no address with a key, no text.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import aiohttp

from bot.channels.limits import Now
from bot.channels.outcomes import BUSY, STALE_TOKEN, Failed, Outcome, Partial, Retry, Sent, Unclear, outcome_of
from bot.channels.tokens import Fetch, MemoryShelf, Shelf, Token

Pause = Callable[[float], Awaitable[None]]

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
EARLY = timedelta(minutes=5)
"""A token is renewed so long before its end."""

COOL_DOWN = timedelta(seconds=60)
"""After a refused secret or a refused fresh token nothing is asked for so long."""

BUSY_TRIES = 3
"""How often -1 is repeated, with back-off."""

ANOTHERS_FETCH = 40
"""How often, 0.25 s apart, a token that another process is fetching is waited for."""

MAX_ANSWER = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a call brings instead of JSON, as the multipart field `media` (path/90253, 99110)."""

    name: str
    content: bytes = field(repr=False)


Sending = Mapping[str, object] | Upload | None


class WeComClient:
    """Calls to one app's API. Use as `async with`, or close it.

    `base_url` is the API's root without /cgi-bin; `now` the clock by which tokens age; `pause` waits for back-off.
    `shelf` keeps the token, `fetches` counts token fetches of this client.
    """

    def __init__(
        self,
        base_url: str,
        corp_id: str,
        secret: str,
        now: Now,
        *,
        pause: Pause = asyncio.sleep,
        shelf: Shelf | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._corp_id = corp_id
        self._secret = secret
        self._now = now
        self._pause = pause
        self._shelf = shelf or MemoryShelf()
        self._session: aiohttp.ClientSession | None = None
        self._token: Token | None = None
        self._lock = asyncio.Lock()
        self._refused: dict[str, tuple[Failed, datetime]] = {}
        """Paths that refused a token straight from the server, or gettoken itself, and until when they are left alone."""
        self._alarms: dict[str, Failed] = {}
        self.fetches = 0

    @property
    def alarm(self) -> Failed | None:
        """A refusal that an administrator has to mend, until the same call succeeds; None when all is well."""
        return next(iter(self._alarms.values()), None)

    @property
    def alarms(self) -> tuple[Failed, ...]:
        """All refusals that an administrator has to mend, each once."""
        return tuple(dict.fromkeys(self._alarms.values()))

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

    async def post(self, path: str, body: Mapping[str, object], *, repeatable: bool = False) -> Outcome:
        """POST `/cgi-bin/{path}` with a token. `repeatable`: doing it twice harms nothing, so no answer is a Retry."""
        return await self._with_token("POST", path, {}, body, repeatable=repeatable)

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Outcome:
        """GET `/cgi-bin/{path}` with a token."""
        return await self._with_token("GET", path, dict(query or {}), None, repeatable=True)

    async def post_with_key(self, path: str, key: str, body: Mapping[str, object]) -> Outcome:
        """POST with a webhook's key in place of a token."""
        return await self._patiently("POST", self._url(path), {"key": key}, body, repeatable=False)

    async def upload(self, kind: str, file: Upload) -> Outcome:
        """Keep a file with WeCom for 3 days: `media_id` in the outcome's data. `kind`: image, voice, video, file."""
        return await self._with_token("POST", "media/upload", {"type": kind}, file, repeatable=True)

    async def upload_with_key(self, kind: str, key: str, file: Upload) -> Outcome:
        """The same for a webhook, whose key alone may send it. Nothing is posted by this."""
        url = self._url("webhook/upload_media")
        return await self._patiently("POST", url, {"key": key, "type": kind}, file, repeatable=True)

    async def post_to(self, url: str, body: Mapping[str, object]) -> Outcome:
        """POST to a one-use address that WeCom gave (response_url): no token, whole address."""
        return await self._patiently("POST", url, {}, body, repeatable=False)

    async def download(self, url: str, *, limit: int) -> bytes | None:
        """The bytes behind a media address, at most `limit`; None when they can't be had."""
        try:
            async with self._connection().get(url) as answer:
                if answer.status != 200:
                    return None
                return await _read(answer, limit)
        except (TimeoutError, aiohttp.ClientError, ValueError):
            return None

    async def media(self, media_id: str, *, limit: int = 20 * 1024 * 1024) -> bytes | None:
        """A picture or voice that somebody sent to the app, valid 3 days (path/90254); None when it can't be had."""
        token = await self._current()
        if isinstance(token, Token):
            query = {"access_token": token.value, "media_id": media_id}
            try:
                async with self._connection().get(self._url("media/get"), params=query) as answer:
                    if answer.status == 200 and not answer.content_type.endswith("json"):
                        return await _read(answer, limit)
            except (TimeoutError, aiohttp.ClientError):
                return None
        return None

    async def _with_token(
        self, method: str, path: str, query: dict[str, str], body: Sending, *, repeatable: bool
    ) -> Outcome:
        if (refusal := self._still_refused(path)) is not None:
            return refusal
        token = await self._current()
        if not isinstance(token, Token):
            return token
        url = self._url(path)
        outcome = await self._patiently(method, url, query | {"access_token": token.value}, body, repeatable=repeatable)
        if isinstance(outcome, Failed) and outcome.code in STALE_TOKEN:
            fresh = await self._replaced(token)
            if not isinstance(fresh, Token):
                return fresh
            token = fresh
            query = query | {"access_token": token.value}
            outcome = await self._patiently(method, url, query, body, repeatable=repeatable)
            if isinstance(outcome, Failed) and outcome.code in STALE_TOKEN:
                # a token straight from the server is refused here: asking again would only ask again
                self._leave_alone(path, outcome)
                return outcome
        self._note(path, outcome)
        return outcome

    async def _current(self) -> Token | Outcome:
        token = self._token
        if token is not None and self._now() < token.until:
            return token
        async with self._lock:
            token = self._token
            if token is not None and self._now() < token.until:
                return token
            return await self._next(token.generation if token is not None else 0)

    async def _replaced(self, stale: Token) -> Token | Outcome:
        async with self._lock:
            token = self._token
            if token is not None and token.generation > stale.generation:
                return token
            return await self._next(stale.generation)

    async def _next(self, stale: int) -> Token | Outcome:
        """The token after a stale one, from the shelf or from WeCom. Only under the lock."""
        if (refusal := self._still_refused("gettoken")) is not None:
            return refusal
        for _ in range(ANOTHERS_FETCH):
            found = await self._shelf.ask(stale)
            if isinstance(found, Token):
                self._token = found
                return found
            if found is Fetch.MINE:
                fetched = await self._fetch()
                if not isinstance(fetched, Token):
                    await self._shelf.give_up()
                return fetched
            await self._pause(0.25)
        return Retry(0, "没有取得 access_token，稍后再试。")

    async def _fetch(self) -> Token | Outcome:
        self.fetches += 1
        path, query = self._token_request()
        outcome = await self._patiently("GET", self._url(path), query, None, repeatable=True)
        if isinstance(outcome, Failed):
            self._leave_alone("gettoken", outcome)
            return outcome
        self._note("gettoken", outcome)
        if not isinstance(outcome, Sent):
            return outcome
        value, life = outcome.data.get("access_token"), outcome.data.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(life, int):
            return Retry(0, "没有取得 access_token，稍后再试。")
        # short-lived tokens (tests, private deployments) are renewed at half their life
        early = min(EARLY, timedelta(seconds=life / 2))
        self._token = await self._shelf.put(value, self._now() + timedelta(seconds=life) - early)
        return self._token

    def _token_request(self) -> tuple[str, dict[str, str]]:
        """Path and query by which a token is fetched."""
        return "gettoken", {"corpid": self._corp_id, "corpsecret": self._secret}

    def _leave_alone(self, path: str, refusal: Failed) -> None:
        self._refused[path] = (refusal, self._now() + COOL_DOWN)
        self._alarms[path] = refusal

    def _still_refused(self, path: str) -> Failed | None:
        refusal, until = self._refused.get(path, (None, self._now()))
        return refusal if self._now() < until else None

    def _note(self, path: str, outcome: Outcome) -> None:
        if isinstance(outcome, Failed) and outcome.alert:
            self._alarms[path] = outcome
        elif isinstance(outcome, Sent | Partial):
            self._alarms.pop(path, None)

    async def _patiently(
        self, method: str, url: str, query: Mapping[str, str], body: Sending, *, repeatable: bool
    ) -> Outcome:
        """One call, and up to three more while WeCom says that it is busy (-1 did nothing)."""
        outcome = await self._once(method, url, query, body, repeatable=repeatable)
        for attempt in range(BUSY_TRIES):
            if not (isinstance(outcome, Retry) and outcome.code == BUSY):
                break
            await self._pause(2**attempt * random.uniform(0.5, 1.0))
            outcome = await self._once(method, url, query, body, repeatable=repeatable)
        return outcome

    async def _once(
        self, method: str, url: str, query: Mapping[str, str], body: Sending, *, repeatable: bool
    ) -> Outcome:
        data: aiohttp.FormData | bytes | None = None
        headers = {}
        if isinstance(body, Upload):
            data = aiohttp.FormData()
            data.add_field("media", body.content, filename=body.name, content_type="application/octet-stream")
        elif body is not None:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
            headers = {"Content-Type": "application/json; charset=utf-8"}
        no_answer: Outcome = (
            Retry(0, "企业微信没有回答，稍后再试。")
            if repeatable
            else Unclear("发出后没有得到回答，不知道有没有发出。")
        )
        try:
            # a redirect would carry the token elsewhere
            async with self._connection().request(
                method, url, params=query, data=data, headers=headers, allow_redirects=False
            ) as answer:
                raw = await _read(answer, MAX_ANSWER)
                status = answer.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
            return Retry(0, "连不上企业微信，没有发出，稍后再试。")
        except (TimeoutError, aiohttp.ClientError, ConnectionError):
            return no_answer
        if raw is None or status >= 500:
            return no_answer
        if status >= 300:
            return Failed(status, f"企业微信没有接受（HTTP {status}）。")
        try:
            value = json.loads(raw)
        except ValueError:
            return no_answer
        if not isinstance(value, dict):
            return no_answer
        outcome = outcome_of(value)
        return no_answer if isinstance(outcome, Unclear) else outcome

    def _url(self, path: str) -> str:
        return f"{self._base}/cgi-bin/{path}"

    def _connection(self) -> aiohttp.ClientSession:
        # a connection kept too long is cut by the far side just when it is used, which would make a send unclear
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=10)
            self._session = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT)
        return self._session


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """The whole body, None when it is longer than `limit`."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_chunked(65536):
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)
