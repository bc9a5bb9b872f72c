import io
import random

import pytest

from bot.channels.errors import BadShape
from bot.channels.pictures import LONGEST_SIDE, MOST_BYTES, small_jpeg

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")


def picture(size: tuple[int, int], mode: str = "RGB", form: str = "JPEG", **more: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "red").save(written, form, **more)
    return written.getvalue()


def opened(data: bytes):
    found = Image.open(io.BytesIO(data))
    found.load()
    return found


def test_a_photo_is_made_small_upright_and_loses_what_the_camera_wrote() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    exif[0x010F] = "CAMERA-NAME"
    exif.get_ifd(0x8825)[1] = "N"
    photo = picture((4000, 3000), exif=exif)
    assert b"CAMERA-NAME" in photo
    small = small_jpeg(photo)
    found = opened(small)
    assert found.format == "JPEG"
    assert found.size == (1200, LONGEST_SIDE)
    assert not found.getexif()
    assert "exif" not in found.info
    assert b"CAMERA-NAME" not in small


def test_a_small_picture_keeps_its_size_and_what_is_clear_becomes_white() -> None:
    found = opened(small_jpeg(picture((40, 30), "RGBA", "PNG")))
    assert found.size == (40, 30)
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(clear, "PNG")
    assert min(opened(small_jpeg(clear.getvalue())).getpixel((4, 4))) > 250


def test_noise_stays_under_two_megabytes() -> None:
    noise = Image.frombytes("RGB", (1600, 1600), random.Random(1).randbytes(1600 * 1600 * 3))
    written = io.BytesIO()
    noise.save(written, "PNG")
    assert len(written.getvalue()) > MOST_BYTES
    assert len(small_jpeg(written.getvalue())) <= MOST_BYTES


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0cut", b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadShape):
        small_jpeg(data)


def test_a_picture_that_unfolds_to_an_absurd_size_is_refused() -> None:
    with pytest.raises(BadShape):
        small_jpeg(picture((20000, 5000), "1", "PNG"))
