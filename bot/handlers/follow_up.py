"""Asking after a matter, rating it, taking it back: what residents say of a matter that is known."""

from bot.handlers.heard import Heard, Outcome, answer
from registry.terms import Act, Status
from tickets import opening, rating, settling
from tickets.errors import RefusedError
from tickets.model import Ticket, TicketMessage
from tickets.work import Rules, Work


def hear_status_query(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """「我那个灯的事咋样了」: answered with the state; asked of the bot without a matter, it says so."""
    ticket = heard.ticket or _only_matter_of(heard)
    if ticket is None:
        if heard.told.to_bot:
            answer(work, rules, heard, "answer.none_found")
        return Outcome(Act.STATUS_QUERY)
    lay_fact(work, ticket, heard, Act.STATUS_QUERY)
    if ticket.is_private:
        return Outcome(Act.STATUS_QUERY, ticket)
    answer(work, rules, heard, "answer.status", ticket)
    return Outcome(Act.STATUS_QUERY, ticket)


def hear_rating(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """An answer to the rating question, thanks, or 「还没好」."""
    ticket = heard.ticket or _latest_done_of(heard)
    if ticket is None:
        return Outcome(Act.CHAT)
    satisfied = heard.told.satisfied
    if satisfied is False and ticket.status is Status.CLOSED and not rating.may_reopen(rules, ticket, heard.now):
        # Later than 7 days it is a new ticket, linked to the old (design, section 7).
        return Outcome(Act.RATING, opening.do_open_again(work, rules, heard.now, ticket, heard.told))
    lay_fact(work, ticket, heard, Act.RATING)
    if satisfied is None or ticket.status not in (Status.DONE, Status.CLOSED):
        if ticket.status in (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED) and satisfied:
            opening.ask_whether_over(work, rules, heard.now, ticket, because=heard.because)
        return Outcome(Act.RATING, ticket)
    ticket = rating.do_rate(work, rules, heard.now, ticket, heard.person.id, satisfied, because=heard.because)
    return Outcome(Act.RATING, ticket)


def hear_withdrawal(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """不用了, said to the bot by who told the matter."""
    ticket = heard.ticket or _only_matter_of(heard)
    if ticket is None:
        raise RefusedError("not_found", None, number="")
    ticket = rating.do_withdraw(work, rules, heard.now, ticket, heard.person.id, because=heard.because)
    return Outcome(Act.COMMAND, ticket)


def hear_settled(work: Work, rules: Rules, heard: Heard) -> Outcome:
    """自行解决, said to the bot by who told the matter."""
    ticket = heard.ticket or _only_matter_of(heard)
    if ticket is None:
        raise RefusedError("not_found", None, number="")
    ticket = settling.do_settle(work, rules, heard.now, ticket, heard.person, because=heard.because,
                                words=heard.told.words or None)
    told = heard.told
    work.add_message(TicketMessage(told.message, ticket.id, told.sender, told.group, told.at, Act.COMMAND, told.words or None))
    return Outcome(Act.COMMAND, ticket)


def lay_fact(work: Work, ticket: Ticket, heard: Heard, act: Act) -> None:
    """Of echo, status query and rating only the fact is kept, not the words (design, section 7)."""
    told = heard.told
    work.add_message(TicketMessage(told.message, ticket.id, told.sender, told.group, told.at, act))


def _only_matter_of(heard: Heard) -> Ticket | None:
    """The one open matter that the speaker told; None when there are none or several."""
    mine = [c.ticket for c in heard.candidates if heard.person.id in c.voices and c.ticket.is_open]
    return mine[0] if len(mine) == 1 else None


def _latest_done_of(heard: Heard) -> Ticket | None:
    """The matter last done that the speaker told, whose rating is open."""
    done = [c.ticket for c in heard.candidates if heard.person.id in c.voices and c.ticket.status is Status.DONE]
    return max(done, key=lambda t: t.done_at or t.opened_at) if done else None
