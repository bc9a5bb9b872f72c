"""Heard text made comparable: simplified characters, half-width signs, mentions cut out, common misspellings mended."""

import re
from collections.abc import Mapping

from ahocorasick_rs import AhoCorasick, MatchKind
from opencc import OpenCC

#: Full-width letters, digits and signs; the Chinese comma, full stop and others that cut clauses stay.
_HALF_WIDTH: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= {0x3000: 0x20, 0x2005: 0x20, 0x200B: None, 0xFEFF: None, 0x00A0: 0x20}
#: The signs that most lines have, done apart because translating a whole line is slow.
_USUAL = tuple(zip("，！？：；（）", ",!?:;()", strict=True))
_WIDE = re.compile("[\uff01-\uff5e\u3000\u2005\u200b\ufeff\u00a0]")
_MENTION = re.compile(r"@[^\s@,，。:：、!?！？]{1,16}(?:\s|$)")
_NUMBER = re.compile(r"\d+")
#: Chinese spelt in syllables apart: ting dian le.
_SYLLABLES = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,6}(?: [A-Za-z]{1,6}){1,3}(?![A-Za-z])")
_LATIN = re.compile(r"[A-Za-z]{2,12}")


class Swap:
    """Puts words in the place of others, the longest first."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._words = tuple(pairs.values())
        self._finder = AhoCorasick(list(pairs), matchkind=MatchKind.LeftmostLongest)

    def __call__(self, text: str) -> str:
        """The text with every word of the pairs swapped."""
        found = self._finder.find_matches_as_indexes(text)
        if not found:
            return text
        parts: list[str] = []
        done = 0
        for index, start, end in found:
            parts += (text[done:start], self._words[index])
            done = end
        parts.append(text[done:])
        return "".join(parts)


class Plain:
    """What the second reader looks at: dialect in standard words, numbers all alike, so that it learns from fewer lines."""

    def __init__(self, dialect: Mapping[str, str]) -> None:
        self._swap = Swap(dialect)

    def __call__(self, text: str) -> str:
        """A comparable line (`Normaliser`) made plainer still."""
        return _NUMBER.sub("0", self._swap(text))


class Normaliser:
    """Turns heard words into the form that the word lists are written in."""

    def __init__(self, typos: Mapping[str, str], pinyin: Mapping[str, str]) -> None:
        self._to_simplified = OpenCC("t2s")
        self._mend = Swap(typos)
        self._pinyin = dict(pinyin)

    def __call__(self, text: str, bot_names: tuple[str, ...] = ()) -> str:
        """The comparable form. The names in `bot_names` are cut out where they follow an @."""
        if not text:
            return ""
        for wide, half in _USUAL:
            text = text.replace(wide, half)
        if _WIDE.search(text):
            text = text.translate(_HALF_WIDTH)
        if "@" in text:
            for name in bot_names:
                text = text.replace("@" + name, " ")
            text = _MENTION.sub(" ", text)
        plain: str = self._to_simplified.convert(text)
        text = " ".join(plain.split())
        text = self._mend(text)
        if self._pinyin and _LATIN.search(text):
            text = _SYLLABLES.sub(lambda met: self._pinyin.get(met.group().replace(" ", "").lower(), met.group()), text)
            text = _LATIN.sub(lambda met: self._pinyin.get(met.group().lower(), met.group()), text)
        return text
