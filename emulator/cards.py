"""Template cards: their limits (wire §2.6, §7), and how an update changes one."""

from __future__ import annotations

import copy
import re
from typing import Any

from emulator.errors import ApiError, DriveError

TYPES = ("text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction")
INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")
_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")


def size(text: str) -> int:
    """Bytes of UTF-8: WeCom counts bytes, not characters."""
    return len(text.encode())


def _fault(what: str) -> ApiError:
    return ApiError(40058, f"invalid Request Parameter: {what}")


def _listed(card: dict[str, Any], key: str, most: int) -> list[Any]:
    value = card.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        raise _fault(f"{key} must be a list of at most {most}")
    return value


def check_card(card: Any) -> dict[str, Any]:
    """Check a template card against the documented limits; raises ApiError 40058."""
    if not isinstance(card, dict):
        raise _fault("template_card missing")
    kind = card.get("card_type")
    if kind not in TYPES:
        raise _fault("card_type")
    title = card.get("main_title")
    if not (isinstance(title, dict) and (title.get("title") or title.get("desc"))) and not card.get("sub_title_text"):
        raise _fault("main_title.title and sub_title_text both empty")
    _listed(card, "horizontal_content_list", 6)
    _listed(card, "vertical_content_list", 4)
    _listed(card, "jump_list", 3)
    menu = card.get("action_menu")
    if menu is not None and not (isinstance(menu, dict) and len(_listed(menu, "action_list", 3)) >= 1):
        raise _fault("action_menu.action_list must have 1 to 3 entries")
    if kind in INTERACTIVE or menu is not None:
        task_id = card.get("task_id")
        if not isinstance(task_id, str) or not _TASK_ID.fullmatch(task_id):
            raise _fault("task_id: 1 to 128 of 0-9A-Za-z_-@")
    if kind in ("text_notice", "news_notice") and not isinstance(card.get("card_action"), dict):
        raise _fault("card_action missing")
    if kind == "button_interaction":
        _check_buttons(card)
    if kind == "vote_interaction":
        _check_options(card.get("checkbox"), 20, "checkbox")
    if kind == "multiple_interaction":
        selects = _listed(card, "select_list", 3)
        if not selects:
            raise _fault("select_list missing")
        for select in selects:
            _check_options(select, 10, "select_list")
    if kind in ("vote_interaction", "multiple_interaction"):
        submit = card.get("submit_button")
        if not isinstance(submit, dict) or not submit.get("text") or not _key_fits(submit.get("key")):
            raise _fault("submit_button")
    return card


def _key_fits(key: Any) -> bool:
    return isinstance(key, str) and 1 <= size(key) <= 1024


def _check_buttons(card: dict[str, Any]) -> None:
    buttons = _listed(card, "button_list", 6)
    if not buttons:
        raise _fault("button_list missing")
    for button in buttons:
        if not isinstance(button, dict) or not button.get("text"):
            raise _fault("button_list.text missing")
        if button.get("style", 1) not in (1, 2, 3, 4):
            raise _fault("button_list.style must be 1 to 4")
        if button.get("type", 0) == 1:
            if not button.get("url"):
                raise _fault("button_list.url missing")
        elif not _key_fits(button.get("key")):
            raise _fault("button_list.key: 1 to 1024 bytes")
    if card.get("button_selection") is not None:
        _check_options(card["button_selection"], 10, "button_selection")


def _check_options(holder: Any, most: int, where: str) -> None:
    if not isinstance(holder, dict) or not holder.get("question_key"):
        raise _fault(f"{where}.question_key missing")
    options = holder.get("option_list")
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        raise _fault(f"{where}.option_list must have 1 to {most} entries")
    for option in options:
        if not isinstance(option, dict) or not option.get("text") or not 1 <= size(str(option.get("id", ""))) <= 128:
            raise _fault(f"{where}.option_list needs id (1 to 128 bytes) and text")


def keys_of(card: dict[str, Any]) -> list[str]:
    """The keys of buttons that can be clicked now."""
    if card.get("replace_text"):
        return []
    keys = [str(b["key"]) for b in card.get("button_list") or [] if b.get("type", 0) != 1]
    submit = card.get("submit_button")
    if isinstance(submit, dict):
        keys.append(str(submit["key"]))
    menu = card.get("action_menu")
    if isinstance(menu, dict):
        keys.extend(str(a.get("key")) for a in menu.get("action_list", []))
    return keys


def check_choices(card: dict[str, Any], choices: dict[str, list[str]]) -> dict[str, list[str]]:
    """What a client would send with a click: chosen options, defaults where nothing was chosen."""
    questions: dict[str, dict[str, Any]] = {}
    for holder in (card.get("button_selection"), card.get("checkbox"), *(card.get("select_list") or [])):
        if isinstance(holder, dict):
            questions[str(holder["question_key"])] = holder
    for question, chosen in choices.items():
        if question not in questions:
            raise DriveError(f"卡片上没有这个选择：{question}", 400)
        known = {str(o["id"]) for o in questions[question]["option_list"]}
        if not set(chosen) <= known:
            raise DriveError(f"没有这个选项：{'、'.join(sorted(set(chosen) - known))}", 400)
    result: dict[str, list[str]] = {}
    for question, holder in questions.items():
        chosen = choices.get(question, [])
        if not chosen and holder.get("selected_id"):
            chosen = [str(holder["selected_id"])]
        if not chosen:
            chosen = [str(o["id"]) for o in holder["option_list"] if o.get("is_checked")]
        if chosen:
            result[question] = chosen
    return result


def with_button_replaced(card: dict[str, Any], name: str) -> dict[str, Any]:
    """The card with its buttons replaced by one grey, dead button."""
    changed = copy.deepcopy(card)
    changed["replace_text"] = name
    return changed


_LISTS = (
    "horizontal_content_list",
    "vertical_content_list",
    "jump_list",
    "button_list",
    "select_list",
    "option_list",
    "action_list",
)
_NUMBERS = ("style", "type", "mode")
_NAMES = {"KeyName": "keyname", "UserId": "userid"}


def card_from_xml(fields: dict[str, Any]) -> dict[str, Any]:
    """A passive ``TemplateCard`` (PascalCase, a list as the same element several times) as the JSON card it stands for."""
    card: dict[str, Any] = {}
    for name, value in fields.items():
        key = _NAMES.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        several = value if isinstance(value, list) else [value]
        read = [card_from_xml(one) if isinstance(one, dict) else one for one in several]
        if key in _NUMBERS:
            read = [int(one) if isinstance(one, str) and one.isdigit() else one for one in read]
        card[key] = read if key in _LISTS else read[0]
    return card
