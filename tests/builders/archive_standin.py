"""A stand-in for WeCom's native archive library, compiled on the spot, and a far end that serves it sealed records."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from emulator.archive import decrypt
from emulator.cipher import aes_encrypt
from emulator.errors import ApiError

SOURCE = Path(__file__).with_name("archive_standin.c")
CORP = "wwstandin"


def compiled(folder: Path) -> Path:
    """The library as a file; where no compiler is, the test is skipped and says so."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler (cc, gcc, clang) on this machine: the native archive library can't be stood in for")
    library = folder / "libstandin.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE)], check=True, timeout=60)
    return library


@cache
def key_of(version: int) -> rsa.RSAPrivateKey:
    """The key pair of a publickey_ver."""
    return rsa.generate_private_key(65537, 2048)


def write_keys(folder: Path, versions: Iterable[int]) -> Path:
    """The private keys as the settings want them."""
    for version in versions:
        pem = key_of(version).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"archive-{version}.pem").write_bytes(pem)
    return folder


def sealed(seq: int, record: dict[str, object], version: int = 1) -> dict[str, object]:
    """A record as GetChatData gives it."""
    key = os.urandom(32)
    random_key = key_of(version).public_key().encrypt(base64.b64encode(key), padding.PKCS1v15())
    message = aes_encrypt(key, json.dumps(record, ensure_ascii=False).encode())
    return {
        "seq": seq,
        "msgid": record["msgid"],
        "publickey_ver": version,
        "encrypt_random_key": base64.b64encode(random_key).decode(),
        "encrypt_chat_msg": base64.b64encode(message).decode(),
    }


class FarEnd:
    """What the library would reach at WeCom. `fault(name, calls)` says "CRASH" or "HANG" for a call, "" for none."""

    def __init__(self, rows: list[dict[str, object]], files: dict[str, bytes] | None = None) -> None:
        self.rows, self.files = rows, files or {}
        self.fault: Callable[[str, int], str] = lambda name, calls: ""
        self.calls: dict[str, int] = {}
        self.errcode = 0

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/archive/{name}", self._handle)
        return app

    async def _handle(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.calls[name] = self.calls.get(name, 0) + 1
        fault = self.fault(name, self.calls[name])
        if fault:
            return web.Response(text=fault)
        return web.json_response(self._answer(name, await request.json()))

    def _answer(self, name: str, body: Any) -> Any:
        if isinstance(body, list):
            return [self._answer(name, one) for one in body]
        if self.errcode:
            return {"errcode": self.errcode}
        if name == "fetch":
            after = [row for row in self.rows if int(str(row["seq"])) > body["seq"]]
            return {"errcode": 0, "errmsg": "ok", "chatdata": after[: body["limit"]]}
        if name == "decrypt":
            try:
                return decrypt(body["random_key"], body["encrypt_chat_msg"])
            except ApiError as error:
                return {"errcode": error.errcode}
        file = self.files.get(body["sdkfileid"])
        if file is None:
            return {"errcode": 10005}
        start = int(body["indexbuf"] or 0)
        chunk = file[start : start + 512 * 1024]
        end = start + len(chunk)
        return {
            "errcode": 0, "data": base64.b64encode(chunk).decode(), "outindexbuf": "" if end == len(file) else str(end),
            "is_finish": int(end == len(file)),
        }  # fmt: skip
