"""Groups that the app made itself (应用群聊): created, kept in step with the registry, spoken into (wire §4).

Members of WeCom only, no cards, and what people write there the app never hears (path/90235, 90244). A send that got no
answer cannot be repeated safely: WeCom documents no check for repeats (path/90248).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.channels.client import WeComClient
from bot.channels.limits import Limit, Meter
from bot.channels.outcomes import Failed, Limited, Outcome, Retry, Sent, Unclear
from bot.channels.pieces import clip_chars, split_bytes
from registry.terms import Lane

TEXT_BYTES = 2048
NAME_CHARS = 50
MEMBERS = range(2, 2001)
CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}")

GROUP = Limit(burst=15, per_minute=14, reserve=5)
"""One group: a member of six such groups stays under the 200 a minute beyond which WeCom drops in silence."""

NO_SUCH_CHAT = 86003
_NOT_WHOLE_COMPANY = "建不了群：应用的可见范围要是全公司（根部门），请在管理后台扩大可见范围。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a group should be: `chat_id` is ours to choose, people are userids."""

    chat_id: str
    name: str
    owner: str | None
    members: frozenset[str]

    @property
    def fault(self) -> str | None:
        """Why WeCom would refuse it, in Chinese; None when it would not."""
        if not CHAT_ID.fullmatch(self.chat_id):
            return "appchat 编号只能用 1 到 32 位英文字母和数字"
        if len(self.members) not in MEMBERS:
            return f"群里要有 2 到 2000 个登记了企业微信账号的人，现在有 {len(self.members)} 个"
        return None


@dataclass(frozen=True, slots=True)
class AppGroup:
    """How a group is."""

    chat_id: str
    name: str
    owner: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What brings a group into step; people are userids."""

    name: str | None = None
    owner: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.name or self.owner or self.added or self.removed)


def change_of(present: AppGroup, wanted: Wanted) -> Change:
    """The difference; an owner that is not wanted otherwise stays, and nobody is removed who owns the group."""
    name = clip_chars(wanted.name, NAME_CHARS)
    owner = wanted.owner if wanted.owner and wanted.owner != present.owner else None
    kept = {wanted.owner or present.owner}
    return Change(
        name if name != present.name else None,
        owner,
        tuple(sorted(wanted.members - present.members)),
        tuple(sorted(present.members - wanted.members - kept)),
    )


class AppChat:
    """Speaks and acts through one app; `meter` counts what each group gets."""

    def __init__(self, client: WeComClient, meter: Meter) -> None:
        self._client = client
        self._meter = meter

    async def get(self, chat_id: str) -> AppGroup | Outcome:
        """The group as it is; `Failed` with code 86003 where there is none."""
        outcome = await self._client.get("appchat/get", {"chatid": chat_id})
        if not isinstance(outcome, Sent):
            return outcome
        info = outcome.data.get("chat_info")
        if not isinstance(info, dict):
            return Unclear("企业微信没有说清这个群的情况，稍后再试。")
        members = info.get("userlist")
        people = frozenset(map(str, members)) if isinstance(members, list) else frozenset[str]()
        return AppGroup(chat_id, str(info.get("name") or ""), str(info.get("owner") or ""), people)

    async def create(self, wanted: Wanted) -> Outcome:
        """Make the group under its own id. Repeatable: a second try finds the id taken, and `get` shows the group."""
        if wanted.fault is not None:
            return Failed(40058, f"{wanted.fault}。")
        body: dict[str, object] = {
            "name": clip_chars(wanted.name, NAME_CHARS),
            "userlist": sorted(wanted.members),
            "chatid": wanted.chat_id,
        }
        if wanted.owner:
            body["owner"] = wanted.owner
        outcome = await self._client.post("appchat/create", body, repeatable=True)
        if isinstance(outcome, Failed) and outcome.code == 60011:
            return Failed(60011, _NOT_WHOLE_COMPANY, alert=True)
        return outcome

    async def update(self, chat_id: str, change: Change) -> Outcome:
        """Bring the group into step. Repeatable: the same change twice changes nothing more."""
        body: dict[str, object] = {"chatid": chat_id}
        if change.name:
            body["name"] = change.name
        if change.owner:
            body["owner"] = change.owner
        if change.added:
            body["add_user_list"] = list(change.added)
        if change.removed:
            body["del_user_list"] = list(change.removed)
        return await self._client.post("appchat/update", body, repeatable=True)

    async def send_text(
        self, chat_id: str, text: str, *, mentions: Sequence[str] = (), lane: Lane = Lane.NORMAL
    ) -> Outcome:
        """A text, in pieces of 2,048 bytes; the last piece carries the @ by userid."""
        pieces = split_bytes(text, TEXT_BYTES)
        if not pieces:
            return Failed(44004, "内容是空的。")
        destination = f"appchat:{chat_id}"
        seconds = await self._meter.wait(destination, GROUP, lane, count=len(pieces))
        if seconds:
            return Limited(seconds)
        outcome: Outcome = Sent()
        for number, piece in enumerate(pieces, start=1):
            content: dict[str, object] = {"content": piece}
            if number == len(pieces) and mentions:
                content["mentioned_list"] = list(mentions)
            body = {"chatid": chat_id, "msgtype": "text", "text": content, "safe": 0}
            outcome = await self._client.post("appchat/send", body)
            if isinstance(outcome, Limited):
                await self._meter.drain(destination, GROUP)
            if not isinstance(outcome, Sent):
                if number > 1 and isinstance(outcome, Limited | Retry):
                    return Unclear("前一段已发出，后一段没有发出。")
                return outcome
        return outcome


def wanted_members(userids: Iterable[str | None], owner: str | None) -> frozenset[str]:
    """Everybody with a WeCom account, the owner among them."""
    return frozenset({one for one in (*userids, owner) if one})
