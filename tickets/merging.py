"""Which matter does a message belong to? `attach` is pure: evidence in, one answer out (design, section 3).

Each kind of evidence has a name in plain Chinese, kept with the answer: `@小格 为什么` can say it, and a test can ask it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from rapidfuzz import fuzz

from registry.terms import Act, Category, DangerKind, Status, TicketKind, Urgency
from tickets.model import Candidate, Ticket
from tickets.place_match import Nearness, compare
from tickets.told import Told

#: Matters that may be one over several groups of a township (one main, one line, one slope).
WIDE = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING, Category.ROAD, Category.HAZARD})
WIDE_WITHIN = timedelta(hours=6)
LOOK_BACK = timedelta(days=14)

#: Pairs of categories that one matter is often told under.
_AKIN = {
    frozenset({Category.WATER, Category.HAZARD}),
    frozenset({Category.POWER, Category.HAZARD}),
    frozenset({Category.GAS_HEATING, Category.HAZARD}),
    frozenset({Category.ROAD, Category.HAZARD}),
    frozenset({Category.PROPERTY, Category.FACILITY}),
    frozenset({Category.PROPERTY, Category.WATER}),
    frozenset({Category.PROPERTY, Category.HAZARD}),
    frozenset({Category.SANITATION, Category.WATER}),
    frozenset({Category.SANITATION, Category.POLLUTION}),
    frozenset({Category.FACILITY, Category.ROAD}),
    frozenset({Category.FACILITY, Category.POWER}),
    frozenset({Category.FACILITY, Category.HAZARD}),
    frozenset({Category.ROAD, Category.TRAFFIC}),
    frozenset({Category.PERSON_HELP, Category.SOCIAL}),
    frozenset({Category.PERSON_HELP, Category.ORDER}),
    frozenset({Category.ORDER, Category.CONSUMER}),
    frozenset({Category.DISPUTE, Category.PROPERTY}),
    frozenset({Category.DISPUTE, Category.AGRICULTURE}),
}


class Bond(StrEnum):
    """How a message belongs to a ticket."""

    NEW = "new"
    VOICE = "voice"
    SUPPLEMENT = "supplement"
    ABOUT = "about"
    NONE = "none"


#: One kind of evidence: its name in Chinese and its weight; below zero it speaks against.
Evidence = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Attached:
    """The answer. `reasons` are what spoke for the ticket, the weightiest first."""

    bond: Bond
    candidate: Candidate | None = None
    score: float = 0.0
    reasons: tuple[Evidence, ...] = ()


#: Evidence that a message needs before it is laid in a ticket, by act.
_NEEDED = {
    Act.REPORT: 4.0,
    Act.SUPPLEMENT: 3.0,
    Act.ECHO: 2.5,
    Act.RECOVERY: 2.5,
    Act.STATUS_QUERY: 2.0,
    Act.RATING: 2.0,
    Act.COMMAND: 3.0,
    Act.NOTICE: 4.5,
    Act.QUESTION: 6.0,
}
_BONDS = {
    Act.REPORT: Bond.VOICE,
    Act.ECHO: Bond.VOICE,
    Act.SUPPLEMENT: Bond.SUPPLEMENT,
    Act.RECOVERY: Bond.ABOUT,
    Act.STATUS_QUERY: Bond.ABOUT,
    Act.RATING: Bond.ABOUT,
    Act.COMMAND: Bond.ABOUT,
    Act.NOTICE: Bond.ABOUT,
    Act.QUESTION: Bond.ABOUT,
}

#: Acts that tell of what is there; 「火灭了」 names the danger too, but says that it is over.
_TELLS = frozenset({Act.REPORT, Act.SUPPLEMENT, Act.ECHO, Act.QUESTION})
#: Acts that speak of how a matter goes on.
_FOLLOWS_UP = frozenset({Act.RECOVERY, Act.STATUS_QUERY, Act.RATING})

#: Categories that name their thing: 没水 is 没水. Of the broad ones two open matters of a grid mostly differ.
_ONE_THING = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING})
_MANY_THINGS = frozenset({
    Category.HAZARD, Category.FACILITY, Category.PROPERTY, Category.ORDER, Category.CONSUMER, Category.AGRICULTURE,
    Category.SOCIAL, Category.PERSON_HELP,
})
#: A supply by its name, with how it is: 水清了, 电还没来. Then no other matter is meant.
_SUPPLY = re.compile(r"(水|电|暖气?|[煤燃]气|天然气)(?=[清黄浑来好通有热凉还又咋几正压大小不停])")
_SUPPLIED = {"水": Category.WATER, "电": Category.POWER}
#: Words too short to hold the name of a thing.
_TOO_SHORT = 6
#: An alarm goes to one ticket while people cry it from all sides.
_ONE_ALARM = timedelta(minutes=15)
#: So much in common, and so soon, that the kind of matter was misread one of the times.
_PLAINLY_SHARED = 2.0
_FRESH = timedelta(hours=2)
#: After so long what others say of a closed matter is about another.
_LATER = timedelta(days=1)
#: So soon after his own words a speaker goes on.
_GOES_ON = timedelta(minutes=5)


def attach(told: Told, candidates: Sequence[Candidate]) -> Attached:
    """The best ticket for a message, or that it opens a new one, or that it belongs to none.

    A number said aloud decides. Otherwise quotes, the talk's reference, category, place, thing, time and wording are
    weighed; two different numbers of the same kind (3号楼, 7号楼) forbid.
    """
    if told.act is Act.CHAT:
        return Attached(Bond.NONE)
    for candidate in candidates:
        if candidate.ticket.aloud in told.numbers or candidate.ticket.number in told.numbers:
            return Attached(_BONDS[told.act], candidate, 99.0, (("说了编号", 99.0),))
    if told.numbers and told.act in (Act.COMMAND, Act.STATUS_QUERY, Act.RATING):
        # What he names is none of these: another must not be accepted, ended or rated in its place.
        return Attached(Bond.NONE)
    things = Things(told.words, candidates)
    parted = _parted(candidates)
    best = Attached(Bond.NONE)
    for candidate in candidates:
        if not _may(told, candidate):
            continue
        evidence = (*weigh(told, candidate, things), *_split_apart(told, candidate, parted, things))
        score = sum(weight for _, weight in evidence)
        if best.candidate is None or score > best.score:
            best = Attached(_BONDS[told.act], candidate, score, evidence)
    if best.candidate is not None and best.score >= _needed(told, best.candidate):
        spoke = sorted((one for one in best.reasons if one[1] > 0), key=lambda one: -one[1])
        return Attached(best.bond, best.candidate, best.score, tuple(spoke))
    return Attached(Bond.NEW if told.act is Act.REPORT else Bond.NONE)


def _parted(candidates: Sequence[Candidate]) -> dict[int, list[Candidate]]:
    """Ticket → those that were taken out of it, or of which it was taken."""
    by_id = {candidate.ticket.id: candidate for candidate in candidates}
    found: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        origin = by_id.get(candidate.ticket.linked_to) if candidate.ticket.linked_to is not None else None
        if origin is not None:
            found.setdefault(origin.ticket.id, []).append(candidate)
            found.setdefault(candidate.ticket.id, []).append(origin)
    return found


def _split_apart(
    told: Told, candidate: Candidate, parted: dict[int, list[Candidate]], things: "Things"
) -> Iterator[Evidence]:
    """What people took out of a ticket is another matter: who says more of what was taken out does not mean what is left."""
    others = parted.get(candidate.ticket.id, ())
    if others and not _linked(told, candidate):
        mine = things.shared(candidate, linked=True)
        if any(things.shared(other, linked=True) > mine for other in others):
            yield "人工拆开过", -3.0


def _needed(told: Told, candidate: Candidate) -> float:
    """How much must speak for a ticket: a danger joins one that is none only on plain evidence, since the matter there may
    be another and have its own people by now."""
    ticket = candidate.ticket
    joins_none = told.danger is not None and told.act in _TELLS and not (ticket.in_danger or ticket.doubt)
    return _NEEDED[told.act] + (1.5 if joins_none and not _linked(told, candidate) else 0.0)


def _linked(told: Told, candidate: Candidate) -> bool:
    """Whether the message quotes or answers one that lies in the ticket."""
    return bool({told.quote, told.refers_to} & candidate.messages)


def _may(told: Told, candidate: Candidate) -> bool:
    ticket = candidate.ticket
    if ticket.kind is TicketKind.CONSULTATION:
        return told.act in (Act.STATUS_QUERY, Act.RATING, Act.SUPPLEMENT) and told.sender in candidate.voices
    if ticket.status in (Status.WITHDRAWN, Status.EXCLUDED, Status.MERGED):
        return False
    if told.danger is not None and (told.danger is DangerKind.PERSON) is not ticket.is_private:
        # A person danger lies in no matter that groups hear of, and a place danger in none that they don't (P13).
        return False
    if told.danger is not None and told.act in _TELLS and told.quote not in candidate.messages:
        # Danger in another house is another matter than a leak in this one; what is done has nobody who would hear of it.
        if ticket.status is Status.DONE or not ticket.is_open:
            return False
        if not (ticket.in_danger or ticket.doubt) and _is_elsewhere(told, candidate):
            return False
    linked = _linked(told, candidate)
    if told.act is Act.REPORT and not linked and _is_elsewhere(told, candidate):
        return False
    if ticket.group != told.group and told.group not in ticket.groups and told.group is not None and not linked:
        if told.tier.value != "basic":
            return True
        return ticket.category in WIDE and told.at - ticket.last_at <= WIDE_WITHIN
    return True


def weigh(told: Told, candidate: Candidate, things: "Things") -> Iterator[Evidence]:
    """Evidence that the message is about this ticket. Each line is one kind of evidence."""
    ticket = candidate.ticket
    apart = told.at - ticket.last_at
    linked = _linked(told, candidate)
    shared = things.shared(candidate, linked=linked)
    if told.quote in candidate.messages:
        yield "引用了这件事的话", 6.0
    elif linked:
        yield "接着这件事说的", 4.0
    yield from max(
        (_kind_and_place(told, category, place, apart, shared, linked=linked) for category, place in _told_as(candidate)),
        key=lambda pair: pair[0][1] + pair[1][1],
    )
    yield _time_evidence(apart)
    if told.group in ticket.groups or told.group == ticket.group:
        yield "同一个群", 1.0
    if told.sender in candidate.voices:
        yield "同一个人说的", _voice_evidence(told, ticket, apart)
    yield "说的是同一样东西", shared
    if told.words and any(fuzz.ratio(told.words, words) >= 60 for words in candidate.words):
        yield "话差不多", 0.5
    if told.danger is not None and (ticket.in_danger or ticket.doubt) and apart <= _ONE_ALARM:
        yield "同一险情", 1.0
    if _is_another_day(told, ticket, apart) and not linked and shared < _PLAINLY_SHARED:
        yield "险情早已过去", -2.0
    yield _state_evidence(told, candidate)


def _is_another_day(told: Told, ticket: Ticket, apart: timedelta) -> bool:
    """Whether what is told without danger comes long after one: 水发黄 the day after the dyke is no part of it."""
    tells = told.act in (Act.REPORT, Act.COMMAND, Act.ECHO, Act.SUPPLEMENT)
    return ticket.urgency is Urgency.DANGER and told.danger is None and tells and apart > _LATER


def _told_as(candidate: Candidate) -> tuple[tuple[Category, str | None], ...]:
    """As what and where the matter was told: its own, and those of the tickets that people merged into it."""
    return ((candidate.ticket.category, candidate.ticket.place), *candidate.alike)


def _kind_and_place(
    told: Told, category: Category, place: str | None, apart: timedelta, shared: float, *, linked: bool
) -> tuple[Evidence, Evidence]:
    kind, weight = _category_evidence(told, category, apart)
    if shared >= _PLAINLY_SHARED and apart <= _FRESH:
        # one matter told in many of the same words was misread one of the times
        weight = max(weight, -1.5)
    return (kind, weight), _place_evidence(compare(told.place, place), told, linked=linked)


def _is_elsewhere(told: Told, candidate: Candidate) -> bool:
    """Whether two different numbers of one kind forbid it, however the matter was told."""
    return all(compare(told.place, place) is Nearness.FORBIDDEN for _, place in _told_as(candidate))


def _state_evidence(told: Told, candidate: Candidate) -> Evidence:
    ticket = candidate.ticket
    if not ticket.is_open:
        if told.act in (Act.RATING, Act.RECOVERY):
            # 来电了 by a neighbour days after the end is the end of something else
            stranger = told.sender not in candidate.voices and told.at - ticket.last_at > _LATER and not _linked(told, candidate)
            return "已经办结", -2.5 if stranger else -0.5
        # what somebody else tells after the end is mostly a new matter of the same kind
        anew = told.act in (Act.REPORT, Act.COMMAND) and told.sender not in candidate.voices
        return "已经办结", -2.0 if anew else -1.0
    not_yet = told.act is Act.REPORT and told.sender in candidate.voices and told.category is ticket.category
    if ticket.status is Status.DONE and (told.act is Act.RATING or not_yet):
        return "正等评价", 1.0
    return "还没办完", 0.5


def _place_evidence(nearness: Nearness, told: Told, *, linked: bool) -> Evidence:
    match nearness:
        case Nearness.SAME:
            return "同一处地方", 2.0
        case Nearness.AKIN:
            return "地方相近", 1.2
        case Nearness.UNKNOWN:
            return "地方没说全", 0.0
        case Nearness.FORBIDDEN if told.act is Act.ECHO and linked:
            # 「我们8号楼也是」: who joins in speaks of his own house
            return "不在一处", 0.0
        case Nearness.FORBIDDEN:
            return "不在一处", -2.0 if linked else -6.0
    return "不在一处", -1.5 if told.act is Act.REPORT else -0.7


def _voice_evidence(told: Told, ticket: Ticket, apart: timedelta) -> float:
    """Who told it speaks on; after an hour he may well speak of something else, unless it is of the same kind. An echo is
    somebody else's."""
    if told.act is Act.ECHO:
        return -1.0
    if told.act in (Act.STATUS_QUERY, Act.RATING):
        return 1.2
    if apart <= _GOES_ON and frozenset({told.category, ticket.category}) in _AKIN:
        return 2.0
    if apart <= timedelta(hours=1):
        return 1.5
    same_kind = told.category is ticket.category and told.category not in _MANY_THINGS
    return 1.0 if same_kind else 0.5


def _category_evidence(told: Told, known: Category, apart: timedelta) -> Evidence:
    """A category may be misread, so it is evidence and no wall; kinds that one matter is told under count while it is
    fresh."""
    fresh = apart <= timedelta(minutes=30)
    if told.act in _FOLLOWS_UP and (supply := _SUPPLY.search(told.words)) and told.quote is None:
        named = _SUPPLIED.get(supply[1], Category.GAS_HEATING)
        return ("同一类事", 2.5) if named is known else ("不是一类事", -4.0)
    if told.category is None or told.category is Category.OTHER or known is Category.OTHER:
        strange = told.category not in (None, Category.OTHER) and not fresh
        return "类别没说清", -1.5 if strange else 0.0
    if told.category is known:
        if told.act is not Act.REPORT or known in _ONE_THING:
            return "同一类事", 2.0
        return "同一类事", 1.0 if known in _MANY_THINGS else 1.5
    if frozenset({told.category, known}) in _AKIN:
        return "相近的事", 0.7 if fresh else -1.0
    return "不是一类事", -3.5 if told.act is Act.REPORT else -1.5


#: Characters that nearly every sentence holds: pairs with them say nothing of the thing.
_EMPTY = frozenset("的了是在我你他她它们这那有没不也就都还又啊呢吧吗嘛哦个一上下里来去到说看给和跟么啥咋人家得着过很"
                   "零二三四五六七八九十百两几年月日号天点分时今昨明后前早晚半好行谢修坏管出开")
#: A number with one of these is a place, which is weighed as such.
_UNITS = frozenset("栋幢楼号单层室组排队社户巷弄区期")


class Things:
    """What a message names, and how rare it is among the candidates: what each of them holds tells none apart."""

    def __init__(self, words: str, candidates: Sequence[Candidate]) -> None:
        pairs = dict.fromkeys(one + other for one, other in pairwise(words) if _names(one, other))
        single = dict.fromkeys(sign for sign in words if _telling(sign))
        texts = [self._texts(candidate) for candidate in candidates]
        self._pairs = {pair: self._rarity(pair, texts) for pair in pairs}
        self._single = {sign: self._rarity(sign, texts) for sign in single}
        self._long = len(words) >= _TOO_SHORT

    @staticmethod
    def _texts(candidate: Candidate) -> tuple[str, ...]:
        place = candidate.ticket.place
        return (*candidate.words, place) if place else candidate.words

    @staticmethod
    def _rarity(sign: str, texts: Iterable[tuple[str, ...]]) -> float:
        return 1.0 / max(sum(any(sign in text for text in of_one) for of_one in texts), 1)

    def shared(self, candidate: Candidate, *, linked: bool) -> float:
        """At most 2.5; below zero where both say enough and name nothing in common."""
        best = 0.0
        for text in self._texts(candidate):
            found = [pair for pair in self._pairs if pair in text]
            covered = {sign for pair in found for sign in pair}
            score = sum(1.2 * self._pairs[pair] for pair in found)
            score += sum(0.3 * rare for sign, rare in self._single.items() if sign not in covered and sign in text)
            best = max(best, score)
        if best == 0.0 and self._long and not linked and any(len(text) >= _TOO_SHORT for text in candidate.words):
            return -0.7
        return min(best, 2.5)


def _names(one: str, other: str) -> bool:
    """Whether two neighbouring characters may name a thing: 井盖, 2路."""
    return (_telling(one) or (one.isdigit() and other not in _UNITS)) and _telling(other)


def _telling(sign: str) -> bool:
    return sign.isalnum() and not sign.isdigit() and sign not in _EMPTY


def _time_evidence(apart: timedelta) -> Evidence:
    if apart <= timedelta(minutes=10):
        return "10分钟内", 1.5
    if apart <= timedelta(hours=2):
        return "两小时内", 1.0
    if apart <= timedelta(days=1):
        return "一天内", 0.5
    return "隔了几天", 0.0
