"""Danger of both kinds, doubt, 属实, 误报, 解除 (domain.md). Place danger reaches all tiers; person danger no group."""

from dataclasses import replace
from datetime import datetime, timedelta

from registry.model import Group, Person
from registry.terms import ClockKind, DangerKind, Lane, Said, Status, Urgency, What
from tickets import shelving
from tickets.errors import RefusedError
from tickets.model import Clock, Ticket
from tickets.rounds import refresh_cards, relax_clocks, tighten_clocks
from tickets.supervising import settle
from tickets.telling import (
    basic_groups,
    command_group,
    coordination_group,
    tell_alone,
    tell_group,
    tell_people,
    tell_person,
    unit_people,
)
from tickets.work import Rules, Work

#: What is said about a normal matter and is overtaken by the alarm.
_OVERTAKEN = frozenset({Said.RECEIPT, Said.ASSIGNED, Said.CARD, Said.QUESTION})


def watchers(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> list[Person | None]:
    """Who is woken by a place danger beside the unit: grid member, grid leader, duty officers, heads."""
    registry = rules.registry
    heads = [head for group in basic_groups(rules, ticket) for head in registry.heads_of(group.id)]
    return [registry.grid_member_of(ticket.area), registry.grid_leader_of(ticket.area),
            *registry.duty_officers(ticket.area, now), *heads]


def raise_alarm(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str, by: str | None, hold_command: bool = False
) -> Ticket:
    """Place danger: all tiers at once, first line what to do and whom to call. `hold_command` keeps the command group
    out for the minutes that the policy gives at night when only silence raised it. A shelved matter is taken up again."""
    if ticket.status is Status.SHELVED:
        ticket = shelving.do_resume(work, rules, now, ticket, None, because=because)
    ticket = replace(ticket, urgency=Urgency.DANGER, danger=DangerKind.PLACE, doubt=False, danger_ended_at=None)
    work.save(ticket)
    work.record(ticket.id, now, What.DANGER_RAISED, by, None, {"kind": "place", "because": because})
    work.stop_clocks(ticket.id, ClockKind.DOUBT)
    work.cancel(ticket.id, now, kinds=_OVERTAKEN)
    tighten_clocks(work, rules, now, ticket)
    for group in basic_groups(rules, ticket):
        tell_group(work, now, ticket, group, Said.ADVICE, "danger.advice", because=because, lane=Lane.DANGER, still="danger")
    tell_alone(work, now, ticket, Said.ADVICE, "danger.advice", because=because, lane=Lane.DANGER, still="danger")
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.DANGER, "danger.group", because=because,
               lane=Lane.DANGER, still="danger")
    tell_people(work, rules, now, ticket, [*watchers(work, rules, now, ticket), *unit_people(rules, ticket)], Said.DANGER,
                "card.danger", because=because, lane=Lane.DANGER, still="danger")
    if hold_command:
        later = now + timedelta(minutes=rules.policy_of(ticket).doubt.command_delay_minutes)
        work.set_clock(Clock(ticket.id, ClockKind.STEP, later, later))
    else:
        tell_command(work, rules, now, ticket, because=because)
    return ticket


def tell_command(work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str) -> None:
    """The command group hears of a place danger."""
    tell_group(work, now, ticket, command_group(rules, ticket), Said.DANGER, "danger.group", because=because,
               lane=Lane.DANGER, still="danger")


def alarm_confidants(work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str) -> Ticket:
    """Person danger: cards to the area's confidants only; the group hears at most 「已转给值班人员」."""
    registry = rules.registry
    what = What.DOUBTED if ticket.doubt else What.DANGER_RAISED
    work.record(ticket.id, now, what, None, None, {"kind": "person", "because": because})
    confidants = list(registry.confidants(ticket.area))
    on_duty = {p.id for p in registry.duty_officers(ticket.area, now)}
    first = [p for p in confidants if p.id in on_duty] + [p for p in confidants if p.id not in on_duty]
    if ticket.doubt:
        tell_people(work, rules, now, ticket, first, Said.QUESTION, "card.person_doubt", because=because, lane=Lane.URGENT,
                    still="open")
    else:
        tell_people(work, rules, now, ticket, first, Said.DANGER, "card.person", because=because, lane=Lane.DANGER,
                    still="open")
    for group in basic_groups(rules, ticket):
        if not ticket.doubt:
            tell_group(work, now, ticket, group, Said.RECEIPT, "handed_to_duty", because=because, lane=Lane.URGENT)
    tell_alone(work, now, ticket, Said.RECEIPT, "handed_to_duty", because=because, lane=Lane.URGENT)
    return ticket


def ask_doubt(work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str) -> None:
    """Doubtful place danger: 属实 / 误报 / 打电话核实 to grid member, leader, duty officer; silence raises."""
    work.record(ticket.id, now, What.DOUBTED, None, None, {"kind": "place", "because": because})
    tell_people(work, rules, now, ticket, watchers(work, rules, now, ticket), Said.QUESTION, "card.doubt", because=because,
                lane=Lane.URGENT, still="doubt")
    until = now + timedelta(seconds=rules.policy_of(ticket).doubt.silence_seconds)
    work.set_clock(Clock(ticket.id, ClockKind.DOUBT, until, until))


def do_silence(work: Work, rules: Rules, now: datetime, ticket: Ticket) -> Ticket:
    """Nobody answered the doubt in time: it is danger. At night the command group comes some minutes later."""
    work.stop_clocks(ticket.id, ClockKind.DOUBT)
    if not ticket.doubt or not ticket.is_open:
        return ticket
    return raise_alarm(work, rules, now, ticket, because="clock:doubt", by=None,
                       hold_command=rules.policy_of(ticket).doubt.is_night(rules.calendar.local(now).time()))


def do_confirm(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """属实: a person says that it is danger. Raises Refused where there is nothing to confirm."""
    if not ticket.is_open or ticket.status is Status.DONE:
        raise RefusedError("finished", ticket.id)
    if not ticket.doubt:
        raise RefusedError("already_danger" if ticket.in_danger else "no_danger", ticket.id)
    work.record(ticket.id, now, What.CONFIRMED, by.id)
    if ticket.is_private:
        ticket = replace(ticket, doubt=False, urgency=Urgency.DANGER)
        work.save(ticket)
        # earlier, never anew: who has accepted it is not waited for again
        tighten_clocks(work, rules, now, ticket)
        return alarm_confidants(work, rules, now, ticket, because=because)
    ticket = raise_alarm(work, rules, now, ticket, because=because, by=by.id)
    refresh_cards(work, now, ticket, because=because)
    return ticket


def do_lower(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """误报: a person says that there was no danger. The matter stays open as a normal one; all who were told are told."""
    if not ticket.is_open:
        raise RefusedError("finished", ticket.id)
    if ticket.danger is None:
        raise RefusedError("no_danger", ticket.id)
    was_raised = ticket.in_danger and not ticket.doubt
    listeners = told_of_danger(work, ticket, now)
    private = ticket.is_private
    work.stop_clocks(ticket.id, ClockKind.DOUBT, ClockKind.STEP)
    work.cancel(ticket.id, now, kinds={Said.ADVICE, Said.DANGER, Said.STEP}, lanes={Lane.DANGER})
    work.cancel(ticket.id, now, events={"card.doubt", "card.person_doubt"})
    work.record(ticket.id, now, What.DANGER_ENDED, by.id, None, {"false_alarm": True})
    if was_raised:
        tell_ended(work, rules, now, ticket, listeners, by, because=because, event="danger.false_alarm")
    elif ticket.doubt and not private:
        # Nobody was alarmed, but the group and those who were asked wait for the answer.
        for group in basic_groups(rules, ticket):
            tell_group(work, now, ticket, group, Said.STATUS, "danger.false_alarm", because=because, args={"by": by.id})
        tell_alone(work, now, ticket, Said.STATUS, "danger.false_alarm", because=because, args={"by": by.id})
        asked = [person for person in watchers(work, rules, now, ticket) if person is not None and person.id != by.id]
        tell_people(work, rules, now, ticket, asked, Said.STATUS, "danger.false_alarm", because=because, args={"by": by.id})
    ticket = replace(ticket, urgency=Urgency.NORMAL, danger=ticket.danger if private else None, doubt=False,
                     danger_ended_at=now if private else None)
    if private:
        ticket = replace(ticket, status=Status.CLOSED, closed_at=now)
        work.stop_clocks(ticket.id)
        settle(work, now, ticket, by.id)
        work.cancel(ticket.id, now, kinds={Said.STEP, Said.CARD, Said.QUESTION})
        work.record(ticket.id, now, What.CLOSED, by.id, None, {"outcome": None})
    work.save(ticket)
    relax_clocks(work, rules, now, ticket)
    refresh_cards(work, now, ticket, because=because)
    return ticket


def do_end(work: Work, rules: Rules, now: datetime, ticket: Ticket, by: Person, *, because: str) -> Ticket:
    """解除: the danger is over; the matter goes on as an urgent one until it is done. All who were told are told so."""
    if not ticket.is_open:
        raise RefusedError("finished", ticket.id)
    if not ticket.in_danger:
        raise RefusedError("no_danger", ticket.id)
    listeners = told_of_danger(work, ticket, now)
    work.stop_clocks(ticket.id, ClockKind.DOUBT, ClockKind.STEP)
    work.cancel(ticket.id, now, lanes={Lane.DANGER})
    work.record(ticket.id, now, What.DANGER_ENDED, by.id)
    tell_ended(work, rules, now, ticket, listeners, by, because=because, event="danger.ended")
    ticket = replace(ticket, danger_ended_at=now, doubt=False)
    work.save(ticket)
    refresh_cards(work, now, ticket, because=because)
    return ticket


def told_of_danger(work: Work, ticket: Ticket, now: datetime) -> list[tuple[str | None, str | None]]:
    """(group, person) of all who were told, also of those who heard of it as another ticket merged into this one."""
    told = dict.fromkeys(work.told(ticket.id, Lane.DANGER))
    for line in work.history(ticket.id):
        merged = work.find_number(str(line.facts["from"]), now) if line.what is What.MERGED and "from" in line.facts else None
        if merged is not None:
            told |= dict.fromkeys(told_of_danger(work, merged, now))
    return list(told)


def tell_group_that_joins(work: Work, rules: Rules, now: datetime, ticket: Ticket, group: Group, *, because: str) -> None:
    """A danger is told in one more group: its residents have the advice, those beside them the card."""
    tell_group(work, now, ticket, group, Said.ADVICE, "danger.advice", because=because, lane=Lane.DANGER, still="danger")
    tell_people(work, rules, now, ticket, [rules.registry.grid_member_of(group.area), *rules.registry.heads_of(group.id)],
                Said.DANGER, "card.danger", because=because, lane=Lane.DANGER, still="danger")


def tell_ended(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, listeners: list[tuple[str | None, str | None]], by: Person,
    *, because: str, event: str,
) -> None:
    """All who were told of the danger are told that it is over, each where he was told."""
    registry = rules.registry
    for group_id, person_id in listeners:
        if group_id:
            tell_group(work, now, ticket, registry.group(group_id), Said.DANGER_ENDED, event, because=because,
                       lane=Lane.DANGER, args={"by": by.id})
        elif person_id:
            tell_person(work, rules, now, ticket, registry.person(person_id), Said.DANGER_ENDED, event, because=because,
                        lane=Lane.DANGER, args={"by": by.id})
    tell_alone(work, now, ticket, Said.DANGER_ENDED, event, because=because, lane=Lane.DANGER, args={"by": by.id})

