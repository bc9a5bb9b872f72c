"""Which conversation is this? Acts that are given go straight to their handler, then the act that was read decides."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.handlers import clicks, duty_orders, follow_up, report, talk_orders
from bot.handlers.deferral_orders import DEFERRALS
from bot.handlers.desk_orders import hear_order, names_matter
from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.orders import Asked, Order, read_order
from bot.handlers.rights import answers_for
from bot.messages import MessageKind
from registry.terms import Act, Category, Role, Said
from tickets.errors import RefusedError
from tickets.merging import Attached, Bond, attach
from tickets.model import Candidate, Ticket
from tickets.reporting_in import helps
from tickets.telling import is_confidant
from tickets.work import Rules, Work

_FREE = {
    Act.REPORT: report.hear_report,
    Act.ECHO: report.hear_echo,
    Act.SUPPLEMENT: report.hear_supplement,
    Act.RECOVERY: report.hear_recovery,
    Act.NOTICE: report.hear_notice,
    Act.QUESTION: report.hear_question,
    Act.STATUS_QUERY: follow_up.hear_status_query,
    Act.RATING: follow_up.hear_rating,
}

#: What only officials or heads may order; read_order must be sure of it, since residents speak freely.
_NOT_FOR_RESIDENTS = frozenset({
    Order.ACCEPT, Order.DONE, Order.RETURN, Order.END_DANGER, Order.FALSE_ALARM, Order.CONFIRM, Order.SUPERVISE, Order.MERGE,
    Order.EXCLUDE, Order.CATEGORY, Order.PLACE, Order.LIFT, Order.CONTACTED, Order.LEAVE, Order.TODAY,
    Order.SWAP, Order.AGREE_SWAP, Order.REFUSE_SWAP, Order.NOTE, Order.SILENCE, Order.LOWER,
    Order.WHISTLE, Order.REPORT_IN, Order.ANSWER, Order.TAKE_LEAD, Order.TOPIC, Order.TOPIC_OFF, Order.OPINION,
    *(order for order in DEFERRALS if order is not Order.SETTLE),
})
#: How long the bot's question waits for a bare number.
_ANSWERS_WITHIN = timedelta(minutes=30)
_AT = re.compile(r"@\S+[\s　]*")

#: Acts that say nothing of their own where no matter is known, unless they tell of a danger.
_WITHOUT_A_MATTER = frozenset({Act.SUPPLEMENT, Act.ECHO, Act.QUESTION})


def hear(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """Handle one read message; a refusal is said to the person and changes nothing."""
    try:
        return _hear(work, rules, heard)
    except RefusedError as refused:
        ticket = work.get_ticket(refused.ticket) if refused.ticket else None
        answer(work, rules, heard, f"refusal.{refused.reason}", ticket, Said.REFUSAL, **refused.facts)
        return Outcome(heard.verdict.act, heard.ticket)


def hear_answer(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """Handle the answer that a rating question asked for."""
    try:
        return follow_up.hear_rating(work, rules, heard)
    except RefusedError as refused:
        answer(work, rules, heard, f"refusal.{refused.reason}", heard.ticket, Said.REFUSAL, **refused.facts)
        return Outcome(Act.RATING, heard.ticket)


def hear_click(work: Work, rules: Rules, heard: Heard, key: str, ticket: Ticket | None) -> Outcome:
    """Handle a card's button; a refusal is said to the person and changes nothing."""
    try:
        return clicks.hear_click(work, rules, heard, key, ticket)
    except RefusedError as refused:
        answer(work, rules, heard, f"refusal.{refused.reason}", ticket, Said.REFUSAL, **refused.facts)
        return Outcome(Act.COMMAND, ticket)


def _hear(work: Work, rules: Rules, heard: Heard) -> Outcome:
    if heard.told.to_bot:
        asked = read_order(heard.told.words)
        if heard.person.role is Role.RESIDENT:
            return _hear_resident(work, rules, heard, asked)
        if asked.order is Order.NONE and not heard.told.numbers and heard.line.kind is not MessageKind.TEXT:
            # A picture sent to the bot waits for its words.
            return Outcome(Act.CHAT)
        if asked.order is not Order.NONE or heard.verdict.act is not Act.QUESTION:
            return _hear_tagged(work, rules, heard, asked)
    if heard.told.danger is not None and heard.ticket is None and heard.verdict.act in _WITHOUT_A_MATTER:
        # A danger that belongs to no known matter opens one, in whatever words it came.
        return report.hear_report(work, rules, replace(heard, told=replace(heard.told, act=Act.REPORT)))
    handler = _FREE.get(heard.verdict.act)
    return handler(work, rules, heard) if handler else Outcome(Act.CHAT)


def _by_number(work: Work, rules: Rules, heard: Heard) -> Heard:
    """A number said aloud finds its ticket wherever it lies; whether it may be spoken of there is asked as ever."""
    if heard.ticket is not None or not heard.told.numbers:
        return heard
    ticket = work.find_number(heard.told.numbers[0], heard.now)
    if ticket is None or (ticket.is_private and not is_confidant(rules, ticket, heard.person)):
        return heard
    if not answers_for(rules, heard.person, ticket) and not helps(work, ticket, heard.person):
        raise RefusedError("not_your_area", ticket.id)
    found = Candidate(ticket, frozenset(m.id for m in work.messages(ticket.id)), frozenset(work.voices(ticket.id)))
    return replace(heard, attached=Attached(Bond.ABOUT, found, 99.0))


#: What a unit says of its own matters only.
_OF_ONES_UNIT = frozenset({Order.DONE, Order.RETURN, Order.CONTACTED})


def _within_reach(rules: Rules, heard: Heard, asked: Asked) -> Heard:
    """Words without a number or quote that fit a matter beyond the speaker's reach best are meant of one within it."""
    person, ticket, told = heard.person, heard.ticket, heard.told
    if ticket is None or told.numbers or told.quote is not None:
        return heard

    def may_mean(candidate: Candidate) -> bool:
        of_unit = person.unit is None or asked.order not in _OF_ONES_UNIT or candidate.ticket.unit == person.unit
        return of_unit and answers_for(rules, person, candidate.ticket)

    if heard.attached.candidate is None or may_mean(heard.attached.candidate):
        return heard
    within = attach(told, [candidate for candidate in heard.candidates if may_mean(candidate)])
    return heard if within.candidate is None else replace(heard, attached=within)


def _hear_resident(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """A resident tags the bot: what was read decides; help, who answers, why and 不用了 are granted, the rest refused."""
    match asked.order:
        case Order.HELP:
            return talk_orders.give_help(work, rules, heard)
        case Order.WHO:
            return talk_orders.tell_who(work, rules, heard)
        case Order.WHY:
            return talk_orders.tell_why(work, rules, heard)
        case Order.WITHDRAW:
            return follow_up.hear_withdrawal(work, rules, heard)
        case Order.SETTLE if heard.verdict.act is not Act.REPORT:
            return follow_up.hear_settled(work, rules, heard)
        case Order.STATUS:
            return follow_up.hear_status_query(work, rules, heard)
        case Order.MUTE | Order.UNMUTE if heard.verdict.act is not Act.REPORT:
            raise RefusedError("owner_only")
    handler = _FREE.get(heard.verdict.act)
    if handler is not None and not _is_order(heard, asked):
        return handler(work, rules, heard)
    if asked.order is Order.DONE:
        raise RefusedError("resident_close", heard.ticket.id if heard.ticket else None)
    if asked.order in _NOT_FOR_RESIDENTS:
        raise RefusedError("nickname" if _sounds_official(heard.person.nickname) else "no_right", None, action=asked.order.value)
    if asked.order is Order.NOT_YET:
        return follow_up.hear_rating(work, rules, heard)
    raise RefusedError("unknown_command")


def _continued(heard: Heard, asked: Asked) -> Asked:
    """A bare number after the bot asked which one is meant: the order that the speaker gave just before."""
    if asked.order is not Order.NONE or asked.rest or not heard.told.numbers:
        return asked
    for line in reversed(heard.before):
        if heard.line.at - line.at > _ANSWERS_WITHIN:
            break
        if line.sender == heard.person.id and (line.mentions_bot or line.group is None):
            before = read_order(_AT.sub("", line.words.text).strip())
            return before if before.order is not Order.NONE else asked
    return asked


#: What a nickname that claims an office holds. Roles come from bindings only, never from names (design, section 4).
_OFFICE = re.compile(r"网格|社区|村委|居委|街道|政府|镇|乡|县|局|派出所|民警|书记|主任|站长|所长|科长|干部|值班|物业|供电|燃气|水务")


def _sounds_official(nickname: str | None) -> bool:
    return nickname is not None and _OFFICE.search(nickname) is not None


def _is_order(heard: Heard, asked: Asked) -> bool:
    """Whether a resident gives an order that is not his to give: one with a ticket's number, or nothing but the order."""
    if asked.order not in _NOT_FOR_RESIDENTS or heard.told.danger is not None:
        return False
    if heard.told.numbers:
        return heard.verdict.act in (Act.QUESTION, Act.SUPPLEMENT, Act.ECHO, Act.REPORT)
    return heard.verdict.act is Act.QUESTION and heard.verdict.category in (None, Category.OTHER)


def _hear_tagged(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """A head or an official tags the bot."""
    heard = _within_reach(rules, _by_number(work, rules, heard), asked)
    asked = _continued(heard, asked)
    if asked.order is Order.STATUS and heard.ticket is None and names_matter(heard, asked):
        # 井盖破了有人管没: told and asked after in one breath.
        asked = Asked(Order.NONE, asked.rest)
    if asked.order is Order.SUPERVISE and heard.person.role is Role.HOUSEHOLD_HEAD and "催" in heard.told.words:
        # 「再催一下城管」 by a head is no 督办: it lifts the matter one rung.
        asked = Asked(Order.LIFT, asked.rest)
    match asked.order:
        case Order.HELP:
            return talk_orders.give_help(work, rules, heard)
        case Order.MINE:
            return talk_orders.list_mine(work, rules, heard)
        case Order.TODAY:
            return talk_orders.tell_today(work, rules, heard)
        case Order.WHY:
            return talk_orders.tell_why(work, rules, heard)
        case Order.WHO:
            return talk_orders.tell_who(work, rules, heard)
        case Order.MUTE | Order.UNMUTE:
            return talk_orders.mute(work, rules, heard, asked)
        case Order.LEAVE:
            return talk_orders.take_leave(work, rules, heard, asked)
        case Order.SWAP:
            return duty_orders.ask_swap(work, rules, heard)
        case Order.AGREE_SWAP | Order.REFUSE_SWAP:
            return duty_orders.answer_swap(work, rules, heard, accepted=asked.order is Order.AGREE_SWAP)
        case Order.NOTE:
            return duty_orders.leave_note(work, rules, heard, asked)
        case Order.SEARCH:
            return talk_orders.order_search(work, rules, heard)
        case Order.EMERGENCY | Order.PEACE:
            return talk_orders.switch_emergency(work, rules, heard, asked)
        case Order.STATUS:
            return follow_up.hear_status_query(work, rules, heard)
        case Order.WITHDRAW if heard.ticket is not None and heard.ticket.missing:
            return hear_order(work, rules, heard, Asked(Order.FOUND, asked.rest))
        case Order.WITHDRAW:
            return follow_up.hear_withdrawal(work, rules, heard)
    if heard.verdict.act is Act.REPORT and asked.order is Order.NONE:
        return report.hear_report(work, rules, heard)
    return hear_order(work, rules, heard, asked)
