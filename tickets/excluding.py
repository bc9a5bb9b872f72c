"""不合理诉求: one person proposes not to do what is asked, a second one confirms it, and it is counted in public.

「不是诉求」 (what the bot misread) is another thing: `correcting.do_exclude`, by one person.
"""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import Said, Status, What
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.requests import Stage, check_second, deciders, pending
from tickets.rounds import refresh_cards
from tickets.telling import coordination_group, tell_basic, tell_group, tell_people, tell_person
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_ask_exclusion(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, reason: str, *, because: str
) -> Ticket:
    """不合理诉求, proposed with a reason. The matter goes on and its clocks run until a second person confirms it."""
    check_allowed(Deed.UNREASONABLE, ticket)
    if pending(work, ticket, What.SET_ASIDE) is not None:
        raise RefusedError("asked_before", ticket.id)
    if not reason.strip():
        raise RefusedError("unreasonable_needs", ticket.id)
    work.record(ticket.id, now, What.SET_ASIDE, by.id, None, {"stage": Stage.ASKED, "message": because}, reason)
    tell_people(work, rules, now, ticket, deciders(rules, ticket, by), Said.QUESTION, "unreasonable.asked", because=because,
                args={"by": by.id}, still="open")
    return ticket


def do_decide_exclusion(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, confirmed: bool, *, because: str
) -> Ticket:
    """A second person confirms that it is 不合理诉求, or says that it is done after all. Confirmed, it ends as excluded;
    the voices are told and what they can do."""
    check_allowed(Deed.CONFIRM_UNREASONABLE if confirmed else Deed.REFUSE_UNREASONABLE, ticket)
    request = pending(work, ticket, What.SET_ASIDE)
    if request is None:
        raise RefusedError("no_request", ticket.id)
    check_second(ticket, request, by)
    asker = rules.registry.person(request.by)
    args = {"by": by.id}
    if not confirmed:
        work.record(ticket.id, now, What.SET_ASIDE, by.id, None, {"stage": Stage.REFUSED, "asked_by": request.by})
        work.cancel(ticket.id, now, events={"unreasonable.asked"})
        tell_person(work, rules, now, ticket, asker, Said.STATUS, "unreasonable.refused", because=because, args=args)
        return ticket
    ticket = replace(ticket, status=Status.EXCLUDED, closed_at=now)
    work.save(ticket)
    work.stop_clocks(ticket.id)
    work.cancel(ticket.id, now)
    # The public figure counts these lines: only a confirmed one names who asked as its target.
    work.record(ticket.id, now, What.SET_ASIDE, by.id, request.by, {"stage": Stage.GRANTED})
    work.record(ticket.id, now, What.CLOSED, by.id, None, {"excluded": True, "unreasonable": True})
    tell_basic(work, rules, now, ticket, Said.STATUS, "status.unreasonable", because=because)
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.unreasonable", because=because,
               args={**args, "asked_by": request.by})
    tell_person(work, rules, now, ticket, asker, Said.STATUS, "unreasonable.confirmed", because=because, args=args)
    refresh_cards(work, now, ticket, because=because)
    return ticket
