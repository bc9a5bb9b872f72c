"""Which matter does a message belong to? `attach` is pure: evidence in, one answer out (design, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from rapidfuzz import fuzz

from registry.terms import Act, Category, DangerKind, Status, TicketKind
from tickets.model import Candidate
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


@dataclass(frozen=True, slots=True)
class Attached:
    bond: Bond
    candidate: Candidate | None = None
    score: float = 0.0


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


def attach(told: Told, candidates: Sequence[Candidate]) -> Attached:
    """The best ticket for a message, or that it opens a new one, or that it belongs to none.

    A number said aloud decides. Otherwise quotes, the talk's reference, category, place, thing, time and wording are
    weighed; two different numbers of the same kind (3号楼, 7号楼) forbid.
    """
    if told.act is Act.CHAT:
        return Attached(Bond.NONE)
    for candidate in candidates:
        if candidate.ticket.aloud in told.numbers or candidate.ticket.number in told.numbers:
            return Attached(_BONDS[told.act], candidate, 99.0)
    if told.numbers and told.act in (Act.COMMAND, Act.STATUS_QUERY, Act.RATING):
        # What he names is none of these: another must not be accepted, ended or rated in its place.
        return Attached(Bond.NONE)
    pairs = _pairs(told.words)
    scored = [(weigh(told, c, pairs), c) for c in candidates if _may(told, c)]
    if scored:
        score, best = max(scored, key=lambda pair: pair[0])
        if score >= _NEEDED[told.act]:
            return Attached(_BONDS[told.act], best, score)
    return Attached(Bond.NEW if told.act is Act.REPORT else Bond.NONE)


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
        if not (ticket.in_danger or ticket.doubt) and compare(told.place, ticket.place) is Nearness.FORBIDDEN:
            return False
    linked = bool({told.quote, told.refers_to} & candidate.messages)
    if told.act is Act.REPORT and not linked and compare(told.place, ticket.place) is Nearness.FORBIDDEN:
        return False
    if ticket.group != told.group and told.group not in ticket.groups and told.group is not None and not linked:
        if told.tier.value != "basic":
            return True
        return ticket.category in WIDE and told.at - ticket.last_at <= WIDE_WITHIN
    return True


def weigh(told: Told, candidate: Candidate, pairs: frozenset[str]) -> float:
    """Evidence that the message is about this ticket. Each line is one kind of evidence. `pairs` are those of its words."""
    ticket = candidate.ticket
    apart = told.at - ticket.last_at
    score = 0.0
    if told.quote in candidate.messages:
        score += 6.0
    elif told.refers_to in candidate.messages:
        score += 4.0
    score += _category_evidence(told.category, ticket.category, told.act, apart)
    score += _place_evidence(compare(told.place, ticket.place), told.act)
    score += _time_evidence(apart)
    if told.group in ticket.groups or told.group == ticket.group:
        score += 1.0
    if told.sender in candidate.voices:
        score += _voice_evidence(told.act, apart)
    if told.words and candidate.words:
        score += min(0.5 * max(len(pairs & _pairs(words)) for words in candidate.words), 2.0)
        score += 0.5 if max(fuzz.ratio(told.words, words) for words in candidate.words) >= 60 else 0.0
    if not ticket.is_open:
        score += -0.5 if told.act in (Act.RATING, Act.RECOVERY) else -1.0
    elif ticket.status is Status.DONE and told.act is Act.RATING:
        score += 1.0
    else:
        score += 0.5
    return score


def _place_evidence(nearness: Nearness, act: Act) -> float:
    if nearness is Nearness.FORBIDDEN:
        return -6.0
    if nearness is Nearness.APART:
        return -1.5 if act is Act.REPORT else -0.7
    return {Nearness.UNKNOWN: 0.0, Nearness.AKIN: 1.2, Nearness.SAME: 2.0}[nearness]


def _voice_evidence(act: Act, apart: timedelta) -> float:
    """Who told it speaks on; after an hour he may well speak of something else. An echo is somebody else's."""
    if act is Act.ECHO:
        return -1.0
    if act in (Act.STATUS_QUERY, Act.RATING):
        return 1.2
    return 1.5 if apart <= timedelta(hours=1) else 0.3


def _category_evidence(told: Category | None, known: Category, act: Act, apart: timedelta) -> float:
    """A category may be misread, so it is evidence and no wall; kinds that one matter is told under count while it is
    fresh."""
    fresh = apart <= timedelta(minutes=30)
    if told is None or told is Category.OTHER or known is Category.OTHER:
        return 0.0 if fresh or told is None or told is Category.OTHER else -1.5
    if told is known:
        return 2.0
    if frozenset({told, known}) in _AKIN:
        return 0.7 if fresh else -1.0
    return -3.5 if act is Act.REPORT else -1.5


#: Characters that nearly every sentence holds: pairs with them say nothing of the thing.
_EMPTY = frozenset("的了是在我你他她它们这那有没不也就都还又啊呢吧吗嘛哦个一上下里来去到说看给和跟么啥咋人家得着过很")


def _pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring telling characters: 高龄, 补贴, 井盖."""
    return frozenset(
        one + other for one, other in pairwise(text)
        if one not in _EMPTY and other not in _EMPTY and (one + other).isalnum() and not (one + other).isdigit()
    )


def _time_evidence(apart: timedelta) -> float:
    if apart <= timedelta(minutes=10):
        return 1.5
    if apart <= timedelta(hours=2):
        return 1.0
    if apart <= timedelta(days=1):
        return 0.5
    return 0.0
