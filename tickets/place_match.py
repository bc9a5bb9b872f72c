"""Do two places mean the same spot? Numbers of one kind that differ forbid it; names and numbers in common speak for it."""

import re
from collections import defaultdict
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = re.compile("[一二三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九]")
_KINDS = {"栋": "楼", "幢": "楼", "号楼": "楼", "号院": "院", "层": "层", "楼": "层", "单元": "单元", "排": "排", "组": "组",
          "队": "组", "社": "组", "室": "室", "户": "室", "号": "号", "弄": "弄", "巷": "巷", "里": "里", "期": "期", "区": "区"}
_NUMBERED = re.compile(r"(\d+)((?:[、和至到\-,，]\d+)*)(号楼|号院|单元|栋|幢|楼|层|排|组|队|社|室|户|号|弄|巷|里|期|区)")
_SIDES = re.compile("[东西南北前后左右上下]")
_SIDE_OF = re.compile("([东西南北前后左右上下])(?=[门口院侧边头街路巷坡坝排区])")


class Nearness(Enum):
    """How two places stand to each other."""

    FORBIDDEN = "forbidden"
    APART = "apart"
    UNKNOWN = "unknown"
    AKIN = "akin"
    SAME = "same"


def numerals_plain(text: str) -> str:
    """十二栋 becomes 12栋."""

    def plain(match: re.Match[str]) -> str:
        word = match[0]
        if "十" not in word:
            return str(_DIGITS[word])
        tens, _, ones = word.partition("十")
        return str(10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0))

    return _NUMERAL.sub(plain, text)


def numbers_of(place: str) -> dict[str, frozenset[int]]:
    """Kind of number → numbers: 3栋1、2单元 gives 楼 {3}, 单元 {1, 2}."""
    found: dict[str, set[int]] = defaultdict(set)
    for match in _NUMBERED.finditer(numerals_plain(place)):
        numbers = [int(match[1]), *map(int, re.findall(r"\d+", match[2]))]
        if len(numbers) == 2 and any(c in match[2] for c in "至到-"):
            numbers = list(range(numbers[0], min(numbers[1], numbers[0] + 50) + 1))
        found[_KINDS[match[3]]] |= set(numbers)
    return {kind: frozenset(numbers) for kind, numbers in found.items()}


def _names(place: str) -> str:
    """The place without numbers, sides kept."""
    return re.sub(r"[\d\s、，,。.\-—()（）号楼栋幢单元排组层室]", "", numerals_plain(place))


class _Parts(NamedTuple):
    """What a place is compared by."""

    numbers: dict[str, frozenset[int]]
    names: str
    sides: frozenset[str]


#: A message's place is compared with those of all candidates, and theirs come again with every message.
@lru_cache(maxsize=4096)
def _parts(place: str) -> _Parts:
    return _Parts(numbers_of(place), _names(place), frozenset(_SIDE_OF.findall(place)))


def compare(one: str | None, other: str | None) -> Nearness:
    """Compare two places as they were read; None where one of them is unknown."""
    if not one or not other:
        return Nearness.UNKNOWN
    (a, names_a, sides_a), (b, names_b, sides_b) = _parts(one), _parts(other)
    shared_kinds = (a.keys() & b.keys()) - {"层", "室"}
    if any(not a[kind] & b[kind] for kind in shared_kinds):
        return Nearness.FORBIDDEN
    if sides_a and sides_b and not sides_a & sides_b:
        return Nearness.APART
    names_a, names_b = _without_common_estate(names_a, names_b)
    short, long = sorted((names_a, names_b), key=len)
    if shared_kinds and (not short or short in long or _common(names_a, names_b) >= 2):
        return Nearness.SAME
    if short and short in long:
        return Nearness.SAME if len(short) >= 2 and not (a.keys() ^ b.keys()) else Nearness.AKIN
    common = _common(names_a, names_b)
    if common >= max(2, len(short) // 2):
        return Nearness.AKIN
    return Nearness.AKIN if shared_kinds else Nearness.APART


def _common(one: str, other: str) -> int:
    """Length of the longest run of characters in both."""
    best = 0
    for start in range(len(one)):
        while start + best < len(one) and one[start : start + best + 1] in other:
            best += 1
    return best


def _without_common_estate(one: str, other: str) -> tuple[str, str]:
    """What two places name beside the estate or village that both begin with: that they share it ties nothing."""
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rests = one[shared:], other[shared:]
    return rests if shared >= _ESTATE and all(rests) else (one, other)


#: An estate's or village's name has so many characters at least: 槐苑, 南坡村.
_ESTATE = 2


def fuller(one: str | None, other: str | None) -> str | None:
    """The place of one matter that was told twice: what nests is the longer one, numbers that only the later has are put
    where they belong (2号楼1单元 and 1到4楼), else the more telling of the two."""
    if not one or not other:
        return one or other
    if other in one:
        return one
    if one in other:
        return other
    a, b = numbers_of(one), numbers_of(other)
    if a and a.keys() == b.keys() and a != b and all(a[kind] <= b[kind] for kind in a):
        # 1至4排 holds the 3排 that was told first
        return other
    missing = [token for token in _tokens(other) if token.rank is not None and token.kind not in a]
    if a and missing and (a.keys() & b.keys() or not _names_more(other, one)):
        return _joined(one, missing)
    longer = len(b) == len(a) and len(other) > len(one) and not _SIDES.search(one)
    if len(b) > len(a) or (longer and _common(_names(one), _names(other)) >= _ESTATE) or (longer and _is_bare(one)):
        own = [token for token in _tokens(one) if token.rank is not None and token.kind not in b]
        return _joined(other, own) if own and b else other
    return one


def widened(one: str | None, other: str | None) -> str | None:
    """The place of an outage that reaches further than was told first: 1单元 and 2单元 of one house are 1、2单元. None where
    more than that tells the two apart."""
    if not one or not other:
        return None
    a, b = numbers_of(one), numbers_of(other)
    apart = {kind for kind in a.keys() & b.keys() if not a[kind] & b[kind]}
    if apart != {"单元"}:
        return None
    both = "、".join(map(str, sorted(a["单元"] | b["单元"])))
    wider = "".join(f"{both}单元" if token.kind == "单元" else token.text for token in _tokens(one))
    return fuller(wider, "".join(token.text for token in _tokens(other) if token.kind != "单元"))


def without_numbers(place: str) -> str | None:
    """The estate, village or street of a place, without the house in it; None where that is all it names."""
    first = _NUMBERED.search(numerals_plain(place))
    return place if first is None else numerals_plain(place)[: first.start()] or None


def _is_bare(place: str) -> bool:
    """Whether a place is one short word such as 门口 or 楼道, which another may say better."""
    return len(place) <= _BARE and not numbers_of(place)


_BARE = 3


class _Token(NamedTuple):
    """A piece of a place: a numbered part with its kind and how fine it is, or a name."""

    text: str
    kind: str
    rank: int | None


#: From coarse to fine; other numbered parts keep their place.
_RANKS = {"楼": 1, "单元": 2, "层": 3, "室": 4}
_TOKEN = re.compile(r"\d+(?:[、和至到\-,，]\d+)*(?P<unit>号楼|单元|栋|幢|楼|层|室|户)(?:[到至]\d+(?P=unit))?")


def _tokens(place: str) -> list[_Token]:
    text = numerals_plain(place)
    tokens: list[_Token] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            tokens.append(_Token(text[at : match.start()], "", None))
        kind = _KINDS[match["unit"]]
        tokens.append(_Token(match[0], kind, _RANKS[kind]))
        at = match.end()
    if at < len(text):
        tokens.append(_Token(text[at:], "", None))
    return tokens


def _joined(place: str, parts: list[_Token]) -> str:
    """A place with numbered parts put in behind the last coarser one, before what is finer or a spot."""
    tokens = _tokens(place)
    for part in parts:
        assert part.rank is not None
        coarser = [n for n, token in enumerate(tokens) if token.rank is not None and token.rank < part.rank]
        finer = [n for n, token in enumerate(tokens) if token.rank is not None and token.rank > part.rank]
        at = coarser[-1] + 1 if coarser else finer[0] if finer else len(tokens)
        tokens.insert(at, part)
    return "".join(token.text for token in tokens)


def _names_more(one: str, other: str) -> bool:
    """Whether a place names something that the other has not."""
    return any(name not in other for name in (token.text for token in _tokens(one) if token.rank is None))
