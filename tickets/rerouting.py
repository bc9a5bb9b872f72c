"""A sentence that could not be delivered is given to somebody else at once: the next of the same rung, else the next rung.

What failed stays on the grid office's page (promise P5); this only sees to it that a living person hears in time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from registry.model import Group, Person
from registry.terms import OFFICIALS, ClockKind, Lane, Role, Said, Tier, What
from tickets.model import Ticket, ToSay
from tickets.rounds import decide_step
from tickets.telling import coordination_group, tell_person, unit_people
from tickets.truth import still_true
from tickets.work import Rules, Work

#: Sentences that somebody must act on, and the card that says the same to one person.
_CARDS: Mapping[str, str] = {
    "step.group": "step.card", "step.card": "step.card", "danger.group": "card.danger", "danger.advice": "card.danger",
    "card.danger": "card.danger", "card.doubt": "card.doubt", "card.person": "card.person",
    "card.person_doubt": "card.person_doubt", "assigned": "card.assigned", "card.assigned": "card.assigned",
}
#: So often in a row; after that the office's alarm is all that is left.
_AT_MOST = 3


def do_reroute(work: Work, rules: Rules, now: datetime, said: ToSay) -> bool:
    """Queue the card for somebody else; False where nobody needs it or nobody is left.

    A group's sentence goes to those who lead the group, a person's to the next of the same role who has not heard it;
    where there is none and a ladder called, its next rung is called now.
    """
    card = _CARDS.get(said.event)
    if card is None or said.ticket is None or int(said.args.get("rerouted", 0)) >= _AT_MOST:
        return False
    ticket = work.get_ticket(said.ticket)
    if not still_true(said.still, ticket, said.round):
        return False
    heard = {person for _, person in work.told(ticket.id, said.lane)}
    args = {**said.args, "rerouted": int(said.args.get("rerouted", 0)) + 1}
    kind = Said.STEP if card == "step.card" else said.kind if said.person is not None else Said.CARD
    told: list[str] = []
    for person in _others(rules, now, ticket, said):
        if person.id not in heard and tell_person(work, rules, now, ticket, person, kind, card, because=said.because,
                                                  lane=said.lane, args=args, still=said.still, step=said.step):
            told.append(person.id)
            if said.person is not None:
                break
    if not told:
        return _next_rung(work, rules, now, ticket, said)
    work.record(ticket.id, now, What.RAISED, None, told[0],
                {"rerouted": said.event, "from": said.person or said.group, "to": told})
    return True


def _others(rules: Rules, now: datetime, ticket: Ticket, said: ToSay) -> Iterable[Person]:
    if said.group is not None:
        group = rules.registry.group(said.group)
        return _leads(rules, ticket, group) if group is not None else ()
    person = rules.registry.person(said.person) if said.person is not None else None
    return _same_rung(rules, now, ticket, person) if person is not None else ()


def _leads(rules: Rules, ticket: Ticket, group: Group) -> list[Person]:
    """Who answers for a group: its owner and grid member, in a working group also the leads of the ticket's unit."""
    registry = rules.registry
    found = [registry.person(group.owner) if group.owner is not None else None]
    if group.tier is Tier.BASIC:
        found.append(registry.grid_member_of(group.area))
    elif group == coordination_group(rules, ticket):
        found += [*unit_people(rules, ticket)[:1], registry.grid_leader_of(ticket.area)]
    people = {one.id: one for one in found if one is not None and one.role in OFFICIALS}
    return list(people.values())


def _same_rung(rules: Rules, now: datetime, ticket: Ticket, person: Person) -> list[Person]:
    """The others who hold the same post for this matter, nearest first."""
    registry = rules.registry
    if person.unit is not None:
        return [one for one in registry.unit_people(person.unit) if one.id != person.id]
    on_duty = registry.duty_officers(ticket.area, rules.calendar.local(now)) if person.role is Role.DUTY_OFFICER else ()
    people = {one.id: one for one in (*on_duty, *registry.officials(person.role, ticket.area)) if one.id != person.id}
    return list(people.values())


def _next_rung(work: Work, rules: Rules, now: datetime, ticket: Ticket, said: ToSay) -> bool:
    """Call the next rung of the ladder that called, once for each of its steps; for a card outside the ladders, the
    first rung of the acceptance that is waited for."""
    if said.kind is Said.STEP and said.step != ticket.step:
        return False
    if said.lane not in (Lane.DANGER, Lane.URGENT):
        return False
    running = work.clocks(ticket.id)
    ladder = ClockKind(str(said.args["ladder"])) if said.kind is Said.STEP and "ladder" in said.args else ClockKind.ACCEPT
    clock = running.get(ladder)
    if clock is None or (said.kind is not Said.STEP and clock.rung):
        return False
    decide_step(work, rules, now, ticket, clock)
    return True
