"""Acts that lean on a matter told before: over, how far, rated, me too, and one more fact."""

from datetime import timedelta

from bot.classifier import replies
from bot.classifier.heard import Heard
from bot.classifier.scan import Hit
from bot.classifier.telling import for_information
from bot.classifier.threads import Thread
from bot.messages import MessageKind, Reason, Verdict
from registry.terms import Act, Category, Urgency

#: Confidence of what the second reader need not look over: an echo that is the whole line (+1), what quotes its matter.
SURE = 0.85
#: A line so soon after a matter's last one mostly belongs to it.
_FOLLOWS = timedelta(minutes=5)
_PICTURE = timedelta(minutes=3)
#: Words for the end of anything (好了, 来了) belong to the matter told last only while it is near.
_ANY_OVER = timedelta(minutes=40)
_ANY_OVER_LINES = 8
_LONGEST_OVER = 40
_SHORT_OVER = 12
#: The words of the end stand so near the line's beginning, when they are what it says.
_OPENS = 6
#: After long silence they still belong to the matter told last, if nearly nothing else was said since.
_STILL_LAST = 3
_LONGEST_ECHO = 24
#: Agreement in so few characters (附议，早该修了) is as sure as a bare +1.
_SHORT_ECHO = 8
#: A bare +1 may come after some talk about the matter, but not after a chain sign-up.
_ECHO_LINES = 6
#: A line that opens by agreeing (+1 …, 难怪 …, 我家也 …) joins the matter told last so long after.
_AGREES = timedelta(minutes=20)
#: Words that name the end of their subject by themselves must be at least so long (水清了, 来电了).
_NAMED_OVER = 3


def over(heard: Heard) -> Verdict | None:
    """A resident says that it is over; with thanks for a work done it is a rating."""
    scan, rest, spoilers = heard.scan, heard.rest, heard.spoilers
    said = scan.has("over") or rest.has("act.recovery") or rest.has("act.mended")
    if not said or spoilers.still or spoilers.elsewhere or len(heard.text) > _LONGEST_OVER or heard.shaped("long_over"):
        return None
    if rest.has("past") or rest.has("hypothetical") or rest.has("advert") or rest.has("private"):
        return None
    thanked = heard.shaped("thanks")
    if heard.evidence.told and not rest.has("act.mended") and not thanked:
        return None
    thread = _over_what(heard) or _own_over(heard)
    if thread is None:
        return _over_without_talk(heard, thanked=thanked)
    found = thread.category is Category.PERSON_HELP  # who was missed is back: that comes before the thanks for it
    if thanked and not found and len(replies.bare(heard.text)) > 6:
        return heard.verdict(Act.RATING, thread, 0.7, satisfied=True)
    return heard.verdict(Act.RECOVERY, thread, 0.8)


def _over_what(heard: Heard) -> Thread | None:
    quoted = heard.quoted()
    if quoted is not None:
        return quoted if replies.is_recovery(heard.scan, heard.rest, heard.spoilers, quoted.category) else None
    for thread in reversed(heard.threads):
        if thread.quiet(heard.line.at) <= replies.SUBJECT_LATE and replies.names_recovery(
            heard.scan, heard.spoilers, thread.category
        ):
            return thread
    subject = heard.same_subject(replies.SUBJECT_LATE)
    if subject is not None:
        return subject if replies.is_recovery(heard.scan, heard.rest, heard.spoilers, subject.category) else None
    last = heard.latest(replies.SUBJECT_LATE)
    if last is None or not (_begins_with_end(heard) or len(replies.bare(heard.text)) <= _SHORT_OVER):
        return None
    near = last.quiet(heard.line.at) <= _ANY_OVER and heard.lines_since(last) <= _ANY_OVER_LINES
    if not near and heard.lines_since(last) > _STILL_LAST:
        return None
    elsewhere = heard.evidence.topics.keys() - {last.category}
    if elsewhere and last.category is not Category.PERSON_HELP:  # 找着了，在桥头: where somebody is found is no subject
        return None
    return last if replies.is_recovery(heard.scan, heard.rest, heard.spoilers, last.category) else None


def _own_over(heard: Heard) -> Thread | None:
    """亮了，谢谢 by the one who told of the lamp days ago."""
    own = heard.own_before()
    if own is None or heard.threads or len(replies.bare(heard.text)) > _SHORT_OVER:
        return None
    named = replies.names_recovery(heard.scan, heard.spoilers, own.category)
    done = own.done_at is not None and replies.is_recovery(heard.scan, heard.rest, heard.spoilers, own.category)
    return own if named or done else None


def _begins_with_end(heard: Heard) -> bool:
    """Whether the line opens with the words of the end: 焊好了 我使劲摇 摇不动."""
    return any(
        hit.start <= _OPENS
        for hit in (*heard.rest.of("act.recovery"), *heard.rest.of("act.mended"))
        if replies.says_over(hit, heard.text, heard.forms)
    )


def _over_without_talk(heard: Heard, *, thanked: bool) -> Verdict | None:
    """来电了, 路灯亮了 without a matter in the talk: the words themselves must name the subject."""
    if heard.rest.has("chatty"):
        return None
    act, satisfied = (Act.RATING, True) if thanked else (Act.RECOVERY, None)
    for hit in heard.scan.of("over"):
        category = Category(hit.rule.tag)
        named = any(
            other.rule.tag == hit.rule.tag and other.start < hit.end
            for other in (*heard.scan.of("topic"), *heard.scan.of("hint"), *heard.rest.of("short"))
        )
        if named and len(hit.words) >= _NAMED_OVER and replies.says_over(hit, heard.text, heard.forms):
            heard.evidence.topics = {category: 3.0}
            return heard.verdict(act, None, 0.6, satisfied=satisfied)
    topic = heard.evidence.topic
    mended = heard.rest.has("act.mended") or heard.rest.has("act.recovery")
    if thanked and mended and topic and replies.is_recovery(heard.scan, heard.rest, heard.spoilers, topic):
        return heard.verdict(Act.RATING, None, 0.55, satisfied=True)
    return None


def status(heard: Heard) -> Verdict | None:
    """How far is it: 我那个灯的事咋样了, 水几点能来."""
    rest = heard.rest
    how = heard.scan.of("act.ask_how")
    hits = [hit for hit in rest.of("act.status") if not _runs_on(hit, heard.text)]
    done = heard.shaped("asks_done") or heard.shaped("when_mended")
    if not (how or hits or done) or rest.has("advert") or heard.spoilers.elsewhere or heard.shaped("long_over"):
        return None
    if rest.has("hypothetical") and not heard.shaped("asks_at_end"):
        return None
    anchored = rest.has("act.status_anchor")
    if for_information(heard) and not anchored:
        return None
    thread = heard.quoted() or heard.same_subject(replies.SUBJECT_LATE)
    if thread is None and not heard.evidence.topics:
        # words that ask after work belong to the matter told last; others only while it is near
        work = how or done or anchored or any(heard.forms["work_verb"].search(hit.words) for hit in hits)
        thread = heard.latest(replies.SUBJECT_LATE if work else timedelta(minutes=30))
        if thread is not None and heard.lines_since(thread) > _ANY_OVER_LINES:
            thread = None
    if thread is None:
        if rest.has("chatty"):
            return None
        if not heard.evidence.topics:
            if not ((how or done) and heard.evidence.subjects):
                return None
            heard.evidence.topics = {next(iter(heard.evidence.subjects)): 1.0}
        verb = any(heard.forms["work_verb"].search(hit.words) for hit in hits)
        if not (anchored or how or verb or done):
            return None
    words = (how or hits)[0].words if how or hits else heard.text
    return heard.verdict(Act.STATUS_QUERY, thread, 0.75, extra=(Reason("催问", words, 2.0),))


def _runs_on(hit: Hit, text: str) -> bool:
    """通了没 in 通了没人打扫 asks nothing."""
    return hit.words.endswith("没") and text[hit.end : hit.end + 1] in ("人", "法", "有", "电", "水", "热", "用", "得", "事")


def rating(heard: Heard) -> Verdict | None:
    """Praise or blame of how a matter was settled."""
    rest = heard.rest
    bad, good = rest.of("act.rating_bad"), rest.of("act.rating_good")
    rates = heard.shaped("rates")
    if not (bad or good or rates) or rest.has("advert") or heard.spoilers.elsewhere:
        return None
    thread = heard.quoted() or heard.same_subject(replies.SUBJECT_LATE)
    told = heard.evidence.told and not bad
    if rates and not told and (bad or not heard.shaped("asks")) and len(heard.text) <= _LONGEST_OVER:
        last = thread or heard.own() or heard.latest(replies.SUBJECT_LATE)
        if last is not None or (heard.shaped("workers") and not rest.has("chatty")):
            return heard.verdict(Act.RATING, last, 0.65, satisfied=not (bad or rest.has("act.still")))
    if thread is None:
        own = heard.own()
        if own is not None and own.over and own.quiet(heard.line.at) <= timedelta(hours=1):
            thread = own
    mended = rest.has("act.mended") or rest.has("act.recovery") or heard.scan.has("over")
    if bad and thread is not None and (thread.over or mended):
        return heard.verdict(Act.RATING, thread, 0.65, satisfied=False)
    about = mended or len(replies.bare(heard.text)) <= 12 or (thread and thread.category in heard.evidence.topics)
    told_it = thread is not None and thread.over and heard.line.sender in thread.tellers
    if good and told_it and about and not heard.evidence.told:
        return heard.verdict(Act.RATING, thread, 0.65, satisfied=True)
    if bad and mended and rest.has("act.still") and heard.evidence.topics:
        return heard.verdict(Act.RATING, thread, 0.55, satisfied=False)
    return None


def echo(heard: Heard, wholes: frozenset[str]) -> Verdict | None:
    """Me too: tied to the matter that it names, else to the one told just before."""
    if not heard.threads:
        return None
    whole = replies.is_echo_whole(heard.text, wholes)
    agrees = heard.shaped("agrees")
    joins = heard.shaped("joins") and len(heard.text) <= _LONGEST_ECHO
    if not (whole or agrees or joins or heard.rest.has("act.echo")):
        return None
    quoted = heard.quoted()
    if quoted is not None:
        return heard.verdict(Act.ECHO, quoted, SURE)
    if whole:
        last = heard.latest(timedelta(minutes=15))
        if last is None or heard.lines_since(last) > _ECHO_LINES:
            return None
        between = heard.talk[last.position + 1 :]
        chained = any(heard.forms["chain"].search(line.words.text) for line in between)
        far = heard.lines_since(last) > 3 and last.quiet(heard.line.at) > replies.OTHERS_SOON
        return None if chained or far else heard.verdict(Act.ECHO, last, SURE)
    if heard.rest.has("advert") or heard.rest.count("chatty") >= 2:
        return None
    if joins and not (heard.shaped("spared") or heard.shaped("laughs") or heard.rest.has("private")):
        last = heard.same_subject(_AGREES) or heard.latest(_AGREES)
        if last is not None and not last.over and heard.lines_since(last) <= _ECHO_LINES:
            return heard.verdict(Act.SUPPLEMENT if heard.line.sender in last.tellers else Act.ECHO, last, SURE)
    if heard.rest.has("past") and (heard.rest.has("act.mended") or heard.rest.has("act.recovery")):
        return None
    subject = heard.same_subject(replies.SUBJECT_LATE)
    if subject is not None and not subject.over and heard.shaped("also") and not heard.shaped("spared"):
        act = Act.SUPPLEMENT if heard.line.sender in subject.tellers else Act.ECHO
        return heard.verdict(act, subject, 0.75)
    if agrees and not (heard.shaped("spared") or heard.shaped("laughs") or heard.shaped("to_one") or heard.shaped("asks")):
        last = heard.latest(_AGREES)
        if last is not None and not last.over and heard.lines_since(last) <= _ECHO_LINES:
            act = Act.SUPPLEMENT if heard.line.sender in last.tellers else Act.ECHO
            sure = len(heard.text) <= _SHORT_ECHO or heard.rest.has("cue.hurt") or last.category in heard.evidence.topics
            return heard.verdict(act, last, SURE if sure else 0.65)
    near = heard.latest(replies.OTHERS_SOON)
    if near is None or near.over or heard.lines_since(near) > replies.OTHERS_NEAR or len(heard.text) > _LONGEST_ECHO:
        return None
    if heard.shaped("spared") or heard.shaped("to_one") or heard.shaped("asks") or heard.rest.has("chatty"):
        return None
    if heard.shaped("own_voice") or heard.shaped("also"):
        return heard.verdict(Act.SUPPLEMENT if heard.line.sender in near.tellers else Act.ECHO, near, 0.6)
    return None


def after_picture(heard: Heard) -> Verdict | None:
    """A picture, then 这谁管: the matter is in the picture, which `refers_to` names."""
    if not heard.talk or len(heard.text) > 16 or heard.rest.has("chatty") or not heard.shaped("shows_picture"):
        return None
    for line in reversed(heard.talk[-4:]):
        if line.sender != heard.line.sender or line.kind is not MessageKind.IMAGE:
            continue
        if heard.line.at - line.at > _PICTURE:
            return None
        thread = next((t for t in heard.threads if line.id in t.ids), None)
        if thread is not None:
            return heard.verdict(Act.SUPPLEMENT, thread, 0.7)
        return Verdict(
            Act.REPORT,
            heard.evidence.topic or Category.OTHER,
            Urgency.NORMAL,
            place=heard.place_text,
            confidence=0.6,
            refers_to=line.id,
            reasons=(Reason("图片后求助", heard.text, 3.0),),
        )
    return None


def supplement(heard: Heard, greetings: frozenset[str]) -> Verdict | None:
    """One more fact of a matter, by its teller or another."""
    if not heard.threads:
        return None
    words = replies.bare(heard.text)
    if not words or words in greetings or heard.rest.has("advert") or heard.shaped("remote"):
        return None
    chatty = heard.rest.has("chatty") or heard.shaped("laughs")
    quoted = heard.quoted()
    if quoted is not None and not chatty:
        return heard.verdict(Act.SUPPLEMENT, quoted, 0.7)
    if chatty or heard.shaped("thanks"):
        return None
    follows = _follows(heard)
    if follows is not None:
        return follows
    if heard.shaped("to_one"):
        return None
    own = heard.own()
    if own is not None:
        last = own.last_by.get(heard.line.sender)
        near = last is not None and heard.line.at - last <= replies.OWN_FRAGMENT and heard.lines_since(own) <= 4
        about = own.category in heard.evidence.topics or heard.place is not None or heard.shaped("seen")
        goes_on = heard.lines_since(own) <= 2 and len(words) >= 6 and not own.over and not heard.shaped("asks")
        if near and (about or goes_on):
            return heard.verdict(Act.SUPPLEMENT, own, 0.6)
    thread = heard.same_subject(timedelta(minutes=20))
    if thread is None or thread.over or len(words) < 5 or heard.shaped("asks"):
        return None
    return heard.verdict(Act.SUPPLEMENT, thread, 0.5) if heard.shaped("seen") else None


def _follows(heard: Heard) -> Verdict | None:
    """A line right after a matter's last one mostly goes on about it: its teller adds, a neighbour agrees or adds."""
    if not heard.talk:
        return None
    last = heard.talk[-1]
    thread = next((t for t in heard.threads if last.id in t.ids), None)
    if thread is None and heard.threads and heard.threads[-1].danger and heard.lines_since(heard.threads[-1]) == 2:
        # in danger people speak across each other; what one saw or felt counts over one line of another
        thread = heard.threads[-1] if heard.shaped("saw") or heard.rest.has("cue.hurt") else None
    elif last.verdict is None or last.verdict.act not in (Act.REPORT, Act.SUPPLEMENT, Act.ECHO):
        return None
    if thread is None or thread.over or thread.quiet(heard.line.at) > _FOLLOWS:
        return None
    if thread.category is Category.PERSON_HELP and heard.shaped("about_them"):
        # 她腿脚不好，家里没别人: while one is feared for, what is known of him counts, whoever says it
        return heard.verdict(Act.SUPPLEMENT, thread, SURE)
    if heard.line.sender in thread.tellers:
        if heard.shaped("to_one") and not heard.evidence.topics:
            return None
        return heard.verdict(Act.SUPPLEMENT, thread, 0.7)
    asks = heard.shaped("asks") and (not heard.rest.has("cue.plea") or for_information(heard))
    if asks or heard.shaped("to_one") or heard.shaped("spared") or len(heard.text) > _LONGEST_OVER:
        return None
    voice = heard.shaped("own_voice") or heard.shaped("also")
    feels = voice or any(heard.rest.has(k) for k in ("cue.hurt", "cue.long", "cue.plea", "act.echo", "faults"))
    saw = heard.shaped("saw") or (heard.shaped("seen") and not voice)
    if saw or (heard.place is not None and not feels):
        return heard.verdict(Act.SUPPLEMENT, thread, 0.55)
    if feels or thread.category in heard.evidence.topics or thread.category in heard.evidence.subjects:
        return heard.verdict(Act.ECHO, thread, 0.55)
    return None
