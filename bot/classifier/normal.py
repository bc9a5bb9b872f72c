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
_LATIN = re.compile(r"[A-Za-z]{2,12}")


class Normaliser:
    """Turns heard words into the form that the word lists are written in."""

    def __init__(self, typos: Mapping[str, str], pinyin: Mapping[str, str]) -> None:
        self._to_simplified = OpenCC("t2s")
        self._typos = tuple(typos.items())
        self._typo_finder = AhoCorasick([wrong for wrong, _ in self._typos], matchkind=MatchKind.LeftmostLongest)
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
        if self._typos:
            text = self._mend(text)
        if self._pinyin:
            text = _LATIN.sub(lambda met: self._pinyin.get(met.group().lower(), met.group()), text)
        return text

    def _mend(self, text: str) -> str:
        found = self._typo_finder.find_matches_as_indexes(text)
        if not found:
            return text
        parts: list[str] = []
        done = 0
        for index, start, end in found:
            parts += (text[done:start], self._typos[index][1])
            done = end
        parts.append(text[done:])
        return "".join(parts)
