"""Encrypted callbacks to the bot's door: one after the other, 5 s each, three deliveries (wire §1.2, §1.3)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import aiohttp

from emulator.cipher import CallbackCipher
from emulator.clock import Clock
from emulator.errors import CipherError
from emulator.faults import Faults
from emulator.ledger import Ledger
from emulator.xml import from_xml, to_xml

ANSWER_SECONDS = 5.0
VERIFY_SECONDS = 1.0
DELIVERIES = 3


@dataclass(frozen=True, slots=True)
class Callback:
    """One thing to tell the bot. ``on_reply`` gets the decrypted passive answer, when there is one."""

    name: str
    fields: dict[str, Any]
    summary: str
    agent_id: int | None
    on_reply: Callable[[dict[str, Any]], None] | None = None
    fault_name: str = "app"


class AppCallbacks:
    """Delivers callbacks in the order they arose; a retry waits beside the queue so that others are not held up."""

    def __init__(
        self,
        url: str | None,
        cipher: CallbackCipher,
        corp_id: str,
        clock: Clock,
        ledger: Ledger,
        faults: Faults,
        seed: int,
        retry_seconds: float,
    ) -> None:
        self.url = url
        self._cipher = cipher
        self._corp_id = corp_id
        self._clock = clock
        self._ledger = ledger
        self._faults = faults
        self._random = random.Random(seed)
        self._retry_seconds = retry_seconds
        self._queue: asyncio.Queue[Callback] = asyncio.Queue()
        self._session: aiohttp.ClientSession | None = None
        self._worker: asyncio.Task[None] | None = None
        self._retries: set[asyncio.Task[None]] = set()
        self._count = 0
        self._last_second: Any = None

    async def start(self) -> None:
        """Open the client and begin to deliver."""
        self._session = aiohttp.ClientSession()
        self._worker = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Give up what is not delivered."""
        running = [t for t in (self._worker, *self._retries) if t]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._session:
            await self._session.close()

    def next_msg_id(self) -> int:
        """A new 64-bit MsgId."""
        self._count += 1
        return 7_000_000_000_000_000_000 + self._count

    def tell(self, callback: Callback) -> None:
        """Queue a callback; without a callback URL nothing is sent."""
        if self.url is None:
            return
        if self._faults.strike("drop_callback", callback.fault_name):
            self._ledger.add("received", "callback", callback.name, callback.summary, flags=("按设定丢失",))
            return
        if self._last_second is not None and self._faults.strike("same_second", callback.fault_name):
            callback = replace(callback, fields={**callback.fields, "CreateTime": self._last_second})
        self._last_second = callback.fields.get("CreateTime")
        self._queue.put_nowait(callback)
        if self._faults.strike("deliver_twice", callback.fault_name):
            self._queue.put_nowait(callback)

    async def idle(self) -> None:
        """Wait until everything queued was tried once."""
        await self._queue.join()

    async def _run(self) -> None:
        while True:
            callback = await self._queue.get()
            try:
                if not await self._deliver(callback, 1):
                    task = asyncio.create_task(self._retry(callback))
                    self._retries.add(task)
                    task.add_done_callback(self._retries.discard)
            finally:
                self._queue.task_done()

    async def _retry(self, callback: Callback) -> None:
        for attempt in range(2, DELIVERIES + 1):
            await asyncio.sleep(self._retry_seconds)
            if await self._deliver(callback, attempt):
                return

    def _signed(self, text: str) -> tuple[str, dict[str, str]]:
        encrypted = self._cipher.encrypt(text, self._random.randbytes(16))
        timestamp = str(int(self._clock.now().timestamp()))
        nonce = str(self._random.randrange(10**9, 10**10))
        signature = self._cipher.sign(timestamp, nonce, encrypted)
        return encrypted, {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}

    async def _deliver(self, callback: Callback, attempt: int) -> bool:
        """True when the bot has answered anything at all: only silence and cut lines are retried."""
        if self._session is None or self.url is None:
            return True
        encrypted, query = self._signed(to_xml(callback.fields))
        envelope: dict[str, Any] = {"ToUserName": self._corp_id}
        if callback.agent_id is not None:
            envelope["AgentID"] = str(callback.agent_id)
        envelope["Encrypt"] = encrypted
        flags = (f"第{attempt}次投递",) if attempt > 1 else ()
        try:
            async with self._session.post(
                f"{self.url}?{urlencode(query)}",
                data=to_xml(envelope).encode(),
                headers={"Content-Type": "text/xml"},
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
            ) as answer:
                status = answer.status
                body = await answer.text()
        except (TimeoutError, aiohttp.ClientError) as error:
            self._ledger.add(
                "received",
                "callback",
                callback.name,
                callback.summary,
                errcode=-1,
                request=callback.fields,
                answer=type(error).__name__,
                flags=(*flags, "无应答"),
            )
            return False
        reply = self._open(body) if status == 200 and body.strip() else None
        flags = flags if status == 200 else (*flags, f"HTTP {status}")
        self._ledger.add(
            "received",
            "callback",
            callback.name,
            callback.summary,
            errcode=0 if status == 200 else status,
            request=callback.fields,
            answer=reply,
            flags=(*flags, "应答不合格") if status == 200 and body.strip() and reply is None else flags,
        )
        if reply is not None and callback.on_reply:
            callback.on_reply(reply)
        return True

    def _open(self, body: str) -> dict[str, Any] | None:
        """A passive reply, decrypted; None when it is no valid one (the user then sees nothing)."""
        try:
            outer = from_xml(body)
            encrypted = str(outer["Encrypt"])
            self._cipher.verify(str(outer["MsgSignature"]), str(outer["TimeStamp"]), str(outer["Nonce"]), encrypted)
            return from_xml(self._cipher.decrypt(encrypted))
        except (CipherError, KeyError, UnicodeDecodeError):
            return None

    async def verify(self) -> tuple[bool, str]:
        """The GET that WeCom makes when the URL is saved in the console: (accepted, why not)."""
        if self._session is None or self.url is None:
            return False, "没有设置回调地址"
        plain = str(self._random.randrange(10**18, 10**19))
        encrypted, query = self._signed(plain)
        try:
            async with self._session.get(
                f"{self.url}?{urlencode({**query, 'echostr': encrypted})}",
                timeout=aiohttp.ClientTimeout(total=VERIFY_SECONDS),
            ) as answer:
                status, body = answer.status, (await answer.read()).decode("utf-8", "replace")
        except (TimeoutError, aiohttp.ClientError) as error:
            reason = "1 秒内没有应答" if isinstance(error, TimeoutError) else f"连不上：{error}"
            self._ledger.add("received", "callback", "verify", "验证回调地址", errcode=-1, flags=(reason,))
            return False, reason
        reason = "" if status == 200 and body == plain else f"应答应是解密后的原文（HTTP {status}，{len(body)} 个字符）"
        self._ledger.add("received", "callback", "verify", "验证回调地址", errcode=0 if not reason else status)
        return not reason, reason
