"""A resident alone with the bot, by 微信客服 or a 公众号: he tells a matter, asks after his own, rates, is forgotten.

He is in no registry. What is known of him is the area that he named, so that his words find the right grid; 「忘记我」
erases it. He hears of his own matters only; what he tells of a person is private: no group ever hears of it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.handlers import follow_up, prompted, report, talk_orders
from bot.handlers.binding import NotBound
from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.orders import Asked, Order, read_order
from bot.messages import Incoming, MessageKind
from registry.terms import OPEN_STATUSES, Act, Category, Lane, Said, Status, Urgency
from tickets import opening, placing, rating
from tickets.errors import RefusedError
from tickets.merging import Attached, Bond
from tickets.model import Candidate, Ticket, ToSay
from tickets.resident import Resident, new_resident
from tickets.telling import tell_person
from tickets.work import Rules, Work

#: Channels on which residents speak with the bot alone.
ALONE = frozenset({"kf", "mp"})
#: Somebody opened the chat or subscribed; a tap on the menu; the answers to a rating question.
GREETED = frozenset({"enter_session", "mp_subscribe"})
TAP_HOW, TAP_MINE, TAP_RATE = "report", "mine", "rate"
RATED = {"rate_good": True, "rate_bad": False}
#: How long after he told a matter a picture or place without words belongs to it.
_SHOWN_AFTER = timedelta(minutes=10)
#: What he hears at once of his own matters.
_LISTED = 5
_FORGET = re.compile(r"^(请)?(忘记|忘了|忘掉|删除|删掉)我(的(信息|资料|小区|记录))?[吧了。!！]*$")
_MINE = re.compile(r"^(我的事|我报的事|我的(诉求|工单|单子?|进度)|查?进度|有进展(了?吗|没有?)?)[?？。!！]*$")
_RATE = re.compile(r"^评价[。!！]*$")
#: Said for politeness: no answer is needed.
_SMALL = re.compile(r"^(好|好的|嗯+|哦+|行|谢谢?|谢谢(你|您|小格|了|啦)?|收到|知道了|辛苦(了|啦)?|明白了?|ok|OK)[了啦呀吧哦。!！~\s]*$")
_FINISHED = frozenset({Status.WITHDRAWN, Status.EXCLUDED, Status.MERGED})


def person_of(channel: str, external: str) -> str:
    """How tickets know a resident. In 微信客服 it is the id that the same person has in customer groups, so what he told
    there is his here as well; a 公众号 knows another."""
    return external if channel == "kf" else f"{channel}:{external}"


def heard_again(work: Work, incoming: Incoming, person: str, now: datetime) -> Resident:
    """Note that somebody has spoken or tapped, so that he can be answered; what waited for it may leave."""
    known = work.resident(person) or new_resident(person, incoming.channel, incoming.sender, incoming.account, now)
    known = replace(known, channel=incoming.channel, external=incoming.sender, account=incoming.account or known.account)
    if incoming.kind is MessageKind.RECALL or (incoming.channel == "kf" and incoming.kind is MessageKind.SYSTEM):
        # Opening a 客服 chat brings a code for one greeting, and no more.
        now_known = known
    elif incoming.channel == "mp" and incoming.kind in (MessageKind.SYSTEM, MessageKind.CLICK):
        now_known = known.tapped(incoming.at)
    else:
        now_known = known.spoke(incoming.at)
    work.put_resident(now_known)
    if now_known.turns:
        work.word_came(person, now)
    return now_known


def greet(work: Work, incoming: Incoming, person: str, now: datetime) -> None:
    """Somebody opened the chat or subscribed."""
    work.say(ToSay(kind=Said.HELP, event="alone.hello", lane=Lane.NORMAL, ticket=None, because=incoming.id, person=person,
                   args={"reply_to": incoming.id}), now)


def wants_to_be_forgotten(words: str) -> bool:
    """「忘记我」."""
    return _FORGET.match(words.strip()) is not None


def do_forget(work: Work, resident: Resident, incoming: Incoming, now: datetime) -> None:
    """His area goes at once; whom to answer goes when this answer can no longer be under way (storage.retention)."""
    work.say(ToSay(kind=Said.ANSWER, event="alone.forgotten", lane=Lane.NORMAL, ticket=None, because=incoming.id,
                   person=resident.person, args={"reply_to": incoming.id}), now)
    work.put_resident(replace(resident, area=None, asked_at=None, forgotten=True))


def cannot_bind_here(work: Work, incoming: Incoming, person: str, now: datetime) -> None:
    """A 公众号 knows nobody by the id that cards and groups know him by."""
    work.say(ToSay(kind=Said.REFUSAL, event="alone.not_here", lane=Lane.NORMAL, ticket=None, because=incoming.id,
                   person=person, args={"reply_to": incoming.id}), now)


def refuse_code(work: Work, incoming: Incoming, person: str, why: NotBound, now: datetime) -> None:
    """A binding code that is wrong or has expired, or was not looked at."""
    work.say(ToSay(kind=Said.REFUSAL, event=why.value, lane=Lane.NORMAL, ticket=None, because=incoming.id,
                   person=person, args={"reply_to": incoming.id}), now)


def do_live_in(work: Work, rules: Rules, heard: Heard, resident: Resident, area: str) -> Resident:
    """He has named his area: kept, and what waited for it is placed."""
    settled = replace(resident, area=area)
    work.put_resident(settled)
    for ticket in placing.unplaced(rules.registry, work.told_by(resident.person)):
        placing.do_place(work, rules, heard.now, ticket, area, because=heard.because)
    return settled


def say_placed(work: Work, rules: Rules, heard: Heard, area: str) -> Outcome:
    answer(work, rules, heard, "alone.placed", None, area=area)
    return Outcome(Act.SUPPLEMENT)


def ask_which(work: Work, rules: Rules, heard: Heard, areas: tuple[str, ...]) -> Outcome:
    """The name that he gave is that of several places."""
    answer(work, rules, heard, "alone.which", None, Said.QUESTION, areas=list(areas[:_LISTED]))
    return Outcome(Act.QUESTION)


def ask_where(work: Work, rules: Rules, heard: Heard, resident: Resident, ticket: Ticket) -> None:
    """Asked once: the matter is open already, and waits a little for the answer."""
    placing.do_wait_for_place(work, heard.now, ticket)
    work.put_resident(replace(resident, asked_at=heard.now))
    answer(work, rules, heard, "alone.where", None, Said.QUESTION)


def hear_tap(work: Work, rules: Rules, heard: Heard, key: str, ticket: Ticket | None) -> Outcome:
    """A tap on the menu, or on an answer to a rating question; a refusal is said and changes nothing."""
    if key in RATED:
        return _refusing(work, rules, heard, lambda: _rate(work, rules, heard, ticket, satisfied=RATED[key]))
    if key == TAP_MINE:
        return _tell_own(work, rules, heard)
    if key == TAP_RATE:
        return _ask_ratings(work, rules, heard)
    return _how(work, rules, heard)


def hear(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """What a resident says alone with the bot; a refusal is said to him and changes nothing."""
    return _refusing(work, rules, heard, lambda: _hear(work, rules, heard, work.told_by(heard.person.id)))


def _refusing(work: Work, rules: Rules, heard: Heard, do: Callable[[], Outcome]) -> Outcome:
    try:
        return do()
    except RefusedError as refused:
        own = {ticket.id: ticket for ticket in work.told_by(heard.person.id)}
        ticket = own.get(refused.ticket) if refused.ticket else None
        answer(work, rules, heard, f"refusal.{refused.reason}", ticket, Said.REFUSAL, **refused.facts)
        return Outcome(heard.verdict.act, ticket)


def _hear(work: Work, rules: Rules, heard: Heard, own: list[Ticket]) -> Outcome:
    words, told = heard.told.words, heard.told
    asked = read_order(words)
    danger = told.danger is not None
    mine = _of_his(work, heard, own)
    if not danger:
        if _MINE.match(words) or asked.order is Order.MINE:
            return _tell_own(work, rules, heard)
        if _RATE.match(words):
            return _ask_ratings(work, rules, heard)
        if asked.order is Order.HELP:
            return talk_orders.give_help(work, rules, heard)
        if asked.order is Order.WHO:
            return talk_orders.tell_who(work, rules, heard)
        satisfied = prompted.rating_in(words)
        if satisfied is None and heard.verdict.act is Act.RATING:
            satisfied = told.satisfied
        done = prompted.awaiting(mine.candidates, heard.person.id, words, satisfied=satisfied is not False) or _by_number(own, told.numbers, mine)
        if satisfied is not None and done is not None:
            return _rate(work, rules, heard, done.ticket, satisfied=satisfied)
        if asked.order is Order.NOT_YET and (latest := _latest_over(own)) is not None and heard.verdict.act is not Act.REPORT:
            return _rate(work, rules, heard, latest, satisfied=False)
        if told.numbers or asked.order is Order.STATUS or heard.verdict.act is Act.STATUS_QUERY:
            return _tell_one(work, rules, heard, own)
        if asked.order is Order.WITHDRAW:
            return follow_up.hear_withdrawal(work, rules, mine)
        if asked.order is Order.SETTLE and heard.verdict.act is not Act.REPORT:
            return follow_up.hear_settled(work, rules, mine)
    return _hear_matter(work, rules, heard, asked)


def _hear_matter(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    act, told = heard.verdict.act, heard.told
    if heard.line.kind is MessageKind.VOICE and heard.ticket is None:
        return _voice(work, rules, heard)
    if act is Act.REPORT or told.danger is not None or asked.order is Order.REPORT:
        return _open(work, rules, heard)
    if act in (Act.SUPPLEMENT, Act.ECHO, Act.RECOVERY) and heard.ticket is not None:
        handler = {Act.SUPPLEMENT: report.hear_supplement, Act.ECHO: report.hear_echo, Act.RECOVERY: report.hear_recovery}[act]
        return handler(work, rules, heard)
    if heard.line.kind in (MessageKind.IMAGE, MessageKind.LOCATION):
        latest = _just_told(work, heard)
        if latest is not None:
            shown = Attached(Bond.SUPPLEMENT, Candidate(latest, frozenset(), frozenset({heard.person.id})))
            return report.hear_supplement(work, rules, replace(heard, attached=shown))
        answer(work, rules, heard, "alone.picture", None, Said.QUESTION)
        return Outcome(Act.CHAT)
    if act in (Act.SUPPLEMENT, Act.ECHO) and told.category is not None:
        return _open(work, rules, heard)
    if act is Act.QUESTION and told.words:
        return report.hear_question(work, rules, heard)
    return Outcome(Act.CHAT) if _SMALL.match(told.words) else _how(work, rules, heard)


def _just_told(work: Work, heard: Heard) -> Ticket | None:
    """The matter of his that he told a moment ago: a picture or a place that follows belongs to it."""
    own = [t for t in work.told_by(heard.person.id) if t.is_open and heard.now - t.opened_at <= _SHOWN_AFTER]
    return max(own, key=lambda t: t.opened_at, default=None)


def _open(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """He tells a matter. Asked for by 「报事：…」, words that were read as nothing else are one, too."""
    told = replace(heard.told, act=Act.REPORT, category=heard.told.category or Category.OTHER,
                   urgency=heard.told.urgency or Urgency.NORMAL)
    return report.hear_report(work, rules, replace(heard, told=told))


def _voice(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """Nothing can be read of a voice message: it opens a matter, and the grid member listens."""
    outcome = _open(work, rules, replace(heard, attached=Attached(Bond.NEW)))
    if outcome.ticket is not None:
        tell_person(work, rules, heard.now, outcome.ticket, rules.registry.grid_member_of(outcome.ticket.area), Said.CARD,
                    "card.voice", because=heard.because, still="open")
        answer(work, rules, heard, "alone.voice", outcome.ticket)
    return outcome


def _how(work: Work, rules: Rules, heard: Heard) -> Outcome:
    answer(work, rules, heard, "help", None, Said.HELP, role=heard.person.role.value)
    return Outcome(Act.CHAT)


def _tell_own(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """His own matters that are not over, and what awaits his rating."""
    own = [t for t in work.told_by(heard.person.id) if t.is_open and not t.missing]
    if len(own) == 1:
        return _tell_state(work, rules, heard, own[0])
    answer(work, rules, heard, "alone.mine", None, tickets=[t.id for t in own[:_LISTED]])
    return Outcome(Act.STATUS_QUERY)


def _tell_one(work: Work, rules: Rules, heard: Heard, own: list[Ticket]) -> Outcome:
    """The matter that he asks after, his own only: by its number, else the one that his words fit, else all."""
    if heard.told.numbers:
        wanted = set(heard.told.numbers)
        found = next((t for t in own if {t.number, t.aloud} & wanted), None)
        if found is None:
            raise RefusedError("not_found", None, number=heard.told.numbers[0])
        return _tell_state(work, rules, heard, found)
    if heard.ticket is not None and heard.ticket.id in {t.id for t in own}:
        return _tell_state(work, rules, heard, heard.ticket)
    return _tell_own(work, rules, heard)


def _tell_state(work: Work, rules: Rules, heard: Heard, ticket: Ticket) -> Outcome:
    follow_up.lay_fact(work, ticket, heard, Act.STATUS_QUERY)
    event = "handed_to_duty" if ticket.is_private else "answer.status"
    answer(work, rules, heard, event, ticket)
    return Outcome(Act.STATUS_QUERY, ticket)


def _ask_ratings(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """The question with its menu again, for each of his matters that awaits an answer."""
    done = [t for t in work.told_by(heard.person.id) if t.status is Status.DONE and not t.is_private][:_LISTED]
    if not done:
        return _tell_own(work, rules, heard)
    for ticket in done:
        work.say(ToSay(kind=Said.ASK_RATING, event="ask_rating", lane=Lane.NORMAL, ticket=ticket.id, because=heard.because,
                       person=heard.person.id, args={}, round=ticket.round, still="unrated"), heard.now)
    return Outcome(Act.STATUS_QUERY)


def _rate(work: Work, rules: Rules, heard: Heard, ticket: Ticket | None, *, satisfied: bool) -> Outcome:
    """A voice rates its own matter."""
    if ticket is None or heard.person.id not in work.voices(ticket.id) or ticket.is_private:
        raise RefusedError("not_found", None, number="")
    if ticket.status is Status.CLOSED and satisfied:
        answer(work, rules, heard, "answer.rated", ticket)
        return Outcome(Act.RATING, ticket)
    if not satisfied and ticket.status is Status.CLOSED and not rating.may_reopen(rules, ticket, heard.now):
        # Later than 7 days it is a new ticket, linked to the old (design, section 7).
        return Outcome(Act.RATING, opening.do_open_again(work, rules, heard.now, ticket, heard.told))
    follow_up.lay_fact(work, ticket, heard, Act.RATING)
    return Outcome(Act.RATING, rating.do_rate(work, rules, heard.now, ticket, heard.person.id, satisfied, because=heard.because))


def _of_his(work: Work, heard: Heard, own: list[Ticket]) -> Heard:
    """The same message as if there were no matters but his."""
    voices = frozenset({heard.person.id})
    told = {t.id: Candidate(t, frozenset(), voices if heard.person.id in work.voices(t.id) else frozenset()) for t in own}
    kept = heard.attached if heard.ticket is not None and heard.ticket.id in told else Attached(Bond.NONE)
    return replace(heard, candidates=tuple(told.values()), attached=kept)


def _by_number(own: list[Ticket], numbers: tuple[str, ...], mine: Heard) -> Candidate | None:
    found = next((t for t in own if {t.number, t.aloud} & set(numbers)), None)
    return next((c for c in mine.candidates if found is not None and c.ticket.id == found.id), None)


def _latest_over(own: list[Ticket]) -> Ticket | None:
    """His matter last done or closed."""
    over = [t for t in own if t.status not in _FINISHED and (t.status is Status.DONE or t.status not in OPEN_STATUSES)]
    return max(over, key=lambda t: t.done_at or t.closed_at or t.opened_at, default=None)
