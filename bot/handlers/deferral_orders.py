"""Orders that put a matter off, set it aside or take it apart: 挂账, 延期, 不合理诉求, 自行解决, 拆分."""

from collections.abc import Callable, Mapping

from bot.handlers.day_said import day_said, reason_said
from bot.handlers.heard import Heard, answer
from bot.handlers.orders import Asked, Order
from registry.terms import ClockKind, What
from tickets import excluding, extending, settling, shelving, splitting
from tickets.model import Ticket
from tickets.work import Rules, Work


def shelve(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """挂账到某日 with a reason."""
    day = day_said(asked.rest, rules.calendar.local(heard.now).date())
    ticket = shelving.do_shelve(work, rules, heard.now, ticket, heard.person, day, reason_said(asked.rest),
                                because=heard.because)
    answer(work, rules, heard, "answer.shelved", ticket, until=work.clocks(ticket.id)[ClockKind.REVIEW].limit_at.isoformat())
    return ticket


def resume(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = shelving.do_resume(work, rules, heard.now, ticket, heard.person, because=heard.because)
    answer(work, rules, heard, "answer.resumed", ticket)
    return ticket


def ask_extension(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """申请延期到某日 with a reason."""
    day = day_said(asked.rest, rules.calendar.local(heard.now).date())
    ticket = extending.do_ask_extension(work, rules, heard.now, ticket, heard.person, day, reason_said(asked.rest),
                                        because=heard.because)
    answer(work, rules, heard, "answer.extension_asked", ticket)
    return ticket


def grant_extension(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = extending.do_decide_extension(work, rules, heard.now, ticket, heard.person, True, because=heard.because)
    until = next(line.facts["until"] for line in reversed(work.history(ticket.id)) if line.what is What.EXTENDED)
    answer(work, rules, heard, "answer.extension_granted", ticket, until=until)
    return ticket


def refuse_extension(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = extending.do_decide_extension(work, rules, heard.now, ticket, heard.person, False, because=heard.because)
    answer(work, rules, heard, "answer.extension_refused", ticket)
    return ticket


def ask_exclusion(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """不合理诉求 with a reason: proposed."""
    ticket = excluding.do_ask_exclusion(work, rules, heard.now, ticket, heard.person, reason_said(asked.rest),
                                        because=heard.because)
    answer(work, rules, heard, "answer.unreasonable_asked", ticket)
    return ticket


def confirm_exclusion(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = excluding.do_decide_exclusion(work, rules, heard.now, ticket, heard.person, True, because=heard.because)
    answer(work, rules, heard, "answer.unreasonable_confirmed", ticket)
    return ticket


def refuse_exclusion(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = excluding.do_decide_exclusion(work, rules, heard.now, ticket, heard.person, False, because=heard.because)
    answer(work, rules, heard, "answer.unreasonable_refused", ticket)
    return ticket


def settle(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    ticket = settling.do_settle(work, rules, heard.now, ticket, heard.person, because=heard.because,
                                words=heard.told.words or None)
    answer(work, rules, heard, "answer.settled", ticket)
    return ticket


def split(work: Work, rules: Rules, heard: Heard, asked: Asked, ticket: Ticket) -> Ticket:
    """拆分: the quoted message leaves the matter. What it tells is what was read when it was heard."""
    quoted = heard.told.quote
    line = next((line for line in heard.before if line.id == quoted), None)
    verdict = line.verdict if line is not None else None
    new = splitting.do_split(work, rules, heard.now, ticket, heard.person, [quoted] if quoted else [], because=heard.because,
                             category=verdict.category if verdict else None, place=verdict.place if verdict else None)
    answer(work, rules, heard, "answer.split", new, **{"from": ticket.aloud})
    return new


_Do = Callable[[Work, Rules, Heard, Asked, Ticket], Ticket]
DEFERRALS: Mapping[Order, _Do] = {
    Order.SHELVE: shelve,
    Order.RESUME: resume,
    Order.EXTEND: ask_extension,
    Order.GRANT_EXTENSION: grant_extension,
    Order.REFUSE_EXTENSION: refuse_extension,
    Order.UNREASONABLE: ask_exclusion,
    Order.CONFIRM_UNREASONABLE: confirm_exclusion,
    Order.REFUSE_UNREASONABLE: refuse_exclusion,
    Order.SETTLE: settle,
    Order.SPLIT: split,
}
