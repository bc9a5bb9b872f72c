"""What people on duty say: 知道了, 静默, 降级 about a matter; 换班 and 交班 about their shifts."""

import re
from datetime import datetime, timedelta

from bot.handlers.heard import Heard, Outcome, answer
from bot.handlers.orders import Asked, Order, hours_in
from bot.handlers.rights import check_may
from bot.handlers.shift_words import days_in, turn_meant
from registry.model import Person
from registry.on_duty import Turn
from registry.terms import OFFICIALS, Act
from tickets import duty
from tickets.acknowledging import do_acknowledge
from tickets.errors import RefusedError
from tickets.lowering import do_lower
from tickets.model import Ticket
from tickets.silencing import do_silence
from tickets.work import Rules, Work

#: Buttons of the card that asks for a swap.
AGREES, REFUSES = "swap_yes", "swap_no"
#: What may stand before a reason.
_FILLER = re.compile(r"^[了，,。；;：:\s]*(原因(是|为)?|因为|理由(是|为)?)?[：:\s]*")


def acknowledge(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """知道了 / 我在看: the ladder waits."""
    ticket = do_acknowledge(work, rules, heard.now, ticket, heard.person, because=heard.because)
    answer(work, rules, heard, "answer.acknowledged", ticket)
    return ticket


def lower(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """降级 / 不用再叫, with a reason after the word."""
    reason = _FILLER.sub("", asked.rest).strip("，,。 ")
    ticket = do_lower(work, rules, heard.now, ticket, heard.person, reason, because=heard.because)
    answer(work, rules, heard, "answer.lowered", ticket)
    return ticket


def silence(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """静默 0302-17 2小时."""
    wanted = timedelta(hours=hours_in(asked.rest or heard.told.words))
    ticket, until = do_silence(work, rules, heard.now, ticket, heard.person, wanted, because=heard.because)
    answer(work, rules, heard, "answer.silenced", ticket, until=until.isoformat())
    return ticket


def leave_note(work: Work, rules: Rules, heard: Heard, asked: Asked) -> Outcome:
    """交班 in the speaker's own words; they are not said in the group again."""
    check_may(rules, heard.person, Order.NOTE, None)
    duty.do_leave_note(work, rules, heard.now, heard.person, asked.rest)
    answer(work, rules, heard, "answer.noted_shift", None)
    return Outcome(Act.COMMAND)


def ask_swap(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """换班 11月27日夜班 和 某某 11月29日夜班."""
    check_may(rules, heard.person, Order.SWAP, None)
    now = rules.calendar.local(heard.now)
    mine, other, theirs = _turns(rules, heard, now)
    swap = duty.do_ask_swap(work, rules, heard.now, heard.person, mine, other, theirs, because=heard.because)
    answer(work, rules, heard, "answer.swap_asked", None, other=other.id, day=swap.asker_day.isoformat(), shift=swap.asker_shift,
           other_day=swap.other_day.isoformat(), other_shift=swap.other_shift)
    return Outcome(Act.COMMAND)


def answer_swap(work: Work, rules: Rules, heard: Heard, *, accepted: bool) -> Outcome:
    """同意换班 / 不同意换班, by words or button."""
    swap = duty.do_answer_swap(work, rules, heard.now, heard.person, accepted=accepted, because=heard.because)
    answer(work, rules, heard, "answer.swap", None, by=swap.asker, other=swap.other, accepted=accepted,
           day=swap.asker_day.isoformat(), shift=swap.asker_shift, other_day=swap.other_day.isoformat(),
           other_shift=swap.other_shift)
    return Outcome(Act.COMMAND)


def _turns(rules: Rules, heard: Heard, now: datetime) -> tuple[Turn, Person, Turn]:
    """The speaker's shift, his colleague and the colleague's shift; RefusedError where the words don't say."""
    words, me = heard.told.words, heard.person
    named = days_in(words, now.date())
    for roster in rules.registry.rosters:
        if me.id not in roster.members:
            continue
        people = (rules.registry.person(one) for one in sorted(roster.members - {me.id}))
        other = next((one for one in people if one is not None and one.role in OFFICIALS and one.name in words), None)
        if other is None or not named:
            continue
        (day, said), (other_day, other_said) = named[0], named[-1]
        mine = turn_meant(roster, me.id, day, said, now)
        theirs = turn_meant(roster, other.id, other_day, other_said, now)
        if mine is None:
            raise RefusedError("swap_not_yours")
        if theirs is None:
            raise RefusedError("swap_not_theirs")
        return mine, other, theirs
    raise RefusedError("swap_unknown")
