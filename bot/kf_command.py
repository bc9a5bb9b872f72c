"""`gridbot kf link`: the address behind the 客服 account's QR code, and where the county writes it. LoadingError in Chinese."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.channels.client import WeComClient
from bot.channels.kf import KfMouth
from bot.channels.outcomes import Failed, Outcome, Retry, Unclear
from bot.loading import LoadingError
from config.settings import Settings

_NOT_SET = "没有配置微信客服：先填 GRIDBOT_WECOM_KF_ACCOUNT、GRIDBOT_WECOM_CORP_ID 和自建应用的密钥（或 GRIDBOT_WECOM_KF_SECRET）。"
#: Where a resident came from, as WeCom tells it back; any word of ours would do.
_SCENE = "texts"


def link(settings: Settings, now: Callable[[], datetime]) -> list[str]:
    """Ask WeCom for the link; the lines to print. LoadingError: not configured, or WeCom's refusal in words."""
    account, corp, secret = settings.wecom_kf_account, settings.wecom_corp_id, settings.kf_secret
    if account is None or corp is None or secret is None:
        raise LoadingError((_NOT_SET,))

    async def ask() -> str | Outcome:
        async with WeComClient(settings.wecom_base_url, corp, secret.get_secret_value(), now) as client:
            return await KfMouth(client).contact_way(account, _SCENE)

    url = asyncio.run(ask())
    if not isinstance(url, str):
        raise LoadingError((_refusal(url),))
    return [
        f"微信客服的链接：{url}",
        "把下面一行写进县里的 texts.yaml，群里说「私聊说」时就带上它：",
        f"contact.alone: 点这里跟小格说 {url}",
    ]


def _refusal(outcome: Outcome) -> str:
    if isinstance(outcome, Failed):
        return f"企业微信没有给链接（{outcome.code}）：{outcome.sentence}"
    if isinstance(outcome, Retry | Unclear):
        return f"企业微信没有给链接，请过一会儿再试：{outcome.sentence}"
    return "企业微信没有给链接，请过一会儿再试。"
