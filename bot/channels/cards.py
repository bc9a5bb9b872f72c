"""An `Outgoing` as a template card, and the updates of one that was sent (path/90236, 94888, 101032).

The app's and the AI bot's cards share this shape. Where the two pages differ the smaller figure is used. WeCom's title
figures are advice counted in characters, keys and ids are limits counted in bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.channels.errors import WrongSetting
from bot.channels.pieces import clip_chars
from bot.messages import Button, Choice, Outgoing
from registry.terms import Form

TITLE = 26
DESCRIPTION = 30
BODY = 112
FACT_NAME = 5
FACT_VALUE = 26
FACTS = 6
BUTTONS = 6
BUTTON_TEXT = 10
SELECTS = 3
SELECT_OPTIONS = 10
VOTE_OPTIONS = 20
OPTION_TITLE = 12
OPTION_TEXT = 17
OPTION_BYTES = 128
KEY_BYTES = 1024
OVER = "over"
"""Key of the grey line that stands where buttons were, should a client let it be pressed."""

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")

Card = dict[str, object]


def card_of(outgoing: Outgoing, *, source: str = "小格") -> Card:
    """A button_interaction card: title, text, facts, buttons; with one choice a vote_interaction, with more a
    multiple_interaction, sent off by the first button. Raises WrongSetting for a card that WeCom would refuse.

    The text is cut to what a card shows; `fits` tells whether it was.
    """
    if not TASK_ID.fullmatch(outgoing.task_id):
        raise WrongSetting("卡片的 task_id 只能用英文、数字和 _-@，1 到 128 位。")
    if not 1 <= len(outgoing.buttons) <= BUTTONS:
        raise WrongSetting("按钮卡片要有 1 到 6 个按钮。")
    if outgoing.choices:
        return _asking(outgoing, source)
    card: Card = {
        "card_type": "button_interaction",
        "source": {"desc": clip_chars(source, 13)},
        "main_title": {"title": clip_chars(outgoing.title or outgoing.text, TITLE)},
        "button_list": [_button(button) for button in outgoing.buttons],
        "task_id": outgoing.task_id,
    }
    if outgoing.form is Form.PASTE:
        # the text to copy stands whole in the quote area, the one part of a card without a documented limit
        card["quote_area"] = {"type": 0, "quote_text": outgoing.text}
    elif outgoing.title and outgoing.text:
        card["sub_title_text"] = clip_chars(outgoing.text, BODY)
    if outgoing.facts:
        card["horizontal_content_list"] = [
            {"keyname": clip_chars(name, FACT_NAME), "value": clip_chars(value, FACT_VALUE)}
            for name, value in outgoing.facts[:FACTS]
        ]
    return card


def _asking(outgoing: Outgoing, source: str) -> Card:
    """A card with questions. It has no room for text but the title's description."""
    if len(outgoing.choices) > SELECTS:
        raise WrongSetting("一张卡片最多 3 个选择。")
    card: Card = {
        "source": {"desc": clip_chars(source, 13)},
        "main_title": {
            "title": clip_chars(outgoing.title or outgoing.text, TITLE),
            "desc": clip_chars(outgoing.text, DESCRIPTION),
        },
        "submit_button": {"text": clip_chars(outgoing.buttons[0].text, BUTTON_TEXT), "key": outgoing.buttons[0].key},
        "task_id": outgoing.task_id,
    }
    if len(outgoing.choices) == 1:
        choice = outgoing.choices[0]
        options = [{**option, "is_checked": False} for option in _options(choice, VOTE_OPTIONS)]
        box = {"question_key": choice.key, "option_list": options, "mode": int(choice.several)}
        return card | {"card_type": "vote_interaction", "checkbox": box}
    selects = [
        {
            "question_key": choice.key,
            "title": clip_chars(choice.title, OPTION_TITLE),
            "option_list": _options(choice, SELECT_OPTIONS),
        }
        for choice in outgoing.choices
    ]
    return card | {"card_type": "multiple_interaction", "select_list": selects}


def _options(choice: Choice, most: int) -> list[dict[str, object]]:
    if not choice.options or any(not 1 <= len(key.encode()) <= OPTION_BYTES for key, _ in choice.options):
        raise WrongSetting("卡片的选项要有编号，最长 128 字节。")
    return [{"id": key, "text": clip_chars(text, OPTION_TEXT)} for key, text in choice.options[:most]]


def group_card(outgoing: Outgoing) -> Card:
    """A card for a group: a text too long for the card's own line stands whole in the quote area."""
    card = card_of(outgoing)
    if fits(outgoing):
        return card
    card.pop("sub_title_text", None)
    return card | {"quote_area": {"type": 0, "quote_text": outgoing.text}}


def said_card(outgoing: Outgoing, task_id: str) -> Card:
    """What a clicked card turns into where nothing is left to press: its state in a grey line."""
    shown = replace(outgoing, task_id=task_id, facts=(), form=Form.CARD, buttons=(Button(OVER, outgoing.settled, 4),))
    return card_of(shown) | {"replace_text": clip_chars(outgoing.settled, BUTTON_TEXT)}


def fits(outgoing: Outgoing) -> bool:
    """Whether the card shows the whole text."""
    return len(outgoing.text) <= (BODY if outgoing.title else TITLE)


def settled_card(outgoing: Outgoing, said: str) -> Card:
    """The same card with its buttons replaced by one grey line, e.g. 已受理."""
    return card_of(outgoing) | {"replace_text": clip_chars(said, BUTTON_TEXT)}


def replaced_button(said: str) -> Mapping[str, object]:
    """The part of update_template_card that greys the buttons out and writes `said` on them."""
    return {"button": {"replace_name": clip_chars(said, BUTTON_TEXT)}}


def _button(button: Button) -> Mapping[str, object]:
    shape: dict[str, object] = {"text": clip_chars(button.text, BUTTON_TEXT), "style": button.style}
    if button.url is not None:
        return shape | {"type": 1, "url": button.url}
    if not button.key or len(button.key.encode()) > KEY_BYTES:
        raise WrongSetting("按钮的 key 不能为空，也不能超过 1024 字节。")
    return shape | {"key": button.key}
