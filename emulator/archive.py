"""会话内容存档 at the boundary of its library: sealed records by ``fetch(seq, limit)``, opened by ``decrypt``.

RSA-2048 PKCS#1 v1.5 seals each record's random key, for two public key versions in turn. What the real DecryptData
does inside is undocumented (wire §5.1), so ``decrypt`` stands in for it: AES-256-CBC with the key that
``random_key`` is the base64 of.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from emulator.cipher import aes_decrypt, aes_encrypt
from emulator.errors import ApiError, CipherError
from emulator.registry import Group
from emulator.world import BOT, Message, World

HELD = timedelta(days=5)
MOST = 1000
NOTIFY_EVERY_SECONDS = 15.0
MEDIA_CHUNK = 512 * 1024
ROBOT = "wb0000000001"


@dataclass(frozen=True, slots=True)
class Sealed:
    """One record of GetChatData and when it was said."""

    at: datetime
    row: dict[str, Any]


class Archive:
    """Holds sealed records of the groups that have a licensed member."""

    def __init__(self, world: World, keys: dict[int, RSAPrivateKey], seed: int) -> None:
        self._world = world
        self._keys = {version: key.public_key() for version, key in keys.items()}
        self._versions = sorted(keys)
        self._random = random.Random(seed)
        self._sealed: list[Sealed] = []
        self._ids = 0
        self._notified_at: float | None = None
        self._news = False
        world.posted.append(self._hear)

    @property
    def last_seq(self) -> int:
        """The seq of the newest record; seqs begin at 1 and have no gaps."""
        return len(self._sealed)

    def _new_id(self, group: Group | None) -> str:
        self._ids += 1
        ending = "_external" if group and group.kind == "customer" else ""
        return f"CAQQ{self._ids:012d}{ending}"

    def _hear(self, message: Message) -> None:
        if message.chat.group is None or message.streaming or message.kind == "system":
            return
        group = self._world.registry.groups[message.chat.group]
        if not group.archived:
            return
        if message.sender != BOT and not self._world.agreed(message.sender, group.id):
            return
        message.archive_id = self._new_id(group)
        record = self._head(message, group, "send", message.archive_id)
        record.update(self._body(message))
        self._seal(record, message.at)

    def stream_ended(self, message: Message) -> None:
        """A streamed answer is archived as it stands at its end."""
        self._hear(message)

    def recalled(self, message: Message) -> None:
        """A revoke record, when the message itself is in the archive."""
        if message.archive_id is None or message.chat.group is None:
            return
        group = self._world.registry.groups[message.chat.group]
        record = self._head(message, group, "recall", self._new_id(group))
        now = self._world.clock.now()
        record["msgtime"] = _ms(now)
        record.update({"msgtype": "revoke", "revoke": {"pre_msgid": message.archive_id}})
        self._seal(record, now)

    def agreement(self, person: str, group_id: str, *, agreed: bool) -> None:
        """An agree or disagree record of a resident for one group."""
        group = self._world.registry.groups[group_id]
        if not group.archived:
            return
        now = self._world.clock.now()
        kind = "agree" if agreed else "disagree"
        outside = self._world.registry.people[person].outside_id
        record = {
            "msgid": self._new_id(group),
            "action": "send",
            "from": outside,
            "tolist": [],
            "roomid": group.archive,
            "msgtime": _ms(now),
            "msgtype": kind,
            kind: {"userid": outside, "agree_time": _ms(now)},
        }
        self._seal(record, now)

    def switched(self, person: str) -> None:
        """A licensed member switched enterprise: the record without msgtype and from."""
        now = self._world.clock.now()
        user = self._world.registry.people[person].outside_id
        self._seal({"msgid": self._new_id(None), "action": "switch", "time": _ms(now), "user": user}, now)

    def _head(self, message: Message, group: Group, action: str, msgid: str) -> dict[str, Any]:
        sender = message.detail.get("archive_from") or ROBOT
        if message.sender != BOT:
            sender = self._world.registry.people[message.sender].outside_id
        return {
            "msgid": msgid,
            "action": action,
            "from": sender,
            "tolist": [p.outside_id for p in self._world.members(group.id) if p.id != message.sender],
            "roomid": group.archive,
            "msgtime": _ms(message.at),
        }

    def _body(self, message: Message) -> dict[str, Any]:
        match message.kind:
            case "text" | "stream":
                return {"msgtype": "text", "text": {"content": self._with_quote(message)}}
            case "image":
                return {"msgtype": "image", "image": self._file_of(message)}
            case "mixed":
                items = [
                    {"type": "text", "content": json.dumps({"content": message.text}, ensure_ascii=False)},
                    {"type": "image", "content": json.dumps(self._file_of(message))},
                ]
                return {"msgtype": "mixed", "mixed": {"item": items}}
            case "voice":
                seconds = int(message.detail.get("seconds", 3))
                voice = {"md5sum": "0" * 32, "voice_size": seconds * 1600, "play_length": seconds}
                return {"msgtype": "voice", "voice": {**voice, "sdkfileid": message.id}}
            case "location":
                return {"msgtype": "location", "location": {**message.detail, "zoom": 15}}
            case "link":
                return {"msgtype": "link", "link": dict(message.detail)}
            case "markdown":
                return {"msgtype": "markdown", "info": {"content": message.text}}
            case _:
                return {"msgtype": "text", "text": {"content": "【未知消息类型】"}}

    def _with_quote(self, message: Message) -> str:
        if message.quote is None:
            return message.text
        quoted = self._world.messages[message.quote]
        name = self._world.name_of(quoted.sender)
        return f'这是一条引用/回复消息：\n"{name}：\n{quoted.text}"\n------\n{message.text}'

    def _file_of(self, message: Message) -> dict[str, Any]:
        file = self._world.files[message.file or ""]
        # the checksum is part of the record's shape, not a protection
        digest = hashlib.md5(file.data, usedforsecurity=False).hexdigest()
        return {"md5sum": digest, "filesize": len(file.data), "sdkfileid": file.id}

    def _seal(self, record: dict[str, Any], at: datetime) -> None:
        seq = len(self._sealed) + 1
        version = self._versions[seq % len(self._versions)]
        key = self._random.randbytes(32)
        random_key = base64.b64encode(key)
        body = json.dumps(record, ensure_ascii=False).encode()
        sealed_key = self._keys[version].encrypt(random_key, padding.PKCS1v15())
        row = {
            "seq": seq,
            "msgid": record["msgid"],
            "publickey_ver": version,
            "encrypt_random_key": base64.b64encode(sealed_key).decode(),
            "encrypt_chat_msg": base64.b64encode(aes_encrypt(key, body)).decode(),
        }
        self._sealed.append(Sealed(at, row))
        self._news = True

    def fetch(self, seq: int, limit: int) -> list[dict[str, Any]]:
        """Records with seq strictly greater, of the last 5 days; raises ApiError 10000 on bad figures."""
        if not 1 <= limit <= MOST or seq < 0:
            raise ApiError(10000, "seq must be >= 0, limit 1 to 1000")
        oldest = self._world.clock.now() - HELD
        rows: list[dict[str, Any]] = []
        for sealed in self._sealed[seq:]:
            if sealed.at >= oldest:
                rows.append(sealed.row)
                if len(rows) == limit:
                    break
        return rows

    def media(self, sdkfileid: str, index: str) -> dict[str, Any]:
        """One chunk (≤512 KB) of a file; raises ApiError 10005."""
        file = self._world.files.get(sdkfileid)
        if file is None:
            raise ApiError(10005, "fileid")
        start = int(index) if index.isdigit() else 0
        chunk = file.data[start : start + MEDIA_CHUNK]
        end = start + len(chunk)
        finished = end >= len(file.data)
        return {
            "errcode": 0,
            "data": base64.b64encode(chunk).decode(),
            "outindexbuf": "" if finished else str(end),
            "is_finish": int(finished),
        }

    def take_notice(self, real: float) -> bool:
        """Whether a msgaudit_notify is due: something new, and 15 s since the last one."""
        if not self._news or (self._notified_at is not None and real - self._notified_at < NOTIFY_EVERY_SECONDS):
            return False
        self._news = False
        self._notified_at = real
        return True


def decrypt(random_key: str, encrypt_chat_msg: str) -> dict[str, Any]:
    """The plain record; raises ApiError 10006 when key and message do not belong together."""
    try:
        key = base64.b64decode(random_key, validate=True)
        data = base64.b64decode(encrypt_chat_msg, validate=True)
        if len(key) != 32:
            raise CipherError("key length")
        record = json.loads(aes_decrypt(key, data))
    except (binascii.Error, CipherError, ValueError) as error:
        raise ApiError(10006, "decrypt") from error
    if not isinstance(record, dict):
        raise ApiError(10006, "decrypt")
    return record


def _ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)
