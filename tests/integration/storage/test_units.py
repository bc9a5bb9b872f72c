"""Units of work: committed together or not at all, each for itself."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from storage.errors import CollisionError, StoreError
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW, a_ticket, minutes


def names(work: SqlWork) -> list[str]:
    return [name for name, _ in work.agenda_due(NOW + minutes(60))]


def put(name: str) -> Callable[[SqlWork], None]:
    return lambda work: work.set_agenda(name, NOW)


def put_and_fail(work: SqlWork) -> None:
    work.set_agenda("lost", NOW)
    raise ValueError("no")


async def test_one_that_raises_takes_nothing_with_it(store: Store) -> None:
    outcomes = await asyncio.gather(
        store.unit(put("a")), store.unit(put_and_fail), store.unit(put("b")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), ValueError, type(None)]
    assert await store.read(names) == ["a", "b"]


async def test_units_queued_together_are_all_committed_before_the_answer(store: Store) -> None:
    day = NOW.date()
    numbers = await asyncio.gather(*(store.unit(lambda work: work.next_number(day)) for _ in range(50)))
    assert sorted(int(number.rsplit("-", 1)[1]) for number in numbers) == list(range(1, 51))
    assert store.look(lambda work: work.connection.exec_driver_sql("SELECT taken FROM counters").scalar()) == 50


def test_a_unit_in_this_thread_is_rolled_back_when_it_raises(store: Store) -> None:
    with pytest.raises(ValueError, match="no"):
        store.run(put_and_fail)
    store.run(put("kept"))
    assert store.look(names) == ["kept"]


def test_a_savepoint_undoes_its_part_and_the_unit_goes_on(store: Store) -> None:
    def unit(work: SqlWork) -> None:
        work.set_agenda("before", NOW)
        with pytest.raises(ValueError, match="no"), work.savepoint():
            put_and_fail(work)
        with work.savepoint():
            work.set_agenda("within", NOW)
        work.set_agenda("zafter", NOW)

    store.run(unit)
    assert store.look(names) == ["before", "within", "zafter"]


async def test_whoever_gives_up_before_his_unit_begins_has_not_done_it(store: Store) -> None:
    running, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(work: SqlWork) -> None:
        loop.call_soon_threadsafe(running.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()

    first = asyncio.create_task(store.unit(slow))
    await running.wait()
    second = asyncio.create_task(store.unit(put("given up")))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    go_on.set()
    await first
    await store.unit(put("next"))
    assert await store.read(names) == ["next"]


async def test_what_is_queued_is_finished_at_closing(url: str) -> None:
    opened = Store.open(url, durable=False)
    opened.migrate()
    waiting = [opened.submit(put(f"{place:02}")) for place in range(20)]
    opened.close()
    assert all(future.done() and future.exception() is None for future in waiting)
    with pytest.raises(StoreError, match="已关闭"):
        opened.submit(put("late"))


def test_two_units_that_change_one_ticket_never_both_win_blindly(store: Store) -> None:
    """Both writers count the voices up from what they read; the loser of the race reads again."""
    ticket = store.run(lambda work: work.add_ticket(a_ticket(voices=0)))

    def one_more(work: SqlWork) -> None:
        read = work.get_ticket(ticket.id)
        work.save(replace(read, voices=read.voices + 1))

    futures = [store.submit(one_more, writer=f"writer{place % 2}") for place in range(40)]
    # a unit that collided too often says so; none may count wrong
    failed = sum(isinstance(future.exception(), CollisionError) for future in futures)
    assert store.look(lambda work: work.get_ticket(ticket.id)).voices == 40 - failed
    assert failed <= 2


def test_reading_can_not_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"不能写入|read-only"):
        store.look(put("x"))
