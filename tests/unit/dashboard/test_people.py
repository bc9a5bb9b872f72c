"""Who of the office may see and do what."""

from dashboard.people import knows, may_open_numbers, office_people, serves, signed_in, takers
from registry.terms import DangerKind, Status, Urgency
from tests.builders.registry_rows import GRID, TOWN, registry_of, small_county
from tests.builders.tickets import NOW, a_ticket

DATA = small_county()
DATA["people"] += [
    {"id": "o-1", "name": "穆青", "role": "grid_office", "area": "77"},
    {"id": "o-2", "name": "纪南", "role": "grid_office", "area": "7701"},
]
DATA["areas"] += [{"code": "7702", "level": "township", "name": "北岭乡", "parent": "77"}]
REGISTRY = registry_of(DATA)
OFFICE, TOWN_OFFICE, DUTY, NIGHT = (REGISTRY.people[name] for name in ("o-1", "o-2", "d-1", "d-2"))
PRIVATE = a_ticket(area=GRID, danger=DangerKind.PERSON, urgency=Urgency.DANGER)


def test_only_the_office_and_the_people_on_duty_sign_in() -> None:
    assert [person.id for person in office_people(REGISTRY)] == ["o-1", "o-2", "d-1", "d-2"]
    assert signed_in(REGISTRY, "u-1") is None
    assert signed_in(REGISTRY, "gone") is None


def test_a_person_danger_is_known_to_confidants_only() -> None:
    assert knows(REGISTRY, DUTY, PRIVATE)
    assert not knows(REGISTRY, OFFICE, PRIVATE)
    assert knows(REGISTRY, OFFICE, a_ticket(area=GRID))


def test_an_office_serves_its_area() -> None:
    assert serves(REGISTRY, OFFICE, a_ticket(area="7702"))
    assert serves(REGISTRY, TOWN_OFFICE, a_ticket(area=TOWN))
    assert not serves(REGISTRY, TOWN_OFFICE, a_ticket(area="7702"))


def test_numbers_are_opened_by_who_has_accepted() -> None:
    mine = a_ticket(area=GRID, owner="o-1", status=Status.ACCEPTED, accepted_at=NOW)

    assert may_open_numbers(REGISTRY, OFFICE, mine, NOW)
    assert not may_open_numbers(REGISTRY, TOWN_OFFICE, mine, NOW)
    assert not may_open_numbers(REGISTRY, OFFICE, a_ticket(area=GRID, owner="o-1"), NOW)


def test_in_danger_the_officer_of_this_shift_opens_them_at_once() -> None:
    danger = a_ticket(area=GRID, danger=DangerKind.PLACE, urgency=Urgency.DANGER)

    assert may_open_numbers(REGISTRY, DUTY, danger, NOW)
    assert not may_open_numbers(REGISTRY, NIGHT, danger, NOW)
    assert not may_open_numbers(REGISTRY, OFFICE, danger, NOW)
    assert not may_open_numbers(REGISTRY, DUTY, a_ticket(area=GRID), NOW)


def test_acceptance_is_recorded_for_the_units_people_the_grid_or_oneself() -> None:
    ticket = a_ticket(area=GRID, unit="un-water", owner="u-1")

    assert [person.id for person in takers(REGISTRY, ticket, OFFICE)] == ["u-1", "m-1", "o-1"]
    assert [person.id for person in takers(REGISTRY, PRIVATE, DUTY)] == ["d-1"]
