"""Places in a line of talk: cut out, written in one way (十二栋 = 12幢 = 12栋), completed by the group's estate.

Pure functions over the kinds of place words of `places.yaml`. A place is a heap of parts that stand together; of
several heaps in a line the one that says most is taken.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.classifier.where import Where

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ONE = r"(?:[A-Da-d]?[0-9]{1,4}|[一二三四五六七八九十百两]{1,4}|[A-Za-z甲乙丙丁](?=[栋座幢区]))"
#: A number or a list of them that has its unit at the end: 1、2单元, 9到11栋.
_NUMBER = rf"(?:{_ONE}(?:[、和到至~-](?={_ONE}(?:[、和到至~-]|[^0-9、]))(?:{_ONE}))*)"
#: After these 一层 is a cover (浮了一层、厚厚一层) and no floor.
_COVERED = "[了厚着起浮铺盖蒙落积结掉裹刷]"
#: Two single numerals side by side are two numbers: 二三层.
_SIDE_BY_SIDE = re.compile(r"^[一二三四五六七八九]{2,3}$")
#: No name of a place goes on across these; the county's list (在、去、的 …) comes on top.
_NO_NAME_CHARS = frozenset(string.ascii_letters + string.digits + string.punctuation + " \n")
_LONGEST_STEM = 5
_NUMERALS = frozenset("零一二三四五六七八九十百两几")
#: Kinds whose numbers tell two places apart.
NUMBERED = ("building", "entrance", "floor", "room", "hamlet", "zone", "house")
_WEIGHTS = {
    "known": 4, "building": 5, "entrance": 3, "room": 3, "hamlet": 4, "named": 4, "zone": 3, "house": 3, "floor": 2,
    "spot": 2, "whole": 2, "beside": 2, "side": 1,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a place: its kind, the words in their one writing, the number if it is of a numbered kind."""

    kind: str
    words: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Parts that stand together in a text, in the order said."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """As it is shown and stored, e.g. 槐树小区12栋2单元."""
        return "".join(part.words for part in self.parts)

    @property
    def weight(self) -> int:
        """How much it tells; a bare spot like 门口 has 2."""
        return sum(_WEIGHTS.get(part.kind, 0) for part in self.parts)

    def numbers(self, kind: str) -> frozenset[str]:
        """The numbers of a kind (building, entrance, floor, room, hamlet)."""
        return frozenset(number for part in self.parts if part.kind == kind for number in _each(part.number))

    def has(self, *kinds: str) -> bool:
        """Whether it has a part of one of the kinds."""
        return any(part.kind in kinds for part in self.parts)


def differ(one: Place, other: Place, kinds: Sequence[str] = NUMBERED) -> bool:
    """Whether two places cannot be one: both have numbers of one of the kinds and none is common (3号楼, 7号楼)."""
    for kind in kinds:
        a, b = one.numbers(kind), other.numbers(kind)
        if a and b and not a & b:
            return True
    return False


def arabic(number: str) -> str:
    """十二 → 12, 两 → 2, 二十 → 20; what is no Chinese number comes back as it is."""
    if not number or number.isascii():
        return number.lstrip("0") or number
    total, current = 0, 0
    for char in number:
        if char == "十":
            total += (current or 1) * 10
            current = 0
        elif char == "百":
            total += (current or 1) * 100
            current = 0
        elif char in _DIGITS:
            current = current * 10 + _DIGITS[char] if current and "十" not in number else _DIGITS[char]
        else:
            return number
    return str(total + current)


def listed(number: str) -> str:
    """A list of numbers in one writing: 一、二 and 一二 become 1、2."""
    if _SIDE_BY_SIDE.match(number):
        return "、".join(map(arabic, number))
    return "".join(arabic(part) if part not in _LIST_MARKS else ("到" if part in "到至~-" else "、") for part in _MARKED.findall(number))


_LIST_MARKS = frozenset("、和到至~-")
_MARKED = re.compile(r"[、和到至~-]|[^、和到至~-]+")


def _each(number: str) -> tuple[str, ...]:
    """The numbers of a list; those between the ends of a span too."""
    first, span, last = number.partition("到")
    if span and first.isdigit() and last.isdigit() and 0 < int(last) - int(first) <= _LONGEST_SPAN:
        return tuple(map(str, range(int(first), int(last) + 1)))
    return tuple(part for part in re.split("[、到]", number) if part)


_LONGEST_SPAN = 50


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))


class Places:
    """Finds places. Built from the lists of `places.yaml` (kind → words)."""

    def __init__(self, kinds: Mapping[str, Sequence[str]]) -> None:
        names = [*kinds["villages"], *kinds["roads"], *kinds["bridges"], *kinds["shops"], *kinds["public"]]
        self._not_before = tuple(kinds["not_before"])
        self._ends_names = _NO_NAME_CHARS | frozenset("".join(kinds["not_in_names"]))
        self._spots = frozenset(kinds["spots"])
        self._beside = frozenset(kinds["beside"])
        self._short = frozenset([*kinds["roads"], *kinds["bridges"], *kinds["villages"]])
        spots, whole = _either(kinds["spots"]), _either(kinds["whole"])
        sides = _either([*kinds["sides"], *kinds["beside"]])
        self._spot = re.compile(spots)
        self._roads = frozenset([*kinds["roads"], *kinds["villages"]])
        numbered = "|".join(
            [
                r"(?P<dash>(?<![0-9-])[0-9]{1,2}(?:[-－—][0-9]{1,2})?[-－—][1-9][0-9]{2,3}(?![0-9元块米年多岁斤个度人次分点天万千百-]))",
                r"(?P<house>(?<=[路街巷弄里村区组湾号])[0-9]{1,4}号(?![楼线栋])|(?<![0-9月])(?:3[2-9]|[4-9][0-9]|[1-9][0-9]{2,3})号(?![楼线栋文令])"
                r"|(?<![0-9月])[0-9]{1,3}号(?=院|门|铺|档|窗|窖|井|机))",
                rf"(?P<building>{_NUMBER}(?:#楼|#|{_either(kinds['buildings'])})|(?<![0-9])[0-9]{{1,2}}号(?=也|的|家|全|都|没|单元)"
                r"|(?<![A-Za-z0-9])[A-D][0-9]{1,2}(?![A-Za-z0-9.栋幢座区号]))",
                rf"(?P<zone>{_NUMBER}(?:区|期|片)(?![间别域政委长县待末中内满望的]))",
                rf"(?P<entrance>{_NUMBER}(?:{_either(kinds['entrances'])}))",
                rf"(?P<hamlet>{_NUMBER}(?:村民小组|村民组|小组|组|社|队)(?![长织成里头合建队]))",
                r"(?P<room>(?<![0-9.])[1-9][0-9]{2,3}(?:室|房|户)|(?<=[楼元栋幢座上跟和、与])[1-9][0-9]{2,3}(?![0-9元块米年多岁斤个户度])"
                r"|(?:(?<=^)|(?<=就是|那个|住在)|(?<=[俺我们家的是]))[1-9][0-9]?0[1-9](?![0-9元块米年多岁斤个度人次号路分点天万千百]))",
                rf"(?P<floor>(?!(?<={_COVERED})[一1]层)(?:负{_ONE}[楼层]?|{_NUMBER}(?:楼|层))(?![0-9]{{1,2}}(?![0-9])))",
            ]
        )
        worded = "|".join(
            [
                rf"(?P<whole>{whole})",
                rf"(?P<named>(?:{_either(names)})(?!灯|面|基|人|过|费|由|程|况|上的|干部|政府|民))",
                rf"(?P<spot>{spots})",
                rf"(?P<side>{sides})",
            ]
        )
        begins = {word[0] for kind in ("whole", "spots", "sides", "beside") for word in kinds[kind]} | {name[0] for name in names}
        # most characters begin no part of a place, and of the others most begin no number; asked once, they need not be
        # tried against every kind
        self._pattern = re.compile(
            rf"(?=[0-9A-Za-z负甲乙丙丁一二三四五六七八九十百两])(?:{numbered})|(?=[{re.escape(''.join(sorted(begins)))}])(?:{worded})"
        )

    def find(self, text: str, where: Where, bounds: frozenset[int] | None = None) -> Place | None:
        """The place that a text (already normalised) says most fully, or None.

        `bounds` are the positions where words begin and end, if the text was cut; names are then cut more exactly.
        """
        best: Place | None = None
        most = 0
        for heap, begins in self._heaps(text, where, bounds):
            # where people are told to go says less than where it is
            weight = heap.weight - (_TOWARDS if text[max(begins - 1, 0) : begins] in ("到", "往", "去", "朝") else 0)
            nearby = text[:begins].endswith(_ELSEWHERE) or heap.text.startswith(_ELSEWHERE)
            elsewhere = nearby and heap.has("named", "known")
            if heap.has(*_SAYS_WHERE) and not elsewhere and (best is None or weight > most):
                best, most = heap, weight
        return best

    def find_all(self, text: str, where: Where, bounds: frozenset[int] | None = None) -> list[Place]:
        """Every place that a text says, in the order said, even what says little."""
        return [place for place, _ in self._heaps(text, where, bounds)]

    def complete(self, place: Place, where: Where) -> str:
        """Its text, with the group's prefix where it names only what lies within: a building, a hamlet, a gate, 沟口, 全院, a
        spot that only its neighbours know (河套). Roads, shops and offices are found by their own names."""
        text = place.text
        if not where.prefix or place.has("named") or where.prefix in text:
            return text
        known = [part.words for part in place.parts if part.kind == "known"]
        if any(_akin(name, where.prefix) or name.endswith(_FOUND_BY_NAME) for name in known):
            return text
        return where.prefix + text

    def _heaps(self, text: str, where: Where, bounds: frozenset[int] | None) -> list[tuple[Place, int]]:
        """Heaps of parts with where each begins."""
        heaps: list[tuple[list[Part], int]] = []
        reached = -10
        for kind, start, until in self._met(text, where.names):
            begin, end = start, until
            if kind == "named":
                begin = self._name_start(text, start, max(reached, 0), bounds)
                parts = self._named(text[begin:end], text[start:end])
                if not parts:
                    begin = start
                    spot = self._spot.match(text, start)
                    # 村口 is no nameless 村
                    end = max(end, spot.end()) if spot else end
                    parts = [Part("spot", text[start:end])] if spot else self._unnamed(text[start:end])
            else:
                parts = self._parts(kind, text[start:end])
            if not parts:
                continue
            between = text[max(reached, 0) : begin]
            joined = reached >= 0 and between in (_NEAR_JOINTS if kind in ("side", "spot") else _JOINTS)
            if kind == "side" and joined and text[start:end] in _THEREABOUTS:
                reached = end
                continue
            if kind == "side" and not joined:
                begin, parts = self._beside_what(text, start, end, max(reached, 0), bounds)
                if not parts:
                    continue
                between = text[max(reached, 0) : begin]
                joined = reached >= 0 and between in _NEAR_JOINTS
            if joined and between in "到至" and between:
                parts = [Part(parts[0].kind, between + parts[0].words, parts[0].number), *parts[1:]]
            if joined:
                if between not in "到至" and parts[0].kind in NUMBERED and parts[0].kind == heaps[-1][0][-1].kind:
                    parts = [Part(parts[0].kind, "、" + parts[0].words, parts[0].number), *parts[1:]]
                heaps[-1][0].extend(parts)
            else:
                heaps.append((parts, begin))
            reached = end
        return [(Place(tuple(heap)), begin) for heap, begin in heaps]

    def _beside_what(
        self, text: str, start: int, end: int, reached: int, bounds: frozenset[int] | None
    ) -> tuple[int, list[Part]]:
        """电杆那边, 老柳树底下: the word before what says beside, under or across it is a place too."""
        if text[start:end] not in self._beside:
            return start, []
        begin = self._name_start(text, start, reached, bounds)
        stem = text[begin:start]
        known = stem and not stem.endswith(self._not_before) and not all(char in _NUMERALS for char in stem)
        return (begin, [Part("beside", text[begin:end])]) if known else (start, [])

    def _met(self, text: str, names: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
        """Parts from left to right as (kind, from, to). Where a known name begins it is taken, the longest one, before
        any other part."""
        known: dict[int, int] = {}
        if names:
            for _, start, end in _finder(names).find_matches_as_indexes(text, overlapping=True):
                known[start] = max(end, known.get(start, 0))
        starts, at = sorted(known), 0
        met = self._pattern.search(text)
        while True:
            while starts and starts[0] < at:
                del starts[0]
            if met is not None and met.start() < at:
                met = self._pattern.search(text, at)
            if starts and (met is None or starts[0] <= met.start()):
                yield "name", starts[0], (at := known[starts[0]])
            elif met is not None:
                yield str(met.lastgroup), met.start(), (at := met.end())
            else:
                return

    def _parts(self, kind: str, words: str) -> list[Part]:
        if kind == "dash":
            building, *entrance, room = re.split(r"[-－—]", words)
            return [
                Part("building", f"{building}号楼", building),
                *(Part("entrance", f"{number}单元", number) for number in entrance),
                Part("room", room, room),
            ]
        if kind in NUMBERED:
            if words[0] == "负":
                return [Part(kind, "负" + listed(words[1:].rstrip("楼层")) + (words[-1] if words[-1] in "楼层" else "层"))]
            met = re.match(_NUMBER, words)
            number = listed(met.group()) if met else ""
            unit = words[met.end() :] if met else words
            if kind == "building":
                unit = {"幢": "栋", "棟": "栋", "#": "号楼", "#楼": "号楼", "号": "号楼", "座楼": "号楼"}.get(unit, unit)
            if kind == "entrance" and unit != "单元":
                unit = "单元" if unit == "门洞" else unit
            if kind == "hamlet":
                unit = "组" if unit in ("小组", "村民组", "村民小组") else unit
            return [Part(kind, number + unit, number)]
        return [Part("known" if kind == "name" else kind, words)]

    def _named(self, words: str, suffix: str) -> list[Part]:
        stem = words[: -len(suffix)]
        if not stem or all(char in _NUMERALS for char in stem):
            return []
        if suffix in self._short and stem.endswith(self._not_before):
            return []
        return [Part("named", words)]

    def _name_start(self, text: str, suffix_at: int, reached: int, bounds: frozenset[int] | None) -> int:
        """Where a name before a suffix begins: at most five characters back, up to a character that belongs to no name.

        With the bounds of words it is the word before, and single characters before that (unknown names fall apart).
        """
        begin = suffix_at
        while begin > reached and suffix_at - begin < _LONGEST_STEM and text[begin - 1] not in self._ends_names:
            begin -= 1
        if bounds is None or begin == suffix_at:
            return begin
        starts = [at for at in range(suffix_at - 1, begin - 1, -1) if at in bounds or at == begin]
        start = starts[0]
        for earlier in starts[1:]:
            if start - earlier > 1:
                break
            start = earlier
        return start

    def _unnamed(self, suffix: str) -> list[Part]:
        """药店, 戏台, 路口 without a name still say where, as spots do; 路, 村 alone do not."""
        nameless = suffix in self._roads or len(suffix) < _NAMES_ITSELF
        return [] if suffix in self._short and nameless and suffix not in self._spots else [Part("spot", suffix)]


#: 石桥 without a name still says where, 桥 does not.
_NAMES_ITSELF = 2
_NEAR_JOINTS = frozenset(["", "的", "、", "到", "至", "和", "那", "那个", "里", "里的", "跟", "那条", "那排", "那截", "那段", "这个", "这条",
                          "那栋", "那边", "那边的", "从", "的从"])
#: Known names that end so are found without the estate's or village's name before them.
_FOUND_BY_NAME = ("路", "街", "巷", "大道", "学校", "小学", "中学", "幼儿园", "超市", "市场", "社区", "卫生站", "卫生院", "医院", "桥", "广场", "村", "镇")
#: After a place these say nothing more.
_THEREABOUTS = frozenset(["那边", "那头"])
#: Kinds that say where by themselves.
_SAYS_WHERE = ("known", "building", "entrance", "room", "hamlet", "named", "spot", "whole", "floor", "zone", "house", "beside")
_TOWARDS = 3
#: A village or estate next door is not where it is: 隔壁村去年就修了.
_ELSEWHERE = ("隔壁", "别的", "人家")
_JOINTS = _NEAR_JOINTS | {" ", "，", ",", "这", "有个"}


def _akin(name: str, prefix: str) -> bool:
    """Whether a name is another one of the estate or of its part: 华府 of 荷香华府, 南坡二组 of 南坡村."""
    return any(name[at : at + 2] in prefix for at in range(len(name) - 1))


@lru_cache(maxsize=4096)
def _finder(names: tuple[str, ...]) -> AhoCorasick:
    """Finds the known names of a group; built in well under a millisecond."""
    return AhoCorasick(names, matchkind=MatchKind.Standard)
