"""Satisfied, not, silent, unasked are four figures; who is not satisfied is counted though the matter is open again."""

from __future__ import annotations

from datetime import timedelta

from registry.terms import DangerKind, Outcome, Status, Urgency, What
from storage.outcome_rows import outcomes
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_ticket


def test_each_outcome_is_counted_apart(store: Store) -> None:
    def fill(work: SqlWork) -> None:
        closed = {"status": Status.CLOSED, "closed_at": NOW}
        for place, (outcome, count) in enumerate({Outcome.SATISFIED: 3, Outcome.SILENT: 2, Outcome.UNASKED: 1}.items()):
            for number in range(count):
                work.add_ticket(a_ticket(f"2026-0302-{place}{number}", outcome=outcome, **closed))
        again = work.add_ticket(a_ticket("2026-0302-90", round=2, status=Status.ASSIGNED))
        for _ in range(2):
            work.record(again.id, NOW, What.RATED, "r-1", None, {"satisfied": False})
        work.add_ticket(a_ticket("2026-0302-91", outcome=Outcome.SILENT, **{**closed, "closed_at": NOW - timedelta(days=40)}))
        private = work.add_ticket(a_ticket("2026-0302-92", danger=DangerKind.PERSON, urgency=Urgency.DANGER,
                                           outcome=Outcome.UNASKED, **closed))
        work.record(private.id, NOW, What.RATED, "r-1", None, {"satisfied": False})

    store.run(fill)
    counted = store.look(lambda work: outcomes(work, NOW - timedelta(days=30), NOW + timedelta(seconds=1)))
    assert counted == {Outcome.SATISFIED: 3, Outcome.UNSATISFIED: 1, Outcome.SILENT: 2, Outcome.UNASKED: 1}
