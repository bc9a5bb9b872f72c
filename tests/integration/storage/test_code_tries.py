"""Wrong binding codes are counted in the database."""

from __future__ import annotations

from datetime import timedelta

from storage import retention
from storage.store import Store
from tests.builders.tickets import NOW

ME = ("wechat", "wm-1")


def wrong(store: Store, minutes: int) -> int:
    return store.run(lambda work: work.wrong_codes(*ME, NOW + timedelta(minutes=minutes)))


def say_wrong(store: Store, minutes: int) -> None:
    store.run(lambda work: work.count_wrong_code(*ME, NOW + timedelta(minutes=minutes)))


def test_a_restart_forgets_no_wrong_code(url: str) -> None:
    with Store.open(url, durable=False) as store:
        store.migrate()
        for minute in range(5):
            say_wrong(store, minute)
    with Store.open(url, durable=False) as again:
        assert wrong(again, 5) == 5
        assert again.run(lambda work: work.wrong_codes("wecom", "wm-1", NOW)) == 0


def test_an_hour_after_the_last_the_count_begins_anew(store: Store) -> None:
    say_wrong(store, 0)
    say_wrong(store, 50)
    assert wrong(store, 109) == 2
    assert wrong(store, 110) == 0
    say_wrong(store, 110)
    assert wrong(store, 110) == 1


def test_a_right_one_and_the_nightly_clearing_leave_nothing(store: Store) -> None:
    say_wrong(store, 0)
    store.run(lambda work: work.forget_wrong_codes(*ME))
    assert wrong(store, 0) == 0
    say_wrong(store, 0)
    assert store.run(lambda work: retention.forget(work, NOW + timedelta(days=2)))["buckets"] == 1
