"""A ticket's clocks and ladder steps within one round: the same few moves for every use case."""

from dataclasses import replace
from datetime import datetime, timedelta

from escalation.case import Case
from escalation.ladder import limits_of, next_step
from registry.terms import ClockKind, Lane, Said, Status, Urgency, What
from tickets.model import Clock, Ticket, ToSay
from tickets.telling import lane_of, tell_assigned, tell_group, tell_person
from tickets.warning import move_limit, present_urgency, set_limit
from tickets.work import Rules, Work

__all__ = [
    "RANK", "case_of", "decide_step", "higher", "present_urgency", "raise_urgency", "refresh_cards", "relax_clocks",
    "reopenings", "start_clocks", "tighten_clocks",
]

#: Urgencies from low to high.
RANK = {Urgency.NORMAL: 0, Urgency.URGENT: 1, Urgency.DANGER: 2}


def higher(one: Urgency, other: Urgency) -> Urgency:
    """The graver of two."""
    return max(one, other, key=RANK.__getitem__)


def start_clocks(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> None:
    """A round begins: accept, first contact and done run with limits of their own."""
    limits = limits_of(rules.policy_of(ticket), rules.calendar, present_urgency(ticket), ticket.category, now)
    for kind, at in limits.items():
        set_limit(work, rules, now, ticket, kind, at)


def raise_urgency(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, urgency: Urgency, *, because: str, by: str | None,
    call_again: bool = False,
) -> Ticket:
    """Rank rises (more voices, plainer words, an official's word): limits are counted anew from now, never later. With
    `call_again` a unit that has not accepted hears it again as urgent, since it has minutes now where it had hours."""
    if RANK[urgency] <= RANK[ticket.urgency]:
        return ticket
    ticket = replace(ticket, urgency=urgency)
    work.save(ticket)
    tighten_clocks(work, rules, now, ticket)
    work.record(ticket.id, now, What.RAISED, by, None, {"urgency": urgency.value, "because": because})
    review = work.clocks(ticket.id).get(ClockKind.REVIEW)
    if ticket.status is Status.SHELVED and review is not None and review.due_at > now:
        # Whether it can still wait is asked now, not on the day that was agreed before.
        work.set_clock(replace(review, due_at=now))
    # What was held for the speaker or for the night goes out now (design, section 3: urgent is not held).
    held = ticket.status is Status.ASSIGNED and work.cancel(ticket.id, now, events={"assigned", "card.assigned"})
    if held or (call_again and ticket.status is Status.ASSIGNED):
        tell_assigned(work, rules, now, ticket, because=because)
    return ticket


def tighten_clocks(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> None:
    """Running clocks move to the limits of the ticket's urgency where those come earlier."""
    running = work.clocks(ticket.id)
    limits = limits_of(rules.policy_of(ticket), rules.calendar, present_urgency(ticket), ticket.category, now)
    for kind, at in limits.items():
        clock = running.get(kind)
        if clock is None or at >= clock.due_at:
            continue
        if at < clock.limit_at:
            move_limit(work, rules, now, ticket, clock, at)
        else:
            work.set_clock(replace(clock, due_at=at))


def relax_clocks(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> None:
    """There was no danger after all (误报): what still runs is counted anew from now by the limits of the ticket's
    urgency, from the first rung."""
    running = work.clocks(ticket.id)
    limits = limits_of(rules.policy_of(ticket), rules.calendar, present_urgency(ticket), ticket.category, now)
    for kind in running.keys() & limits.keys():
        set_limit(work, rules, now, ticket, kind, limits[kind])


def reopenings(work: Work, ticket: Ticket) -> int:
    """How often the matter was reopened (重办)."""
    return sum(line.what is What.REOPENED for line in work.history(ticket.id)) if ticket.round > 1 else 0


def case_of(ticket: Ticket, clock: Clock) -> Case:
    """What the rule book is told of a ticket whose clock fell due."""
    return Case(
        urgency=present_urgency(ticket),
        danger=ticket.danger,
        doubt=ticket.doubt,
        category=ticket.category,
        area=ticket.area,
        group=ticket.group,
        unit=ticket.unit,
        owner=ticket.owner,
        round=ticket.round,
        step=ticket.step,
        ladder=clock.kind,
        rung=clock.rung,
        limit_at=clock.limit_at,
        opened_at=ticket.opened_at,
        acknowledged_at=ticket.acknowledged_at,
        returns=ticket.returns,
        voices=ticket.voices,
        policy_version=ticket.policy,
    )


def decide_step(work: Work, rules: Rules, now: datetime, ticket: Ticket, clock: Clock) -> Ticket:
    """Decide the next step of a ladder exactly once, queue its calls and move the clock (P4, P5, R3).

    A step that was found late is done once and says how late; the next rung counts from now (R12).
    """
    # a re-pin begins a round, too; only what was reopened starts higher
    case = replace(case_of(ticket, clock), round=1 + reopenings(work, ticket))
    plan = next_step(case, rules.policy_of(ticket), rules.registry, rules.calendar, now)
    step = ticket.step + 1
    called = [call.person or call.group or "" for call in plan.calls]
    if not work.add_step(ticket.id, ticket.round, step, now, clock.kind, plan.rung, called, plan.missing):
        return ticket
    # A new call asks anew: who answered an earlier one has let it grow stale.
    ticket = replace(ticket, step=step, acknowledged_at=None)
    work.save(ticket)
    vacant = {"vacant": list(plan.vacant)} if plan.vacant else {}
    work.record(ticket.id, now, What.RAISED, None, None,
                {"ladder": clock.kind.value, "rung": plan.rung, "step": step, "calls": called, "missing": list(plan.missing), **vacant})
    still = f"call_{clock.kind.value}"
    args = {"ladder": clock.kind.value, "rung": plan.rung, "limit_at": clock.limit_at.isoformat(),
            "missing": list(plan.missing), **vacant}
    because = f"clock:{clock.kind.value}"
    for call in plan.calls:
        if call.group:
            tell_group(work, now, ticket, rules.registry.group(call.group), Said.STEP, "step.group", because=because,
                       lane=lane_of(ticket), args=args, still=still, step=step)
        elif call.person:
            tell_person(work, rules, now, ticket, rules.registry.person(call.person), Said.STEP, "step.card",
                        because=because, lane=lane_of(ticket), args={**args, "why": call.why}, still=still, step=step)
    if ticket.leader is not None and ticket.leader not in called:
        tell_person(work, rules, now, ticket, rules.registry.person(ticket.leader), Said.STEP, "step.card", because=because,
                    lane=lane_of(ticket), args={**args, "why": "leader"}, still=still, step=step)
    # An open ticket never stands without a running clock (P3): a ladder that has ended is looked at daily.
    work.set_clock(replace(clock, due_at=plan.next_at or now + timedelta(days=1), rung=plan.rung))
    return ticket


def refresh_cards(work: Work, now: datetime, ticket: Ticket, *, because: str) -> None:
    """Cards already sent show the ticket's new state, so that no stale button remains."""
    if ticket.owner:
        work.say(
            ToSay(kind=Said.CARD, event="cards.refresh", lane=Lane.NORMAL, ticket=ticket.id, because=because,
                  person=ticket.owner, round=ticket.round),
            now,
        )

