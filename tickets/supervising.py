"""督办: a reminder, a notice (督办单) or a call-up (约谈) from a higher tier, each with its own deadline for an answer.

Unanswered it goes one grade up by itself and is named to who ordered it; after an unanswered call-up a county leader is
asked to lead the matter. 办结 answers all.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from registry.model import Person
from registry.terms import ClockKind, Lane, Said, Status, Urgency, What
from tickets.called_in import GRADE_ABOVE, Grade, Supervision
from tickets.errors import RefusedError
from tickets.leading import propose_leader
from tickets.model import Clock, Ticket
from tickets.rounds import raise_urgency
from tickets.telling import command_group, coordination_group, tell_group, tell_people, tell_person, unit_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_supervise(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, words: str, *, because: str, urgent: bool = False,
    grade: Grade = Grade.NOTICE, but_not: str | None = None,
) -> Ticket:
    """督办 or 批示: logged, told to holder and unit by its grade; an answer is due. `urgent` (特急) also lifts its rank.
    The group `but_not` was answered and hears nothing else."""
    check_allowed(Deed.SUPERVISE, ticket)
    due_at = answer_due(rules, ticket, grade, now)
    work.record(ticket.id, now, What.SUPERVISED, by.id, ticket.owner,
                {"urgent": urgent, "message": because, "grade": grade.value, "due_at": due_at.isoformat()}, words)
    line = len(work.history(ticket.id))
    if urgent:
        ticket = raise_urgency(work, rules, now, ticket, Urgency.URGENT, because=because, by=by.id)
    if ticket.status is not Status.DONE:
        work.add_supervision(Supervision(0, ticket.id, grade, by.id, now, due_at))
        watch_answers(work, ticket)
    _tell(work, rules, now, ticket, grade, by.id, because=because, due_at=due_at, line=line, but_not=but_not)
    return ticket


def answer_due(rules: Rules, ticket: Ticket, grade: Grade, now: datetime) -> datetime:
    """When an answer to a supervision of this grade is due; of a normal matter not before the quiet hours are over."""
    limits = rules.policy_of(ticket).supervision
    hours = {Grade.REMINDER: limits.reminder_within_hours, Grade.NOTICE: limits.notice_within_hours,
             Grade.CALL_UP: limits.callup_within_hours}[grade]
    due_at = now + timedelta(hours=hours)
    return rules.calendar.after_quiet(due_at) if ticket.urgency is Urgency.NORMAL else due_at


def do_answer(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, words: str, *, because: str) -> Ticket:
    """督办回复 by the holder or his unit: every supervision that waits is answered, and its orderer is told in words."""
    check_allowed(Deed.ANSWER, ticket)
    awaited = [one for one in work.supervisions(ticket.id) if one.is_awaited]
    if not awaited:
        raise RefusedError("no_supervision", ticket.id)
    if by.id != ticket.owner and (by.unit is None or by.unit != ticket.unit):
        raise RefusedError("not_holder", ticket.id)
    if not words.strip():
        raise RefusedError("answer_missing", ticket.id)
    orderers = list(dict.fromkeys(one.by for one in awaited))
    settle(work, now, ticket, by.id)
    work.record(ticket.id, now, What.SUPERVISED, by.id, orderers[0], {"answer": True, "to": orderers, "message": because}, words)
    args = {"by": by.id, "line": len(work.history(ticket.id))}
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.STATUS, "coord.answered", because=because, args=args)
    tell_people(work, rules, now, ticket, map(rules.registry.person, orderers), Said.CARD, "card.answered", because=because,
                args=args)
    return ticket


def settle(work: Work, now: datetime, ticket: Ticket, by: str) -> None:
    """Whatever waits for an answer has one: an answer in words, 办结, or the end of the matter."""
    for one in work.supervisions(ticket.id):
        if one.is_awaited:
            work.save_supervision(replace(one, answered_at=now, answered_by=by))
    work.stop_clocks(ticket.id, ClockKind.SUPERVISION)


def do_unanswered(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> Ticket:
    """Nobody answered in time: one grade up, and named to who ordered it."""
    for one in work.supervisions(ticket.id):
        if one.is_awaited and one.due_at <= now:
            _lapse(work, rules, now, ticket, one)
    watch_answers(work, ticket)
    return ticket


def _lapse(work: Work, rules: Rules, now: datetime, ticket: Ticket, lapsed: Supervision) -> None:
    because = "clock:supervision"
    work.save_supervision(replace(lapsed, lapsed_at=now))
    above = GRADE_ABOVE.get(lapsed.grade)
    facts = {"lapsed": lapsed.grade.value, "grade": above.value if above else None}
    work.record(ticket.id, now, What.SUPERVISED, None, lapsed.by, facts)
    tell_person(work, rules, now, ticket, rules.registry.person(lapsed.by), Said.STEP, "card.unanswered", because=because,
                args=facts, still="open")
    if above is not None:
        due_at = answer_due(rules, ticket, above, now)
        work.add_supervision(Supervision(0, ticket.id, above, lapsed.by, now, due_at))
        _tell(work, rules, now, ticket, above, lapsed.by, because=because, due_at=due_at, lapsed=lapsed.grade)
        return
    for group in (coordination_group(rules, ticket), command_group(rules, ticket)):
        tell_group(work, now, ticket, group, Said.STEP, "supervised.silent", because=because, args={"by": lapsed.by}, still="open")
    propose_leader(work, rules, now, ticket, "unanswered", because=because)


def watch_answers(work: Work, ticket: Ticket) -> None:
    """The clock stands at the earliest deadline that still waits."""
    due = min((one.due_at for one in work.supervisions(ticket.id) if one.is_awaited), default=None)
    if due is None:
        work.stop_clocks(ticket.id, ClockKind.SUPERVISION)
    else:
        work.set_clock(Clock(ticket.id, ClockKind.SUPERVISION, due, due))


def carry_over(work: Work, now: datetime, source: Ticket, into: Ticket) -> None:
    """并案: what waits for an answer on a merged ticket waits on the head."""
    for one in work.supervisions(source.id):
        if one.is_awaited:
            work.save_supervision(replace(one, lapsed_at=now))
            if into.status is not Status.DONE:
                work.add_supervision(replace(one, id=0, ticket=into.id))
    watch_answers(work, into)


def _tell(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, grade: Grade, by: str, *, because: str, due_at: datetime,
    line: int | None = None, lapsed: Grade | None = None, but_not: str | None = None,
) -> None:
    """A reminder goes to the holder and his unit's lead, a notice to all who work on it and their group, a call-up to
    the command group too."""
    owner = rules.registry.person(ticket.owner) if ticket.owner else None
    people: Sequence[Person] = unit_people(rules, ticket)
    args = {"by": by, "grade": grade.value, "limit_at": due_at.isoformat(), "line": line,
            "lapsed": lapsed.value if lapsed else None}
    groups = {Grade.REMINDER: (), Grade.NOTICE: (coordination_group(rules, ticket),),
              Grade.CALL_UP: (coordination_group(rules, ticket), command_group(rules, ticket))}[grade]
    lane = Lane.URGENT if grade is Grade.CALL_UP else None
    for group in groups:
        if group is not None and group.id != but_not:
            tell_group(work, now, ticket, group, Said.STEP, "supervised.group", because=because, args=args, still="open", lane=lane)
    told = [owner, *(people[:1] if grade is Grade.REMINDER else people)]
    tell_people(work, rules, now, ticket, told, Said.STEP, "supervised.card", because=because, args=args, still="open", lane=lane)
