"""办结, 评价, 还没好, 归档: from done to closed, and back when a voice says that it is not settled."""

from dataclasses import replace
from datetime import datetime, timedelta

from registry.model import Person
from registry.terms import ClockKind, Lane, Outcome, Said, Status, TicketKind, What
from tickets import assigning, danger, leading, reporting_in, supervising
from tickets.alarming import tell_office
from tickets.errors import RefusedError
from tickets.model import Clock, Ticket
from tickets.rounds import refresh_cards, start_clocks
from tickets.telling import coordination_group, tell_basic, tell_group, tell_people, tell_person, unit_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work

#: Rungs of the rating clock: the question waits to be reached; asked once; asked twice; nobody could be reached.
UNREACHED, ASKED, ASKED_AGAIN, UNREACHABLE = 0, 1, 2, 9
#: What is moot once the work is done.
_OVERTAKEN = frozenset({"status.accepted", "status.reopened", "status.extended", "status.shelved", "status.resumed"})
_MOOT = frozenset({Said.STEP, Said.ASSIGNED, Said.RECEIPT, Said.QUESTION, Said.CARD})


def do_done(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str, media: str | None = None,
    words: str | None = None,
) -> Ticket:
    """办结: the work is done; the voices are asked to rate. A danger still running is ended first, and all are told."""
    check_allowed(Deed.DONE, ticket)
    if reporting_in.helps(work, ticket, by):
        raise RefusedError("lead_closes", ticket.id, unit=ticket.unit)
    if ticket.in_danger and not ticket.doubt:
        ticket = danger.do_end(work, rules, now, ticket, by, because=because)
    owner = by.id if ticket.status is not Status.ACCEPTED else ticket.owner
    ticket = replace(ticket, status=Status.DONE, done_at=now, owner=owner, doubt=False,
                     acknowledged_at=ticket.acknowledged_at or now)
    work.save(ticket)
    end_work(work, ticket, now, by.id)
    work.record(ticket.id, now, What.DONE, by.id, None, {"photo": media is not None, "message": because}, words)
    if ticket.is_private or ticket.kind is TicketKind.CONSULTATION:
        ticket = close(work, now, ticket, Outcome.UNASKED, by=by.id)
        refresh_cards(work, now, ticket, because=because)
        if ticket.kind is TicketKind.CONSULTATION:
            tell_basic(work, rules, now, ticket, Said.ANSWER, "consult.done", because=because)
        return ticket
    if ticket.missing:
        work.cancel(ticket.id, now, events={"missing.order"})
        for group_id in {g for g, _ in work.told(ticket.id, Lane.URGENT) if g}:
            tell_group(work, now, ticket, rules.registry.group(group_id), Said.STATUS, "missing.found", because=because)
        tell_people(work, rules, now, ticket, told_people(work, rules, ticket), Said.STATUS, "missing.found", because=because)
        ticket = close(work, now, ticket, Outcome.UNASKED, by=by.id)
        refresh_cards(work, now, ticket, because=because)
        return ticket
    ask_voices(work, rules, now, ticket, "ask_rating", because=because, photo=media is not None)
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.done", because=because,
               args={"by": by.id})
    refresh_cards(work, now, ticket, because=because)
    return ticket


def end_work(work: Work, ticket: Ticket, now: datetime, by: str) -> None:
    """Nobody works on it any more: its clocks stop, what was to be said of the work is not, and supervisions have their
    answer."""
    work.stop_clocks(ticket.id)
    supervising.settle(work, now, ticket, by)
    work.cancel(ticket.id, now, kinds=_MOOT)
    work.cancel(ticket.id, now, events=_OVERTAKEN)


def ask_voices(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, event: str, *, because: str, photo: bool = False
) -> None:
    """Ask those who told it whether it is over; the rating clock runs."""
    tell_basic(work, rules, now, ticket, Said.ASK_RATING, event, because=because, still="unrated",
               args={"voices": work.voices(ticket.id)[:10], "photo": photo})
    policy = rules.policy_of(ticket)
    work.set_clock(Clock(ticket.id, ClockKind.RATING, now + timedelta(hours=policy.rating.unreached_hours),
                         now + timedelta(days=policy.rating.unasked_days), UNREACHED))


def told_people(work: Work, rules: Rules, ticket: Ticket) -> list[Person | None]:
    """People who got an urgent card of the ticket."""
    return [rules.registry.person(p) for _, p in work.told(ticket.id, Lane.URGENT) if p]


def do_reached(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> None:
    """The rating question has reached a group: again in 24 h, closed as silent after 72 h (counted from the first)."""
    if ticket.status is not Status.DONE:
        return
    clock = work.clocks(ticket.id).get(ClockKind.RATING)
    if clock is None or clock.rung in (ASKED, ASKED_AGAIN):
        return
    policy = rules.policy_of(ticket)
    work.record(ticket.id, now, What.ASKED_RATING, None)
    work.set_clock(Clock(ticket.id, ClockKind.RATING, now + timedelta(hours=policy.rating.ask_again_after_hours),
                         now + timedelta(hours=policy.rating.close_after_hours), ASKED))


def do_rating_due(work: Work, rules: Rules, now: datetime, ticket: Ticket, clock: Clock) -> Ticket:
    """The rating clock fell due: ask once more, close as silent, or show the office that nobody could be asked."""
    if ticket.status is not Status.DONE:
        work.stop_clocks(ticket.id, ClockKind.RATING)
        return ticket
    if clock.rung == ASKED:
        tell_basic(work, rules, now, ticket, Said.ASK_RATING, "ask_rating_again", because="clock:rating", still="unrated",
                   args={"voices": work.voices(ticket.id)[:10]})
        work.record(ticket.id, now, What.ASKED_RATING, None, None, {"again": True})
        work.set_clock(replace(clock, due_at=clock.limit_at, rung=ASKED_AGAIN))
        return ticket
    if clock.rung == ASKED_AGAIN:
        return close(work, now, ticket, Outcome.SILENT, by=None)
    if clock.rung == UNREACHED:
        tell_office(work, rules, now, "alarm.unasked", because="clock:rating", ticket=ticket, still="unrated")
        work.set_clock(replace(clock, due_at=clock.limit_at, rung=UNREACHABLE))
        return ticket
    return close(work, now, ticket, Outcome.UNASKED, by=None)


def close(work: Work, now: datetime, ticket: Ticket, outcome: Outcome | None, *, by: str | None) -> Ticket:
    """归档: no clock runs and nothing is queued any more but what tells of the end."""
    ticket = replace(ticket, status=Status.CLOSED, outcome=outcome, closed_at=now, last_at=max(ticket.last_at, now))
    work.save(ticket)
    work.stop_clocks(ticket.id)
    work.cancel(ticket.id, now, kinds={Said.ASK_RATING, Said.STEP, Said.CARD, Said.QUESTION})
    work.record(ticket.id, now, What.CLOSED, by, None, {"outcome": outcome.value if outcome else None})
    return ticket


def do_rate(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: str, satisfied: bool, *, because: str
) -> Ticket:
    """A voice rates: satisfied closes, unsatisfied opens the next round. One unsatisfied voice makes it unsatisfied."""
    check_allowed(Deed.RATE, ticket)
    work.record(ticket.id, now, What.RATED, by, None, {"satisfied": satisfied})
    if not satisfied:
        return do_reopen(work, rules, now, ticket, by=by, because=because)
    if ticket.status is Status.DONE:
        ticket = close(work, now, ticket, Outcome.SATISFIED, by=by)
        tell_basic(work, rules, now, ticket, Said.STATUS, "rated.thanks", because=because)
        return ticket
    if ticket.outcome in (Outcome.SILENT, Outcome.UNASKED, None):
        ticket = replace(ticket, outcome=Outcome.SATISFIED)
        work.save(ticket)
    return ticket


def may_reopen(rules: Rules, ticket: Ticket, now: datetime) -> bool:
    """Within 7 days of closing; later it is a new ticket linked to the old."""
    if ticket.status is Status.DONE:
        return True
    if ticket.status is not Status.CLOSED or ticket.closed_at is None:
        return False
    return now - ticket.closed_at <= timedelta(days=rules.policy_of(ticket).rating.reopen_within_days)


def do_reopen(work: Work, rules: Rules, now: datetime, ticket: Ticket, *, by: str, because: str) -> Ticket:
    """还没好: same ticket, next round, one step higher: the rule book
    lifts its ladders by the round. Raises Refused after 7 days."""
    check_allowed(Deed.NOT_YET, ticket)
    if not may_reopen(rules, ticket, now):
        raise RefusedError("reopen_late", ticket.id)
    # A person danger goes back to whoever is on duty, never to a sponsor who may not know of it (P13).
    holder = assigning.duty_officer(rules, ticket, now) if ticket.is_private else rules.registry.sponsor_lead(ticket.area)
    owner = holder.id if holder else ticket.owner
    status = Status.ASSIGNED if ticket.unit else Status.OPEN
    ticket = replace(ticket, status=status, round=ticket.round + 1, step=0, owner=owner, outcome=None, accepted_at=None,
                     acknowledged_at=None, done_at=None, closed_at=None, last_at=now)
    work.save(ticket)
    work.cancel(ticket.id, now, kinds={Said.ASK_RATING})
    work.cancel(ticket.id, now, events=_OVERTAKEN)
    work.stop_clocks(ticket.id)
    start_clocks(work, rules, now, ticket)
    work.record(ticket.id, now, What.REOPENED, by, owner, {"round": ticket.round})
    tell_basic(work, rules, now, ticket, Said.STATUS, "status.reopened", because=because, still="undone")
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.ASSIGNED, "reopened", because=because,
               still="unaccepted", args={"people": [p.id for p in unit_people(rules, ticket)]})
    others = rules.registry.confidants(ticket.area) if ticket.is_private else unit_people(rules, ticket)
    tell_people(work, rules, now, ticket, [*others, holder], Said.CARD, "card.reopened", because=because, still="unaccepted")
    leading.propose_if_repeated(work, rules, now, ticket, because=because)
    return ticket


def do_withdraw(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: str, *, because: str) -> Ticket:
    """不用了: who told it takes it back. Refused when others have told it too or the danger is not ended."""
    check_allowed(Deed.WITHDRAW, ticket)
    voices = work.voices(ticket.id)
    if by not in voices:
        raise RefusedError("not_yours", ticket.id)
    if len(voices) > 1:
        raise RefusedError("others_told_it", ticket.id, voices=len(voices))
    was_told = ticket.status in (Status.ASSIGNED, Status.ACCEPTED)
    holder = rules.registry.person(ticket.owner) if ticket.owner else None
    accepted = ticket.status is Status.ACCEPTED
    ticket = replace(ticket, status=Status.WITHDRAWN, closed_at=now)
    work.save(ticket)
    work.stop_clocks(ticket.id)
    work.cancel(ticket.id, now)
    work.record(ticket.id, now, What.WITHDRAWN, by)
    tell_basic(work, rules, now, ticket, Said.STATUS, "withdrawn", because=because)
    if was_told:
        tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.withdrawn", because=because)
    if accepted:
        tell_person(work, rules, now, ticket, holder, Said.STATUS, "coord.withdrawn", because=because)
    refresh_cards(work, now, ticket, because=because)
    return ticket
