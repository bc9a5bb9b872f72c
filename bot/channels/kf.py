"""微信客服: messages are fetched by cursor when a callback says that there are some, and every few minutes anyway.

WeCom keeps them 3 days and is the log: what was fetched is put into the inbox in the transaction that moves the cursor.
Answers leave by `kf/send_msg`, at most 5 within 48 hours of a customer's word (path/94677); who counts is the sender.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.channels.client import WeComClient
from bot.channels.errors import BadShape
from bot.channels.kf_messages import CHANNEL, read_kf_record
from bot.channels.outcomes import Failed, Limited, Outcome, Sent
from bot.channels.pieces import clip_bytes
from bot.channels.stored import to_body
from bot.messages import Incoming, Outgoing

log = structlog.get_logger(__name__)

BATCH = 1000
EVERY = 300.0
"""Seconds between two readings without a callback: callbacks may be dropped, and a reading without their token is
counted strictly."""

MOST_PAGES = 200
TEXT_BYTES = 2048
OVER_COUNT, OVER_TIME = 95001, 95002
"""A fifth word was said already, or the last word of the resident is more than 48 h old; only his next one helps."""

NO_TURN = frozenset({OVER_COUNT, OVER_TIME})
_SENTENCES = {
    95000: "微信客服账号（open_kfid）不对，请对照管理后台「微信客服」更新配置。",
    OVER_COUNT: "已给这位居民发满 5 条，要等他再说一句才能发。",
    OVER_TIME: "这位居民 48 小时没有说话，要等他再说一句才能发。",
    95004: "微信客服账号已被删除，请在管理后台重新添加并更新配置。",
    95007: "微信客服的取消息凭据已过期，等下一次回调再取。",
    95011: "这个微信客服账号正由别的系统接管，请在管理后台把它分配给本应用。",
    95012: "企业还没有使用微信客服，请在管理后台开通。",
    95013: "这次会话已经结束，要等居民再说一句才能发。",
    95017: "微信客服的接口权限不够，请在管理后台「微信客服 › API」里勾选本应用和这个账号。",
    95018: "会话由人工接待着，小格不能发；请在管理后台改为由应用接待。",
}
_MENDED_BY_HAND = frozenset({95000, 95004, 95011, 95012, 95017, 95018})


@dataclass(frozen=True, slots=True)
class Page:
    """What one call of sync_msg gave: rows for the inbox (key, body) with what they mean, and where to go on."""

    account: str
    cursor: str
    heard: tuple[tuple[str, Incoming, bytes], ...]
    refused: int = 0
    more: bool = field(default=False, compare=False)


Keep = Callable[[Page], Awaitable[None]]
"""Commits a page's rows and its cursor in one transaction."""

CursorOf = Callable[[str], Awaitable[str]]


class KfEar:
    """Reads 客服 accounts. `accounts` are those of the settings; an account that a callback names is read as well."""

    def __init__(
        self, client: WeComClient, accounts: Sequence[str], cursor_of: CursorOf, keep: Keep,
        *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client, self._cursor_of, self._keep, self._pause = client, cursor_of, keep, pause
        self._tokens: dict[str, str] = dict.fromkeys(accounts, "")
        self._wake = asyncio.Event()
        self._reading = asyncio.Lock()
        self.alarm: Failed | None = None
        """Why messages can't be fetched, until they can."""

    def wake(self, account: str, token: str) -> None:
        """A callback says that this account has something; its token lets us ask for 10 minutes."""
        self._tokens[account] = token
        self._wake.set()

    async def run(self) -> None:
        """Read at the start, when woken, and every few minutes."""
        while True:
            self._wake.clear()
            await self.read_all()
            try:
                async with asyncio.timeout(EVERY):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def read_all(self) -> int:
        """Everything new of every account, once; gives how many messages were kept. A failure waits for the next time."""
        async with self._reading:
            total = 0
            for account, token in list(self._tokens.items()):
                self._tokens[account] = ""
                total += await self._read_account(account, token)
            return total

    async def _read_account(self, account: str, token: str) -> int:
        cursor, total = await self._cursor_of(account), 0
        for _ in range(MOST_PAGES):
            outcome = await self._fetch(account, cursor, token)
            if isinstance(outcome, Failed) and outcome.code == 95007 and token:
                token = ""
                continue
            if not isinstance(outcome, Sent):
                self.alarm = outcome if isinstance(outcome, Failed) else self.alarm
                if not isinstance(outcome, Limited):
                    log.warning("kf_not_read", outcome=type(outcome).__name__)
                return total
            self.alarm = None
            page = _page(account, cursor, outcome.data)
            if page.refused:
                log.warning("kf_refused", count=page.refused)
            await self._keep(page)
            total += len(page.heard)
            if not page.more:
                return total
            cursor = page.cursor
        return total

    async def _fetch(self, account: str, cursor: str, token: str) -> Outcome:
        body: dict[str, object] = {"open_kfid": account, "limit": BATCH, "voice_format": 0}
        if cursor:
            body["cursor"] = cursor
        if token:
            body["token"] = token
        return explained(await self._client.post("kf/sync_msg", body, repeatable=True))


def _page(account: str, cursor: str, data: Mapping[str, object]) -> Page:
    """A page; has_more may be 1 with an empty list (path/94670)."""
    records = data.get("msg_list")
    heard: list[tuple[str, Incoming, bytes]] = []
    refused = 0
    for record in records if isinstance(records, list) else []:
        try:
            incoming = read_kf_record(record)
        except BadShape:
            refused += 1
            continue
        if incoming is not None:
            heard.append((f"{CHANNEL}:{incoming.id}", incoming, to_body(incoming)))
    following = data.get("next_cursor")
    goes_on = isinstance(following, str) and following and following != cursor
    return Page(account, str(following) if goes_on else cursor, tuple(heard), refused, bool(goes_on) and data.get("has_more") == 1)


class KfMouth:
    """Says something to one customer from one 客服 account."""

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def send(self, account: str, outgoing: Outgoing) -> Outcome:
        """Text, or with buttons a menu whose taps come back. `Sent.msgid` is ours, so that a failed delivery is known."""
        # a number is used once: what is sent again after the resident's next word has one of its own
        number = f"row-{outgoing.row}-{secrets.token_hex(4)}"
        body: dict[str, object] = {"touser": outgoing.outside, "open_kfid": account, "msgid": number, **_content(outgoing)}
        return explained(await self._client.post("kf/send_msg", body))

    async def welcome(self, code: str, outgoing: Outgoing) -> Outcome:
        """The one greeting within 20 s of somebody opening the chat; it uses up none of the five."""
        body = {"code": code, "msgtype": "text", "text": {"content": clip_bytes(outgoing.text, TEXT_BYTES)}}
        return explained(await self._client.post("kf/send_msg_on_event", body))

    async def contact_way(self, account: str, scene: str) -> str | Outcome:
        """The address behind the account's QR code (path/94665), else why there is none; `scene` is ours, ≤ 32 letters and
        digits."""
        outcome = explained(await self._client.post("kf/add_contact_way", {"open_kfid": account, "scene": scene}))
        url = outcome.data.get("url") if isinstance(outcome, Sent) else None
        return url if isinstance(url, str) else outcome


def row_of(msgid: str) -> int | None:
    """The outbox row that a message of ours was sent for."""
    parts = msgid.split("-")
    return int(parts[1]) if len(parts) >= 2 and parts[0] == "row" and parts[1].isdigit() else None


def explained(outcome: Outcome) -> Outcome:
    """The codes of 微信客服 in words."""
    if isinstance(outcome, Failed) and outcome.code in _SENTENCES:
        return Failed(outcome.code, _SENTENCES[outcome.code], alert=outcome.code in _MENDED_BY_HAND)
    return outcome


def _content(outgoing: Outgoing) -> dict[str, object]:
    if not outgoing.buttons:
        return {"msgtype": "text", "text": {"content": clip_bytes(outgoing.text, TEXT_BYTES)}}
    taps = [
        {"type": "click", "click": {"id": f"{button.key}:{outgoing.task_id}"[:128], "content": clip_bytes(button.text, 128)}}
        for button in outgoing.buttons[:10]
    ]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": clip_bytes(outgoing.text, 1024), "list": taps}}
