"""The sentences as data: the shipped file, a county's wording over it, and the blanks filled in.

All that is wrong with a county's wording is listed at once. Blanks are `{name}`; what fills them is masked (P12) but for
the few that carry numbers which must be readable.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from tickets.masking import mask_numbers

#: The compiled reader of YAML where there is one: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_BLANK = re.compile(r"\{([a-z_]+)\}")
_NUMBER = re.compile(r"\d{3,5}-?\d{0,8}")

#: Blanks that any sentence with {mark} may use besides its own: they can be filled for every ticket.
OF_A_TICKET = frozenset({"mark", "number", "matter", "category", "area", "taker", "owner"})
#: Blanks without which a sentence loses its purpose: who it is about, whom to call, whose words it carries.
_KEPT = frozenset({"mark", "numbers", "advice", "text", "words"})
#: Filled as they are: numbers to call, work numbers that their holders published, and sentences already masked.
_AS_IS = frozenset({"numbers", "advice", "text", "people_who", "said", "contact",
                    "fire", "police", "medical", "power", "gas", "hotline"})

SENTENCE_BYTES = 1200
TITLE_CHARACTERS = 22
"""A title's own characters with its blanks as short as they come; the channel shows 26."""
BUTTON_CHARACTERS = 10
NUMBER_CHARACTERS = 30


class TextsError(Exception):
    """A county's wording that cannot be used; `errors` has every reason, in Chinese."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Sentences:
    """Every sentence by its name."""

    by_name: Mapping[str, str]

    def fill(self, name: str, values: Mapping[str, str]) -> str:
        """The sentence with its blanks filled and masked. Raises LookupError for a name or a blank that is unknown."""
        return _BLANK.sub(lambda blank: _safe(blank[1], values[blank[1]]), self.by_name[name])

    def has(self, name: str) -> bool:
        return name in self.by_name


def _safe(blank: str, value: str) -> str:
    return value if blank in _AS_IS else mask_numbers(value)


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, str]:
    """The sentences that come with the program."""
    text = files("bot.texts").joinpath("sentences.yaml").read_text(encoding="utf-8")
    loaded: dict[str, str] = yaml.load(text, Loader=_LOADER)
    return loaded


def overlaid(overlay: Mapping[str, object]) -> Sentences:
    """The shipped sentences with a county's own wording. Raises TextsError with all that is wrong, at once."""
    ours = shipped()
    errors = [error for name, text in overlay.items() for error in _faults(name, text, ours)]
    if errors:
        raise TextsError(tuple(f"texts.yaml：{error}" for error in errors))
    return Sentences({**ours, **{name: str(text).strip("\n") for name, text in overlay.items()}})


def blanks(text: str) -> frozenset[str]:
    """The names of a sentence's blanks."""
    return frozenset(_BLANK.findall(text))


def _faults(name: str, text: object, ours: Mapping[str, str]) -> list[str]:
    if name not in ours:
        near = difflib.get_close_matches(name, ours, n=1)
        return [f"没有「{name}」这句话{f'，是不是「{near[0]}」？' if near else '，请看 bot/texts/sentences.yaml 里有哪些'}"]
    if not isinstance(text, str):
        return [f"「{name}」要写成文字；全是数字的请加引号"]
    if not text.strip():
        return [f"「{name}」是空的；不改就把这一行删掉"]
    faults = []
    mine, theirs = blanks(ours[name]), blanks(text)
    may = mine | (OF_A_TICKET if "mark" in mine else frozenset())
    if unknown := sorted(theirs - may):
        faults.append(f"「{name}」里不能用 {_braced(unknown)}，能用的有 {_braced(sorted(may)) or '（没有）'}")
    if lost := sorted((mine & _KEPT) - theirs):
        faults.append(f"「{name}」里少了 {_braced(lost)}")
    if re.search(r"[{}]", _BLANK.sub("", text)):
        faults.append(f"「{name}」的花括号没有写对，要成对，里面只能是小写英文名称")
    faults += _too_long(name, text)
    if name.startswith("number.") and not _NUMBER.search(text):
        faults.append(f"「{name}」里要有电话号码")
    return faults


def _too_long(name: str, text: str) -> list[str]:
    own = len(_BLANK.sub("", text))
    for is_so, limit in (
        (".title" in name, TITLE_CHARACTERS),
        (name.startswith(("button.", "state.")), BUTTON_CHARACTERS),
        (name.startswith("number."), NUMBER_CHARACTERS),
    ):
        if is_so:
            return [f"「{name}」太长，最多 {limit} 个字，现在 {own} 个"] if own > limit else []
    size = len(text.encode())
    return [f"「{name}」太长，最多约 {SENTENCE_BYTES // 3} 个字，现在约 {size // 3} 个"] if size > SENTENCE_BYTES else []


def _braced(names: list[str]) -> str:
    return "、".join(f"{{{name}}}" for name in names)
