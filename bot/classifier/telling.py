"""Matters told, and questions: by everyday words, by sarcasm, in the manner of a letter."""

from datetime import timedelta

from bot.classifier import replies
from bot.classifier.evidence import letter
from bot.classifier.heard import Heard
from bot.classifier.places import Places, differ
from bot.classifier.threads import Thread
from bot.classifier.where import NOWHERE
from bot.messages import Reason, Verdict
from registry.terms import Act, Category, Urgency

#: A speaker who goes on about something else so soon still tells the same matter.
_OWN_TELLING = timedelta(minutes=3)
#: How long another voice joins a matter without naming its ticket: cuts of supply and dangers longer.
_WIDE_JOINS = timedelta(hours=2)
_JOINS = timedelta(minutes=45)
_SUPPLIES = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING})
#: Weights from which a written line tells a matter, and from which it at least asks; in a group's talk, where people
#: speak freely, it must say more.
_LETTER_TELLS, _LETTER_TELLS_IN_TALK = 6.0, 7.5
_LETTER_ASKS, _LETTER_ASKS_IN_TALK = 1.4, 4.4
_LETTER_QUESTION, _LETTER_QUESTION_IN_TALK = -0.5, 2.5
#: A short word on who does nothing (物业装死) right after a matter is said of that matter.
_BLAMED = frozenset({Category.PROPERTY, Category.OTHER})
#: From here even a line that begins with 请问 tells a fault (请问为什么又停电了), and one that could blame somebody tells its own (电梯坏了).
_PLAIN = 4.0
_SUBJECT = 1.5
#: What has one of these shapes is passed on, denied, long over or said for fun.
_NO_LETTER = ("remote", "denies", "long_over", "better_now", "idle", "ends_laughing")
_SHORT_VOICE = 12
#: A danger that names no place of its own is that of which was just told: 那是管涌！ after water that wells up.
_GETS_WORSE = timedelta(minutes=3)


def tell(heard: Heard, places: Places) -> Verdict:
    """A matter is told: the first time, by another voice, or more of it by the same speaker."""
    category = heard.danger.category if heard.danger else (heard.evidence.topic or Category.OTHER)
    thread = heard.quoted() or _joins(heard, category, places)
    if thread is None:
        return heard.verdict(Act.REPORT, None, min(0.99, 0.5 + heard.evidence.score / 12))
    if heard.line.sender in thread.tellers:
        return heard.verdict(Act.SUPPLEMENT, thread, 0.8)
    voice = heard.shaped("own_voice") or heard.shaped("also") or len(heard.text) <= _SHORT_VOICE
    if voice or not heard.shaped("seen"):
        return heard.verdict(Act.ECHO, thread, 0.75)
    return heard.verdict(Act.SUPPLEMENT, thread, 0.6)


def _joins(heard: Heard, category: Category, places: Places) -> Thread | None:
    """The live matter that a telling line belongs to, or None for a matter of its own."""
    wide = category in _SUPPLIES or heard.danger is not None
    for thread in reversed(heard.threads):
        quiet = thread.quiet(heard.line.at)
        if thread.over and quiet > timedelta(minutes=10):
            continue
        same = thread.category is category or (heard.danger is not None and thread.danger is heard.danger.kind)
        # what was only shown in a picture gets its subject from the next words of the same speaker
        same = same or (thread.category is Category.OTHER and heard.line.sender in thread.tellers)
        same = same or heard.evidence.topics.get(thread.category, 0.0) >= _SUBJECT
        if not same:
            goes_on = heard.line.sender in thread.tellers and quiet <= _OWN_TELLING
            blames = category in _BLAMED and len(heard.text) <= _SHORT_VOICE and heard.place is None and heard.evidence.score < _PLAIN
            worse = heard.danger is not None and heard.place is None and quiet <= _GETS_WORSE and heard.lines_since(thread) <= 2
            if thread is heard.threads[-1] and (goes_on or worse or (blames and heard.lines_since(thread) == 1)):
                return thread
            continue
        if quiet > (_WIDE_JOINS if wide else _JOINS):
            continue
        if category not in replies.WIDE and thread.place and heard.place is not None:
            before = places.find(thread.place, NOWHERE)
            if before is not None and differ(before, heard.place):
                continue
        return thread
    return None


def sarcastic(heard: Heard) -> bool:
    """Praise beyond belief of something public: 这条路真是好，下雨就能养鱼. Then it is told."""
    hits = heard.scan.of("sarcasm")
    if len(hits) < 2 or not heard.evidence.topics or heard.spoilers.elsewhere:
        return False
    if not (heard.rest.has("cue.common") or heard.shaped("own_voice") or heard.place is not None or heard.scan.has("hint")):
        return False
    heard.evidence.reasons.append(Reason("反话", "、".join(hit.words for hit in hits[:2]), 3.0))
    heard.evidence.category = heard.evidence.topic
    return True


def written(heard: Heard) -> Verdict | None:
    """A line in the manner of a letter to an office."""
    if heard.line.quote is not None or heard.rest.has("mine") or any(heard.shaped(form) for form in _NO_LETTER):
        return None
    found = letter(heard.scan, heard.rest, heard.forms)
    if found is None:
        return None
    alone = heard.line.group is None
    topic = heard.evidence.topic or Category.OTHER
    reasons = (Reason("书面问事" if found.asks else "书面诉求", found.words, round(found.score, 1)),)
    complains = (found.strong and found.civic) or (found.formal and heard.evidence.score >= 1.6)
    tells = found.score >= (_LETTER_TELLS if alone else _LETTER_TELLS_IN_TALK)
    if complains and tells and not found.asks and not heard.rest.has("act.praise"):
        return Verdict(Act.REPORT, topic, Urgency.NORMAL, place=heard.place_text, confidence=0.6, reasons=reasons)
    # a title that stands alone asks by its manner; in talk people who want to know something ask
    formal = found.formal and found.score >= (_LETTER_ASKS if alone else _LETTER_ASKS_IN_TALK)
    formal = formal and (alone or heard.shaped("asks"))
    asks = found.asks and found.informal <= 2
    if formal or (asks and found.score >= (_LETTER_QUESTION if alone else _LETTER_QUESTION_IN_TALK)):
        return Verdict(Act.QUESTION, topic, confidence=0.5, reasons=reasons)
    return None


def for_information(heard: Heard) -> bool:
    """Asks for information, with no fault told: 停水通知谁看到了, 暖气几号停."""
    if heard.evidence.planned:
        return True
    if heard.shaped("when_mended"):
        return False
    if heard.evidence.told:
        if heard.shaped("paperwork"):
            return not heard.evidence.urgent
        return heard.evidence.score < _PLAIN and heard.shaped("inquires")
    return heard.rest.has("act.question") and heard.shaped("for_information")


def question(heard: Heard) -> Verdict | None:
    """A question on a civic subject."""
    rest = heard.rest
    topic = heard.evidence.topic
    if topic is None or rest.has("advert") or rest.has("chatty") or heard.shaped("idle"):
        return None
    if rest.has("hypothetical") and not heard.shaped("asks_at_end"):
        return None
    if not (rest.has("act.question") and heard.shaped("asks") and heard.shaped("for_information")):
        return None
    words = rest.of("act.question")[0].words
    return Verdict(Act.QUESTION, topic, confidence=0.6, reasons=(Reason("问事", words, 2.0),))
