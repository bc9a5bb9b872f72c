"""Reading a form with a file in it: bounded, and refused with a sentence where it is not a form of ours."""

from aiohttp import BodyPartReader, web

from dashboard.errors import Sorry
from dashboard.forms import Sent, read_text

#: A workbook of 14,000 groups has less than half of it.
FILE_AT_MOST = 8 * 1024 * 1024
#: A registry laid into a page and sent back from it (`dashboard.pages.registry`).
LAID_AT_MOST = 8 * 1024 * 1024
_FIELD_AT_MOST = 4096
_PARTS_AT_MOST = 5


async def read_upload(request: web.Request) -> Sent:
    """A multipart form with one file, `file`. Raises Sorry: too large (413), not such a form (415), unreadable (400)."""
    if request.content_type != "multipart/form-data":
        raise Sorry(415, "没有收到文件", "请在页面上选好文件再提交。")
    if (request.content_length or 0) > FILE_AT_MOST + _FIELD_AT_MOST:
        raise _too_large()
    fields: dict[str, str] = {}
    upload = b""
    try:
        reader = await request.multipart()
        for _ in range(_PARTS_AT_MOST):
            part = await reader.next()
            if part is None:
                return Sent(fields, upload)
            if not isinstance(part, BodyPartReader):
                break
            if part.name == "file":
                upload = await _bounded(part, FILE_AT_MOST)
            elif part.name is not None:
                fields[part.name] = (await _bounded(part, _FIELD_AT_MOST)).decode("utf-8")
    except (ValueError, AssertionError):
        # aiohttp's words for a body that is no multipart
        pass
    raise Sorry(400, "看不懂提交的内容", "请返回上一页，重新选好文件再提交。", close=True)


async def read_laid(request: web.Request) -> Sent:
    """An urlencoded form that sends a whole registry back."""
    return Sent(await read_text(request, LAID_AT_MOST, "这份登记太大，请在服务器上用 gridbot registry import 导入。"))


async def _bounded(part: BodyPartReader, at_most: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk():
        body += chunk
        if len(body) > at_most:
            raise _too_large()
    return bytes(body)


def _too_large() -> Sorry:
    return Sorry(413, "文件太大", "最大 8 MB。请删掉图片和没有用的工作表，或在服务器上用 gridbot registry import 导入。", close=True)
