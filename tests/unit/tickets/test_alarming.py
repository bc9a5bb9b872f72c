"""Alarms reach the grid office's own group where there is one, else a person of the office."""

from __future__ import annotations

from dataclasses import replace

from registry.model import Group
from registry.terms import DangerKind, Hears, Speaks, Tier
from tests.builders.desk import COUNTY, MORNING, rules, told
from tests.unit.tickets.memory import MemoryWork
from tickets import opening
from tickets.alarming import tell_office
from tickets.work import Rules

OFFICE = Group("g-office", "网格办值班群", Tier.COMMAND, COUNTY, "office", None, Hears.MENTIONS, Speaks.DIRECT, office=True)


def with_office_group() -> Rules:
    book = rules()
    registry = book.registry
    return replace(book, registry=replace(registry, groups={**registry.groups, OFFICE.id: OFFICE}))


def last_alarm(work: MemoryWork) -> tuple[str | None, str | None]:
    row = [say for say in work.said if say.event == "alarm.unasked"][-1]
    return row.group, row.person


def test_without_a_group_of_its_own_a_person_of_the_office_is_told() -> None:
    work, book = MemoryWork(), rules()
    ticket = opening.do_open(work, book, MORNING, told())
    assert tell_office(work, book, MORNING, "alarm.unasked", because="x", ticket=ticket)
    group, person = last_alarm(work)
    assert group is None
    assert person is not None
    assert book.registry.people[person].role.value == "grid_office"


def test_the_office_group_is_told_and_is_nobodys_command_group() -> None:
    work, book = MemoryWork(), with_office_group()
    ticket = opening.do_open(work, book, MORNING, told())
    assert tell_office(work, book, MORNING, "alarm.unasked", because="x", ticket=ticket)
    assert last_alarm(work) == (OFFICE.id, None)
    command = book.registry.command_for(ticket.area)
    assert command is None or command.id != OFFICE.id


def test_a_person_danger_is_told_to_a_person_of_the_office_even_so() -> None:
    work, book = MemoryWork(), with_office_group()
    ticket = replace(opening.do_open(work, book, MORNING, told()), danger=DangerKind.PERSON)
    assert tell_office(work, book, MORNING, "alarm.unasked", because="x", ticket=ticket)
    assert last_alarm(work)[0] is None
