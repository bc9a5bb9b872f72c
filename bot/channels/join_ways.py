"""加入群聊: a QR code by which residents join a grid's customer group and bring its code as `state` (path/92229)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channels.client import WeComClient
from bot.channels.outcomes import Failed, Outcome, Sent, Unclear
from bot.channels.pieces import clip_chars

BY_QR_CODE = 2
"""`scene`: a QR code; 1 would be a mini-program's plug-in."""

STATE_CHARS = 30
BASE_NAME_CHARS = 40
GROUPS = 5
QR_BYTES = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class JoinWay:
    """A join way as WeCom keeps it; `qr_code` is the picture's address."""

    config_id: str
    state: str
    groups: tuple[str, ...]
    qr_code: str


class JoinWays:
    """Made, read, changed and deleted through the app that may use 客户联系."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def create(self, state: str, groups: Sequence[str], base_name: str) -> str | Outcome:
        """A join way for 1 to 5 chats; gives its config_id. Where they are full WeCom makes the next group itself, named
        after `base_name` with a number. Not repeatable: an unclear answer may have made one."""
        body = _body(state, groups, base_name)
        if isinstance(body, Failed):
            return body
        outcome = await self._client.post("externalcontact/groupchat/add_join_way", body)
        if not isinstance(outcome, Sent):
            return outcome
        config_id = outcome.data.get("config_id")
        return config_id if isinstance(config_id, str) and config_id else Unclear("企业微信没有给出入群码的编号。")

    async def get(self, config_id: str) -> JoinWay | Outcome:
        """The join way with the address of its QR code."""
        body = {"config_id": config_id}
        outcome = await self._client.post("externalcontact/groupchat/get_join_way", body, repeatable=True)
        if not isinstance(outcome, Sent):
            return outcome
        way = outcome.data.get("join_way")
        if not isinstance(way, dict):
            return Unclear("企业微信没有说清这个入群码的情况，稍后再试。")
        groups = way.get("chat_id_list")
        chats = tuple(map(str, groups)) if isinstance(groups, list) else ()
        return JoinWay(config_id, str(way.get("state") or ""), chats, str(way.get("qr_code") or ""))

    async def update(self, config_id: str, state: str, groups: Sequence[str], base_name: str) -> Outcome:
        """Give it other groups; the QR code stays the same, so that printed sheets keep working."""
        body = _body(state, groups, base_name)
        if isinstance(body, Failed):
            return body
        changed = {"config_id": config_id, **body}
        return await self._client.post("externalcontact/groupchat/update_join_way", changed, repeatable=True)

    async def delete(self, config_id: str) -> Outcome:
        """Nobody can join by it any more."""
        return await self._client.post(
            "externalcontact/groupchat/del_join_way", {"config_id": config_id}, repeatable=True
        )

    async def picture(self, way: JoinWay) -> bytes | None:
        """The QR code as PNG, at most 1 MB; None when it can't be had."""
        data = await self._client.download(way.qr_code, limit=QR_BYTES) if way.qr_code else None
        return data if data is not None and data.startswith(PNG) else None


def _body(state: str, groups: Sequence[str], base_name: str) -> Mapping[str, object] | Failed:
    if not state or len(state) > STATE_CHARS:
        return Failed(40058, "网格代码要有 1 到 30 个字，才能当入群码的标记。")
    if not 1 <= len(groups) <= GROUPS:
        return Failed(40058, "一个入群码要配 1 到 5 个客户群。")
    return {
        "scene": BY_QR_CODE,
        "remark": f"小格 {state}",
        "auto_create_room": 1,
        "room_base_name": clip_chars(base_name, BASE_NAME_CHARS),
        "room_base_id": 1,
        "chat_id_list": list(groups),
        "state": state,
    }
