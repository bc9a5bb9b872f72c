"""What the office can do to a ticket: the same use cases as in the groups, each called in one unit of work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from dashboard.people import knows, serves, takers
from registry.model import Person
from registry.terms import Category, Outcome, Status, TicketKind, What
from tickets import (
    assigning,
    correcting,
    danger,
    excluding,
    extending,
    leading,
    rating,
    repinning,
    settling,
    shelving,
    supervising,
    topics,
    whistling,
)
from tickets.called_in import Grade, WhistleKind
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.transitions import Deed, transition
from tickets.work import Rules, Work

Form: TypeAlias = Mapping[str, str]
Run: TypeAlias = Callable[[Work, Rules, datetime, Ticket, Person, Form], object]
Offered: TypeAlias = Callable[[Ticket], bool]

#: Longest words that the office may add to a ticket (a reason, an order, a result).
WORDS_AT_MOST = 300
#: How many units one whistle on the page can call.
WHISTLED_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Action:
    """`label` is on the button, `done` is said when it is done. `offered` only decides what the page shows: the use
    case itself refuses what does not fit."""

    key: str
    label: str
    done: str
    run: Run
    offered: Offered


def do_action(
    work: Work, rules: Rules, now: datetime, number: str, me: Person, action: Action, form: Form
) -> Ticket:
    """Find the ticket, check the right to it, and call the use case. LookupError: no such ticket. RefusedError: not
    granted; nothing is changed."""
    ticket = work.find_number(number, now)
    if ticket is None:
        raise LookupError(number)
    if not knows(rules.registry, me, ticket):
        raise RefusedError("no_right", ticket.id, action=action.label)
    if not serves(rules.registry, me, ticket):
        raise RefusedError("not_your_area", ticket.id)
    action.run(work, rules, now, ticket, me, form)
    return ticket


def _because(me: Person) -> str:
    return f"office:{me.id}"


def _words(form: Form, name: str) -> str:
    return form.get(name, "").strip()[:WORDS_AT_MOST]


def _accept(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    chosen = form.get("person", "")
    taker = next((person for person in takers(rules.registry, ticket, me) if person.id == chosen), None)
    if taker is None:
        raise RefusedError("taker_unknown", ticket.id)
    assigning.do_accept(work, rules, now, ticket, taker, because=_because(me))
    if taker.id != me.id:
        # history must not say that somebody pressed who did not
        work.record(ticket.id, now, What.ACKNOWLEDGED, me.id, taker.id, {"office": True})


def _hand_over(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    unit = rules.registry.unit(form.get("unit", ""))
    if unit is None:
        raise RefusedError("unit_unknown", ticket.id)
    assigning.do_hand_over(work, rules, now, ticket, me, unit, because=_because(me))


def _return(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    assigning.do_return(work, rules, now, ticket, me, _words(form, "words"), because=_because(me))


def _done(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    rating.do_done(work, rules, now, ticket, me, because=_because(me), words=_words(form, "words") or None)


def _contact(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    if not ticket.is_open:
        raise RefusedError("finished", ticket.id)
    leading.do_contact(work, now, ticket, me)


def _end(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    danger.do_end(work, rules, now, ticket, me, because=_because(me))


def _lower(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    danger.do_lower(work, rules, now, ticket, me, because=_because(me))


def _confirm(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    if ticket.danger is None:
        raise RefusedError("no_danger", ticket.id)
    danger.do_confirm(work, rules, now, ticket, me, because=_because(me))


def _lift(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    leading.do_lift(work, rules, now, ticket, me, because=_because(me))


def _repin(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    repinning.do_repin(work, rules, now, ticket, me.id, _words(form, "words"), because=_because(me))


def _supervise(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    words = _words(form, "words")
    if not words:
        raise RefusedError("reason_missing", ticket.id)
    wanted = form.get("grade", Grade.NOTICE.value)
    grade = Grade(wanted) if wanted in set(Grade) else Grade.NOTICE
    supervising.do_supervise(work, rules, now, ticket, me, words, because=_because(me), urgent=form.get("urgent") == "1",
                             grade=grade)


def _whistle(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    wanted = [form.get(f"unit{number}", "") for number in range(1, WHISTLED_AT_MOST + 1)]
    units = [unit for unit in map(rules.registry.unit, dict.fromkeys(wanted)) if unit is not None]
    lead = rules.registry.unit(form.get("lead", ""))
    kind = WhistleKind.JOINT if form.get("joint") == "1" else WhistleKind.DAILY
    whistling.do_whistle(work, rules, now, ticket, me, units, lead, kind, because=_because(me))


def _lead(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    leader = rules.registry.person(form.get("leader", ""))
    if leader is None:
        raise RefusedError("leader_unknown", ticket.id)
    leading.do_take_lead(work, rules, now, ticket, leader, me, because=_because(me))


def _topic(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    topics.do_raise_topic(work, rules, now, ticket, me, because=_because(me), words=_words(form, "words") or None)


def _category(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    value = form.get("category", "")
    if value not in set(Category):
        raise RefusedError("category_unknown", ticket.id)
    correcting.do_change_category(work, rules, now, ticket, me, Category(value), because=_because(me))


def _place(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    correcting.do_change_place(work, now, ticket, me, " ".join(_words(form, "place")[:40].split()))


def _merge(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    number = form.get("into", "").strip()
    into = work.find_number(number, now) if number else None
    if into is None:
        raise RefusedError("not_found", ticket.id, number=number[:20] or "（没有填）")
    if not serves(rules.registry, me, into):
        raise RefusedError("not_your_area", into.id)
    correcting.do_merge(work, rules, now, ticket, into, me, because=_because(me))


def _exclude(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    correcting.do_exclude(work, rules, now, ticket, me, because=_because(me))


def _satisfied(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    rating.do_rate(work, rules, now, ticket, me.id, True, because=_because(me))


def _unsatisfied(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    rating.do_rate(work, rules, now, ticket, me.id, False, because=_because(me))


def _close_rating(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    if ticket.status is not Status.DONE:
        raise RefusedError("not_done_yet", ticket.id)
    rating.close(work, now, ticket, Outcome.UNASKED, by=me.id)


def _check_role(me: Person, deed: Deed, ticket: Ticket) -> None:
    """What is not any official's to decide is his whose role the table of transitions names."""
    if me.role not in transition(deed).may:
        raise RefusedError("no_right", ticket.id, action=transition(deed).name)


def _day(form: Form) -> date | None:
    try:
        return date.fromisoformat(form.get("day", ""))
    except ValueError:
        return None


def _shelve(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    _check_role(me, Deed.SHELVE, ticket)
    shelving.do_shelve(work, rules, now, ticket, me, _day(form), _words(form, "words"), because=_because(me))


def _resume(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    _check_role(me, Deed.RESUME, ticket)
    shelving.do_resume(work, rules, now, ticket, me, because=_because(me))


def _extend(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    _check_role(me, Deed.EXTEND, ticket)
    extending.do_ask_extension(work, rules, now, ticket, me, _day(form), _words(form, "words"), because=_because(me))


def _decide_extension(granted: bool) -> Run:
    def decide(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
        _check_role(me, Deed.GRANT_EXTENSION, ticket)
        extending.do_decide_extension(work, rules, now, ticket, me, granted, because=_because(me))
    return decide


def _unreasonable(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    _check_role(me, Deed.UNREASONABLE, ticket)
    excluding.do_ask_exclusion(work, rules, now, ticket, me, _words(form, "words"), because=_because(me))


def _decide_exclusion(confirmed: bool) -> Run:
    def decide(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
        _check_role(me, Deed.CONFIRM_UNREASONABLE, ticket)
        excluding.do_decide_exclusion(work, rules, now, ticket, me, confirmed, because=_because(me))
    return decide


def _settle(work: Work, rules: Rules, now: datetime, ticket: Ticket, me: Person, form: Form) -> None:
    settling.do_settle(work, rules, now, ticket, me, because=_because(me))


def _allows(deed: Deed) -> Offered:
    """Where the table has the deed, for a matter that is not of one person."""
    return lambda ticket: transition(deed).allows(ticket.status) and not (ticket.is_private or ticket.missing or ticket.in_danger)


def _undone(ticket: Ticket) -> bool:
    return ticket.status in (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED)


def _waiting(ticket: Ticket) -> bool:
    return ticket.status in (Status.OPEN, Status.ASSIGNED)


def _matter(ticket: Ticket) -> bool:
    return _undone(ticket) and not ticket.is_private and ticket.kind is TicketKind.MATTER


ACTIONS: Mapping[str, Action] = {
    action.key: action
    for action in (
        Action("accept", "登记接单", "已登记接单。", _accept, _waiting),
        Action("hand_over", "转办", "已转办，等新单位接单。", _hand_over, _matter),
        Action("return", "退回", "已退回，由包抓单位负责人重新交办。", _return,
               lambda t: t.status in (Status.ASSIGNED, Status.ACCEPTED) and not t.is_private),
        Action("done", "办结", "已办结，接下来请群众评价。", _done, _undone),
        Action("contact", "已联系群众", "已记下：联系过群众。", _contact, _undone),
        Action("end", "解除险情", "险情已解除，通知过的人都会收到。", _end, lambda t: t.is_open and t.in_danger),
        Action("lower", "误报", "已按误报处理，通知过的人都会收到。", _lower,
               lambda t: _undone(t) and (t.in_danger or t.doubt)),
        Action("confirm", "属实", "已确认属实，正在通知有关人员。", _confirm, lambda t: _undone(t) and t.doubt),
        Action("repin", "换规则", "已按现行规则办，时限重新算。", _repin, _undone),
        Action("lift", "上报", "已上报到上一级。", _lift, _matter),
        Action("supervise", "督办", "督办已记下，办理人和协调群会收到。", _supervise,
               lambda t: t.is_open and not t.is_private),
        Action("whistle", "吹哨", "已吹哨，各单位会收到，到时没有报到的会点名。", _whistle, _matter),
        Action("lead", "请领导领办", "已请领导领办，每一步都会告诉他。", _lead, lambda t: t.is_open and not t.is_private),
        Action("topic", "列入专题", "已列入专题，会后在「专题」页记会议意见。", _topic,
               lambda t: t.is_open and not t.is_private and not t.missing and t.kind is TicketKind.MATTER),
        Action("category", "改类别", "类别已改。", _category, _matter),
        Action("place", "改地点", "地点已改。", _place, _undone),
        Action("merge", "合并", "已合并到另一张工单。", _merge, _matter),
        Action("exclude", "不是诉求", "已登记：不是诉求。", _exclude, lambda t: _waiting(t) and not t.in_danger),
        Action("shelve", "挂账", "已挂账，到复查的日子会来问。", _shelve, _allows(Deed.SHELVE)),
        Action("resume", "恢复办理", "已恢复办理，时限接着走。", _resume, _allows(Deed.RESUME)),
        Action("extend", "申请延期", "已送网格长和网格办，没同意之前时限照走。", _extend, _allows(Deed.EXTEND)),
        Action("grant_extension", "同意延期", "已同意延期，申请的人和群里都会收到。", _decide_extension(True),
               _allows(Deed.GRANT_EXTENSION)),
        Action("refuse_extension", "不同意延期", "没有延期，申请的人会收到。", _decide_extension(False),
               _allows(Deed.REFUSE_EXTENSION)),
        Action("unreasonable", "提出不合理诉求", "已送网格长和网格办核定，核定之前照常办。", _unreasonable,
               _allows(Deed.UNREASONABLE)),
        Action("confirm_unreasonable", "核定：不合理", "已核定为不合理诉求，居民会收到，公开计数。", _decide_exclusion(True),
               _allows(Deed.CONFIRM_UNREASONABLE)),
        Action("refuse_unreasonable", "核定：该办", "接着办，提出的人会收到。", _decide_exclusion(False),
               _allows(Deed.REFUSE_UNREASONABLE)),
        Action("settle", "居民自行解决", "已记为居民自行解决，接下来问一问大家。", _settle, _allows(Deed.SETTLE)),
        Action("satisfied", "回访：满意", "已记下评价：满意，工单关闭。", _satisfied, lambda t: t.status is Status.DONE),
        Action("unsatisfied", "回访：还没好", "已重办，等单位接单。", _unsatisfied, lambda t: t.status is Status.DONE),
        Action("close_rating", "关闭评价", "评价已关闭，按未问到归档。", _close_rating,
               lambda t: t.status is Status.DONE),
    )
}


def offered(ticket: Ticket) -> dict[str, Action]:
    """The actions that make sense for the ticket as it is."""
    return {key: action for key, action in ACTIONS.items() if action.offered(ticket)}
