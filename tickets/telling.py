"""Who hears what: the one place where outbox rows of a ticket are made, and where privacy is kept.

Every sentence to a group passes `tell_group`. A person danger and a missing person pass it only for the few events
named here, so no use case can tell a group by mistake (promise P13).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from registry.model import Group, Person
from registry.terms import OFFICIALS, DangerKind, Lane, Said, Speaks, Tier, Urgency
from tickets.model import Ticket, ToSay
from tickets.work import Rules, Work

#: What a group may hear of a matter that belongs to no group.
_DISCREET_EVENTS = frozenset({"handed_to_duty"})
#: What groups may hear of a missing person: an official's own words, and that the person is found.
_MISSING_EVENTS = frozenset({"handed_to_duty", "missing.order", "missing.found"})


def lane_of(ticket: Ticket) -> Lane:
    """The lane of sentences about a ticket: danger wakes people, so it ends with the danger."""
    if ticket.in_danger:
        return Lane.DANGER
    return Lane.NORMAL if ticket.urgency is Urgency.NORMAL else Lane.URGENT


def quiet_lane_of(ticket: Ticket) -> Lane:
    """The lane of sentences that wake nobody: receipts, status, cards after the first alarm."""
    return Lane.NORMAL if ticket.urgency is Urgency.NORMAL else Lane.URGENT


def may_reach_groups(ticket: Ticket, event: str) -> bool:
    """Whether a group may hear this event of this ticket."""
    if ticket.danger is DangerKind.PERSON or ticket.is_apart:
        return event in _DISCREET_EVENTS
    if ticket.missing:
        return event in _MISSING_EVENTS
    return True


def tell_group(
    work: Work,
    now: datetime,
    ticket: Ticket,
    group: Group | None,
    kind: Said,
    event: str,
    *,
    because: str,
    lane: Lane | None = None,
    args: Mapping[str, Any] | None = None,
    still: str = "always",
    not_before: datetime | None = None,
    step: int = 0,
) -> bool:
    """Queue a sentence about a ticket for a group; False where there is no group or it must not hear of it."""
    if group is None or not may_reach_groups(ticket, event):
        return False
    if is_muted(work, group, now) and kind is not Said.DANGER_ENDED:
        # Only who was told of a danger is told of its end, so that is said into a silence that came between, too.
        return False
    work.say(
        ToSay(
            kind=kind,
            event=event,
            lane=lane or quiet_lane_of(ticket),
            ticket=ticket.id,
            because=because,
            group=group.id,
            args=dict(args or {}),
            round=ticket.round,
            step=step,
            tier=group.tier,
            not_before=not_before,
            still=still,
        ),
        now,
    )
    return True


def is_muted(work: Work, group: Group, now: datetime) -> bool:
    """静音: a basic group whose owner asked for silence hears nothing; danger still sends its cards to people."""
    if group.tier is not Tier.BASIC:
        return False
    until = work.muted_until(group.id)
    return until is not None and until > now


def tell_person(
    work: Work,
    rules: Rules,
    now: datetime,
    ticket: Ticket | None,
    person: Person | None,
    kind: Said,
    event: str,
    *,
    because: str,
    lane: Lane | None = None,
    args: Mapping[str, Any] | None = None,
    still: str = "always",
    not_before: datetime | None = None,
    step: int = 0,
) -> bool:
    """Queue a card for a person. Cards are for WeCom members: what a head on WeChat would get goes to the grid member
    with the head's name on it (design, section 4). A person danger reaches only the area's confidants."""
    if person is None:
        return False
    if ticket is not None and ticket.is_private and not is_confidant(rules, ticket, person):
        return False
    facts = dict(args or {})
    reached = reachable(rules, person, ticket.area if ticket else person.area)
    if reached is None:
        return False
    if reached.id != person.id:
        facts["stands_for"] = person.id
    work.say(
        ToSay(
            kind=kind,
            event=event,
            lane=lane or (quiet_lane_of(ticket) if ticket else Lane.NORMAL),
            ticket=ticket.id if ticket else None,
            because=because,
            person=reached.id,
            args=facts,
            round=ticket.round if ticket else 0,
            step=step,
            not_before=not_before,
            still=still,
        ),
        now,
    )
    return True


def tell_people(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, people: Iterable[Person | None], kind: Said, event: str,
    *, because: str, lane: Lane | None = None, args: Mapping[str, Any] | None = None, still: str = "always",
    not_before: datetime | None = None, step: int = 0,
) -> list[str]:
    """Queue one card for each person once; gives the ids of those who will be told."""
    told: dict[str, bool] = {}
    for person in people:
        if person is not None and person.id not in told:
            told[person.id] = tell_person(work, rules, now, ticket, person, kind, event, because=because, lane=lane,
                                          args=args, still=still, not_before=not_before, step=step)
    return [person for person, was_told in told.items() if was_told]


def reachable(rules: Rules, person: Person, area: str | None) -> Person | None:
    """The WeCom member who gets this person's card: himself, or the grid member beside a head; residents get none."""
    registry = rules.registry
    if person.role in OFFICIALS or registry.identity(person.id, "wecom"):
        return person
    if person.role.value == "household_head" and area:
        return registry.grid_member_of(area)
    return None


def is_confidant(rules: Rules, ticket: Ticket, person: Person) -> bool:
    """Whether a person danger may be told to this person."""
    return person.id in {p.id for p in rules.registry.confidants(ticket.area)}


def basic_groups(rules: Rules, ticket: Ticket) -> list[Group]:
    """The basic groups in which the matter was told."""
    groups = [rules.registry.group(g) for g in ticket.groups]
    return [g for g in groups if g is not None and g.tier is Tier.BASIC]


def coordination_group(rules: Rules, ticket: Ticket) -> Group | None:
    """The parent of the ticket's basic group; else the coordination group of its area."""
    registry = rules.registry
    return (registry.coordination_of(ticket.group) if ticket.group else None) or registry.coordination_for(ticket.area)


def command_group(rules: Rules, ticket: Ticket) -> Group | None:
    """The command group above the ticket's coordination group; else that of its area."""
    registry = rules.registry
    return (registry.command_of(ticket.group) if ticket.group else None) or registry.command_for(ticket.area)


def unit_people(rules: Rules, ticket: Ticket) -> tuple[Person, ...]:
    """The people of the ticket's unit, leads first."""
    return rules.registry.unit_people(ticket.unit) if ticket.unit else ()


def tell_assigned(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, *, because: str, not_before: datetime | None = None
) -> None:
    """The coordination group, naming the unit's people, and a card for each of them."""
    people = unit_people(rules, ticket)
    tell_group(work, now, ticket, coordination_group(rules, ticket), Said.ASSIGNED, "assigned", because=because,
               still="unaccepted", not_before=not_before, args={"people": [p.id for p in people]})
    tell_people(work, rules, now, ticket, people, Said.CARD, "card.assigned", because=because, still="unaccepted",
                not_before=not_before)


def tell_basic(
    work: Work, rules: Rules, now: datetime, ticket: Ticket, kind: Said, event: str, *, because: str,
    lane: Lane | None = None, args: Mapping[str, Any] | None = None, still: str = "always",
    not_before: datetime | None = None,
) -> None:
    """Queue a sentence for every basic group in which the matter was told."""
    for group in basic_groups(rules, ticket):
        in_lane, when = lane or quiet_lane_of(ticket), not_before
        if in_lane is Lane.NORMAL and rules.registry.speaks(group.id) is not Speaks.DIRECT:
            in_lane, when = Lane.DIGEST, after_digest(rules, now)
        tell_group(work, now, ticket, group, kind, event, because=because, lane=in_lane, args=args, still=still,
                   not_before=when)
    tell_alone(work, now, ticket, kind, event, because=because, lane=lane, args=args, still=still)


def tell_alone(
    work: Work, now: datetime, ticket: Ticket, kind: Said, event: str, *, because: str, lane: Lane | None = None,
    args: Mapping[str, Any] | None = None, still: str = "always",
) -> None:
    """Queue a sentence for every resident who told the matter to the bot alone, each in his own chat. Nothing is held
    back: he waits for it there. Of a person danger he hears what a group might, that it was handed on."""
    if (ticket.is_private and event not in _DISCREET_EVENTS) or (ticket.missing and event not in _MISSING_EVENTS):
        return
    for person in work.alone(ticket.id):
        work.say(
            ToSay(
                kind=kind,
                event=event,
                lane=lane or quiet_lane_of(ticket),
                ticket=ticket.id,
                because=because,
                person=person,
                args={**(args or {}), "reply_to": because},
                round=ticket.round,
                still=still,
            ),
            now,
        )


def after_digest(rules: Rules, now: datetime) -> datetime:
    """Where a person must press or a budget is used up, a sentence waits for the day's digest; should that fail to come, it leaves by itself
    a little later."""
    at = datetime.combine(now.date(), rules.policy.say.digest_at, tzinfo=now.tzinfo)
    return (at if at > now else at + timedelta(days=1)) + timedelta(minutes=10)
