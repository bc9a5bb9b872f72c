"""Orders that move a matter: heads, grid members, units and leaders tag 小格, or press a card's button."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.handlers import duty_orders, leaders_orders
from bot.handlers.deferral_orders import DEFERRALS
from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.orders import Asked, Order
from bot.handlers.rights import DEEDS, answers_for, check_may
from bot.messages import MessageKind
from registry.terms import CATEGORY_NAMES, Act, Category, Role, Said, Speaks, Status, Tier, Urgency, What
from tickets import assigning, correcting, danger, leading, opening, rating, repinning, reporting_in
from tickets.errors import RefusedError
from tickets.merging import Attached, Bond
from tickets.model import Ticket, TicketMessage
from tickets.place_match import Nearness, compare
from tickets.told import Told
from tickets.transitions import transition
from tickets.work import Rules, Work


def hear_order(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """Carry out an order about a ticket. Raises RefusedError with the reason that the person is told."""
    if asked.order in TELLS:
        return hear_told(work, rules, heard, asked)
    ticket = heard.ticket
    if ticket is None:
        return _without_ticket(work, rules, heard, asked)
    asked = leaders_orders.for_helper(work, heard, asked, ticket)
    if not (asked.order in _OF_THE_WHISTLED and reporting_in.helps(work, ticket, heard.person)):
        check_may(rules, heard.person, asked.order, ticket)
    done = _DO[asked.order](work, rules, heard, asked, ticket)
    work.add_message(TicketMessage(heard.told.message, done.id, heard.told.sender, heard.told.group, heard.told.at,
                                   Act.COMMAND, heard.told.words or None))
    return Outcome(Act.COMMAND, done)


def _without_ticket(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """No words say which matter is meant: the one that can be, else the bot asks which or says that it found none."""
    check_may(rules, heard.person, asked.order, None)
    reachable = _meant(rules, heard, asked.order)
    if asked.order is Order.REPORT_IN:
        reachable = [t for t in reachable if reporting_in.is_awaited_of(work, t, heard.person)]
    if asked.order is Order.ACKNOWLEDGE and not heard.told.numbers and not reachable:
        # 知道了 to whatever the bot said last, where nothing waits for an answer.
        answer(work, rules, heard, "answer.noted", None)
        return Outcome(Act.COMMAND)
    if asked.order is Order.ACCEPT and _accepts_unknown(heard, reachable):
        # A unit takes on what it was told elsewhere: better a ticket of its own than another matter taken for it.
        return Outcome(Act.COMMAND, accept(work, rules, heard, asked, opening.do_open(work, rules, heard.now, heard.told)))
    if heard.told.numbers or not reachable:
        raise RefusedError("not_found", None, number="、".join(heard.told.numbers))
    if len(reachable) == 1 and asked.order is not Order.MERGE and _fits(asked.order, heard.told, reachable[0]):
        only = next(c for c in heard.candidates if c.ticket.id == reachable[0].id)
        return hear_order(work, rules, replace(heard, attached=Attached(Bond.ABOUT, only, 99.0)), asked)
    answer(work, rules, heard, "question.which", None, Said.QUESTION, tickets=[t.id for t in reachable[:5]],
           action=asked.order.value)
    return Outcome(Act.COMMAND)


#: Weight of the words that tell a whole matter (bot/classifier/evidence.py).
_A_MATTER = 3.0


def _accepts_unknown(heard: Heard, reachable: list[Ticket]) -> bool:
    """Whether the words tell a matter, and none that could be meant is of its kind: 公交甩站我们运管接了."""
    others = all(ticket.category is not heard.told.category for ticket in reachable)
    return _tells_matter(heard) and others and not heard.told.numbers and bool(heard.person.unit)


def _tells_matter(heard: Heard) -> bool:
    """Whether words of the lists tell a whole matter, and not only what it is about."""
    return heard.told.category is not None and any(reason.weight >= _A_MATTER for reason in heard.verdict.reasons)


def _fits(order: Order, told: Told, ticket: Ticket) -> bool:
    """Whether the words don't speak of something or somewhere else. An order may name a place, a category or a unit as
    its own object, which says nothing of the matter."""
    if order is Order.PLACE:
        return True
    same = order in _NAMES_UNITS or told.category in (None, Category.OTHER, ticket.category)
    return same and compare(told.place, ticket.place) not in (Nearness.FORBIDDEN, Nearness.APART)


#: A whistled unit may speak of the matter wherever its own area lies.
_OF_THE_WHISTLED = frozenset({Order.REPORT_IN, Order.PART_DONE})
#: Orders whose words name a unit or tell why: nothing of what the matter is about.
_NAMES_UNITS = frozenset({Order.WHISTLE, Order.ACCEPT, Order.RETURN, Order.CATEGORY, *DEFERRALS})


def _meant(rules: Rules, heard: Heard, order: Order) -> list[Ticket]:
    """The open matters that the order could be about: in its state, within the speaker's reach, his own unit's first."""
    tickets = [c.ticket for c in heard.candidates
               if c.ticket.is_open and not c.ticket.is_private and answers_for(rules, heard.person, c.ticket)]
    match order:
        case Order.CONFIRM:
            return [t for t in tickets if t.doubt]
        case Order.END_DANGER:
            return [t for t in tickets if t.in_danger]
        case Order.FALSE_ALARM:
            return [t for t in tickets if t.in_danger or t.doubt]
        case Order.FOUND:
            return [t for t in tickets if t.missing]
        case Order.ACKNOWLEDGE:
            tickets = [t for t in tickets if t.step and t.acknowledged_at is None]
    deed = DEEDS.get(order)
    if deed is not None and order is not Order.NOT_YET:
        # 还没好 is noted, too, where the matter is not done yet.
        tickets = [t for t in tickets if transition(deed).allows(t.status)]
    if heard.person.unit:
        own = [t for t in tickets if t.unit == heard.person.unit]
        held = [t for t in own if t.status is Status.ACCEPTED] if order is Order.DONE else []
        return held or own or tickets
    return [t for t in tickets if t.owner == heard.person.id] or tickets


#: Who passes on what residents tell; the people of a unit speak of the work.
PASSES_ON = frozenset({Role.HOUSEHOLD_HEAD, Role.GRID_MEMBER, Role.GRID_LEADER})
#: Orders in which a matter is told, if it is not known yet, before anything is done with it.
TELLS = frozenset({Order.REPORT, Order.NONE, Order.HAND_OVER, Order.LIFT})


def hear_told(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """报事, or free words that tell a matter: a new ticket or a voice on a known one; then 转办 or 上报 as asked."""
    told = heard.told
    if asked.order is Order.REPORT and asked.rest:
        # The order's own word is no part of what is told.
        told = replace(told, words=asked.rest)
    if asked.order is Order.HAND_OVER and not _HANDS.search(told.words) and not rules.registry.unit_by_words(asked.rest, told.area):
        # 请尽快处理 names no unit: it is said of the matter.
        asked = Asked(Order.NONE, told.words)
    ticket = heard.ticket
    fresh = ticket is None
    if ticket is None:
        if _points_at_talk(heard, asked):
            return _hear_pointed(work, rules, heard)
        if not names_matter(heard, asked):
            if asked.order is Order.NONE:
                raise RefusedError("unknown_command")
            return _without_ticket(work, rules, heard, asked)
        ticket = opening.do_open(work, rules, heard.now, told)
    elif heard.person.role in PASSES_ON and heard.told.tier is Tier.BASIC:
        ticket = opening.do_supplement(work, rules, heard.now, ticket, told)
    else:
        work.add_message(TicketMessage(told.message, ticket.id, told.sender, told.group, told.at, Act.COMMAND, told.words or None))
        work.record(ticket.id, heard.now, What.SUPPLEMENT, told.sender, None, {"act": "command"}, told.words or None)
        ticket = opening.complete(work, rules, heard.now, ticket, told)
    if asked.order is Order.HAND_OVER and ticket.is_open:
        unit = rules.registry.unit_by_words(asked.rest, ticket.area)
        if unit is None:
            if not fresh and heard.attached.bond is not Bond.NEW:
                raise RefusedError("unit_unknown", ticket.id)
        elif unit.id == ticket.unit and not fresh:
            raise RefusedError("same_unit", ticket.id, unit=unit.id)
        elif unit.id != ticket.unit:
            check_may(rules, heard.person, Order.HAND_OVER, ticket)
            ticket = assigning.do_hand_over(work, rules, heard.now, ticket, heard.person, unit, because=heard.because)
            answer(work, rules, heard, "answer.handed_over", ticket, unit=unit.id)
            return Outcome(Act.COMMAND, ticket)
    if asked.order is Order.LIFT:
        check_may(rules, heard.person, Order.LIFT, ticket)
        ticket = leading.do_lift(work, rules, heard.now, ticket, heard.person, because=heard.because)
        answer(work, rules, heard, "answer.lifted", ticket)
        return Outcome(Act.COMMAND, ticket)
    if not ticket.in_danger:
        if fresh:
            _spare_receipt(work, heard, ticket)
        answer(work, rules, heard, "answer.recorded" if fresh else "answer.noted", ticket)
    return Outcome(Act.COMMAND, ticket)


_HANDS = re.compile("转|派|交")


#: 「老李说的这个记一下」: what was said is to be written down, and the words themselves don't tell it.
_POINTS = re.compile(
    r"^(把|请把?|帮忙?把?|麻烦把?)?.{0,10}((说|讲|反映|提|问|报)的.{0,6}|这(个|件|事|条|些)[^，,。]{0,3}|(上面|刚才|前面)的?[^，,。]{0,6})"
    r"(也?(给|帮|都)?(我|他|她|俺|老人家)?)?(记|登记|报|上报|反映)(一下|下|上|上去|下来|一个|一记)[吧哈啊嘛]?[。!！]*$"
)

def _points_at_talk(heard: Heard, asked: Asked) -> bool:
    """Whether a head or grid member only points at what a neighbour said, which the bot did not hear or not understand."""
    pointing = asked.order in (Order.NONE, Order.REPORT) or not heard.candidates
    points = pointing and heard.person.role in PASSES_ON and _POINTS.match(heard.told.words.strip())
    return bool(points) and not _tells_matter(heard)


def _hear_pointed(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """It is written down as it stands, so that nothing is lost, and the speaker is asked what and where."""
    # 田老师说的 names a teacher and no school's matter
    ticket = opening.do_open(work, rules, heard.now, replace(heard.told, category=None))
    _spare_receipt(work, heard, ticket)
    answer(work, rules, heard, "answer.recorded_blank", ticket)
    return Outcome(Act.COMMAND, ticket)


def _spare_receipt(work: Work, heard: Heard, ticket: Ticket) -> None:
    """Where the bot answers in the group by itself, the answer says all that the receipt would."""
    if heard.group is not None and heard.group.speaks is Speaks.DIRECT and heard.group.id == ticket.group:
        work.cancel(ticket.id, heard.now, events={"receipt"})


#: So many characters by a head or grid member tell more than whom to hand a known matter to.
_A_STORY = 14


def names_matter(heard: Heard, asked: Asked) -> bool:
    """Whether the words tell a matter of their own: what it is about, and where or how badly."""
    told = heard.told
    if asked.order is Order.REPORT:
        return bool(asked.rest) or told.category is not None
    if told.category is None:
        return False
    passes_on = told.role in (Role.HOUSEHOLD_HEAD, Role.GRID_MEMBER) and len(told.words) >= _A_STORY
    return told.place is not None or told.urgency is not Urgency.NORMAL or passes_on


#: How long before 办结 a picture by the same person still belongs to it.
_PHOTO_BEFORE = timedelta(minutes=10)


def accept(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """我们接了. A unit that was not asked takes the matter over by accepting it."""
    ticket = assigning.do_accept(work, rules, heard.now, ticket, heard.person, because=heard.because)
    leaders_orders.answer_once(work, rules, heard, "answer.accepted", ticket, "coord.accepted", by=heard.person.id)
    return ticket


def give_back(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """退回 with a reason, which is what follows the word, else the whole sentence."""
    if heard.person.unit != ticket.unit:
        raise RefusedError("not_your_area", ticket.id)
    reason = asked.rest.strip("，,。 ") or ""
    ticket = assigning.do_return(work, rules, heard.now, ticket, heard.person, reason, because=heard.because)
    leaders_orders.answer_once(work, rules, heard, "answer.returned", ticket, "coord.returned")
    return ticket


def done(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """办结; a picture that the speaker sent just before goes with it."""
    photo = next((line.id for line in reversed(heard.before)
                  if line.sender == heard.person.id and line.kind is MessageKind.IMAGE and line.ticket is None
                  and heard.line.at - line.at <= _PHOTO_BEFORE), None)
    ticket = rating.do_done(work, rules, heard.now, ticket, heard.person, because=heard.because, media=photo,
                            words=heard.told.words or None)
    leaders_orders.answer_once(work, rules, heard, "answer.done", ticket, "coord.done")
    return ticket


def not_yet(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """先别办结, 还没好 by a head or official: reopens what is done, else it is noted."""
    if rating.may_reopen(rules, ticket, heard.now):
        return rating.do_reopen(work, rules, heard.now, ticket, by=heard.person.id, because=heard.because)
    answer(work, rules, heard, "answer.noted", ticket)
    return ticket


def confirm(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = danger.do_confirm(work, rules, heard.now, ticket, heard.person, because=heard.because)
    answer(work, rules, heard, "answer.confirmed", ticket)
    return ticket


def false_alarm(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = danger.do_lower(work, rules, heard.now, ticket, heard.person, because=heard.because)
    answer(work, rules, heard, "answer.false_alarm", ticket)
    return ticket


def end_danger(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = danger.do_end(work, rules, heard.now, ticket, heard.person, because=heard.because)
    answer(work, rules, heard, "answer.danger_ended", ticket)
    return ticket


def exclude(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = correcting.do_exclude(work, rules, heard.now, ticket, heard.person, because=heard.because)
    leaders_orders.answer_once(work, rules, heard, "answer.excluded", ticket, "coord.excluded")
    return ticket


def change_category(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """改类别: the category by its Chinese name."""
    category = category_in(asked.rest)
    if category is None:
        raise RefusedError("category_unknown", ticket.id)
    ticket = correcting.do_change_category(work, rules, heard.now, ticket, heard.person, category, because=heard.because)
    answer(work, rules, heard, "answer.corrected", ticket)
    return ticket


def category_in(words: str) -> Category | None:
    """The category whose Chinese name, or half of it, stands in the words."""
    for category, name in CATEGORY_NAMES.items():
        if name in words or (len(name) == 4 and (name[:2] in words or name[2:] in words)):
            return category
    return None


def change_place(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    place = asked.rest.strip("，,。：:到成为是 ")
    ticket = correcting.do_change_place(work, heard.now, ticket, heard.person, place)
    answer(work, rules, heard, "answer.corrected", ticket)
    return ticket


#: Two matters that are called one without their numbers were told within this time.
_TOLD_TOGETHER = timedelta(days=2)


def _is_named(rules: Rules, heard: Heard, ticket: Ticket, other: Ticket) -> bool:
    """Whether the words name the spot of another matter, or it was told in the same group."""
    if set(ticket.groups) & set(other.groups):
        return True
    area = rules.registry.area(other.area)
    names = (*area.places, area.name) if area else ()
    return any(name in heard.told.words for name in (*names, *((other.place,) if other.place else ())))


def merge(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """合并到: by two numbers, or by one ticket and the other that the words fit best."""
    named = [t for n in heard.told.numbers if (t := work.find_number(n, heard.now)) is not None]
    if len(named) >= 2:
        source, into = named[0], named[1]
    elif len(named) == 1 and named[0].id != ticket.id:
        source, into = ticket, named[0]
    else:
        others = [c.ticket for c in heard.candidates
                  if c.ticket.id != ticket.id and c.ticket.is_open and c.ticket.category is ticket.category
                  and abs(c.ticket.last_at - ticket.last_at) <= _TOLD_TOGETHER
                  and _is_named(rules, heard, ticket, c.ticket)]
        if len(others) != 1:
            answer(work, rules, heard, "question.which", None, Said.QUESTION, tickets=[t.id for t in others[:5]],
                   action=Order.MERGE.value)
            return ticket
        source, into = sorted((ticket, others[0]), key=lambda t: t.opened_at, reverse=True)
    for one in (source, into):
        check_may(rules, heard.person, Order.MERGE, one)
    into = correcting.do_merge(work, rules, heard.now, source, into, heard.person, because=heard.because)
    leaders_orders.answer_once(work, rules, heard, "answer.merged", into, "coord.merged", into=into.aloud)
    return into


def contacted(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = leading.do_contact(work, heard.now, ticket, heard.person)
    answer(work, rules, heard, "answer.contacted", ticket)
    return ticket


def repin(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """换规则 with a reason: what follows the word, else what stands before it."""
    ticket = repinning.do_repin(work, rules, heard.now, ticket, heard.person.id, asked.rest.strip("，,。：: "), because=heard.because)
    answer(work, rules, heard, "answer.repinned", ticket)
    return ticket


def found(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """人找到了: all who were told hear it. For any other matter it is noted."""
    if not ticket.missing:
        answer(work, rules, heard, "answer.noted", ticket)
        return ticket
    return rating.do_done(work, rules, heard.now, ticket, heard.person, because=heard.because)


_Do = Callable[[Work, Rules, Heard, Asked, Ticket], Ticket]
_DO: dict[Order, _Do] = {
    Order.ACCEPT: accept,
    Order.RETURN: give_back,
    Order.DONE: done,
    Order.NOT_YET: not_yet,
    Order.CONFIRM: confirm,
    Order.FALSE_ALARM: false_alarm,
    Order.END_DANGER: end_danger,
    Order.SUPERVISE: leaders_orders.supervise,
    Order.WHISTLE: leaders_orders.whistle,
    Order.REPORT_IN: leaders_orders.report_in,
    Order.PART_DONE: leaders_orders.part_done,
    Order.ANSWER: leaders_orders.answer_supervision,
    Order.TAKE_LEAD: leaders_orders.take_lead,
    Order.TOPIC: leaders_orders.raise_topic,
    Order.TOPIC_OFF: leaders_orders.withdraw_topic,
    Order.OPINION: leaders_orders.note_opinion,
    Order.EXCLUDE: exclude,
    Order.CATEGORY: change_category,
    Order.PLACE: change_place,
    Order.MERGE: merge,
    Order.CONTACTED: contacted,
    Order.FOUND: found,
    Order.ACKNOWLEDGE: duty_orders.acknowledge,
    Order.LOWER: duty_orders.lower,
    Order.REPIN: repin,
    Order.SILENCE: duty_orders.silence,
    **DEFERRALS,
}
