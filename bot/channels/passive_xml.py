"""A passive answer of the self-built app as XML (path/90241). Names are those of the JSON cards in PascalCase; a list
is the same element several times."""

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from bot.channels.cards import BUTTON_TEXT
from bot.channels.passive import PassiveAnswer
from bot.channels.pieces import clip_bytes, clip_chars

TEXT_BYTES = 2048
"""Longer text is cut by WeCom; ours ends in an ellipsis."""

_PASCAL = {"keyname": "KeyName", "userid": "UserId"}


def passive_xml(answer: PassiveAnswer, *, to: str, corp_id: str, second: int) -> str:
    """The plaintext of the reply, to be sealed."""
    head = f"<ToUserName>{escape(to)}</ToUserName><FromUserName>{escape(corp_id)}</FromUserName>"
    return f"<xml>{head}<CreateTime>{second}</CreateTime>{_content(answer)}</xml>"


def _content(answer: PassiveAnswer) -> str:
    if answer.kind == "card" and answer.card is not None:
        return f"<MsgType>update_template_card</MsgType>{_element('TemplateCard', answer.card)}"
    if answer.kind == "button":
        name = _element("ReplaceName", clip_chars(answer.text, BUTTON_TEXT))
        return f"<MsgType>update_button</MsgType><Button>{name}</Button>"
    return f"<MsgType>text</MsgType>{_element('Content', clip_bytes(answer.text, TEXT_BYTES))}"


def _element(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        inside = "".join(_element(_pascal(key), part) for key, part in _parts(value))
        return f"<{name}>{inside}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def _parts(value: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, part in value.items():
        if isinstance(part, Sequence) and not isinstance(part, str):
            yield from ((key, one) for one in part)
        else:
            yield key, part


def _pascal(name: str) -> str:
    return _PASCAL.get(name) or "".join(part.capitalize() for part in name.split("_"))
