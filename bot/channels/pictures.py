"""A picture as it is kept with a ticket: JPEG, at most 1,600 pixels a side and 2 MB, without what the camera wrote in.

Pure. The file came from outside: what is no picture, or unfolds to an absurd size, is refused before it is decoded.
"""

import io

from bot.channels.errors import BadShape

LONGEST_SIDE = 1600
"""Pixels (issue: media of a ticket)."""
MOST_BYTES = 2 * 1024 * 1024
_MOST_PIXELS = 80_000_000
"""Of the picture as it came; no phone's camera makes more, and decoding takes four bytes each."""
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "MPO")
_QUALITIES = (85, 70, 50, 30)


def small_jpeg(data: bytes) -> bytes:
    """The picture turned upright, made small and encoded anew, so that no place, time or device stays in it.

    Raises BadShape for what is no such picture.
    """
    try:
        # imported here: needed only where pictures come in
        from PIL import Image, ImageOps  # noqa: PLC0415
    except ImportError:
        raise BadShape("没有装处理图片的组件（Pillow），图片没有留下。") from None
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise BadShape("图片太大。")
            # of a large JPEG only as much is decoded as is needed
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = Image.new("RGB", upright.size, "white")
            seen = upright.convert("RGBA")
            plain.paste(seen, mask=seen.getchannel("A"))
    except BadShape:
        raise
    except Exception:
        # a decoder of foreign bytes may raise anything, and its words may quote them
        raise BadShape("不是能打开的图片。") from None
    for quality in _QUALITIES:
        written = io.BytesIO()
        plain.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= MOST_BYTES:
            break
    return written.getvalue()
