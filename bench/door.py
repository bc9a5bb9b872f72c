"""The door's figures: callback → inbox on disk → 200, against a bare loop of the same parts, in one run.

    python bench/door.py [--seconds 5]

Both servers run as their own process and are loaded by this one over 64 connections, in turn. The bare loop checks the
signature, decrypts, parses and commits to one SQLite table, as many rows at once as are waiting, and does nothing else.
Then the real door is called 500 times a second.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import multiprocessing
import queue
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher as AesCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from bot.channels.app_door import AppDoor
from bot.channels.crypto import Cipher, aes_key_of
from bot.channels.together import Delivery, Together
from storage import inbox
from storage.store import Store

CORP, TOKEN = "ww0123456789abcdef", "gridbotToken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CONNECTIONS = 64
ROUNDS = 3
A_SECOND = 500

Handler = Callable[[web.Request], Awaitable[web.Response]]


def bare(path: Path) -> Handler:
    """The same parts without anything around them."""
    key = aes_key_of(AES_KEY)
    aes = AesCipher(algorithms.AES(key), modes.CBC(key[:16]))
    waiting: queue.SimpleQueue[tuple[str, str, asyncio.Future[None]]] = queue.SimpleQueue()
    loop = asyncio.get_running_loop()

    def write() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE inbox (key TEXT PRIMARY KEY, body TEXT)")
        while True:
            rows = [waiting.get()]
            while not waiting.empty():
                rows.append(waiting.get())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR IGNORE INTO inbox VALUES (?, ?)", [(key, body) for key, body, _ in rows])
            connection.execute("COMMIT")
            loop.call_soon_threadsafe(answer, [done for _, _, done in rows])

    def answer(waited: list[asyncio.Future[None]]) -> None:
        for done in waited:
            done.set_result(None)

    threading.Thread(target=write, daemon=True).start()

    async def handle(request: web.Request) -> web.Response:
        sealed = ElementTree.fromstring(await request.read()).findtext("Encrypt") or ""
        parts = sorted((TOKEN, request.query["timestamp"], request.query["nonce"], sealed))
        signature = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
        if not hmac.compare_digest(signature, request.query["msg_signature"]):
            return web.Response(status=403)
        decryptor = aes.decryptor()
        plain = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
        text = plain[20 : 20 + int.from_bytes(plain[16:20], "big")].decode()
        done = loop.create_future()
        waiting.put((ElementTree.fromstring(text).findtext("MsgId") or "", text, done))
        await done
        return web.Response()

    return handle


def real(path: Path) -> Handler:
    """The door and the store as they run in the service."""
    store = Store.open(f"sqlite:///{path}")
    store.migrate()

    async def commit(deliveries: Sequence[Delivery]) -> None:
        now = datetime.now(UTC)
        rows = [(one.key, one.incoming.channel, one.body.decode("ascii"), now) for one in deliveries]
        await store.unit(lambda work: inbox.put_many(work, rows), writer="door")

    return AppDoor(Cipher(TOKEN, AES_KEY, CORP), CORP, Together(commit).accept).receive


def serve(kind: str, path: Path, told: Connection) -> None:
    """One server process: tells its port, then serves until it is ended."""

    async def main() -> None:
        app = web.Application()
        app.router.add_post("/wecom/app", bare(path) if kind == "bare" else real(path))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())


def request(number: int, cipher: Cipher) -> bytes:
    """One callback as bytes of HTTP."""
    plain = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[u{number % 999}]]></FromUserName>"
        f"<CreateTime>1790000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[三号楼二单元楼道灯不亮"
        f"，麻烦安排人看看]]></Content><MsgId>{number}</MsgId><AgentID>1000002</AgentID></xml>"
    )
    sealed = cipher.encrypt(plain.encode())
    query = {"timestamp": "1790000000", "nonce": str(number)}
    query["msg_signature"] = cipher.sign(query["timestamp"], query["nonce"], sealed)
    body = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    head = f"POST /wecom/app?{urlencode(query)} HTTP/1.1\r\nHost: door\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def load(port: int, requests: list[bytes], pace: float | None) -> list[float]:
    """Send all requests over 64 connections; seconds of each, from when it was due. `pace` is requests a second."""
    took: list[float] = []
    todo = iter(enumerate(requests))
    began = time.perf_counter()

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, data in todo:
            due = began + number / pace if pace else time.perf_counter()
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            writer.write(data)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit("the door refused a good callback")
            took.append(time.perf_counter() - due)
        writer.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return took


def measure(kind: str, folder: Path, requests: list[bytes], pace: float | None) -> tuple[float, list[float]]:
    """Requests a second and the seconds of each, against a fresh server."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    path = folder / f"{kind}-{time.monotonic_ns()}.db"
    server = context.Process(target=serve, args=(kind, path, there), daemon=True)
    server.start()
    try:
        port = here.recv()
        asyncio.run(load(port, requests[: len(requests) // 10], None))
        began = time.perf_counter()
        took = asyncio.run(load(port, requests[len(requests) // 10 :], pace))
        return len(took) / (time.perf_counter() - began), took
    finally:
        server.terminate()
        server.join()


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=int, default=5, help="about how long each round loads a server")
    seconds = parser.parse_args().seconds
    cipher = Cipher(TOKEN, AES_KEY, CORP)
    requests = [request(number, cipher) for number in range(1500 * seconds)]
    with tempfile.TemporaryDirectory(prefix="bench-door-") as name:
        folder = Path(name)
        rates: dict[str, list[float]] = {"bare": [], "door": []}
        for _ in range(ROUNDS):
            for kind, found in rates.items():
                found.append(measure(kind, folder, requests, None)[0])
        _, took = measure("door", folder, requests[: A_SECOND * seconds], A_SECOND)
    bare_rate, door_rate = (statistics.median(rates[kind]) for kind in ("bare", "door"))
    p99 = statistics.quantiles(took, n=100)[98] * 1000
    print(f"door: {door_rate:,.0f}/s, bare loop {bare_rate:,.0f}/s, ratio {door_rate / bare_rate:.2f} (figure ≥ 0.7)")
    print(f"door at {A_SECOND}/s: p99 {p99:.0f} ms (figure ≤ 200 ms)")


if __name__ == "__main__":
    main()
