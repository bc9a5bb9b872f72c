"""17:00: the grid office hears whether tonight's ladders reach somebody."""

from __future__ import annotations

from dataclasses import replace

from registry.registry import Registry
from registry.terms import Lane, Said
from tests.builders.desk import at, county, rules
from tests.unit.tickets.looking import said
from tests.unit.tickets.memory import MemoryWork
from tickets import daily
from tickets.proof import do_proof, last_proof

FIVE = at("03-02 17:00")


def bound() -> Registry:
    """The small county with an address for every group."""
    small = county()
    groups = [replace(group, addresses={"aibot": f"wr-{group.id}"}) for group in small.groups.values()]
    return Registry.of(small.areas.values(), small.units.values(), groups, small.people.values(), small.rosters)


def test_one_short_sentence_where_all_are_there() -> None:
    work = MemoryWork()
    do_proof(work, replace(rules(), registry=bound()), FIVE)
    (one,) = said(work, "proof")
    assert (one.kind, one.person, one.lane) == (Said.PROOF, "office", Lane.NORMAL)
    assert (one.args["count"], one.args["until"]) == (0, at("03-03 08:00").isoformat())


def test_holes_are_told_and_kept() -> None:
    work = MemoryWork()
    do_proof(work, rules(), FIVE)
    (one,) = said(work, "proof")
    assert one.lane is Lane.URGENT
    assert "一网格、二网格：协调群发不到：测试g-coord群还没有绑定" in one.args["holes"]
    line = last_proof(work)
    assert line is not None
    assert line.facts["holes"] == one.args["holes"]


def test_next_years_holidays_are_asked_for_from_november() -> None:
    work = MemoryWork()
    rules_ = replace(rules(), registry=bound())
    do_proof(work, rules_, at("10-31 17:00"))
    do_proof(work, rules_, at("11-01 17:00"))
    holes = [say.args["holes"] for say in said(work, "proof")]
    assert holes == [[], ["calendar.yaml 里还没有 2027 年的节假日：国务院公布后请补上。"]]


def test_it_comes_at_five_each_day() -> None:
    work = MemoryWork()
    daily.plan(work, rules(), at("03-02 09:00"), set())
    assert work.tables.agenda[daily.PROOF] == FIVE
    daily.do_entry(work, rules(), FIVE, daily.PROOF, FIVE)
    assert work.tables.agenda[daily.PROOF] == at("03-03 17:00")
    assert len(said(work, "proof")) == 1
