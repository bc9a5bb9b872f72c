"""延期: the unit asks for a later done limit, another person grants or refuses it by name, at most once a round."""

from datetime import date, datetime, time, timedelta

from registry.model import Person
from registry.terms import ClockKind, Said, What
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.requests import Stage, check_second, deciders, pending, was_granted
from tickets.telling import coordination_group, tell_basic, tell_group, tell_people, tell_person
from tickets.transitions import Deed, check_allowed
from tickets.warning import set_limit
from tickets.work import Rules, Work

#: The hour of the day at which an extended limit passes: the end of the office's day.
_ENDS_AT = time(18)
#: Lines after which the one who asked no longer has the matter.
_MOOT = (What.RETURNED, What.HANDED_OVER, What.SHELVED)


def do_ask_extension(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, until: date | None, reason: str, *, because: str
) -> Ticket:
    """申请延期: a reason and a day, later than the running limit and at most `extension_to_days` after opening. The clock
    does not move before somebody grants it."""
    check_allowed(Deed.EXTEND, ticket)
    if was_granted(work, ticket, What.EXTENDED):
        raise RefusedError("extended_before", ticket.id)
    if pending(work, ticket, What.EXTENDED, _MOOT) is not None:
        raise RefusedError("asked_before", ticket.id)
    latest = rules.calendar.local(ticket.opened_at) + timedelta(days=rules.policy_of(ticket).defer.extension_to_days)
    if until is None or not reason.strip():
        raise RefusedError("extension_needs", ticket.id, until=latest.isoformat())
    limit = min(datetime.combine(until, _ENDS_AT, tzinfo=latest.tzinfo), latest)
    running = work.clocks(ticket.id).get(ClockKind.DONE)
    if until > latest.date() or limit <= now or (running is not None and limit <= running.limit_at):
        raise RefusedError("extension_day", ticket.id, until=latest.isoformat())
    work.record(ticket.id, now, What.EXTENDED, by.id, None,
                {"stage": Stage.ASKED, "until": limit.isoformat(), "message": because}, reason)
    tell_people(work, rules, now, ticket, deciders(rules, ticket, by), Said.QUESTION, "extension.asked", because=because,
                args={"by": by.id, "until": limit.isoformat()}, still="undone")
    return ticket


def do_decide_extension(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, granted: bool, *, because: str
) -> Ticket:
    """同意 / 不同意延期, by another person than who asked. Granted, the done clock moves and its ladder begins anew."""
    check_allowed(Deed.GRANT_EXTENSION if granted else Deed.REFUSE_EXTENSION, ticket)
    request = pending(work, ticket, What.EXTENDED, _MOOT)
    if request is None or request.until is None or request.until <= now:
        raise RefusedError("no_request", ticket.id)
    check_second(ticket, request, by)
    stage = Stage.GRANTED if granted else Stage.REFUSED
    args = {"by": by.id, "until": request.until.isoformat()}
    work.cancel(ticket.id, now, events={"extension.asked"})
    work.record(ticket.id, now, What.EXTENDED, by.id, request.by, {"stage": stage, "until": args["until"]})
    if granted:
        set_limit(work, rules, now, ticket, ClockKind.DONE, request.until)
        # What was called about the limit that no longer counts.
        work.cancel(ticket.id, now, events={"step.group", "step.card"})
        tell_basic(work, rules, now, ticket, Said.STATUS, "status.extended", because=because, args=args, still="undone")
        tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.extended", because=because,
                   args=args)
    tell_person(work, rules, now, ticket, rules.registry.person(request.by), Said.STATUS,
                "extension.granted" if granted else "extension.refused", because=because, args=args)
    return ticket
