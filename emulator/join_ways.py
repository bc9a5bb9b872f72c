"""加入群聊 QR codes (wire §6.3, path/92229): a join way names its groups and a state, which each member carries."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from emulator.errors import ApiError
from emulator.world import World

STATE_CHARS = 30
BASE_NAME_CHARS = 40
GROUPS = 5
SIDE, QUIET, SCALE = 29, 4, 6


@dataclass(slots=True)
class JoinWay:
    """One QR code. ``groups`` are chat ids."""

    id: str
    scene: int
    remark: str
    auto_create_room: int
    room_base_name: str
    room_base_id: int
    groups: tuple[str, ...]
    state: str


class JoinWays:
    """Made, read, changed and deleted by their config_id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.ways: dict[str, JoinWay] = {}
        self._made = 0

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        """groupchat/add_join_way; raises ApiError."""
        self._made += 1
        way = self._read(f"cfg{self._made:06d}", body)
        self.ways[way.id] = way
        return {"config_id": way.id}

    def get(self, body: dict[str, Any], root: str) -> dict[str, Any]:
        """groupchat/get_join_way; ``root`` is where the QR code's address begins."""
        way = self._way(body)
        return {
            "join_way": {
                "config_id": way.id,
                "scene": way.scene,
                "remark": way.remark,
                "auto_create_room": way.auto_create_room,
                "room_base_name": way.room_base_name,
                "room_base_id": way.room_base_id,
                "chat_id_list": list(way.groups),
                "qr_code": f"{root}/qr/{way.id}.png",
                "state": way.state,
            }
        }

    def update(self, body: dict[str, Any]) -> dict[str, Any]:
        """groupchat/update_join_way: everything is given anew."""
        old = self._way(body)
        self.ways[old.id] = self._read(old.id, body)
        return {}

    def delete(self, body: dict[str, Any]) -> dict[str, Any]:
        """groupchat/del_join_way."""
        del self.ways[self._way(body).id]
        return {}

    def _way(self, body: dict[str, Any]) -> JoinWay:
        way = self.ways.get(str(body.get("config_id", "")))
        if way is None:
            raise ApiError(40058, "config_id unknown")
        return way

    def _read(self, config_id: str, body: dict[str, Any]) -> JoinWay:
        scene = body.get("scene")
        if scene not in (1, 2):
            raise ApiError(40058, "scene: 1 plugin, 2 QR code")
        state, base = body.get("state", ""), body.get("room_base_name", "")
        if not isinstance(state, str) or len(state) > STATE_CHARS:
            raise ApiError(40058, "state: at most 30 characters")
        if not isinstance(base, str) or len(base) > BASE_NAME_CHARS:
            raise ApiError(40058, "room_base_name: at most 40 characters")
        groups = body.get("chat_id_list")
        if not isinstance(groups, list) or not 1 <= len(groups) <= GROUPS:
            raise ApiError(40058, "chat_id_list: 1 to 5")
        for chat in groups:
            group = self._world.group_by("customer", str(chat))
            if group is None or group.kind != "customer":
                raise ApiError(40050, "invalid chat_id")
        return JoinWay(
            config_id,
            scene,
            str(body.get("remark", "")),
            int(body.get("auto_create_room", 1)),
            base,
            int(body.get("room_base_id", 1)),
            tuple(map(str, groups)),
            state,
        )


def qr_png(config_id: str) -> bytes:
    """A picture that looks like a QR code and differs for each join way. No camera reads it: the emulator has no phones."""
    noise = iter(_bits(config_id))
    dark = [[next(noise) for _ in range(SIDE)] for _ in range(SIDE)]
    for top, left in ((0, 0), (0, SIDE - 7), (SIDE - 7, 0)):
        for y in range(-1, 8):
            for x in range(-1, 8):
                if 0 <= top + y < SIDE and 0 <= left + x < SIDE:
                    ring = max(abs(y - 3), abs(x - 3))
                    dark[top + y][left + x] = ring in (0, 1, 3)
    width = (SIDE + 2 * QUIET) * SCALE
    rows = bytearray()
    for y in range(width):
        row = bytearray(b"\xff" * width)
        line = y // SCALE - QUIET
        if 0 <= line < SIDE:
            for x in range(SIDE):
                if dark[line][x]:
                    start = (x + QUIET) * SCALE
                    row[start : start + SCALE] = b"\x00" * SCALE
        rows += b"\x00" + row
    head = struct.pack(">IIBBBBB", width, width, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def _bits(seed: str) -> list[bool]:
    found: list[bool] = []
    count = 0
    while len(found) < SIDE * SIDE:
        for byte in sha256(f"{seed}:{count}".encode()).digest():
            found.extend(bool(byte >> bit & 1) for bit in range(8))
        count += 1
    return found
