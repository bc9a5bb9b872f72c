"""The address at which WeChat calls for a 公众号 in safe mode: `/wechat/mp` (wire, section 9.2).

The verification GET is plain: a signature over three strings, and echostr goes back as it came. A POST is sealed with the
cipher of WeCom, receiveid being the app id. Messages in the clear are refused: the account is to be set to 安全模式.
"""

import hmac

from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply

from bot.channels.crypto import Cipher
from bot.channels.door import HARD_STOP, Accept, CallbackDoor
from bot.channels.errors import BadShape, BadSignature
from bot.channels.mp_messages import read_mp_message
from bot.channels.mp_sign import sign_plain
from bot.channels.passive import PassiveAnswer, PassiveAnswers
from bot.channels.pieces import clip_bytes
from bot.channels.xml import first, parse_xml
from bot.messages import Incoming

PATH = "/wechat/mp"
TEXT_BYTES = 2048


class MpDoor(CallbackDoor):
    """`token`, `aes_key`, `app_id` are those of the account's page 基本配置."""

    def __init__(
        self, token: str, aes_key: str, app_id: str, accept: Accept, *, answers: PassiveAnswers | None = None,
        hard_stop: float = HARD_STOP,
    ) -> None:
        super().__init__(Cipher(token, aes_key, app_id), accept, hard_stop=hard_stop, answers=answers)
        self._token = token
        self._sealing = WeChatCrypto(token, aes_key, app_id)

    def routes(self, path: str = PATH) -> list[web.RouteDef]:
        """Routes for the web application."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the page's test: echostr as it came, when the signature is WeChat's."""
        query = request.query
        expected = sign_plain(self._token, query.get("timestamp", ""), query.get("nonce", ""))
        if not hmac.compare_digest(expected.encode(), query.get("signature", "").encode(errors="replace")):
            return self._refusal(BadSignature("签名不对，这次验证不是微信用本公众号的 Token 发来的，已拒绝。"))
        self.counts["verified"] += 1
        return web.Response(text=query.get("echostr", ""), content_type="text/plain")

    def _read(self, request: web.Request, body: bytes) -> Incoming | None:
        envelope = parse_xml(body)
        sealed = first(envelope, "Encrypt")
        if not sealed or request.query.get("encrypt_type") != "aes":
            raise BadShape("公众号的消息没有加密：请在公众平台把消息加解密方式改成「安全模式」。")
        return read_mp_message(self._opened(request, sealed))

    def _unheard(self, request: web.Request) -> web.Response:
        return web.Response(text="success")

    def _reply(self, request: web.Request, incoming: Incoming, answer: PassiveAnswer | None) -> web.Response:
        if answer is None:
            # Anything else than this or a message makes WeChat tell the person that the account is out of order.
            return web.Response(text="success")
        self.counts["answered"] += 1
        reply = TextReply(source=incoming.account, target=incoming.sender, content=_for_cdata(clip_bytes(answer.text, TEXT_BYTES)))
        sealed = self._sealing.encrypt_message(reply.render(), request.query["nonce"], request.query["timestamp"])
        return web.Response(text=sealed, content_type="text/xml")


def _for_cdata(text: str) -> str:
    """wechatpy does not escape the end of a CDATA section."""
    return text.replace("]]>", "]]＞")
