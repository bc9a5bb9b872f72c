"""Corrections, the county's note and the shadow's counts, on both databases."""

from __future__ import annotations

from datetime import timedelta

from registry.terms import Act, Category, DangerKind, Status, Urgency, What
from storage import correction_rows, county_notes, shadow_rows
from storage.correction_rows import Corrected
from storage.county_notes import CountyNote
from storage.shadow_rows import ShadowDay, ShadowOrder
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_ticket
from tickets.learned import Correction
from tickets.model import Ticket, TicketMessage

SINCE = NOW - timedelta(days=30)


def told(work: SqlWork, number: str, words: str, **facts: object) -> Ticket:
    """A ticket with one report."""
    ticket = work.add_ticket(a_ticket(number, summary=f"公共设施：{words}", **facts))
    work.add_message(TicketMessage(f"m-{number}", ticket.id, "r-1", "g-1", NOW, Act.REPORT, words))
    return ticket


def fill(work: SqlWork) -> None:
    gone = {"status": Status.EXCLUDED, "closed_at": NOW}
    told(work, "2026-0302-1", "随口一说", **gone)
    told(work, "2026-0302-2", "谁也不该看到", danger=DangerKind.PERSON, urgency=Urgency.DANGER, **gone)
    told(work, "2026-0302-3", "太久以前", status=Status.EXCLUDED, closed_at=NOW - timedelta(days=40))
    changed = told(work, "2026-0302-4", "灯不亮", category=Category.POWER)
    work.record(changed.id, NOW, What.CORRECTED, "gm-1", None, {"from": "road", "to": "facility"})
    work.record(changed.id, NOW, What.CORRECTED, "gm-1", None, {"field": "place"})
    work.record(changed.id, NOW + timedelta(seconds=1), What.CORRECTED, "gm-1", None, {"from": "facility", "to": "power"})
    head = told(work, "2026-0302-5", "三号楼没水", category=Category.WATER)
    merged = work.add_ticket(a_ticket("2026-0302-6", summary="公共设施：水管不出水", status=Status.MERGED))
    work.record(merged.id, NOW, What.MERGED, "gm-1", head.number)
    work.record(head.id, NOW, What.MERGED, "gm-1", None, {"from": merged.number})
    split = told(work, "2026-0302-7", "井盖翘起来", category=Category.ROAD)
    work.record(head.id, NOW, What.SPLIT, "gm-1", split.number, {"messages": 1})
    work.record(split.id, NOW, What.SPLIT, "gm-1", None, {"from": head.number})
    by_clock = work.add_ticket(a_ticket("2026-0302-8", status=Status.MERGED, summary="公共设施：机器并的"))
    work.record(by_clock.id, NOW, What.MERGED, None, head.number)


def found(store: Store) -> dict[tuple[Correction, str], Corrected]:
    examples = store.look(lambda work: correction_rows.examples(work, SINCE))
    return {(one.kind, one.words): one for one in examples}


def test_each_correction_is_an_example(store: Store) -> None:
    store.run(fill)
    examples = found(store)
    assert set(examples) == {
        (Correction.NO_MATTER, "随口一说"), (Correction.CATEGORY, "灯不亮"), (Correction.MERGED, "水管不出水"),
        (Correction.SPLIT, "井盖翘起来"),
    }
    assert examples[Correction.NO_MATTER, "随口一说"].category is None
    assert examples[Correction.CATEGORY, "灯不亮"].category is Category.POWER, "the last counts"
    merged = examples[Correction.MERGED, "水管不出水"]
    assert (merged.category, merged.other) == (Category.WATER, "三号楼没水")
    split = examples[Correction.SPLIT, "井盖翘起来"]
    assert (split.category, split.other) == (Category.ROAD, "三号楼没水")
    counts = store.look(lambda work: correction_rows.counts(work, SINCE))
    assert counts == {Correction.NO_MATTER: 1, Correction.CATEGORY: 2, Correction.MERGED: 1, Correction.SPLIT: 1}


def test_erased_words_are_no_example(store: Store) -> None:
    store.run(fill)
    store.run(lambda work: work.erase_message("m-2026-0302-1"))
    assert (Correction.NO_MATTER, "随口一说") not in found(store)


def test_the_countys_note(store: Store) -> None:
    assert store.look(county_notes.last) is None
    note = CountyNote(NOW, ("words.yaml",), ("第 3 行写错了",))
    store.run(lambda work: county_notes.put(work, note))
    assert store.look(county_notes.last) == note


def test_a_new_trial_begins_its_days_anew_and_an_ended_one_keeps_them(store: Store) -> None:
    assert store.look(shadow_rows.get_order) is None
    order = ShadowOrder("/county/new", NOW, NOW + timedelta(days=3))
    store.run(lambda work: shadow_rows.put_order(work, order))
    assert store.look(shadow_rows.get_order) == order
    days = [ShadowDay("2026-03-02", 9, 2, 1, 0, 0, 0, 0), ShadowDay("2026-03-03", 5, 1, 0, 1, 1, 0, 1)]
    store.run(lambda work: shadow_rows.put_days(work, [ShadowDay("2026-03-02", 1, 0, 0, 0, 0, 0, 0)]))
    store.run(lambda work: shadow_rows.put_days(work, days))
    assert store.look(shadow_rows.days) == days
    store.run(lambda work: shadow_rows.put_order(work, None))
    assert store.look(shadow_rows.get_order) is None
    assert store.look(shadow_rows.days) == days
    store.run(lambda work: shadow_rows.put_order(work, order))
    assert store.look(shadow_rows.days) == []
    store.run(lambda work: shadow_rows.note_trouble(work, order, "没有这个文件"))
    seen = store.look(shadow_rows.get_order)
    assert seen is not None
    assert seen.trouble == "没有这个文件"
