"""拆分: what is another matter becomes one of its own; voices are counted anew, both name each other."""

from __future__ import annotations

import pytest

from registry.terms import Act, Category, Status, What
from tests.builders.desk import MORNING, echo, rules, told, who
from tests.unit.tickets.looking import hearers, hours, now_of
from tests.unit.tickets.memory import MemoryWork
from tickets import correcting, opening, splitting
from tickets.errors import RefusedError
from tickets.model import Ticket

RULES = rules()
LATER = MORNING + hours(1)


def with_three(work: MemoryWork) -> Ticket:
    """A water matter told by r-1, echoed by r-2, with a line of r-3 about a lamp in it."""
    ticket = opening.do_open(work, RULES, MORNING, told(message="first"))
    ticket = opening.do_voice(work, RULES, MORNING, ticket, echo(message="echo"))
    lamp = told("7栋路灯也不亮", message="lamp", sender="r-3", group="g-2", place=None)
    return opening.do_voice(work, RULES, MORNING, ticket, lamp)


def split(work: MemoryWork, ticket: Ticket, *ids: str) -> Ticket:
    return splitting.do_split(work, RULES, LATER, ticket, who("member"), ids, because="y", category=Category.POWER, place="7栋")


def test_the_message_becomes_a_matter_of_its_own() -> None:
    work = MemoryWork()
    old = with_three(work)
    new = split(work, old, "lamp")
    old = now_of(work, old)
    assert (old.voices, new.voices) == (2, 1)
    assert ([m.id for m in work.messages(old.id)], [m.id for m in work.messages(new.id)]) == (["first", "echo"], ["lamp"])
    assert (new.category, new.place, new.unit, new.status, new.group) == (Category.POWER, "7栋", "un-power", Status.ASSIGNED, "g-2")
    assert (new.linked_to, new.opened_at) == (old.id, LATER)
    assert hearers(work, "receipt") >= {"g-2"}
    ours = next(line for line in work.history(old.id) if line.what is What.SPLIT)
    theirs = next(line for line in work.history(new.id) if line.what is What.SPLIT)
    assert (ours.to, theirs.facts["from"]) == (new.number, old.number)


def test_its_words_can_still_be_recalled() -> None:
    work = MemoryWork()
    new = split(work, with_three(work), "lamp")
    correcting.do_recall(work, RULES, LATER, "lamp", because="z")
    assert now_of(work, new).status is Status.WITHDRAWN
    assert "7栋路灯也不亮" not in work.tables.line_words.values()


def test_a_supplement_that_leaves_is_told_as_a_report() -> None:
    work = MemoryWork()
    ticket = opening.do_open(work, RULES, MORNING, told(message="first"))
    more = told("7栋路灯也不亮", message="lamp", act=Act.SUPPLEMENT, place=None)
    ticket = opening.do_supplement(work, RULES, MORNING, ticket, more)
    new = split(work, ticket, "lamp")
    assert work.voices(new.id) == ["r-1"]


@pytest.mark.parametrize(("ids", "refusal"), [((), "split_which"), (("elsewhere",), "split_which"), (("first", "lamp"), "split_all")])
def test_what_can_not_be_taken_out_is_refused(ids: tuple[str, ...], refusal: str) -> None:
    work = MemoryWork()
    ticket = with_three(work)
    with pytest.raises(RefusedError, match=refusal):
        split(work, ticket, *ids)
    assert len(work.messages(ticket.id)) == 3
