"""Who may ask for what, by role and area. A refusal says why and what to do instead."""

from bot.handlers.orders import Order
from registry.model import Person
from registry.terms import OFFICIALS, Role
from tickets.errors import RefusedError
from tickets.model import Ticket
from tickets.telling import is_confidant
from tickets.work import Rules

_NEAR = frozenset({Role.GRID_MEMBER, Role.GRID_LEADER, Role.GRID_OFFICE, Role.DUTY_OFFICER})
_UNIT = frozenset({Role.UNIT_MEMBER, Role.UNIT_LEAD})
_HEAD = frozenset({Role.HOUSEHOLD_HEAD})
_LEADERS = frozenset({Role.COUNTY_LEADER, Role.GRID_OFFICE})

#: Order → roles that may ask for it. Whoever is not named is refused.
MAY: dict[Order, frozenset[Role]] = {
    Order.LIFT: _HEAD | _NEAR | _LEADERS,
    Order.HAND_OVER: _HEAD | _NEAR | _UNIT | _LEADERS,
    Order.EXCLUDE: _HEAD | _NEAR,
    Order.CATEGORY: _HEAD | _NEAR,
    Order.PLACE: _HEAD | _NEAR | _UNIT,
    Order.MERGE: _HEAD | _NEAR | _UNIT,
    Order.ACCEPT: _NEAR | _UNIT,
    Order.RETURN: _UNIT,
    Order.DONE: _HEAD | _NEAR | _UNIT,
    Order.NOT_YET: _HEAD | _NEAR | _UNIT | _LEADERS,
    Order.FOUND: OFFICIALS | _HEAD,
    Order.CONTACTED: _NEAR | _UNIT,
    Order.FALSE_ALARM: OFFICIALS,
    Order.END_DANGER: OFFICIALS,
    Order.CONFIRM: OFFICIALS | _HEAD,
    Order.SUPERVISE: _LEADERS | {Role.GRID_LEADER, Role.DUTY_OFFICER},
    Order.TODAY: _LEADERS | {Role.GRID_LEADER, Role.DUTY_OFFICER, Role.UNIT_LEAD},
    Order.SEARCH: OFFICIALS,
    Order.LEAVE: OFFICIALS,
    Order.MINE: OFFICIALS | _HEAD,
}


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
    if allowed is not None and not answers_for(rules, person, ticket):
        raise RefusedError("not_your_area", ticket.id)


def answers_for(rules: Rules, person: Person, ticket: Ticket) -> bool:
    """Whether the ticket is within the person's reach: his area, his unit, or a group that he is in as head."""
    if ticket.owner == person.id:
        return True
    if person.role is Role.HOUSEHOLD_HEAD:
        return bool(set(person.groups) & set(ticket.groups)) or _within(rules, ticket.area, person.area)
    if person.role in _UNIT and person.unit:
        if ticket.unit == person.unit:
            return True
        unit = rules.registry.unit(person.unit)
        return unit is not None and _within(rules, ticket.area, unit.area)
    return _within(rules, ticket.area, person.area) or bool(set(person.groups) & set(ticket.groups))


def _within(rules: Rules, area: str, ancestor: str | None) -> bool:
    return ancestor is not None and rules.registry.within(area, ancestor)
