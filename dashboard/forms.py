"""Reading what a form sends: bounded, and refused with a sentence where it is not a form of ours."""

from urllib.parse import parse_qsl

from aiohttp import web

from dashboard.errors import Sorry

#: Our longest form is a reason of 300 characters.
BYTES_AT_MOST = 32 * 1024
FIELDS_AT_MOST = 20


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of an urlencoded form. Raises Sorry: too large (413), not a form (415), unreadable (400)."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Sorry(415, "没有收到表单", "请从页面上的按钮操作。")
    if (request.content_length or 0) > BYTES_AT_MOST:
        raise _too_large()
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BYTES_AT_MOST:
            raise _too_large()
    try:
        fields = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS_AT_MOST
        )
    except ValueError:
        raise Sorry(400, "看不懂提交的内容", "请返回上一页，重新填写后再提交。") from None
    return dict(fields)


def _too_large() -> Sorry:
    # the rest of the body is not read, so the connection cannot be used again
    return Sorry(413, "提交的内容太长", "一次最多 300 字，请写短一些再提交。", close=True)
