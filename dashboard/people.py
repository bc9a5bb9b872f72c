"""Who is who on the pages, and who of the signed-in may do and see what."""

from datetime import datetime

from dashboard.terms import ROLE
from registry.model import Person
from registry.registry import Registry
from registry.terms import OFFICIALS, Role
from tickets.model import Ticket

#: Who may sign in at the office page.
OFFICE = (Role.GRID_OFFICE, Role.DUTY_OFFICER)


def office_people(registry: Registry) -> list[Person]:
    """Those who may sign in, the grid office first."""
    people = [person for person in registry.people.values() if person.role in OFFICE]
    return sorted(people, key=lambda person: OFFICE.index(person.role))


def signed_in(registry: Registry, person_id: str) -> Person | None:
    """The signed-in person, while the registry still has them in the office."""
    person = registry.person(person_id)
    return person if person is not None and person.role in OFFICE else None


def official_name(registry: Registry, person_id: str | None) -> str | None:
    """`赵明（县水务局）` for an official or head; None for a resident or somebody unknown."""
    person = registry.person(person_id) if person_id else None
    if person is None or person.role is Role.RESIDENT:
        return None
    unit = registry.unit(person.unit) if person.unit else None
    return f"{person.name}（{unit.name}）" if unit else f"{person.name}（{ROLE[person.role]}）"


def unit_name(registry: Registry, unit_id: str | None) -> str | None:
    """The unit's name; None where there is none."""
    unit = registry.unit(unit_id) if unit_id else None
    return unit.name if unit else None


def area_name(registry: Registry, code: str) -> str:
    """The grid with the area above it: `望水镇 河湾社区第一网格`."""
    chain = registry.chain(code)
    if not chain:
        return "未登记的区域"
    township = registry.township_of(code)
    above = registry.area(township) if township and township != code else None
    return f"{above.name} {chain[0].name}" if above else chain[0].name


def knows(registry: Registry, person: Person, ticket: Ticket) -> bool:
    """Whether the person may see what the matter is about: of a person danger only the area's confidants (P13)."""
    return not ticket.is_private or person.id in {confidant.id for confidant in registry.confidants(ticket.area)}


def serves(registry: Registry, person: Person, ticket: Ticket) -> bool:
    """Whether the person answers for the ticket's area."""
    return serves_area(registry, person, ticket.area)


def serves_area(registry: Registry, person: Person, area: str) -> bool:
    """Whether the area is the person's or lies in it; without an area of their own they answer for all."""
    return person.area is None or registry.within(area, person.area)


def may_open_numbers(registry: Registry, person: Person, ticket: Ticket, now: datetime) -> bool:
    """Who has accepted the ticket; in danger the duty officer of this moment at once (promise P12)."""
    if not knows(registry, person, ticket):
        return False
    if ticket.owner == person.id and ticket.accepted_at is not None:
        return True
    on_duty = {officer.id for officer in registry.duty_officers(ticket.area, now)}
    return ticket.in_danger and person.id in on_duty


def may_see_files(registry: Registry, person: Person, ticket: Ticket) -> bool:
    """Whoever answers for the matter. On a picture nothing can be masked, so it is for fewer than its words."""
    return knows(registry, person, ticket) and (serves(registry, person, ticket) or ticket.owner == person.id)


def takers(registry: Registry, ticket: Ticket, me: Person) -> list[Person]:
    """For whom the office may record an acceptance: the unit's people, the grid's own, and the signed-in person."""
    found: dict[str, Person] = {}
    people = [
        *(registry.unit_people(ticket.unit) if ticket.unit else ()),
        registry.person(ticket.owner) if ticket.owner else None,
        registry.grid_member_of(ticket.area),
        registry.grid_leader_of(ticket.area),
        me,
    ]
    for person in people:
        if person is not None and person.role in OFFICIALS and knows(registry, person, ticket):
            found[person.id] = person
    return list(found.values())
