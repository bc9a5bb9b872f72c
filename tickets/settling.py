"""自行解决: residents have settled it themselves; no unit is credited with it."""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import Outcome, Role, Said, Status, What
from tickets import rating, supervising
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.rounds import refresh_cards
from tickets.telling import coordination_group, tell_basic, tell_group, tell_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_settle(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str, words: str | None = None
) -> Ticket:
    """自行解决 by a voice, a head or who works on it. The only voice's word closes it; else the others are asked whether
    it is so for them, as at every end."""
    check_allowed(Deed.SETTLE, ticket)
    voices = work.voices(ticket.id)
    if by.role is Role.RESIDENT and by.id not in voices:
        raise RefusedError("settle_not_yours", ticket.id)
    holder = rules.registry.person(ticket.owner) if ticket.status is Status.ACCEPTED and ticket.owner else None
    ticket = replace(ticket, status=Status.DONE, done_at=now)
    work.save(ticket)
    rating.end_work(work, ticket, now, by.id)
    work.record(ticket.id, now, What.SETTLED_BY_RESIDENTS, by.id, None, {"message": because}, words)
    supervising.settle(work, now, ticket, by.id)
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.settled", because=because)
    tell_people(work, rules, now, ticket, [holder], Said.STATUS, "coord.settled", because=because)
    if voices == [by.id]:
        ticket = rating.close(work, now, ticket, Outcome.UNASKED, by=by.id)
        tell_basic(work, rules, now, ticket, Said.STATUS, "status.settled", because=because)
    else:
        rating.ask_voices(work, rules, now, ticket, "ask_settled", because=because)
    refresh_cards(work, now, ticket, because=because)
    return ticket
