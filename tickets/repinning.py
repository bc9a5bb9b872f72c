"""换规则: a matter is moved to the policy version of the moment, by an order with a reason. It begins a new round: the
limits that still run are counted anew, the ladder from its first rung."""

from dataclasses import replace
from datetime import datetime

from escalation.ladder import limits_of
from registry.terms import ClockKind, Said, What
from tickets.emergency import policy_now
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.rounds import present_urgency, refresh_cards
from tickets.transitions import Deed, check_allowed
from tickets.warning import set_limit
from tickets.work import Rules, Work


def do_repin(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, by: str, reason: str, *, because: str
) -> Ticket:
    """Move the matter to the current version. `by` is a person's id, or `cli` from the command line.

    Raises RefusedError: no reason, no limits run, or it goes by that version already."""
    check_allowed(Deed.REPIN, ticket)
    if not reason.strip():
        raise RefusedError("repin_reason", ticket.id)
    policy = policy_now(work, rules, now)
    if policy.version == ticket.policy:
        raise RefusedError("repin_same", ticket.id)
    before, ticket = ticket, replace(ticket, policy=policy.version, round=ticket.round + 1, step=0)
    work.save(ticket)
    work.record(ticket.id, now, What.REPINNED, by, None,
                {"from": before.policy, "to": policy.version, "round": ticket.round, "because": because}, reason.strip())
    # The old version's calls are moot; all else that waits is said in the new round.
    work.cancel(ticket.id, now, kinds={Said.STEP}, events={"step.group", "step.card"})
    work.cancel(ticket.id, now, events={"card.warning"})
    work.carry_round(ticket.id, before.round, ticket.round)
    for whistle in work.whistles(ticket.id):
        if whistle.round == before.round:
            work.put_whistle(replace(whistle, round=ticket.round))
    running = work.clocks(ticket.id)
    limits = limits_of(policy, rules.calendar, present_urgency(ticket), ticket.category, now)
    for kind in (ClockKind.ACCEPT, ClockKind.FIRST_CONTACT, ClockKind.DONE):
        if kind in running:
            set_limit(work, rules, now, ticket, kind, limits[kind])
    refresh_cards(work, now, ticket, because=because)
    return ticket
