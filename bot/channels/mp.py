"""A 公众号 speaks: 客服消息 within 48 h of a person's word, and the menu under the chat (wire, section 9.2).

Tokens, limits of tries and outcomes are those of WeCom's client; only where the token comes from differs.
"""

from bot.channels.client import WeComClient
from bot.channels.outcomes import Failed, Outcome
from bot.channels.pieces import clip_bytes
from bot.messages import Outgoing

TEXT_BYTES = 2048
OVER_TIME, OVER_COUNT = 45015, 45047
"""The person's last word is too old, or as many sentences as it allows were sent; only his next word helps."""

NO_TURN = frozenset({OVER_TIME, OVER_COUNT})
_SENTENCES = {
    40003: "这位居民的微信编号不对，或不是这个公众号的。",
    40013: "公众号的 AppID 不对，请对照公众平台「基本配置」更新。",
    40125: "公众号的 AppSecret 不对，请在公众平台重置后更新配置。",
    40164: "本机出口地址不在公众号的 IP 白名单里，请在公众平台「基本配置」里加上。",
    43004: "这位居民已经取消关注，发不到了。",
    OVER_TIME: "这位居民 48 小时没有说话，要等他再说一句才能发。",
    OVER_COUNT: "已给这位居民发满条数，要等他再说一句才能发。",
    48001: "公众号没有客服消息的权限（要认证的服务号），只能在他说话的当下回复。",
}
_MENDED_BY_HAND = frozenset({40013, 40125, 40164, 48001})

#: Three taps under the chat.
MENU: dict[str, object] = {
    "button": [
        {"type": "click", "name": "我要报事", "key": "report"},
        {"type": "click", "name": "我的事", "key": "mine"},
        {"type": "click", "name": "评价", "key": "rate"},
    ]
}


class MpClient(WeComClient):
    """Calls of one 公众号: its app id and secret are asked for a token at another path, under other names."""

    def _token_request(self) -> tuple[str, dict[str, str]]:
        return "token", {"grant_type": "client_credential", "appid": self._corp_id, "secret": self._secret}


class MpMouth:
    """Says something to one person by 客服消息."""

    def __init__(self, client: MpClient) -> None:
        self._client = client

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Text, or with buttons a menu whose taps come back as `bizmsgmenuid`."""
        body: dict[str, object] = {"touser": outgoing.outside, **_content(outgoing)}
        return explained(await self._client.post("message/custom/send", body))

    async def set_menu(self) -> Outcome:
        """Put 我要报事, 我的事, 评价 under the chat; the same again changes nothing."""
        return explained(await self._client.post("menu/create", MENU, repeatable=True))


def explained(outcome: Outcome) -> Outcome:
    """The codes of a 公众号 in words."""
    if isinstance(outcome, Failed) and outcome.code in _SENTENCES:
        return Failed(outcome.code, _SENTENCES[outcome.code], alert=outcome.code in _MENDED_BY_HAND)
    return outcome


def _content(outgoing: Outgoing) -> dict[str, object]:
    if not outgoing.buttons:
        return {"msgtype": "text", "text": {"content": clip_bytes(outgoing.text, TEXT_BYTES)}}
    taps = [{"id": f"{button.key}:{outgoing.task_id}", "content": button.text} for button in outgoing.buttons]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": clip_bytes(outgoing.text, TEXT_BYTES), "list": taps, "tail_content": ""}}
