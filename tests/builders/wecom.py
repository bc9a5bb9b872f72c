"""Builders for WeCom's bytes: sealed callbacks of the self-built app."""

from bot.channels.crypto import Cipher

CORP = "ww0123456789abcdef"
TOKEN = "gridbotToken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECOND = 1_790_000_000


def cipher(receive_id: str = CORP) -> Cipher:
    """The cipher of the sample address."""
    return Cipher(TOKEN, AES_KEY, receive_id)


def app_xml(kind: str, fields: str, *, sender: str = "zhang", corp: str = CORP, second: int = SECOND) -> str:
    """The plaintext of a callback; `fields` is raw XML."""
    return (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{second}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{fields}<AgentID>1000002</AgentID></xml>"
    )


def sealed(plain: str | bytes, *, corp: str = CORP, receive_id: str = CORP) -> tuple[dict[str, str], bytes]:
    """Query and body of a POST as WeCom makes them."""
    data = plain.encode() if isinstance(plain, str) else plain
    box = cipher(receive_id)
    encrypted = box.encrypt(data)
    query = {"timestamp": str(SECOND), "nonce": "n1"}
    query["msg_signature"] = box.sign(query["timestamp"], query["nonce"], encrypted)
    body = (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
    return query, body.encode()
