"""The outbox: lanes, leases, outcomes, and what an acknowledgement stops."""

from dataclasses import replace

import pytest

from registry.terms import Form, Lane, Said
from storage import outbox
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_sentence, a_ticket, minutes


@pytest.fixture
def ticket(store: Store) -> int:
    return store.run(lambda work: work.add_ticket(a_ticket())).id


def say(store: Store, ticket: int | None, **changes: object) -> int:
    return store.run(lambda work: work.say(a_sentence(ticket, **changes), NOW))


def claimed(store: Store, at: float = 0, limit: int = 20) -> list[int]:
    return [row.id for row in store.run(lambda work: outbox.claim(work, NOW + minutes(at), limit))]


def state(store: Store, row: int) -> str:
    return store.look(lambda work: outbox.get(work, row)).state


def test_lanes_leave_in_their_order_and_each_in_order_of_time(store: Store, ticket: int) -> None:
    digest = say(store, None, lane=Lane.DIGEST)
    later = say(store, ticket, lane=Lane.NORMAL, not_before=NOW + minutes(2))
    normal = say(store, ticket, lane=Lane.NORMAL)
    danger = say(store, ticket, lane=Lane.DANGER)
    urgent = say(store, ticket, lane=Lane.URGENT)
    assert claimed(store, limit=3) == [danger, urgent, normal]
    assert claimed(store) == [digest]
    assert claimed(store, at=1) == []
    assert claimed(store, at=2) == [later]


def test_a_row_comes_back_as_it_was_queued(store: Store, ticket: int) -> None:
    said = a_sentence(ticket, person="m1", group=None, args={"to": ["m1"], "n": 2}, round=1, step=3, still="open")
    row = store.run(lambda work: work.say(said, NOW))
    taken = store.run(lambda work: outbox.claim(work, NOW))[0]
    assert taken.say == replace(said, not_before=NOW)
    assert (taken.state, taken.attempts, taken.mark) == ("sending", 1, f"1.3.{row}")


def test_a_sender_that_dies_leaves_unclear_not_waiting(store: Store, ticket: int) -> None:
    row = say(store, ticket)
    assert claimed(store) == [row]
    assert claimed(store, at=0.5) == []
    assert state(store, row) == "sending"
    assert claimed(store, at=0.51) == []
    assert state(store, row) == "unclear"
    store.run(lambda work: outbox.again(work, row, NOW, NOW + minutes(1), "lease"))
    assert claimed(store, at=1) == [row]
    assert store.look(lambda work: outbox.get(work, row)).attempts == 2


def test_two_senders_never_take_one_row(store: Store, ticket: int) -> None:
    rows = [say(store, ticket) for _ in range(30)]
    futures = [
        store.submit(lambda work: [row.id for row in outbox.claim(work, NOW, 4)], writer=f"sender{place % 3}")
        for place in range(30)
    ]
    taken = [row for future in futures if future.exception() is None for row in future.result()]
    assert sorted(taken) == sorted(set(taken))
    assert set(taken) <= set(rows)
    assert set(taken) | set(claimed(store, limit=30)) == set(rows)


def test_after_an_acknowledgement_nothing_of_the_step_leaves(store: Store, ticket: int) -> None:
    waiting = say(store, ticket, kind=Said.STEP, lane=Lane.DANGER)
    asked, on_the_wire = say(store, ticket, kind=Said.STEP), say(store, ticket, kind=Said.STEP)
    other = say(store, ticket)

    def prepare(work: SqlWork) -> None:
        outbox.claim(work, NOW, lanes=(Lane.NORMAL,))
        outbox.asked(work, asked, NOW, Form.CONFIRM, "task-1")
        outbox.again(work, other, NOW, NOW, "limit")

    store.run(prepare)
    assert store.run(lambda work: work.cancel(ticket, NOW, kinds=[Said.STEP])) == 2
    assert [state(store, row) for row in (waiting, asked, on_the_wire, other)] == [
        "cancelled", "cancelled", "sending", "waiting",
    ]
    assert [row.id for row in store.look(outbox.to_withdraw)] == [asked]
    store.run(lambda work: outbox.withdrawn(work, asked))
    assert store.look(outbox.to_withdraw) == []
    # the call on the wire ends unclear: it may be looked at again, what was cancelled may not
    store.run(lambda work: outbox.unclear(work, on_the_wire, NOW, "timeout"))
    store.run(lambda work: outbox.again(work, waiting, NOW, NOW, "late answer"))
    assert state(store, waiting) == "cancelled"
    assert [row.id for row in store.look(outbox.unclear_rows)] == [on_the_wire]


def test_told_names_whom_it_reached_or_will(store: Store, ticket: int) -> None:
    say(store, ticket, lane=Lane.DANGER, group="g1")
    say(store, ticket, lane=Lane.DANGER, group=None, person="m1")
    say(store, ticket, lane=Lane.DANGER, group="g1")
    say(store, ticket, lane=Lane.DANGER, group="g2", event="other")
    say(store, ticket, lane=Lane.NORMAL, group="g3")
    store.run(lambda work: work.cancel(ticket, NOW, events=["other"]))
    assert store.look(lambda work: work.told(ticket, Lane.DANGER)) == [("g1", None), (None, "m1")]


def test_the_press_settles_what_the_row_tells_beside_itself(store: Store, ticket: int) -> None:
    children = [say(store, ticket, lane=Lane.DIGEST, not_before=NOW + minutes(600)) for _ in range(3)]
    assert [one.row for one in store.look(lambda work: work.queued(Lane.DIGEST))] == children
    store.run(lambda work: work.cancel(ticket, NOW, lanes=[Lane.DANGER]))
    digest = say(store, None, kind=Said.DIGEST, lane=Lane.DIGEST)
    assert store.run(lambda work: work.gather(digest, children)) == 3
    assert claimed(store, at=700) == [digest]
    store.run(lambda work: outbox.asked(work, digest, NOW, Form.CONFIRM, "task-9"))
    assert [one.row for one in store.look(lambda work: work.unpressed())] == [digest]
    assert [row.id for row in store.look(lambda work: outbox.by_task(work, "task-9"))] == [*children, digest]
    store.run(lambda work: outbox.sent(work, digest, NOW))
    assert {state(store, row) for row in (digest, *children)} == {"sent"}


def test_holding_moves_what_may_be_held(store: Store, ticket: int) -> None:
    danger = say(store, ticket, lane=Lane.DANGER)
    say(store, ticket)
    store.run(lambda work: work.delay(ticket, [Said.STATUS], NOW + minutes(1)))
    assert claimed(store) == [danger]
    assert store.look(outbox.next_waiting) == NOW + minutes(1)


def test_counts_and_cards(store: Store, ticket: int) -> None:
    card = say(store, ticket, kind=Said.CARD, person="m1", group=None)
    say(store, ticket, lane=Lane.URGENT)
    assert store.look(outbox.waiting_counts) == {Lane.DANGER: 0, Lane.URGENT: 1, Lane.NORMAL: 1, Lane.DIGEST: 0}
    store.run(lambda work: outbox.sent(work, card, NOW, Form.CARD, "card-1"))
    assert [row.task_ref for row in store.look(lambda work: outbox.cards_of(work, ticket))] == ["card-1"]
