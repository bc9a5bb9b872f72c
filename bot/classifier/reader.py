"""Reading one line of talk: what it does, about what, how urgent, where, and why. Pure; knows no ticket store."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.classifier import replies
from bot.classifier.danger import Danger, DangerReader
from bot.classifier.evidence import Evidence, letter, weigh
from bot.classifier.normal import Normaliser
from bot.classifier.places import Place, Places
from bot.classifier.scan import Scan
from bot.classifier.segment import Cutter, best_cutter, boundaries
from bot.classifier.spoilers import Spoilers
from bot.classifier.threads import Thread, threads_of
from bot.classifier.vocabulary import LexiconData, Vocabulary
from bot.classifier.where import Where
from bot.messages import Line, MessageKind, Reason, Verdict
from registry.terms import OFFICIALS, Act, Category, DangerKind, Role, Tier, Urgency

CHAT = Verdict(Act.CHAT, confidence=0.9)
#: Kinds of hits that make a line a candidate for a matter.
_TELLING = ("urgent", "tell", "hint", "danger", "doubtful", "sign")
_WIDE_URGENT = frozenset({Category.WATER, Category.POWER, Category.GAS_HEATING})
_CHAIN = re.compile(r"#\s*接龙|接龙.{0,20}1[.、]|^\s*【[^】]*(团购|优惠|招聘|特价)|(?:1[.、].{1,12}\s*2[.、])")
_ASKS = re.compile(r"[?？]|吗|呢$|不$|没$|啥|什么|几点|几号|怎么|咋|哪|谁|多少|是不是|能不能|要不要|停不停|还是|如何")
_FACT = re.compile(r"[0-9一二三四五六七八九十两几]+(?:号|楼|层|单元|户|家|人|个|天|次|点|米|度|块|元|斤|岁|万|千|百|分钟|小时|趟|回)")
_OWN_VOICE = re.compile(r"^(我|俺|额|咱|侬|阿拉)|我家|俺家|额家|咱家|我们|我屋|额屋|俺屋|屋头|我娃|我妈|我爸|我这|家里")
_ALSO = re.compile(r"也|同样|一样|都|全|就是|确实|还有我|\+1|＋1|加1")
_STATUS_ALONE = re.compile(r"(修|弄|处理|解决|办|查|装|换|清|通|找|抓|赔|发|批|治)")
_REMOTE_EVENT = re.compile(r"链接|转发|【转】")


@dataclass(slots=True)
class _Heard:
    """A line being read, with everything found in it."""

    line: Line
    text: str
    scan: Scan
    rest: Scan
    spoilers: Spoilers
    place: Place | None
    place_text: str | None
    evidence: Evidence
    danger: Danger | None
    threads: list[Thread]
    size: int


class Classifier:
    """Reads lines. Built once from the county's lists; safe to share between threads (no state changes by reading)."""

    def __init__(self, vocabulary: Vocabulary, cut: Cutter | None = None) -> None:
        self._words = vocabulary
        self._cut = cut or best_cutter(vocabulary.segment)
        self._normal = Normaliser(vocabulary.typos, vocabulary.pinyin)
        self._places = Places(vocabulary.places)
        self._danger = DangerReader(vocabulary.dangers)
        self._wholes = frozenset(vocabulary.words["echo_whole"])
        self._ratings = dict.fromkeys(vocabulary.words["rating_whole_good"], True)
        self._ratings |= dict.fromkeys(vocabulary.words["rating_whole_bad"], False)
        self._greetings = frozenset(vocabulary.words["greetings"])
        self._smalltalk = frozenset(vocabulary.words["smalltalk"])

    @classmethod
    def from_data(cls, data: LexiconData) -> "Classifier":
        """Build from the county's files as plain data. Raises LexiconError with every error in Chinese."""
        return cls(Vocabulary.from_data(data))

    def read(self, line: Line, talk: Sequence[Line], where: Where) -> Verdict:
        """What `line` does. `talk` holds the group's recent lines before it, oldest first, with their verdicts."""
        if line.kind in (MessageKind.CLICK, MessageKind.CONFIRM):
            return Verdict(Act.COMMAND, confidence=1.0)
        if line.kind in (MessageKind.RECALL, MessageKind.SYSTEM, MessageKind.LINK):
            return CHAT
        threads = threads_of(talk) if talk else []
        if line.kind is not MessageKind.TEXT:
            return self._media(line, talk, threads, where)
        raw = line.words.text
        text = self._normal(raw, where.bot_names)
        tagged = line.mentions_bot or ("@" in raw and any("@" + name in raw for name in where.bot_names))
        if not text:
            return Verdict(Act.QUESTION, Category.OTHER, confidence=0.6) if tagged else CHAT
        scan = self._words.first.scan(text)
        official = line.role in OFFICIALS
        if len(text) <= 8:
            rated = self._ratings.get(replies.bare(text))
            if rated is not None and not official:
                thread = threads[-1] if threads else None
                return _rated(thread, text, satisfied=rated)
        if not scan.by_kind and not threads and not tagged and not official and not _shown(line, talk):
            return CHAT
        rest = self._words.rest.scan(text)
        if any(scan.has(kind) for kind in _TELLING):
            bounds = boundaries(self._cut(text))
            scan.keep_aligned(bounds, _TELLING)
            rest.keep_aligned(bounds, ("chatty", "private", "advert"))
        spoilers = Spoilers.of(scan, rest, self._words.negations)
        telling = any(scan.has(kind) for kind in _TELLING)
        place = self._places.find(text, where) if telling or threads or tagged or official else None
        alert = frozenset(name for thread in threads for name in thread.danger_names if thread.quiet(line.at) <= _ALERT)
        heard = _Heard(
            line=line,
            text=text,
            scan=scan,
            rest=rest,
            spoilers=spoilers,
            place=place,
            place_text=self._places.complete(place, where) if place else None,
            evidence=weigh(scan, rest, spoilers, has_place=place is not None),
            danger=self._danger.read(scan, rest, spoilers, alert=alert),
            threads=threads,
            size=len(talk),
        )
        if _CHAIN.search(text) or (rest.count("advert") >= 2 and heard.danger is None and not tagged and not scan.has("letter.strong")):
            return CHAT
        if tagged and (official or line.role is Role.HOUSEHOLD_HEAD):
            return self._command(heard)
        if official:
            return self._official(heard)
        if tagged:
            return self._addressed(heard)
        return self._resident(heard, talk)

    # --- officials -------------------------------------------------------------------------------------------------

    def _command(self, heard: _Heard) -> Verdict:
        if any(word in heard.text for word in self._words.words["bot_question"][:14]) and not heard.evidence.told:
            return Verdict(Act.QUESTION, Category.OTHER, confidence=0.7)
        thread = self._quoted(heard) or self._same_subject(heard, timedelta(hours=2))
        if thread is None and heard.threads and not heard.evidence.told and _THIS.search(heard.text):
            thread = heard.threads[-1] if heard.threads[-1].quiet(heard.line.at) <= timedelta(minutes=30) else None
        return self._about(heard, Act.COMMAND, thread, 0.95)

    def _official(self, heard: _Heard) -> Verdict:
        text, rest = heard.text, heard.rest
        thread = self._quoted(heard) or self._same_subject(heard, timedelta(hours=2))
        announces = rest.has("official.announce") and rest.has("official.announce_when")
        formal = rest.count("official.notice")
        words = replies.bare(text)
        if words.rstrip("了啊呀哦的") in self._smalltalk or len(words) <= 1:
            return CHAT
        if announces and (text.startswith(("【", "[", "通知", "各位")) or formal >= 2 or heard.evidence.planned):
            return Verdict(
                Act.NOTICE,
                heard.evidence.topic,
                confidence=0.9,
                place=heard.place_text,
                announces=True,
                reasons=(Reason("预告", rest.of("official.announce")[0].words, 2.0),),
            )
        live = heard.threads[-1] if heard.threads else None
        soon = live is not None and live.quiet(heard.line.at) <= timedelta(minutes=30)
        ack = next((word for word in self._words.words["ack"] if word in text), None)
        if thread is None and soon and (ack or formal):
            thread = live
        if rest.has("chatty") and not formal and thread is None:
            return CHAT
        if thread is not None or formal >= 1 or heard.evidence.told or heard.danger or heard.line.tier is not Tier.BASIC:
            asks = bool(re.search(r"[?？]$|没$|吗$", text))
            if heard.line.tier is not Tier.BASIC and asks and rest.has("act.status") and not formal:
                return self._about(heard, Act.STATUS_QUERY, thread, 0.6)
            if thread is None and len(words) <= 5 and not formal and not heard.evidence.topics:
                return CHAT
            return self._about(heard, Act.NOTICE, thread, 0.75)
        return CHAT

    # --- residents -------------------------------------------------------------------------------------------------

    def _addressed(self, heard: _Heard) -> Verdict:
        """A resident who @-s the bot: what he says counts, and something is always answered."""
        rest = heard.rest
        if any(word in heard.text for word in self._words.words["withdraw"]) and not heard.evidence.told:
            return self._about(heard, Act.COMMAND, self._own(heard), 0.7)
        if any(word in heard.text for word in self._words.words["mylist"]) and not heard.evidence.told:
            return self._about(heard, Act.STATUS_QUERY, self._own(heard), 0.7)
        if heard.danger is not None:
            return self._tells(heard)
        if rest.has("act.status") and (heard.threads or heard.scan.by_kind) and not self._plain_question(heard):
            return self._about(heard, Act.STATUS_QUERY, self._same_subject(heard, timedelta(hours=2)), 0.8)
        verdict = self._resident(heard, ())
        if verdict.act is not Act.CHAT:
            return verdict
        if heard.evidence.score >= 1.6 and not self._plain_question(heard):
            return self._tells(heard)
        if rest.has("cue.plea") and not rest.has("act.question"):
            return Verdict(
                Act.REPORT,
                heard.evidence.topic or Category.OTHER,
                Urgency.NORMAL,
                place=heard.place_text,
                confidence=0.5,
                reasons=(Reason("求助", rest.of("cue.plea")[0].words, 1.0),),
            )
        if replies.thanks(heard.text):
            return Verdict(Act.RATING, satisfied=True, confidence=0.5)
        return Verdict(Act.QUESTION, heard.evidence.topic or Category.OTHER, confidence=0.5)

    def _resident(self, heard: _Heard, talk: Sequence[Line]) -> Verdict:
        rest, text = heard.rest, heard.text
        if heard.line.role is Role.HOUSEHOLD_HEAD and heard.danger is None:
            verdict = self._head(heard)
            if verdict is not None:
                return verdict
        if heard.danger is not None:
            return self._tells(heard)
        quoted = self._quoted(heard)
        over = self._over(heard, quoted)
        if over is not None:
            return over
        status = self._status(heard, quoted)
        if status is not None:
            return status
        rating = self._rating(heard, quoted)
        if rating is not None:
            return rating
        if heard.evidence.told and not self._plain_question(heard):
            return self._tells(heard)
        if self._sarcastic(heard):
            return self._tells(heard)
        echo = self._echo(heard, quoted)
        if echo is not None:
            return echo
        picture = self._after_picture(heard, talk)
        if picture is not None:
            return picture
        supplement = self._supplement(heard, quoted, talk)
        if supplement is not None:
            return supplement
        question = self._question(heard)
        if question is not None:
            return question
        return self._written(heard) or CHAT

    def _written(self, heard: _Heard) -> Verdict | None:
        """A line in the manner of a letter. In a group's talk, where people speak freely, it must say more."""
        if heard.line.quote is not None or _REMOTE_EVENT.search(heard.text):
            return None
        written = letter(heard.scan, heard.rest)
        if written is None:
            return None
        alone = heard.line.group is None
        topic = heard.evidence.topic or Category.OTHER
        reasons = (Reason("书面问事" if written.asks else "书面诉求", written.words, round(written.score, 1)),)
        complains = not heard.rest.has("act.praise") and ((written.strong and written.civic) or (written.formal and heard.evidence.score >= 1.6))
        if complains and written.score >= (_LETTER_TELLS if alone else _LETTER_TELLS + 1.5) and not written.asks:
            return Verdict(
                Act.REPORT, topic, Urgency.NORMAL, place=heard.place_text, confidence=0.6, reasons=reasons
            )
        formal = written.formal and written.score >= (_LETTER_ASKS if alone else _LETTER_ASKS + 3.0)
        if formal or (written.asks and written.informal <= 2 and written.score >= (-0.5 if alone else 2.5)):
            return Verdict(Act.QUESTION, topic, confidence=0.5, reasons=reasons)
        return None

    def _head(self, heard: _Heard) -> Verdict | None:
        """A household head who passes on what an office says, or announces: a notice."""
        relay = next((word for word in self._words.words["relay"] if word in heard.text), None)
        if relay is None:
            return None
        announces = heard.rest.has("official.announce") and heard.rest.has("official.announce_when")
        thread = self._quoted(heard) or self._same_subject(heard, timedelta(hours=2))
        if thread is None and heard.threads and heard.threads[-1].quiet(heard.line.at) <= timedelta(minutes=30):
            thread = heard.threads[-1]
        verdict = self._about(heard, Act.NOTICE, thread, 0.8, extra=(Reason("转达", relay, 2.0),))
        if announces and thread is None:
            return Verdict(
                Act.NOTICE, verdict.category, confidence=0.8, place=verdict.place, announces=True, reasons=verdict.reasons
            )
        return verdict

    # --- matters ---------------------------------------------------------------------------------------------------

    def _tells(self, heard: _Heard) -> Verdict:
        """A matter is told: the first time, by another voice, or more of it by the same speaker."""
        category = heard.danger.category if heard.danger else (heard.evidence.topic or Category.OTHER)
        thread = self._quoted(heard) or self._joins(heard, category)
        if thread is None:
            return self._about(heard, Act.REPORT, None, min(0.99, 0.5 + heard.evidence.score / 12))
        if heard.line.sender in thread.tellers:
            return self._about(heard, Act.SUPPLEMENT, thread, 0.8)
        if _OWN_VOICE.search(heard.text) or _ALSO.search(heard.text) or len(heard.text) <= 12:
            return self._about(heard, Act.ECHO, thread, 0.75)
        return self._about(heard, Act.SUPPLEMENT if _FACT.search(heard.text) else Act.ECHO, thread, 0.6)

    def _joins(self, heard: _Heard, category: Category) -> Thread | None:
        """The live matter that a telling line belongs to, or None for a matter of its own."""
        for thread in reversed(heard.threads):
            quiet = thread.quiet(heard.line.at)
            if thread.over and quiet > timedelta(minutes=10):
                continue
            same = thread.category is category or (heard.danger is not None and thread.danger is heard.danger.kind)
            if not same and heard.evidence.topics.get(thread.category, 0.0) >= 1.5:
                same = True
            if not same:
                if heard.line.sender in thread.tellers and quiet <= OWN_TELLING and thread is heard.threads[-1]:
                    return thread
                continue
            if quiet > (timedelta(hours=2) if category in _WIDE_URGENT or heard.danger else timedelta(minutes=45)):
                continue
            if category not in replies.WIDE and thread.place and heard.place_text:
                other = self._places.find(thread.place, Where())
                if other is not None and heard.place is not None and _numbers_differ(heard.place, other):
                    continue
            return thread
        return None

    def _sarcastic(self, heard: _Heard) -> bool:
        hits = heard.scan.of("sarcasm")
        if len(hits) < 2 or not heard.evidence.topics or heard.rest.has("elsewhere"):
            return False
        heard.evidence.reasons.append(Reason("反话", "、".join(hit.words for hit in hits[:2]), 3.0))
        heard.evidence.category = heard.evidence.topic
        return heard.rest.has("cue.common") or heard.place is not None or bool(heard.scan.of("hint"))

    # --- acts that lean on the talk --------------------------------------------------------------------------------

    def _quoted(self, heard: _Heard) -> Thread | None:
        if heard.line.quote is None:
            return None
        return next((thread for thread in heard.threads if heard.line.quote in thread.ids), None)

    def _own(self, heard: _Heard) -> Thread | None:
        return next((t for t in reversed(heard.threads) if heard.line.sender in t.tellers), None)

    def _same_subject(self, heard: _Heard, within: timedelta) -> Thread | None:
        topics = heard.evidence.topics or heard.evidence.subjects
        kind = heard.danger.kind if heard.danger else None
        for thread in reversed(heard.threads):
            if thread.quiet(heard.line.at) <= within and (
                thread.category in topics or (kind is not None and thread.danger is kind)
            ):
                return thread
        return None

    def _over(self, heard: _Heard, quoted: Thread | None) -> Verdict | None:
        """The matter is over, says a resident; with thanks for a work done it is a rating."""
        scan, rest, spoilers = heard.scan, heard.rest, heard.spoilers
        if spoilers.still or not (scan.has("over") or rest.has("act.recovery") or rest.has("act.mended")):
            return None
        if rest.has("past") or rest.has("hypothetical") or spoilers.elsewhere or rest.has("advert"):
            return None
        if len(heard.text) > 40 or (heard.evidence.told and not rest.has("act.mended") and not replies.thanks(heard.text)):
            return None
        thread = quoted
        if thread is None:
            named = [
                t
                for t in reversed(heard.threads)
                if t.quiet(heard.line.at) <= timedelta(hours=2)
                and replies.is_recovery(scan, Scan(heard.text), spoilers, t.category)
            ]
            subject = self._same_subject(heard, timedelta(hours=2))
            if named:
                thread = named[0]
            elif subject is not None and replies.is_recovery(scan, rest, spoilers, subject.category):
                thread = subject
            elif heard.threads and len(replies.bare(heard.text)) <= 12:
                last = heard.threads[-1]
                near = heard.size - last.position <= 8 and last.quiet(heard.line.at) <= timedelta(minutes=40)
                if near and replies.is_recovery(scan, rest, spoilers, last.category) and not heard.evidence.topics.keys() - {last.category}:
                    thread = last
        elif not replies.is_recovery(scan, rest, spoilers, thread.category):
            return None
        if thread is None:
            return self._over_without_talk(heard)
        if replies.thanks(heard.text) and heard.line.sender in thread.tellers | {heard.line.sender} and len(replies.bare(heard.text)) > 6:
            return self._about(heard, Act.RATING, thread, 0.7, satisfied=True)
        return self._about(heard, Act.RECOVERY, thread, 0.8)

    def _over_without_talk(self, heard: _Heard) -> Verdict | None:
        """来电了, 路灯亮了 without a matter in the talk: the words themselves must name the subject."""
        if heard.rest.has("chatty") or heard.rest.has("private"):
            return None
        for hit in heard.scan.of("over"):
            category = Category(hit.rule.tag)
            subject = any(topic.rule.tag == hit.rule.tag and topic.start < hit.end for topic in heard.scan.of("topic"))
            subject = subject or any(t.rule.tag == hit.rule.tag for t in heard.scan.of("hint"))
            if not (subject or hit.words in _SELF_TOLD):
                continue
            if not replies.is_recovery(heard.scan, heard.rest, heard.spoilers, category):
                continue
            heard.evidence.topics[category] = heard.evidence.topics.get(category, 0.0) + 3.0
            act = Act.RATING if replies.thanks(heard.text) else Act.RECOVERY
            return self._about(heard, act, None, 0.6, satisfied=True if act is Act.RATING else None)
        mended = heard.rest.of("act.mended") or heard.rest.of("act.recovery")
        if mended and heard.evidence.topics and replies.thanks(heard.text) and len(mended[0].words) >= 2:
            topic = heard.evidence.topic
            if topic and replies.is_recovery(heard.scan, heard.rest, heard.spoilers, topic):
                return self._about(heard, Act.RATING, None, 0.55, satisfied=True)
        return None

    def _status(self, heard: _Heard, quoted: Thread | None) -> Verdict | None:
        rest = heard.rest
        hits = [*rest.of("act.ask_how"), *rest.of("act.status")]
        if not hits or rest.has("advert") or heard.spoilers.elsewhere:
            return None
        if self._plain_question(heard) and not rest.has("act.status_anchor"):
            return None
        thread = quoted or self._same_subject(heard, timedelta(hours=2))
        anchored = rest.has("act.status_anchor")
        matter = bool(heard.evidence.topics)
        if thread is None and heard.threads and not matter:
            last = heard.threads[-1]
            if last.quiet(heard.line.at) <= timedelta(minutes=30) and heard.size - last.position <= 8:
                thread = last
        if thread is None and not matter:
            if not (rest.has("act.ask_how") and (anchored or heard.evidence.subjects)):
                return None
            subject = next(iter(heard.evidence.subjects), Category.OTHER)
            heard.evidence.topics[subject] = 1.0
        if thread is None and not anchored and not rest.has("act.ask_how") and not _WHEN_MENDED.search(heard.text) and not any(_STATUS_ALONE.search(hit.words) for hit in hits):
            return None
        if rest.has("chatty") and thread is None:
            return None
        return self._about(heard, Act.STATUS_QUERY, thread, 0.75, extra=(Reason("催问", hits[0].words, 2.0),))

    def _rating(self, heard: _Heard, quoted: Thread | None) -> Verdict | None:
        rest, text = heard.rest, heard.text
        bad, good = rest.of("act.rating_bad"), rest.of("act.rating_good")
        if not bad and not good:
            return None
        if rest.has("advert") or heard.spoilers.elsewhere:
            return None
        thread = quoted or self._same_subject(heard, timedelta(hours=2))
        if thread is None and heard.threads:
            own = self._own(heard)
            if own is not None and own.over and own.quiet(heard.line.at) <= timedelta(hours=1):
                thread = own
        if thread is not None and bad and (thread.over or rest.has("act.recovery") or heard.scan.has("over")):
            return self._about(heard, Act.RATING, thread, 0.65, satisfied=False)
        if thread is not None and good and thread.over and heard.line.sender in thread.tellers and not heard.evidence.told:
            return self._about(heard, Act.RATING, thread, 0.65, satisfied=True)
        if bad and rest.has("act.still") and heard.evidence.topics and (rest.has("act.recovery") or heard.scan.has("over")):
            return self._about(heard, Act.RATING, thread, 0.55, satisfied=False)
        return None

    def _echo(self, heard: _Heard, quoted: Thread | None) -> Verdict | None:
        text, now = heard.text, heard.line.at
        whole = replies.is_echo_whole(text, self._wholes)
        spoken = heard.rest.has("act.echo")
        if quoted is not None and (whole or spoken):
            return self._about(heard, Act.ECHO, quoted, 0.9)
        if not heard.threads or not (whole or spoken):
            return None
        if whole:
            last = heard.threads[-1]
            if last.quiet(now) <= timedelta(minutes=15) and heard.size - last.position <= 3:
                return self._about(heard, Act.ECHO, last, 0.85)
            return None
        thread = replies.nearest(
            heard.threads, now, heard.size, topics=heard.evidence.topics, sender=heard.line.sender, soon=replies.SUBJECT_LATE
        )
        if thread is None or heard.rest.has("advert") or heard.rest.count("chatty") >= 2:
            return None
        subject = thread.category in heard.evidence.topics
        near = thread.quiet(now) <= replies.OTHERS_SOON and heard.size - thread.position <= replies.OTHERS_NEAR
        if subject and thread.quiet(now) <= replies.SUBJECT_LATE and _ALSO.search(text):
            return self._about(heard, Act.ECHO, thread, 0.75)
        if near and len(text) <= 24 and (_OWN_VOICE.search(text) or _ALSO.search(text)):
            act = Act.SUPPLEMENT if heard.line.sender in thread.tellers else Act.ECHO
            return self._about(heard, act, thread, 0.6)
        return None

    def _after_picture(self, heard: _Heard, talk: Sequence[Line]) -> Verdict | None:
        """A picture, then 这谁管: the matter is in the picture, which `refers_to` names."""
        if not heard.rest.has("cue.plea") or len(heard.text) > 16 or heard.rest.has("chatty"):
            return None
        for line in reversed(talk[-4:]):
            if line.sender == heard.line.sender and line.kind is MessageKind.IMAGE:
                if heard.line.at - line.at > timedelta(minutes=3):
                    return None
                thread = next((t for t in heard.threads if line.id in t.ids), None)
                if thread is not None:
                    return self._about(heard, Act.SUPPLEMENT, thread, 0.7)
                if not re.search(r"谁管|没人管|管管|处理|咋弄|咋办|怎么办|修|来人|管一管|管不管|反映|投诉|啷个|怎么弄|成这样", heard.text):
                    return None
                return Verdict(
                    Act.REPORT,
                    heard.evidence.topic or Category.OTHER,
                    Urgency.NORMAL,
                    place=heard.place_text,
                    confidence=0.6,
                    refers_to=line.id,
                    reasons=(Reason("图片后求助", heard.rest.of("cue.plea")[0].words, 3.0),),
                )
        return None

    def _follows(self, heard: _Heard, talk: Sequence[Line]) -> Verdict | None:
        """A line right after a matter's last one mostly goes on about it: its teller adds, a neighbour agrees or adds."""
        if not talk or not heard.threads:
            return None
        last = talk[-1]
        thread = next((t for t in heard.threads if last.id in t.ids), None)
        if thread is None or thread.over or heard.line.at - last.at > FOLLOWS:
            return None
        if last.verdict is None or last.verdict.act not in (Act.REPORT, Act.SUPPLEMENT, Act.ECHO):
            return None
        text = heard.text
        if heard.line.sender in thread.tellers:
            if _TO_ONE.search(text) and not heard.evidence.topics:
                return None
            return self._about(heard, Act.SUPPLEMENT, thread, 0.7)
        if _ASKS.search(text) or _TO_ONE.search(text) or _SPARED.search(text) or len(text) > 40:
            return None
        feels = _OWN_VOICE.search(text) or _ALSO.search(text) or any(
            heard.rest.has(kind) for kind in ("cue.hurt", "cue.long", "act.echo")
        )
        subject = thread.category in heard.evidence.topics or thread.category in heard.evidence.subjects
        if _SEEN.search(text) or (heard.place is not None and not feels):
            return self._about(heard, Act.SUPPLEMENT, thread, 0.55)
        if feels or subject:
            return self._about(heard, Act.ECHO, thread, 0.55)
        return None

    def _supplement(self, heard: _Heard, quoted: Thread | None, talk: Sequence[Line]) -> Verdict | None:
        words = replies.bare(heard.text)
        if words in self._greetings or not words:
            return None
        if heard.rest.has("advert") or _REMOTE_EVENT.search(heard.text):
            return None
        if quoted is not None and not heard.rest.has("chatty"):
            return self._about(heard, Act.SUPPLEMENT, quoted, 0.7)
        if heard.rest.has("chatty") or replies.thanks(heard.text):
            return None
        follows = self._follows(heard, talk)
        if follows is not None:
            return follows
        own = self._own(heard)
        if own is not None:
            last = own.last_by.get(heard.line.sender)
            near = heard.size - own.position <= 4 and last is not None and heard.line.at - last <= replies.OWN_FRAGMENT
            about = own.category in heard.evidence.topics or heard.place is not None or _SEEN.search(heard.text)
            if near and about and not _TO_ONE.search(heard.text):
                return self._about(heard, Act.SUPPLEMENT, own, 0.6)
        thread = self._same_subject(heard, timedelta(minutes=20))
        if thread is not None and not thread.over and len(words) >= 5 and not _ASKS.search(heard.text):
            if _SEEN.search(heard.text) and not _TO_ONE.search(heard.text):
                return self._about(heard, Act.SUPPLEMENT, thread, 0.5)
        return None

    # --- questions -------------------------------------------------------------------------------------------------

    def _plain_question(self, heard: _Heard) -> bool:
        """Asks for information, with no fault told: 停水通知谁看到了, 暖气几号停."""
        if heard.evidence.planned:
            return True
        if _WHEN_MENDED.search(heard.text):
            return False
        return bool(
            heard.rest.has("act.question") and _ADMIN_QUESTION.search(heard.text) and heard.evidence.score < 5.0
        )

    def _question(self, heard: _Heard) -> Verdict | None:
        rest, text = heard.rest, heard.text
        if rest.has("advert") or rest.has("chatty"):
            return None
        topic = heard.evidence.topic
        if topic is None or not rest.has("act.question") or not _ASKS.search(text):
            return None
        civic = heard.scan.has("letter.civic") or heard.scan.has("hint") or heard.scan.has("topic")
        if not civic or not _ADMIN_QUESTION.search(text):
            return None
        hit = rest.of("act.question")[0]
        return Verdict(Act.QUESTION, topic, confidence=0.6, reasons=(Reason("问事", hit.words, 2.0),))

    # --- media -----------------------------------------------------------------------------------------------------

    def _media(self, line: Line, talk: Sequence[Line], threads: list[Thread], where: Where) -> Verdict:
        """Pictures, voices and positions belong to a matter when its teller sends them soon, or quoting it."""
        if line.role in OFFICIALS:
            return CHAT
        for thread in reversed(threads):
            last = thread.last_by.get(line.sender)
            own = last is not None and line.at - last <= timedelta(minutes=5) and len(talk) - thread.position <= 6
            quoted = line.quote is not None and line.quote in thread.ids
            near = (
                line.kind is MessageKind.LOCATION
                and thread is threads[-1]
                and thread.quiet(line.at) <= timedelta(minutes=10)
            )
            if (own and line.sender in thread.tellers) or quoted or near:
                place = None
                if line.kind is MessageKind.LOCATION:
                    name = re.sub(r"^\[位置\]\s*", "", line.words.text).strip()
                    place = name or None
                return Verdict(
                    Act.SUPPLEMENT,
                    thread.category,
                    thread.urgency,
                    thread.danger,
                    thread.doubt,
                    place=place,
                    confidence=0.7,
                    refers_to=thread.root,
                    reasons=(Reason("随报事而来", f"[{line.kind.value}]", 1.0),),
                )
        return CHAT

    # --- verdicts --------------------------------------------------------------------------------------------------

    def _about(
        self,
        heard: _Heard,
        act: Act,
        thread: Thread | None,
        confidence: float,
        *,
        satisfied: bool | None = None,
        extra: tuple[Reason, ...] = (),
    ) -> Verdict:
        """A verdict with category, urgency and danger of the line itself or of the matter it leans on."""
        evidence, danger = heard.evidence, heard.danger
        category: Category | None
        urgency: Urgency | None = None
        kind: DangerKind | None = None
        doubt = False
        missing = False
        if danger is not None and not (thread is not None and thread.danger is not None and danger.doubt):
            category, kind, doubt = danger.category, danger.kind, danger.doubt
            urgency = Urgency.URGENT if doubt else Urgency.DANGER
            if thread is not None and thread.category is not Category.OTHER and thread.danger is not None:
                category = thread.category
        elif thread is not None:
            category, urgency, kind, doubt = thread.category, thread.urgency, thread.danger, thread.doubt
            if urgency is Urgency.NORMAL and evidence.urgent and evidence.category is category:
                urgency = Urgency.URGENT
        else:
            category = evidence.topic if (evidence.score >= 1.6 or act is not Act.NOTICE) else None
            if act is Act.REPORT and category is None:
                category = Category.OTHER
            if category is not None:
                urgency = Urgency.URGENT if evidence.urgent and evidence.category is category else Urgency.NORMAL
        if category is Category.PERSON_HELP and kind is None and evidence.category is category:
            missing = bool(_MISSING.search(heard.text))
            if missing:
                urgency = Urgency.URGENT
        reasons = (*(danger.reasons if danger else ()), *extra, *evidence.reasons)
        if thread is not None:
            reasons = (*reasons, Reason("接前面的事", "", 1.0))
        return Verdict(
            act,
            category,
            urgency,
            kind,
            doubt,
            place=heard.place_text,
            confidence=round(confidence, 2),
            refers_to=thread.root if thread is not None else None,
            reasons=reasons[:8],
            missing=missing,
            satisfied=satisfied,
        )


#: How long a danger told makes further signs of it plain.
_ALERT = timedelta(minutes=30)
#: A line so soon after a matter's last one mostly belongs to it.
FOLLOWS = timedelta(minutes=5)
#: A command about what was just said.
_THIS = re.compile(r"这个|这件|这事|刚才|上面|以上|说的|他|她|同上|催|转|记一下|登记|接了|收到|办")
#: Said to one neighbour, or advice: not a voice of the matter.
_TO_ONE = re.compile(r"你(?!们)|^(别|都别|都|去|快去|小心|注意|慢|叔|姨|哥|姐|嫂|婶|伯|老师|师傅)|^.{1,4}(叔|姨|哥|姐|嫂|伯)(你|慢|别|，|,)")
#: Neighbours who do not have the trouble.
_SPARED = re.compile(r"(我家|我们|咱|我这|号楼|栋|组|单元|俺家).{0,4}(有啊|有呢|有水|有电|有气|有的|有$|没事|好好的|正常|还行|热得|没停|不停|没有啊?这)")
#: Somebody tells what he saw, heard, asked or did about it.
_SEEN = re.compile(r"看见|看到|看了|听见|听到|听说|就在|就是那|问过|问了|打过|打了|报了|去看|那是|因为|估计|怀疑|好像是|应该是|昨天|前天|早上|刚才|从.{1,6}(开始|到)|物业说|人家说|大夫说|师傅说|老师说|他说|说是|[0-9一二三四五六七八九十两]+(户|个|盏|天|次|回|米|家|人|楼|层|岁)")
#: A speaker who goes on about something else so soon still tells the same matter.
OWN_TELLING = timedelta(minutes=3)
#: Weights from which a written line tells a matter, and from which it at least asks.
_LETTER_TELLS = 6.0
_LETTER_ASKS = 1.4
_SELF_TOLD = frozenset(
    {
        "来水了", "来水咧", "来水啦", "水来了", "来电了", "来电咧", "来电啦", "电来了", "有电了", "有电咧", "有水了",
        "暖气热了", "暖气来了", "来气了", "通气了", "恢复供水", "恢复供电", "供水恢复", "供电恢复", "送电了", "水清了",
        "路通了", "通车了", "便道通了", "电梯好了", "电梯修好", "灯亮了", "路灯亮了", "灯修好", "不漏水了", "垃圾清了",
        "人找到", "工资发了", "工资到了",
    }
)
_MISSING = re.compile(r"走失|走丢|失踪|跑丢|没回来|没回家|没回|不见了|找不到|找不着|谁见|谁看见|谁看到|寻人|见到.{0,6}联系|有没有人看见|帮忙留意|到现在")
#: 啥时候能修好, 几点来水: asks how far, not for information.
_WHEN_MENDED = re.compile(
    r"(啥时候|什么时候|几时|几点|何时|多久|啥时|哪天).{0,5}(修|能好|才好|来水|来电|来气|来人|能来|能通|恢复|解决|处理|弄好|弄完|亮|能热|给个|有人来)"
)
_ADMIN_QUESTION = re.compile(
    r"请问|问一下|问下|问哈|问问|想问|咨询|打听|知道|晓得|怎么办理|咋办理|在哪|去哪|哪里办|哪办|到哪|怎么(交|报(?!警)|领|申请|查|备案|算|走|办理|办证|办个)|咋(交|报(?!警)|领|申请|查|备案|算|办理|办证|办个)"
    r"|什么条件|啥条件|什么材料|啥材料|带什么|带啥|要带|需要|多少钱|几点|几号|啥时候|什么时候|几时|哪天|截止|上班(吗|不|没)|开门(吗|不)|停不停|停水吗|停电吗|停气吗"
    r"|能不能(报|办|延|喝|用|领|交)|延不延|管不管|补多少|赔多少|电话多少|联系方式|报销吗|收费吗|要钱|到几|能给|能喝|政策|标准|还是去|还是上午|还是下午|怎么还不通知|通知谁|通知.{0,6}看到"
)


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


def _numbers_differ(one: Place, other: Place) -> bool:
    return any(
        one.numbers(kind) and other.numbers(kind) and not one.numbers(kind) & other.numbers(kind)
        for kind in ("building", "hamlet", "room")
    )
