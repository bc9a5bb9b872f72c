"""What officials and household heads do: commands to the bot, notices, announcements, ordinary words."""

from datetime import timedelta

from bot.classifier import replies
from bot.classifier.heard import Heard
from bot.messages import Reason, Verdict
from registry.terms import Act, Category, Role, Tier

CHAT = Verdict(Act.CHAT, confidence=0.9)
_SUBJECT = timedelta(hours=2)
_JUST_NOW = timedelta(minutes=30)
#: So many words of the official manner make an untagged line among officials a report of how far a matter is.
_FORMAL = 2
#: So many characters of an official are more than a greeting or thanks.
_INFORMS = 8
_TO_ALL = ("【", "通知", "各位")
#: Those who tell of matters from their own rounds.
_ON_ROUNDS = frozenset({Role.GRID_MEMBER, Role.GRID_LEADER})


def command(heard: Heard) -> Verdict:
    """A head or official who @-s the bot tells it what to do, unless he asks what it is."""
    if heard.any_word("bot_question") and not heard.evidence.told and not heard.rest.has("official.command"):
        return Verdict(Act.QUESTION, Category.OTHER, confidence=0.7)
    thread = heard.quoted() or heard.same_subject(_SUBJECT)
    if thread is None and not heard.evidence.told and heard.shaped("this"):
        thread = heard.latest(_JUST_NOW)
    return heard.verdict(Act.COMMAND, thread, 0.95)


def notice(heard: Heard, smalltalk: frozenset[str]) -> Verdict:
    """An official's words without tagging the bot: announcement, progress, a matter told from the rounds, or chat."""
    rest = heard.rest
    words = replies.bare(heard.text)
    if len(words) <= 1 or words in smalltalk or words.rstrip("了啊呀哦的") in smalltalk:
        return CHAT
    formal = rest.count("official.notice")
    announces = rest.has("official.announce") and rest.has("official.announce_when")
    if announces and (heard.text.startswith(_TO_ALL) or formal >= 2 or heard.evidence.planned):
        reason = Reason("预告", rest.of("official.announce")[0].words, 2.0)
        return Verdict(
            Act.NOTICE, heard.evidence.topic, confidence=0.9, place=heard.place_text, announces=True, reasons=(reason,)
        )
    basic = heard.line.tier is Tier.BASIC
    acts_on = heard.any_word("ack") is not None or formal > 0
    thread = heard.quoted() or heard.same_subject(_SUBJECT)
    if not basic and thread is not None and heard.line.quote is None and (heard.shaped("asks") or formal < _FORMAL):
        # where officials talk among themselves, what asks or only says an opinion is no progress of the matter
        thread = None
    told = heard.evidence.told or heard.danger is not None
    asks = heard.shaped("asks") and formal < _FORMAL and heard.any_word("ack") is None
    if basic and asks and heard.line.quote is None and not told:
        return _informs(heard, words)
    asks_help = rest.has("cue.plea") and heard.any_word("ack") is None
    if thread is None and told and asks_help and heard.line.role in _ON_ROUNDS:
        return heard.verdict(Act.REPORT, None, 0.6)
    if not basic and rest.has("act.status") and heard.shaped("asks") and heard.evidence.topics:
        return heard.verdict(Act.STATUS_QUERY, thread, 0.6)
    if thread is None and acts_on and basic and not heard.shaped("asks"):
        thread = heard.latest(_JUST_NOW)
    if thread is None:
        if rest.has("chatty") or (len(words) <= 5 and not acts_on):
            return CHAT
        if basic and not (formal >= 2 or heard.text.startswith(_TO_ALL) or told):
            return _informs(heard, words)
        if not basic and not (acts_on or told or heard.evidence.topics):
            return CHAT
        if heard.danger is None and heard.text.startswith(_TO_ALL):
            # told to everybody and about no matter: it is laid to none
            return Verdict(Act.NOTICE, confidence=0.75)
    return heard.verdict(Act.NOTICE, thread, 0.75)


def _informs(heard: Heard, words: str) -> Verdict:
    """What an official says to residents at some length informs them, also in everyday words: 带身份证和一寸照，周末也办."""
    asks = heard.shaped("asks_at_end") or heard.shaped("laughs") or heard.rest.has("chatty")
    return CHAT if asks or len(words) < _INFORMS else Verdict(Act.NOTICE, confidence=0.6)


def relayed(heard: Heard) -> Verdict | None:
    """A household head who passes on what an office says, or announces: a notice. Else None: he is a neighbour. What an
    office says of a matter told before is how far it is, though it names the danger again; what it says first may be one."""
    relay = heard.any_word("relay")
    if relay is None:
        return None
    thread = heard.quoted() or heard.same_subject(_SUBJECT) or heard.latest(_JUST_NOW)
    if heard.danger is not None:
        if thread is None:
            return None
        heard.danger = None
    reason = Reason("转达", relay, 2.0)
    if thread is None and heard.rest.has("official.announce") and heard.rest.has("official.announce_when"):
        return Verdict(
            Act.NOTICE, heard.evidence.topic, confidence=0.8, place=heard.place_text, announces=True, reasons=(reason,)
        )
    return heard.verdict(Act.NOTICE, thread, 0.8, extra=(reason,))
