"""Catching up with the archive: from the sealed record to the commit, against RSA-2048 decryption alone."""

import asyncio
import base64
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.own_talk import TRANSCRIPT, lines
from bench.row import Row
from bot.app import Service
from config.settings import Settings
from emulator.archive import decrypt
from emulator.cipher import aes_encrypt
from registry.registry import Registry
from registry.terms import Tier

COUNT = 4000
#: Groups that spoke meanwhile: ten messages each.
SPOKE = 400
RSA_SECONDS = 2.0


def rows(folder: Path, database: str, registry: Registry, now: datetime) -> list[Row]:
    """One row. The archive helper is a process of its own, as in the service."""
    key = rsa.generate_private_key(65537, 2048)
    keys = folder / "keys"
    keys.mkdir()
    (keys / "archive-1.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    records = list(_sealed(key.public_key(), registry, now))
    here, there = multiprocessing.Pipe()
    helper = multiprocessing.get_context("spawn").Process(target=_serve, args=(records, there), daemon=True)
    helper.start()
    try:
        settings = Settings(
            database_url=database, wecom_archive_url=f"http://127.0.0.1:{here.recv()}", wecom_archive_keys_dir=keys)
        rate = asyncio.run(_catch_up(settings))
    finally:
        helper.terminate()
        helper.join()
    alone = _rsa_alone(key, records)
    return [Row("archive catch-up : RSA-2048 decryption alone", ">= 0.5",
                f"{rate / alone:.2f} ({rate:,.0f}/s : {alone:,.0f}/s a core)", rate / alone >= 0.5)]


async def _catch_up(settings: Settings) -> float:
    service = Service(settings)
    try:
        began = time.perf_counter()
        heard = await service.decide_archive()
        return heard / (time.perf_counter() - began)
    finally:
        await service.close()


def _rsa_alone(key: rsa.RSAPrivateKey, records: list[dict[str, Any]]) -> float:
    sealed = [base64.b64decode(record["encrypt_random_key"]) for record in records]
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < RSA_SECONDS:
        key.decrypt(sealed[done % len(sealed)], padding.PKCS1v15())
        done += 1
    return done / (time.perf_counter() - began)


def _sealed(public: rsa.RSAPublicKey, registry: Registry, now: datetime) -> Iterator[dict[str, Any]]:
    """Records as GetChatData gives them, of the last half hour."""
    groups = [group for group in registry.groups.values() if group.tier is Tier.BASIC][:SPOKE]
    for n, text in enumerate(lines(COUNT, seed=5, mix=TRANSCRIPT)):
        group = groups[n * 7 % len(groups)]
        at = now - timedelta(minutes=30) + timedelta(milliseconds=400 * n)
        record = {
            "msgid": f"bench-{n}_external", "action": "send", "from": f"wm-{group.id[2:]}-{n % 3}", "tolist": [],
            "roomid": group.addresses["archive"], "msgtime": int(at.timestamp() * 1000), "msgtype": "text",
            "text": {"content": text},
        }
        key = os.urandom(32)
        yield {
            "seq": n + 1, "msgid": record["msgid"], "publickey_ver": 1,
            "encrypt_random_key": base64.b64encode(public.encrypt(base64.b64encode(key), padding.PKCS1v15())).decode(),
            "encrypt_chat_msg": base64.b64encode(aes_encrypt(key, json.dumps(record, ensure_ascii=False).encode())).decode(),
        }


def _serve(records: list[dict[str, Any]], told: Connection) -> None:
    async def fetch(request: web.Request) -> web.Response:
        wanted = await request.json()
        return web.json_response({"errcode": 0, "chatdata": records[wanted["seq"] : wanted["seq"] + wanted["limit"]]})

    async def opened(request: web.Request) -> web.Response:
        return web.json_response([decrypt(one["random_key"], one["encrypt_chat_msg"]) for one in await request.json()])

    async def main() -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/fetch", fetch)
        app.router.add_post("/decrypt", opened)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())
