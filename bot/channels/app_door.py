"""The address at which WeCom calls the self-built app: `/wecom/app` (path/90930)."""

from collections.abc import Callable
from xml.sax.saxutils import escape

from aiohttp import web

from bot.channels.app_messages import ARCHIVE_NOTICE, KF_NOTICE, read_app_message
from bot.channels.crypto import Cipher
from bot.channels.door import HARD_STOP, Accept, CallbackDoor
from bot.channels.errors import WrongReceiver
from bot.channels.passive import PassiveAnswer, PassiveAnswers
from bot.channels.passive_xml import passive_xml
from bot.channels.source import from_anywhere
from bot.channels.xml import first, parse_xml
from bot.messages import Incoming


class AppDoor(CallbackDoor):
    """`wake_archive` is called when the archive says that there is something new (msgaudit_notify has no data),
    `wake_kf` with account and token when 微信客服 says so (path/94670)."""

    def __init__(
        self,
        cipher: Cipher,
        corp_id: str,
        accept: Accept,
        *,
        wake_archive: Callable[[], None] | None = None,
        wake_kf: Callable[[str, str], None] | None = None,
        hard_stop: float = HARD_STOP,
        answers: PassiveAnswers | None = None,
        allowed: Callable[[str], bool] = from_anywhere,
    ) -> None:
        super().__init__(cipher, accept, hard_stop=hard_stop, answers=answers, allowed=allowed)
        self._corp_id = corp_id
        self._wake_archive = wake_archive
        self._wake_kf = wake_kf

    def routes(self, path: str = "/wecom/app") -> list[web.RouteDef]:
        """Routes for the web application."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    def _read(self, request: web.Request, body: bytes) -> Incoming | None:
        envelope = parse_xml(body)
        if first(envelope, "ToUserName") != self._corp_id:
            raise WrongReceiver
        tag = parse_xml(self._opened(request, first(envelope, "Encrypt")))
        if first(tag, "ToUserName") not in ("", self._corp_id):
            raise WrongReceiver
        if first(tag, "Event") == ARCHIVE_NOTICE:
            self.counts["archive_notice"] += 1
            if self._wake_archive is not None:
                self._wake_archive()
            return None
        if first(tag, "Event") == KF_NOTICE:
            self.counts["kf_notice"] += 1
            if self._wake_kf is not None:
                self._wake_kf(first(tag, "OpenKfId"), first(tag, "Token"))
            return None
        return read_app_message(tag)

    def _reply(self, request: web.Request, incoming: Incoming, answer: PassiveAnswer | None) -> web.Response:
        if answer is None:
            return web.Response()
        self.counts["answered"] += 1
        # the callback's own time and nonce serve; WeCom checks the signature over what the reply says
        timestamp, nonce = request.query["timestamp"], request.query["nonce"]
        second = int(incoming.at.timestamp())
        plain = passive_xml(answer, to=incoming.sender, corp_id=self._corp_id, second=second)
        encrypted = self._cipher.encrypt(plain.encode(errors="replace"))
        signature = self._cipher.sign(timestamp, nonce, encrypted)
        body = (
            f"<xml><Encrypt>{encrypted}</Encrypt><MsgSignature>{signature}</MsgSignature>"
            f"<TimeStamp>{escape(timestamp)}</TimeStamp><Nonce>{escape(nonce)}</Nonce></xml>"
        )
        return web.Response(text=body, content_type="text/xml")
