"""上报, 首次联系, 领导领办: what heads push up from below, and the leader who takes a disputed matter by name."""

from dataclasses import replace
from datetime import datetime

from registry.model import Person
from registry.terms import ClockKind, Role, Said, What
from tickets.errors import RefusedError
from tickets.model import HistoryLine, Ticket
from tickets.rounds import decide_step, reopenings
from tickets.telling import command_group, coordination_group, tell_group, tell_people, tell_person, unit_people
from tickets.transitions import Deed, check_allowed
from tickets.work import Rules, Work


def do_lift(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """上报: a head or official lifts the matter one rung now, whatever its clock says."""
    check_allowed(Deed.LIFT, ticket)
    clocks = work.clocks(ticket.id)
    clock = clocks.get(ClockKind.ACCEPT) or clocks.get(ClockKind.DONE)
    if clock is None:
        raise RefusedError("already_done", ticket.id)
    work.record(ticket.id, now, What.RAISED, by.id, None, {"by_hand": True, "because": because})
    # The first rung only repeats what the unit already knows; a lift by hand goes at least to the second.
    ticket = decide_step(work, rules, now, ticket, replace(clock, rung=max(clock.rung, 1)))
    lifted = work.clocks(ticket.id)[clock.kind]
    # It is not late yet: after the lift its limit counts as before, so that nobody is called daily before it passes.
    work.set_clock(replace(lifted, due_at=max(lifted.due_at, clock.due_at)))
    return ticket


def do_contact(work: Work, now: datetime, ticket: Ticket, by: Person) -> Ticket:
    """首次联系: the holder has spoken to the people who told it."""
    check_allowed(Deed.CONTACTED, ticket)
    work.stop_clocks(ticket.id, ClockKind.FIRST_CONTACT)
    work.record(ticket.id, now, What.CONTACTED, by.id)
    return ticket


def do_take_lead(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, leader: Person, by: Person, *, because: str,
    but_not: str | None = None,
) -> Ticket:
    """领导领办: a county leader takes the matter by name, or the grid office names one. He is told of every step; the
    owner stays who he is (P3: one owner). Raises RefusedError where it is private, over, or already his. The group
    `but_not` was answered and hears nothing else."""
    check_allowed(Deed.TAKE_LEAD, ticket)
    if leader.role is not Role.COUNTY_LEADER:
        raise RefusedError("leader_unknown", ticket.id)
    if ticket.leader == leader.id:
        raise RefusedError("already_led", ticket.id, by=leader.id)
    ticket = replace(ticket, leader=leader.id)
    work.save(ticket)
    work.cancel(ticket.id, now, events={"card.lead"})
    work.record(ticket.id, now, What.SUPERVISED, by.id, leader.id, {"leading": True, "message": because})
    args = {"by": leader.id}
    for group in (coordination_group(rules, ticket), command_group(rules, ticket)):
        if group is not None and group.id != but_not:
            tell_group(work, now, ticket, group, Said.STATUS, "coord.led", because=because, args=args, still="open")
    owner = rules.registry.person(ticket.owner) if ticket.owner else None
    others = [one for one in (owner, *unit_people(rules, ticket)) if one is not None and one.id != leader.id]
    tell_people(work, rules, now, ticket, others, Said.CARD, "card.led", because=because, args=args, still="open")
    if by.id != leader.id:
        tell_person(work, rules, now, ticket, leader, Said.CARD, "card.lead_given", because=because, args={"by": by.id},
                    still="open")
    return ticket


def propose_leader(work: Work, rules: Rules, now: datetime, ticket: Ticket, reason: str, *, because: str) -> bool:
    """Ask the area's county leader to lead a disputed or repeated matter, once a round. `reason` is returns, reopened,
    unsatisfied or unanswered. False where nobody is asked: private, led already, asked before, or no such leader."""
    if ticket.is_private or ticket.leader is not None or _proposed(work, ticket):
        return False
    leaders = rules.registry.officials(Role.COUNTY_LEADER, ticket.area)
    command = command_group(rules, ticket)
    owner = rules.registry.person(command.owner) if command is not None and command.owner else None
    asked = owner if owner is not None and owner.role is Role.COUNTY_LEADER else next(iter(leaders), None)
    if asked is None:
        return False
    facts = {"leader_proposed": reason, "round": ticket.round}
    work.record(ticket.id, now, What.RAISED, None, asked.id, facts)
    office = rules.registry.officials(Role.GRID_OFFICE, ticket.area)
    tell_person(work, rules, now, ticket, asked, Said.CARD, "card.lead", because=because, args={"reason": reason}, still="open")
    tell_people(work, rules, now, ticket, office[:1], Said.CARD, "card.lead_proposed", because=because,
                args={"reason": reason, "by": asked.id}, still="open")
    return True


def propose_if_repeated(work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str) -> None:
    """Propose a leader where the policy's figures are reached: returns, reopened rounds, unsatisfied ratings."""
    limits = rules.policy_of(ticket).leader
    if ticket.returns >= limits.after_returns:
        propose_leader(work, rules, now, ticket, "returns", because=because)
    elif reopenings(work, ticket) >= limits.after_reopened:
        propose_leader(work, rules, now, ticket, "reopened", because=because)
    elif sum(_unsatisfied(line) for line in work.history(ticket.id)) >= limits.after_unsatisfied:
        propose_leader(work, rules, now, ticket, "unsatisfied", because=because)


def _unsatisfied(line: HistoryLine) -> bool:
    return line.what is What.RATED and line.facts.get("satisfied") is False


def _proposed(work: Work, ticket: Ticket) -> bool:
    return any(line.what is What.RAISED and line.facts.get("leader_proposed") and line.facts.get("round") == ticket.round
               for line in work.history(ticket.id))
