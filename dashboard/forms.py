"""Reading what a form sends: bounded, and refused with a sentence where it is not a form of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web

from dashboard.errors import Sorry

#: Our longest form is a reason of 300 characters.
BYTES_AT_MOST = 32 * 1024
FIELDS_AT_MOST = 20


_TOO_LONG = "一次最多 300 字，请写短一些再提交。"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with a form: its fields, and the file where it has one."""

    fields: Mapping[str, str] = field(default_factory=dict)
    upload: bytes = field(default=b"", repr=False)


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of an urlencoded form. Raises Sorry: too large (413), not a form (415), unreadable (400)."""
    return await read_text(request, BYTES_AT_MOST, _TOO_LONG)


async def read_fields(request: web.Request) -> Sent:
    """A form without a file: what most pages send."""
    return Sent(await read_form(request))


async def read_text(request: web.Request, at_most: int, too_long: str) -> dict[str, str]:
    """`read_form` with another bound in bytes, and the sentence for what is longer."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Sorry(415, "没有收到表单", "请从页面上的按钮操作。")
    if (request.content_length or 0) > at_most:
        raise _too_large(too_long)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > at_most:
            raise _too_large(too_long)
    try:
        fields = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS_AT_MOST
        )
    except ValueError:
        raise Sorry(400, "看不懂提交的内容", "请返回上一页，重新填写后再提交。") from None
    return dict(fields)


def _too_large(sentence: str) -> Sorry:
    # the rest of the body is not read, so the connection cannot be used again
    return Sorry(413, "提交的内容太长", sentence, close=True)
