"""The inbox, the ears, leases and limits."""

import pytest

from storage import ears, inbox, leases, limits
from storage.errors import LeaseLostError
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_message, a_ticket, minutes

DAY = 24 * 60


def put(store: Store, key: str, at: float = 0) -> bool:
    return store.run(lambda work: inbox.put(work, key, "aibot", f"body of {key}", NOW + minutes(at)))


def bodies(store: Store) -> dict[str, str | None]:
    rows = store.look(lambda work: work.connection.exec_driver_sql("SELECT key, body FROM inbox").all())
    return {row.key: row.body for row in rows}


def test_a_delivery_is_kept_once_and_decided_once(store: Store) -> None:
    assert [put(store, "a"), put(store, "b"), put(store, "a")] == [True, True, False]
    waiting = store.look(inbox.undecided)
    assert [row.key for row in waiting] == ["a", "b"]
    assert "body" not in repr(waiting[0])
    assert store.run(lambda work: inbox.decide(work, "a", NOW))
    assert not store.run(lambda work: inbox.decide(work, "a", NOW))
    assert [row.key for row in store.look(inbox.undecided)] == ["b"]
    assert not put(store, "a", at=29 * DAY)


def test_a_body_is_wiped_unless_it_became_part_of_a_ticket_and_then_a_recall_wipes_it(store: Store) -> None:
    put(store, "a")
    put(store, "b")

    def decide(work: SqlWork) -> None:
        ticket = work.add_ticket(a_ticket())
        work.add_message(a_message("x2", ticket.id))
        inbox.decide(work, "a", NOW)
        inbox.decide(work, "b", NOW, keep_body=True, message="x2")

    store.run(decide)
    assert bodies(store) == {"a": None, "b": "body of b"}
    store.run(lambda work: work.erase_message("x2"))
    assert bodies(store) == {"a": None, "b": None}


def test_five_failures_set_a_row_aside_and_the_others_go_on(store: Store) -> None:
    put(store, "poison")
    put(store, "next")
    outcomes = [store.run(lambda work: inbox.fail(work, "poison", "ValueError", NOW)) for _ in range(5)]
    assert outcomes == [False, False, False, False, True]
    assert [row.key for row in store.look(inbox.undecided)] == ["next"]
    assert store.run(lambda work: inbox.try_again(work, "poison"))
    assert [row.key for row in store.look(inbox.undecided)] == ["poison", "next"]


def test_poison_bodies_go_after_a_day_and_keys_after_thirty(store: Store) -> None:
    put(store, "decided")
    put(store, "poison")
    put(store, "undecided")

    def prepare(work: SqlWork) -> None:
        inbox.decide(work, "decided", NOW)
        for _ in range(5):
            inbox.fail(work, "poison", "ValueError", NOW)

    store.run(prepare)
    store.run(lambda work: inbox.forget_old(work, NOW + minutes(DAY - 1)))
    assert bodies(store)["poison"] == "body of poison"
    store.run(lambda work: inbox.forget_old(work, NOW + minutes(DAY + 1)))
    assert bodies(store) == {"decided": None, "poison": None, "undecided": "body of undecided"}
    assert not store.run(lambda work: inbox.try_again(work, "poison"))
    assert store.run(lambda work: inbox.forget_old(work, NOW + minutes(30 * DAY + 1))) == 2
    assert set(bodies(store)) == {"undecided"}


def test_an_ear_knows_where_it_stood_ten_minutes_ago_and_since_when_it_is_away(store: Store) -> None:
    def hear(work: SqlWork) -> None:
        for minute in range(20):
            ears.mark(work, "archive", NOW + minutes(minute), 100 + minute)
            ears.mark(work, "archive", NOW + minutes(minute + 0.5), 100 + minute)
        ears.mark(work, "aibot", NOW)
        ears.set_cursor(work, "archive", 118)
        ears.set_cursor(work, "archive", 119)

    assert store.look(lambda work: ears.cursor(work, "archive")) is None
    store.run(hear)
    assert store.look(lambda work: ears.cursor(work, "archive")) == 119
    assert store.look(lambda work: ears.mark_before(work, "archive", NOW + minutes(15))) == 105
    assert store.look(lambda work: ears.mark_before(work, "archive", NOW + minutes(9))) is None
    assert store.look(lambda work: ears.mark_before(work, "aibot", NOW + minutes(30))) is None
    assert store.look(lambda work: ears.away_since(work, "archive", NOW + minutes(60))) == NOW + minutes(19)
    assert store.look(lambda work: ears.away_since(work, "customer", NOW)) is None
    assert store.run(lambda work: ears.forget_old(work, NOW + minutes(6 * DAY + 5))) == 5 + 1
    assert store.run(lambda work: ears.lay_aside(work, "archive", "107", "ValueError", NOW))
    assert not store.run(lambda work: ears.lay_aside(work, "archive", "107", "ValueError", NOW))


def test_a_role_has_one_holder_and_an_old_fence_can_not_write(store: Store) -> None:
    def take(holder: str, at: float) -> int | None:
        return store.run(lambda work: leases.take(work, "hear", holder, NOW + minutes(at)))

    first = take("a", 0)
    assert first == 1
    assert take("b", 0.1) is None
    assert take("a", 0.2) == 1
    assert store.run(lambda work: leases.renew(work, "hear", "a", 1, NOW + minutes(0.3)))
    assert take("b", 0.5) is None
    assert take("b", 0.6) == 2
    assert not store.run(lambda work: leases.renew(work, "hear", "a", 1, NOW + minutes(0.6)))
    with pytest.raises(LeaseLostError, match="接管"):
        store.run(leases.fenced("hear", 1, lambda work: work.set_agenda("x", NOW)))
    store.run(leases.fenced("hear", 2, lambda work: work.set_agenda("y", NOW)))
    assert store.look(lambda work: work.agenda_due(NOW)) == [("y", NOW)]
    store.run(lambda work: leases.release(work, "hear", "b", 2, NOW + minutes(0.7)))
    assert take("a", 0.7) == 3


def test_a_bucket_is_kept_by_destination(store: Store) -> None:
    assert store.run(lambda work: limits.level(work, "robot:1")) is None
    store.run(lambda work: limits.set_level(work, "robot:1", 2.5, NOW))
    store.run(lambda work: limits.set_level(work, "robot:2", 1.0, NOW))
    store.run(lambda work: limits.set_level(work, "robot:1", 1.5, NOW + minutes(1)))
    assert store.run(lambda work: limits.level(work, "robot:1")) == (1.5, NOW + minutes(1))
    assert store.run(lambda work: limits.level(work, "robot:2")) == (1.0, NOW)
