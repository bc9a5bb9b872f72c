"""Reading one line of talk: what it does, about what, how urgent, where, and why. Pure; knows no ticket store."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Self

from bot.classifier import leaning, officials, replies, telling
from bot.classifier.danger import DangerReader
from bot.classifier.evidence import Evidence, weigh
from bot.classifier.features import features_of
from bot.classifier.heard import Heard
from bot.classifier.linking import HOUSES, Candidate, candidates_of
from bot.classifier.normal import Normaliser, Plain
from bot.classifier.officials import CHAT
from bot.classifier.opinion import Opinion
from bot.classifier.places import Place, Places, differ
from bot.classifier.readers import UNLEARNED, Readers
from bot.classifier.scan import Scan
from bot.classifier.second import thread_for
from bot.classifier.segment import Cutter, best_cutter, boundaries
from bot.classifier.spoilers import Spoilers
from bot.classifier.standing import NOTHING, Standing
from bot.classifier.threads import Thread, threads_of
from bot.classifier.vocabulary import LexiconData, Vocabulary
from bot.classifier.where import NOWHERE, Where
from bot.messages import Line, MessageKind, Reason, Verdict
from registry.terms import OFFICIALS, Act, Category, Role, Urgency

#: Kinds of hits that make a line a candidate for a matter.
_TELLING = frozenset(["urgent", "tell", "hint", "danger", "doubtful", "sign", "peril", "plight"])
#: Kinds whose single characters (物、吗 …) are met everywhere; and the shapes that could still make a question of them.
_SLIGHT = frozenset(["letter.soft", "letter.civic", "letter.matters"])
_ASKING = ("asking", "asks_done", "when_mended")
#: How long a danger told makes further signs of it plain.
_ALERT = timedelta(minutes=30)
#: Pictures, voices and positions belong to what their sender told so shortly before.
_MEDIA_SOON = timedelta(minutes=6)
_MEDIA_NEAR = 6
_POSITION_SOON = timedelta(minutes=20)
_LONGEST_RATING = 8
#: What a resident's line may do to a matter; the last three may come long after it, when the talk no longer holds it.
_OF_MATTERS = (Act.REPORT, Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY, Act.STATUS_QUERY, Act.RATING)
_LEANING = frozenset(_OF_MATTERS) - {Act.REPORT}
_LATER = frozenset({Act.RECOVERY, Act.STATUS_QUERY, Act.RATING})
#: What is told by who speaks and whom he tags is not looked over; what the rules read by words that mean nothing else only for
#: whether it is of a matter at all.
_GIVEN = frozenset({Act.COMMAND, Act.NOTICE})
_PLAIN = frozenset({Act.STATUS_QUERY, Act.RATING})
_COME = ("来人", "来个人")
#: From here a line without any known word is read all the same.
_WORTH_READING = 0.12
#: From this chance of a danger too, where nobody spoke before.
_ALARMING = 0.3
#: How likely a line must be of a matter to be kept: one that leans on a matter, one that tells
#: one, one that tells that something vital is cut off.
_SURE = 0.5
_SURE_OF_REPORT = 0.35
_SURE_OF_URGENT = 0.01
#: The same where the rules read chat.
_SURE_WITHOUT_RULES = {
    Act.REPORT: 0.6, Act.SUPPLEMENT: 0.8, Act.ECHO: 0.8, Act.RECOVERY: 0.75, Act.STATUS_QUERY: 0.75, Act.RATING: 0.7,
}
#: By how much the second reader must find another act likelier than the rules' before it is heard.
_CLEARLY = 0.1
#: Weight of the words from which a matter is told so plainly that nobody need look over it.
_PLAINLY_TOLD = 5.0
#: The same for a line of so few characters.
_TOLD_SHORTLY, _FEW_SIGNS = 3.0, 9
#: How sure it must be that a line said after a danger is none of it.
_SURELY_ASIDE = 0.9
#: How unlikely it must be that a line that names nothing is none of a matter, to be laid to the one that is nearest.
_SURELY_OF = 0.1
#: How likely the end of a matter told by its own teller must be of a matter at all.
_OWN_END = 0.1
#: A report that nothing was said before needs so much to stay one.
_HARDLY = 0.05
#: Below this likelihood what the rules read by plain words is chat all the same, and below that what they tell plainly.
_UNLIKELY, _UNLIKELY_ECHO, _UNLIKELY_TOLD = 0.1, 0.01, 0.05
#: From here the second reader's category stands where the lists know none.
_LIKELY = 0.3
#: From here it stands before that of the lists, in a report of nothing urgent.
_NAMED = 0.75
#: Of these 同样没 is enough to join.
_SUPPLIES = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING})
_POSITION = re.compile(r"^\[位置\]\s*")


def _joins_a_cut(heard: Heard) -> bool:
    """Whether a neighbour of those who are cut off says that he is, too: 我家也停水了 while a supply is spoken of."""
    topic = heard.evidence.topic
    cut = heard.evidence.urgent or (topic in _SUPPLIES and heard.shaped("also"))
    return cut and topic is not None and any(thread.category is topic for thread in heard.threads)


class Classifier:
    """Reads lines. Built once from the county's lists; reading changes nothing, so it may be shared."""

    def __init__(
        self, vocabulary: Vocabulary, cut: Cutter | None = None, readers: Readers = UNLEARNED
    ) -> None:
        self._words = vocabulary
        self._second, self._lone, self._linker = readers.second, readers.lone, readers.linker
        self._cut = cut or best_cutter(vocabulary.segment)
        self._normal = Normaliser(vocabulary.typos, vocabulary.pinyin)
        self._plain = Plain(vocabulary.dialect)
        self._places = Places(vocabulary.places)
        self._danger = DangerReader(vocabulary.dangers)
        self._wholes = frozenset(vocabulary.words["echo_whole"])
        self._greetings = frozenset(vocabulary.words["greetings"])
        self._smalltalk = frozenset(vocabulary.words["smalltalk"])
        self._ratings = dict.fromkeys(vocabulary.words["rating_whole_good"], True)
        self._ratings |= dict.fromkeys(vocabulary.words["rating_whole_bad"], False)

    @classmethod
    def from_data(cls, data: LexiconData, readers: Readers = UNLEARNED) -> Self:
        """Build from the county's files as plain data. Raises LexiconError with every error in Chinese."""
        return cls(Vocabulary.from_data(data), readers=readers)

    def plain(self, text: str) -> str:
        """A text as the readers that learn look at it."""
        return self._plain(self._normal(text))

    def read(
        self, line: Line, talk: Sequence[Line], where: Where, *, standing: Standing = NOTHING, plainly: bool = False
    ) -> Verdict:
        """What `line` does. `talk` holds the group's recent lines before it, oldest first, with their verdicts; `standing` the
        lines of matters told before that. `plainly`:
        by rules and lists alone, as a line must be that is read again beside a matter which the talk no longer holds."""
        if line.kind in (MessageKind.CLICK, MessageKind.CONFIRM):
            return Verdict(Act.COMMAND, confidence=1.0)
        if line.kind in (MessageKind.RECALL, MessageKind.SYSTEM, MessageKind.LINK):
            return CHAT
        threads = threads_of(talk) if talk else []
        if line.kind is not MessageKind.TEXT:
            return _media(line, talk, threads)
        raw = line.words.text
        text = self._normal(raw, where.bot_names)
        tagged = line.mentions_bot or ("@" in raw and any("@" + name in raw for name in where.bot_names))
        if not text:
            return Verdict(Act.QUESTION, Category.OTHER, confidence=0.6) if tagged else CHAT
        official = line.role in OFFICIALS
        if not official and len(text) <= _LONGEST_RATING:
            satisfied = self._ratings.get(replies.bare(text))
            if satisfied is not None:
                return _rated(threads[-1] if threads else None, text, satisfied=satisfied)
        scan = self._words.first.scan(text)
        by_itself = not threads and not tagged and not official and not _shown(line, talk) and not _expected(line, standing)
        plain = self._plain(text)
        glance = self._lone.glance(plain) if self._lone is not None and not official else None
        if by_itself and self._passed_over(line, scan) and (
            glance is None or (glance.danger < _ALARMING and (not talk or glance.tells < _WORTH_READING))
        ):
            return CHAT
        rest = self._words.rest.scan(text)
        candidate = not _TELLING.isdisjoint(scan.by_kind)
        bounds: frozenset[int] | None = None
        if candidate:
            bounds = boundaries(self._cut(text))
            scan.keep_aligned(bounds, _TELLING)
            rest.keep_aligned(bounds, ("chatty", "private", "advert"))
        spoilers = Spoilers.of(scan, rest, self._words)
        place = self._places.find(text, where, bounds) if candidate or threads or tagged or official else None
        alert = frozenset(name for thread in threads for name in thread.danger_names if thread.quiet(line.at) <= _ALERT)
        evidence = weigh(scan, rest, spoilers, has_place=place is not None)
        believed = line.role is not Role.RESIDENT or tagged
        danger = self._danger.read(scan, rest, spoilers, alert=alert, glance=glance, believed=believed, among=bool(threads))
        if danger is not None and danger.doubt and (
            _shut_in(evidence, threads, line) or (tagged and line.role is not Role.RESIDENT and danger.reasons[0].words.endswith(_COME))
        ):
            # 赶紧来人 in an order to the bot sends somebody there; said by residents it is a cry for help
            danger = None
        heard = Heard(
            line=line,
            talk=talk,
            text=text,
            plain=plain,
            scan=scan,
            rest=rest,
            spoilers=spoilers,
            place=place,
            place_text=self._places.complete(place, where) if place else None,
            evidence=evidence,
            danger=danger,
            threads=threads,
            standing=standing,
            vocabulary=self._words,
        )
        complains = scan.has("letter.strong") and (rest.has("cue.plea") or heard.shaped("own_voice"))
        advert = rest.count("advert") >= 2 and heard.danger is None and not complains
        if not tagged and heard.danger is None and (advert or heard.shaped("chain")):
            return CHAT
        if tagged and (official or line.role is Role.HOUSEHOLD_HEAD):
            return officials.command(heard)
        if official:
            return officials.notice(heard, self._smalltalk)
        if tagged:
            return self._addressed(heard)
        verdict = self._resident(heard)
        return verdict if plainly else self._linked(heard, self._named(heard, self._reviewed(heard, verdict)))

    def _passed_over(self, line: Line, scan: Scan) -> bool:
        """Whether a line with no matter before it need not be looked at further."""
        return not scan.by_kind or (line.role is Role.RESIDENT and self._says_nothing(scan))

    def _says_nothing(self, scan: Scan) -> bool:
        """Whether a resident's line with no matter before it is chat for certain, so that nothing more need be looked
        for: it holds praise of nothing and single characters of a letter's manner, and asks nothing."""
        for kind, hits in scan.by_kind.items():
            if kind == "sarcasm":
                continue
            if kind not in _SLIGHT or any(len(hit.words) > 1 for hit in hits):
                return False
        return not any(self._words.forms[form].search(scan.text) for form in _ASKING)

    def _reviewed(self, heard: Heard, verdict: Verdict) -> Verdict:
        """What the second reader makes of it, where there is one. It has learned from talk and is asked in talk alone; a
        danger is never its business, and of what is said right after one only whether it is of that matter at all."""
        alone = not heard.talk and (verdict.act not in (Act.CHAT, Act.REPORT) or not heard.standing.lines)
        if self._second is None or alone or heard.danger is not None or verdict.act in _GIVEN:
            return verdict
        if verdict.danger is not None:
            chances = self._opinion(heard, verdict)
            aside = verdict.act in _LEANING and chances.of(Act.CHAT) + chances.of(Act.QUESTION) > _SURELY_ASIDE
            return CHAT if aside else verdict
        opinion = self._opinion(heard, verdict)
        matter = 1.0 - opinion.of(Act.CHAT) - opinion.of(Act.QUESTION)
        if _told_by_its_words(heard, verdict):
            least = _UNLIKELY if verdict.act in _PLAIN else _UNLIKELY_ECHO
            return verdict if matter >= least or verdict.category is Category.PERSON_HELP else CHAT
        if verdict.act is Act.RECOVERY and (matter >= _OWN_END or _names_it(heard, verdict)) and _told_it(heard, verdict):
            return verdict
        if not heard.talk and verdict.act is Act.REPORT:
            # what is told after long silence was prompted by nobody's talk: only what is hardly a matter is let go
            return verdict if matter >= _HARDLY else CHAT
        if verdict.act is Act.REPORT and _plainly_told(heard, matter) and not _leans_on_it(heard, opinion.best):
            # What the words tell plainly stays a matter: a false one is taken back with 「不是诉求」, a missed one with
            # nothing.
            return verdict
        if matter < self._enough(heard, verdict, opinion):
            if opinion.of(Act.QUESTION) > opinion.of(Act.CHAT):
                return verdict if verdict.act is Act.QUESTION else self._otherwise(heard, verdict, opinion, Act.QUESTION)
            return CHAT if verdict.act is not Act.QUESTION else verdict
        act = max(_OF_MATTERS if heard.talk else sorted(_LATER), key=opinion.of)
        asks_anew = act is Act.STATUS_QUERY and heard.evidence.urgent and not _joins_a_cut(heard)
        if act is verdict.act or (verdict.act is Act.REPORT and asks_anew):
            # who first cries that something is cut off asks after nothing that was told
            return verdict
        if act is Act.REPORT and heard.shaped("for_information") and heard.shaped("asks"):
            # who wants to know where to pay or whom to ask tells no fault
            return verdict if verdict.act is not Act.CHAT else self._otherwise(heard, verdict, opinion, Act.QUESTION)
        if verdict.act is Act.CHAT and matter < _SURE_WITHOUT_RULES[act]:
            # What is chat by the rules is kept nowhere unless the model is sure of it.
            return verdict
        if verdict.act in _OF_MATTERS and opinion.of(act) - opinion.of(verdict.act) < _CLEARLY:
            return verdict
        return self._otherwise(heard, verdict, opinion, act)

    def _opinion(self, heard: Heard, verdict: Verdict) -> Opinion:
        """The second reader's opinion of a line as the rules read it; it is formed once, by whoever asks first."""
        assert self._second is not None
        if heard.opinion is None:
            heard.opinion = self._second.opinion(features_of(heard, verdict))
        return heard.opinion

    def _named(self, heard: Heard, verdict: Verdict) -> Verdict:
        """A report's category as the second reader sees it, where it is sure; what is urgent or a danger keeps its own."""
        if self._second is None or verdict.act is not Act.REPORT or verdict.danger is not None or verdict.missing:
            return verdict
        if verdict.urgency is not Urgency.NORMAL or not (heard.talk or heard.standing.lines):
            return verdict
        category, likely = self._opinion(heard, verdict).category
        return replace(verdict, category=category) if likely >= _NAMED else verdict

    def _linked(self, heard: Heard, verdict: Verdict) -> Verdict:
        """A follow-up laid to the matter that it fits best, a report to the one that it tells anew; unless it quotes one or tells
        a danger itself."""
        tells = verdict.act is Act.REPORT
        if self._linker is None or self._second is None or heard.danger is not None or heard.quoted() is not None:
            return verdict
        if not (tells or verdict.act in _LEANING) or (tells and verdict.refers_to is not None) or verdict.missing:
            return verdict
        candidates = candidates_of(heard)
        if not candidates:
            return verdict
        categories, houses = self._opinion(heard, verdict).categories, self._houses(heard, candidates)
        if tells:
            again = self._linker.told_anew(heard, categories, candidates, houses)
            return verdict if again is None else replace(verdict, refers_to=again.root)
        thread = self._linker.follows(heard, verdict.act, categories, candidates, houses)
        if verdict.refers_to in thread.ids:
            return verdict
        kept = tuple(reason for reason in verdict.reasons if reason.rule == "通读")
        return heard.verdict(verdict.act, thread, verdict.confidence, satisfied=verdict.satisfied, extra=kept)

    def _houses(self, heard: Heard, candidates: Sequence[Candidate]) -> list[Place | None]:
        """Where each matter is, looked for only if the line names a house itself."""
        if heard.place is None or not heard.place.has(*HOUSES):
            return [None] * len(candidates)
        return [self._places.find(each.place, NOWHERE) for each in candidates]

    def _tells_its_own(self, heard: Heard, thread: Thread | None, act: Act) -> bool:
        """Whether a line that tells something stays a report, whatever else it may be: nothing near it is about the same."""
        if thread is None or not heard.evidence.told:
            return False
        if act in _LATER and thread in heard.standing.threads:
            return True
        there = self._places.find(thread.place, NOWHERE) if thread.place and heard.place is not None else None
        return heard.place is not None and there is not None and differ(heard.place, there, HOUSES)

    @staticmethod
    def _enough(heard: Heard, verdict: Verdict, opinion: Opinion) -> float:
        """How likely it must be that the line is of a matter at all."""
        if verdict.act is not Act.REPORT:
            return _SURE if opinion.of(Act.REPORT) < opinion.of(Act.SUPPLEMENT) + opinion.of(Act.ECHO) else _SURE_OF_REPORT
        return _SURE_OF_URGENT if heard.evidence.urgent else _SURE_OF_REPORT

    def _otherwise(self, heard: Heard, verdict: Verdict, opinion: Opinion, act: Act) -> Verdict:
        """The same line read as another act; chat where there is no matter that it could lean on."""
        chance = opinion.of(act)
        reason = Reason("通读", "", round(chance * 3, 2))
        if act is Act.REPORT:
            told = heard.verdict(Act.REPORT, None, chance, extra=(reason,))
            category, likely = opinion.category
            return replace(told, category=category) if heard.evidence.topic is None and likely >= _LIKELY else told
        if act is Act.QUESTION:
            topic = heard.evidence.topic or Category.OTHER
            return Verdict(Act.QUESTION, topic, confidence=round(chance, 2), reasons=(reason,))
        thread = thread_for(heard, act)
        if verdict.act is Act.REPORT and self._tells_its_own(heard, thread, act):
            return verdict
        unsure = opinion.of(Act.CHAT) + opinion.of(Act.QUESTION) > _SURELY_OF
        if verdict.act is Act.CHAT and act in _LATER and unsure and not _of(heard, thread):
            return verdict
        if thread is None and not (act in _LATER and heard.evidence.topic is not None):
            matter = 1.0 - opinion.of(Act.CHAT) - opinion.of(Act.QUESTION)
            if act not in _LATER and verdict.act in (Act.CHAT, Act.REPORT) and matter >= _SURE_WITHOUT_RULES[act]:
                # it adds to what nobody was heard to tell: then it tells it
                return verdict if verdict.act is Act.REPORT else self._otherwise(heard, verdict, opinion, Act.REPORT)
            if verdict.act is Act.REPORT:
                return verdict if matter >= self._enough(heard, verdict, opinion) and heard.evidence.urgent else CHAT
            return verdict
        satisfied = None
        if act is Act.RATING:
            satisfied = not heard.rest.has("act.rating_bad") and not heard.rest.has("act.still")
        return heard.verdict(act, thread, chance, satisfied=satisfied, extra=(reason,))

    def _addressed(self, heard: Heard) -> Verdict:
        """A resident who @-s the bot: what he says counts, and something is always answered."""
        rest, told = heard.rest, heard.evidence.told
        if heard.danger is not None:
            return telling.tell(heard, self._places)
        if heard.any_word("withdraw") and not told:
            return heard.verdict(Act.COMMAND, heard.own(), 0.7)
        if heard.any_word("mylist") and not told:
            return heard.verdict(Act.STATUS_QUERY, heard.own(), 0.7)
        asks = telling.for_information(heard)
        about_something = heard.threads or heard.evidence.topics or heard.evidence.subjects
        if rest.has("act.status") and about_something and not asks:
            return heard.verdict(Act.STATUS_QUERY, heard.same_subject(timedelta(hours=2)), 0.8)
        verdict = self._resident(heard)
        if verdict.act is not Act.CHAT:
            return verdict
        if heard.evidence.score >= 1.6 and not asks:
            return telling.tell(heard, self._places)
        topic = heard.evidence.topic or Category.OTHER
        if rest.has("cue.plea") and not rest.has("act.question"):
            reason = Reason("求助", rest.of("cue.plea")[0].words, 1.0)
            return Verdict(
                Act.REPORT, topic, Urgency.NORMAL, place=heard.place_text, confidence=0.5, reasons=(reason,)
            )
        if heard.shaped("thanks"):
            return Verdict(Act.RATING, satisfied=True, confidence=0.5)
        return Verdict(Act.QUESTION, topic, confidence=0.5)

    def _resident(self, heard: Heard) -> Verdict:
        """The order in which readings are tried: what a head relays, danger, what leans on a told matter, telling, asking."""
        if heard.line.role is Role.HOUSEHOLD_HEAD:
            relayed = officials.relayed(heard)
            if relayed is not None:
                return relayed
        if heard.danger is not None:
            return telling.tell(heard, self._places)
        leant = leaning.over(heard) or leaning.status(heard) or leaning.rating(heard)
        if leant is not None:
            return leant
        if (heard.evidence.told and not telling.for_information(heard)) or telling.sarcastic(heard):
            return telling.tell(heard, self._places)
        return (
            leaning.echo(heard, self._wholes)
            or leaning.after_picture(heard)
            or leaning.supplement(heard, self._greetings)
            or telling.question(heard)
            or telling.written(heard)
            or CHAT
        )


def _shut_in(evidence: Evidence, threads: Sequence[Thread], line: Line) -> bool:
    """Whether people shut in a lift call out: urgent, and no danger until somebody is hurt (domain)."""
    if evidence.urgent and evidence.category is Category.PROPERTY:
        return True
    return any(
        t.category is Category.PROPERTY and t.urgency is Urgency.URGENT and t.quiet(line.at) <= _ALERT for t in threads
    )


def _told_by_its_words(heard: Heard, verdict: Verdict) -> bool:
    """Whether the rules read it by words that mean nothing else: +1, 我家也停水了 while a supply is spoken of, 修好了没."""
    if verdict.act is Act.ECHO:
        return verdict.confidence >= leaning.SURE or _joins_a_cut(heard)
    return verdict.act in _PLAIN or (verdict.act is Act.SUPPLEMENT and verdict.confidence >= leaning.SURE)


def _plainly_told(heard: Heard, matter: float) -> bool:
    """Whether the lists' words tell a matter that plainly. 电梯坏了 gives the second reader little to go by, who learned from
    people that seldom say it so plainly: then it has no say."""
    score = heard.evidence.score
    return (score >= _PLAINLY_TOLD and matter >= _UNLIKELY_TOLD) or (score >= _TOLD_SHORTLY and len(heard.text) <= _FEW_SIGNS)


def _leans_on_it(heard: Heard, act: Act) -> bool:
    """Whether what is told plainly may be an echo or more of a matter told before: there is one of the same kind."""
    threads = (*heard.threads, *heard.standing.threads)
    return act in _LEANING and any(thread.category is heard.evidence.topic for thread in threads)


def _of(heard: Heard, thread: Thread | None) -> bool:
    """Whether a line is about a matter by more than standing after it: quoted, told by the speaker, or its subject."""
    if thread is None:
        return heard.evidence.topic is not None
    if thread in heard.standing.threads:
        return True
    return (
        heard.quoted() is thread or heard.line.sender in thread.tellers or thread.category in heard.evidence.topics
        or thread.category in heard.evidence.subjects
    )


def _told_it(heard: Heard, verdict: Verdict) -> bool:
    """Whether who told it says himself that it is over; of whoever was missed, anybody may say that he is back."""
    return heard.own() is not None or heard.own_before() is not None or verdict.category is Category.PERSON_HELP


def _names_it(heard: Heard, verdict: Verdict) -> bool:
    evidence = heard.evidence
    return verdict.category is Category.PERSON_HELP or verdict.category in evidence.topics or verdict.category in evidence.subjects


def _expected(line: Line, standing: Standing) -> bool:
    """Whether the speaker told a matter days ago of which he may speak again."""
    return bool(standing.lines) and standing.told_by(line.sender) is not None


def _shown(line: Line, talk: Sequence[Line]) -> bool:
    """Whether the speaker has just shown a picture."""
    return any(said.sender == line.sender and said.kind is MessageKind.IMAGE for said in talk[-4:])


def _rated(thread: Thread | None, text: str, *, satisfied: bool) -> Verdict:
    """A rating that is the whole line: 满意, 还没好."""
    return Verdict(
        Act.RATING,
        thread.category if thread else None,
        thread.urgency if thread else None,
        confidence=0.8,
        refers_to=thread.root if thread else None,
        reasons=(Reason("评价", text, 3.0),),
        satisfied=satisfied,
    )


def _media(line: Line, talk: Sequence[Line], threads: list[Thread]) -> Verdict:
    """Pictures, voices and positions belong to a matter when its teller sends them soon, or when they quote it."""
    if line.role in OFFICIALS:
        return CHAT
    for thread in reversed(threads):
        last = thread.last_by.get(line.sender)
        soon = last is not None and line.at - last <= _MEDIA_SOON and len(talk) - thread.position <= _MEDIA_NEAR
        position = line.kind is MessageKind.LOCATION
        near = position and thread is threads[-1] and thread.quiet(line.at) <= _POSITION_SOON
        quoted = line.quote is not None and line.quote in thread.ids
        if (soon and line.sender in thread.tellers) or quoted or near:
            return Verdict(
                Act.SUPPLEMENT,
                thread.category,
                thread.urgency,
                thread.danger,
                thread.doubt,
                place=(_POSITION.sub("", line.words.text).strip() or None) if position else None,
                confidence=0.7,
                refers_to=thread.root,
                reasons=(Reason("随报事而来", f"[{line.kind.value}]", 1.0),),
            )
    return CHAT
