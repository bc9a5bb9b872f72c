"""挂账: what cannot be done now waits for a day that is itself a clock; it keeps its owner and stays open.

Its other clocks stand still while it is shelved and go on where they stood, so shelving takes no time from anybody and
gives none.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from registry.model import Person
from registry.terms import WARNING_OF, ClockKind, Role, Said, Status, What
from tickets.errors import RefusedError
from tickets.model import Clock, Ticket
from tickets.rounds import tighten_clocks
from tickets.telling import coordination_group, tell_assigned, tell_basic, tell_group, tell_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work

#: When the review is asked for on its day: after the office has opened.
_REVIEW_AT = time(9)
_STANDING_STILL = (*WARNING_OF, *WARNING_OF.values())
#: What is moot while nobody can do it.
_MOOT = frozenset({"assigned", "card.assigned", "card.no_unit", "card.contact", "extension.asked", "card.warning", "step.group",
                    "step.card"})
#: From this unanswered review on the county leader is asked too.
_LEADER_FROM = 3


def do_shelve(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, review: date | None, reason: str, *, because: str
) -> Ticket:
    """挂账 with a reason and a review date, at most `shelved_days_at_most` ahead. Shelved again, it says how often."""
    check_allowed(Deed.SHELVE, ticket)
    today = rules.calendar.local(now)
    latest = (today + timedelta(days=rules.policy_of(ticket).defer.shelved_days_at_most)).date()
    if review is None or not reason.strip():
        raise RefusedError("shelve_needs", ticket.id)
    if not today.date() < review <= latest:
        raise RefusedError("shelve_day", ticket.id, until=datetime.combine(latest, _REVIEW_AT, tzinfo=today.tzinfo).isoformat())
    due = datetime.combine(review, _REVIEW_AT, tzinfo=today.tzinfo)
    times = sum(line.what is What.SHELVED and "until" in line.facts for line in work.history(ticket.id)) + 1
    facts: dict[str, Any] = {"until": due.isoformat(), "times": times, "message": because}
    if ticket.status is Status.SHELVED:
        facts |= _stood_still(work, ticket)
    else:
        running = work.clocks(ticket.id)
        clocks = {kind.value: [clock.due_at.isoformat(), clock.limit_at.isoformat(), clock.rung]
                  for kind, clock in running.items() if kind in _STANDING_STILL}
        facts |= {"since": now.isoformat(), "clocks": clocks}
    ticket = replace(ticket, status=Status.SHELVED)
    work.save(ticket)
    work.stop_clocks(ticket.id, *_STANDING_STILL)
    work.cancel(ticket.id, now, events=_MOOT | {"card.review"})
    work.set_clock(Clock(ticket.id, ClockKind.REVIEW, due, due))
    work.record(ticket.id, now, What.SHELVED, by.id, ticket.owner, facts, reason)
    args = {"by": by.id, "until": due.isoformat(), "times": times}
    tell_basic(work, rules, now, ticket, Said.STATUS, "status.shelved", because=because, args=args, still="shelved")
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.shelved", because=because, args=args)
    owner = rules.registry.person(ticket.owner) if ticket.owner and ticket.owner != by.id else None
    tell_people(work, rules, now, ticket, [owner], Said.STATUS, "coord.shelved", because=because, args=args)
    return ticket


def do_resume(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person | None, *, because: str) -> Ticket:
    """恢复办理: the clocks go on where they stood. Also what a danger does to a shelved matter, then `by` is None."""
    check_allowed(Deed.RESUME, ticket)
    stood_still = _stood_still(work, ticket)
    lost = now - datetime.fromisoformat(stood_still["since"])
    waiting = Status.ASSIGNED if ticket.unit else Status.OPEN
    ticket = replace(ticket, status=Status.ACCEPTED if ticket.accepted_at else waiting)
    work.save(ticket)
    work.stop_clocks(ticket.id, ClockKind.REVIEW)
    work.cancel(ticket.id, now, events={"card.review", "status.shelved"})
    for kind, (due_at, limit_at, rung) in stood_still["clocks"].items():
        due, limit = (datetime.fromisoformat(at) + lost for at in (due_at, limit_at))
        work.set_clock(Clock(ticket.id, ClockKind(kind), due, limit, rung))
    tighten_clocks(work, rules, now, ticket)
    work.record(ticket.id, now, What.SHELVED, by.id if by else None, ticket.owner, {"resumed": True})
    tell_basic(work, rules, now, ticket, Said.STATUS, "status.resumed", because=because, still="undone")
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.resumed", because=because)
    if ticket.status is Status.ASSIGNED:
        tell_assigned(work, rules, now, ticket, because=because)
    return ticket


def do_review_due(work: Work, rules: Rules, now: datetime, ticket: Ticket, clock: Clock) -> Ticket:
    """The review date has come: owner and grid office are asked, each day anew until somebody shelves, resumes or ends
    it; who has let two pass has the county leader beside him."""
    if ticket.status is not Status.SHELVED:
        work.stop_clocks(ticket.id, ClockKind.REVIEW)
        return ticket
    registry = rules.registry
    asked = clock.rung + 1
    people = [registry.person(ticket.owner) if ticket.owner else None, *registry.officials(Role.GRID_OFFICE, ticket.area)[:1]]
    if asked >= _LEADER_FROM:
        people += registry.officials(Role.COUNTY_LEADER, ticket.area)[:1]
    tell_people(work, rules, now, ticket, people, Said.CARD, "card.review", because="clock:review", still="shelved")
    work.set_clock(replace(clock, due_at=now + timedelta(days=1), rung=asked))
    return ticket


def _stood_still(work: Work, ticket: Ticket) -> dict[str, Any]:
    """The clocks as they stood when the matter was shelved, and since when."""
    line = next(line for line in reversed(work.history(ticket.id)) if line.what is What.SHELVED and "clocks" in line.facts)
    return {"since": line.facts["since"], "clocks": line.facts["clocks"]}
