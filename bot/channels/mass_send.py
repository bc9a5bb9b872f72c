"""Speaking in customer groups: a task that the groups' owner confirms in the client (企业群发; path/92135, 93338).

Creating a task posts nothing. Whether the owner pressed is read from the task, never from the send result, where an
unsent group is simply absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from bot.channels.client import WeComClient
from bot.channels.outcomes import Failed, Outcome, Sent, Unclear
from bot.channels.pieces import clip_bytes

TEXT_BYTES = 4000
GROUPS = 2000
PAGES = 50
"""A task has one sender and at most 2,000 groups: more pages than this are a fault of the far side."""


class SendStatus(IntEnum):
    """`status` of a row of the send result."""

    UNSENT = 0
    SENT = 1
    NOT_A_FRIEND = 2
    OVER_QUOTA = 3


@dataclass(frozen=True, slots=True)
class Press:
    """Whether an owner pressed send, and when."""

    userid: str
    sent: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupSend:
    """What became of one group's copy."""

    group: str
    userid: str
    status: SendStatus
    at: datetime | None


class MassSend:
    """企业群发 of one app that is allowed to use 客户联系."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def create(self, owner: str, groups: Sequence[str], text: str) -> Outcome:
        """A task for this owner (userid) and these of his groups. `Sent.msgid` is the task's id.

        `Partial.invalid` names the groups that WeCom left out. Text beyond 4,000 bytes is cut.
        """
        if not text.strip():
            return Failed(44004, "内容是空的。")
        if not 1 <= len(groups) <= GROUPS:
            return Failed(40058, "一次群发要选 1 到 2000 个群。")
        body = {
            "chat_type": "group",
            "sender": owner,
            "chat_id_list": list(groups),
            "text": {"content": clip_bytes(text, TEXT_BYTES)},
        }
        return await self._client.post("externalcontact/add_msg_template", body)

    async def presses(self, msgid: str) -> tuple[Press, ...] | Outcome:
        """Who pressed send: status 0 unsent, 2 sent."""
        rows = await self._pages("externalcontact/get_groupmsg_task", {"msgid": msgid, "limit": 1000}, "task_list")
        if not isinstance(rows, list):
            return rows
        return tuple(Press(str(row.get("userid", "")), row.get("status") == 2, _at(row)) for row in rows)

    async def sends(self, msgid: str, owner: str) -> tuple[GroupSend, ...] | Outcome:
        """What became of each group's copy; groups not sent yet are missing here."""
        body = {"msgid": msgid, "userid": owner, "limit": 1000}
        rows = await self._pages("externalcontact/get_groupmsg_send_result", body, "send_list")
        if not isinstance(rows, list):
            return rows
        return tuple(
            GroupSend(str(row.get("chat_id", "")), str(row.get("userid", "")), status, _at(row))
            for row in rows
            for status in SendStatus
            if row.get("status") == status
        )

    async def remind(self, msgid: str) -> Outcome:
        """Remind the owner in the client."""
        return await self._client.post("externalcontact/remind_groupmsg_send", {"msgid": msgid})

    async def cancel(self, msgid: str) -> Outcome:
        """Withdraw a task that was not pressed yet."""
        return await self._client.post("externalcontact/cancel_groupmsg_send", {"msgid": msgid}, repeatable=True)

    async def _pages(self, path: str, body: Mapping[str, object], name: str) -> list[Mapping[str, object]] | Outcome:
        rows: list[Mapping[str, object]] = []
        cursor = ""
        for _ in range(PAGES):
            outcome = await self._client.post(path, {**body, "cursor": cursor}, repeatable=True)
            if not isinstance(outcome, Sent):
                return outcome
            rows.extend(_dicts(outcome.data.get(name)))
            following = outcome.data.get("next_cursor")
            if not isinstance(following, str) or not following or following == cursor:
                return rows
            cursor = following
        return Unclear("群发结果的页数太多，没有读完。")


def _dicts(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, dict))


def _at(row: Mapping[str, object]) -> datetime | None:
    seconds = row.get("send_time")
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 2**33 else None
