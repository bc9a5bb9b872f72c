"""The history: chained, whole after an erasure, and changed by nobody unseen (promise P10)."""

import pytest
from sqlalchemy import text

from registry.terms import What
from storage import chain
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket, minutes


@pytest.fixture
def told(store: Store) -> Store:
    """Two tickets with three lines each, two of them with words."""

    def unit(work: SqlWork) -> None:
        for place in (1, 2):
            ticket = work.add_ticket(a_ticket(f"2026-0302-{place}"))
            work.add_message(a_message(f"x{place}", ticket.id, words="三号院水管漏水"))
            work.record(ticket.id, NOW, What.OPENED, "r1", words="三号院水管漏水")
            facts = {"message": f"y{place}", "n": 1}
            work.record(ticket.id, NOW + minutes(1), What.VOICE, "r2", facts=facts, words="我家也漏")
            work.record(ticket.id, NOW + minutes(2), What.ASSIGNED, None, "u1", {"until": NOW})

    store.run(unit)
    return store


def faults(store: Store) -> list[tuple[int | None, int | None]]:
    return [(fault.ticket, fault.line) for fault in store.look(lambda work: list(chain.verify(work.connection)))]


def change(store: Store, statement: str) -> None:
    store.run(lambda work: work.connection.execute(text(statement)))


def test_an_untouched_history_verifies(told: Store) -> None:
    assert faults(told) == []
    lines = told.look(lambda work: work.history(1))
    assert [(line.line, line.what, line.by, line.to) for line in lines] == [
        (1, What.OPENED, "r1", None), (2, What.VOICE, "r2", None), (3, What.ASSIGNED, None, "u1"),
    ]
    assert lines[2].facts == {"until": NOW.isoformat()}
    assert len({line.digest for line in lines}) == 3


def test_erasing_words_leaves_the_chain_whole(told: Store) -> None:
    told.run(lambda work: work.erase_message("x1"))  # found by its words, which are the line's
    told.run(lambda work: work.erase_message("y1"))  # found by the line's fact
    assert [told.look(lambda work, line=line: work.line_words(1, line)) for line in (1, 2, 3)] == [None, None, None]
    assert told.look(lambda work: work.line_words(2, 1)) == "三号院水管漏水"
    assert told.look(lambda work: work.messages(1)) == []
    assert faults(told) == []
    left = told.look(lambda work: work.connection.execute(text("SELECT salt FROM words WHERE body IS NULL")).scalars())
    assert set(left) == {None}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE history SET actor = 'm9' WHERE ticket = 1 AND line = 2", (1, 2)),
        ("UPDATE history SET at = at + 1 WHERE ticket = 2 AND line = 1", (2, 1)),
        ("UPDATE history SET facts = '{}' WHERE ticket = 1 AND line = 3", (1, 3)),
        ("UPDATE history SET words_digest = NULL WHERE ticket = 1 AND line = 1", (1, 1)),
        ("DELETE FROM history WHERE ticket = 1 AND line = 2", (1, 2)),
        ("DELETE FROM history WHERE ticket = 2", (2, None)),
        ("UPDATE words SET body = '别的话' WHERE id = (SELECT words_id FROM history WHERE ticket = 2 AND line = 2)", (2, 2)),
    ],
)
def test_every_change_is_found(told: Store, statement: str, found: tuple[int, int | None]) -> None:
    change(told, statement)
    assert found in faults(told)


def test_a_line_rewritten_with_a_fitting_digest_does_not_fit_the_next(told: Store) -> None:
    line = told.look(lambda work: work.history(1))[1]
    before = told.look(lambda work: work.history(1))[0].digest
    kept = told.look(
        lambda work: work.connection.execute(text("SELECT words_digest FROM history WHERE ticket = 1 AND line = 2")).scalar()
    )
    forged = chain.line_digest(before, 1, 2, line.at, line.what.value, "m9", line.to, line.facts, kept)
    change(told, f"UPDATE history SET actor = 'm9', digest = '{forged}' WHERE ticket = 1 AND line = 2")
    assert faults(told) == [(1, 3)]


def test_a_cut_tail_is_found_by_the_night_s_anchor(told: Store) -> None:
    assert told.run(lambda work: chain.anchor(work.connection, NOW)) == 6
    told.run(lambda work: work.record(1, NOW + minutes(3), What.DONE, "m1"))
    assert told.run(lambda work: chain.anchor(work.connection, NOW + minutes(60))) == 1
    assert faults(told) == []
    change(told, "DELETE FROM history WHERE ticket = 1 AND line >= 3")
    found = told.look(lambda work: list(chain.verify(work.connection)))
    assert [(fault.ticket, fault.line) for fault in found] == [(None, None), (None, None)]
    assert "总校验" in found[0].sentence


def test_an_erasure_after_the_anchor_is_no_fault(told: Store) -> None:
    told.run(lambda work: chain.anchor(work.connection, NOW))
    told.run(lambda work: work.erase_message("x1"))
    assert faults(told) == []
