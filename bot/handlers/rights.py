"""Who may ask for what, by role and area. A refusal says why and what to do instead.

What may be done to a matter stands in `tickets.transitions`; only what is asked of the bot itself is listed here.
"""

from bot.handlers.orders import Order
from registry.model import Person
from registry.terms import OFFICIALS, Role
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.telling import is_confidant
from tickets.transitions import HEAD, LEADERS, TRANSITIONS, UNIT, Relation, transition
from tickets.work import Rules

#: What is asked of the bot itself, of no one matter → roles that may.
_OF_THE_BOT: dict[Order, frozenset[Role]] = {
    Order.TODAY: LEADERS | {Role.GRID_LEADER, Role.DUTY_OFFICER, Role.UNIT_LEAD},
    Order.SEARCH: OFFICIALS,
    Order.LEAVE: OFFICIALS,
    Order.SWAP: OFFICIALS,
    Order.NOTE: OFFICIALS,
    Order.MINE: OFFICIALS | HEAD,
}
_ORDERS = frozenset(Order)
#: Orders about a matter → their deed. What a voice says of his own matter is granted by the use case, which knows voices.
DEEDS = {
    Order(row.deed.value): row.deed
    for row in TRANSITIONS
    if row.deed.value in _ORDERS and row.relation is not Relation.VOICE
}
#: Order → roles that may ask for it. Whoever is not named is refused.
MAY: dict[Order, frozenset[Role]] = _OF_THE_BOT | {order: transition(deed).may for order, deed in DEEDS.items()}


def check_may(rules: Rules, person: Person, order: Order, ticket: Ticket | None) -> None:
    """Raise RefusedError where the role may not, or the ticket lies outside the person's area or unit."""
    allowed = MAY.get(order)
    if allowed is not None and person.role not in allowed:
        if person.role is Role.RESIDENT and order is Order.DONE:
            raise RefusedError("resident_close", ticket.id if ticket else None)
        raise RefusedError("no_right", ticket.id if ticket else None, action=order.value)
    if ticket is None:
        return
    if ticket.is_private and not is_confidant(rules, ticket, person):
        # That it exists at all is not said to anybody else.
        raise RefusedError("not_found", None, number=ticket.aloud)
    if allowed is None:
        return
    of_holder = person.role in UNIT and order in DEEDS and transition(DEEDS[order]).relation is Relation.HOLDER
    if not (holds(person, ticket) if of_holder else answers_for(rules, person, ticket)):
        raise RefusedError("not_your_area", ticket.id)


def holds(person: Person, ticket: Ticket) -> bool:
    """Whether the matter is his own or his unit's."""
    return ticket.owner == person.id or (person.unit is not None and ticket.unit == person.unit)


def answers_for(rules: Rules, person: Person, ticket: Ticket) -> bool:
    """Whether the ticket is within the person's reach: his area, his unit, or a group that he is in as head."""
    if ticket.owner == person.id:
        return True
    if person.role is Role.HOUSEHOLD_HEAD:
        return bool(set(person.groups) & set(ticket.groups)) or _within(rules, ticket.area, person.area)
    if person.role in UNIT and person.unit:
        if ticket.unit == person.unit:
            return True
        unit = rules.registry.unit(person.unit)
        return unit is not None and _within(rules, ticket.area, unit.area)
    return _within(rules, ticket.area, person.area) or bool(set(person.groups) & set(ticket.groups))


def _within(rules: Rules, area: str, ancestor: str | None) -> bool:
    return ancestor is not None and rules.registry.within(area, ancestor)
