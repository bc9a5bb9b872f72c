"""Tries at doors that have no harmless call of their own: a subscription that ends at once, our own callback address.

Nothing is sent to anybody and nothing is kept.
"""

import json
import secrets
import time
from urllib.parse import urlencode

import aiohttp

from bot.channels.crypto import Cipher
from bot.channels.outcomes import Outcome, Retry, outcome_of

WAIT = aiohttp.ClientTimeout(total=10, connect=5)
VERIFY_WITHIN = 1.0
"""Seconds in which the console wants its answer (path/90930)."""


async def try_subscribe(url: str, bot_id: str, secret: str) -> Outcome:
    """Open the AI bot's long connection, subscribe, and leave. Whoever held the connection before is displaced by it."""
    frame = {
        "cmd": "aibot_subscribe",
        "headers": {"req_id": f"aibot_subscribe_{secrets.token_hex(8)}"},
        "body": {"bot_id": bot_id, "secret": secret},
    }
    try:
        async with aiohttp.ClientSession(timeout=WAIT) as session, session.ws_connect(url) as socket:
            await socket.send_str(json.dumps(frame))
            while True:
                answer = json.loads(await socket.receive_str(timeout=5))
                if isinstance(answer, dict) and not answer.get("cmd"):
                    return outcome_of(answer)
    except (TimeoutError, aiohttp.ClientError, ValueError, TypeError):
        return Retry(0, "连不上智能机器人的长连接。")


async def try_callback(url: str, cipher: Cipher, second: int) -> str | None:
    """Do at our own public address what the console does when it is saved; what is wrong in Chinese, None when right.

    `second` is the time now, in seconds since 1970, as WeCom signs it.
    """
    plain = str(secrets.randbelow(9 * 10**18) + 10**18)
    encrypted = cipher.encrypt(plain.encode())
    timestamp, nonce = str(second), str(secrets.randbelow(10**9))
    query = {
        "msg_signature": cipher.sign(timestamp, nonce, encrypted),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": encrypted,
    }
    began = time.monotonic()
    try:
        async with aiohttp.ClientSession(timeout=WAIT) as session, session.get(f"{url}?{urlencode(query)}") as answer:
            status, body = answer.status, await answer.content.read(4096)
    except aiohttp.InvalidURL:
        return f"{url} 不是一个网址。"
    except TimeoutError:
        return f"{url} 没有回答。"
    except aiohttp.ClientError:
        return f"{url} 连不上：看看域名、证书、反向代理和防火墙，小格要正在运行。"
    if status == 404:
        return f"{url} 那里没有小格的回调：反向代理要把 /wecom/ 转给小格，回调的 Token 和密钥要填在小格的设置里。"
    if status == 403:
        return f"{url} 不认这个 Token 或密钥：正在运行的小格用的设置和这里的不一样，或限制了来源地址。"
    if status != 200 or body != plain.encode():
        return f"{url} 回答得不对（HTTP {status}）：反向代理不要改回答的内容，也不要加登录页。"
    if time.monotonic() - began > VERIFY_WITHIN:
        return f"{url} 回答得太慢：企业微信只等 1 秒。"
    return None


async def is_running(url: str) -> bool:
    """Whether a gridbot answers here: then its long connection must be left alone."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get(f"{url}/healthz") as answer,
        ):
            given = json.loads(await answer.content.read(4096))
    except (TimeoutError, aiohttp.ClientError, ValueError):
        return False
    return isinstance(given, dict) and "swept_at" in given
