"""A small picture made on the spot, for who has none at hand: a PNG of one colour band pattern, no library."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 240, 160


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def make_png(number: int) -> bytes:
    """A 240×160 PNG; the same number gives the same bytes."""
    sky = ((40 * number + 150) % 200 + 40, (70 * number + 170) % 200 + 40, (110 * number + 190) % 200 + 40)
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(WIDTH):
            hill = 95 + ((x - 60) ** 2) // 260 if x < 150 else 70 + ((x - 175) ** 2) // 120
            shade = y // 5
            if y >= hill:
                rows += bytes((max(90 - shade, 0), max(120 - shade, 0), max(80 - shade, 0)))
            else:
                rows += bytes(min(c + shade, 255) for c in sky)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )
