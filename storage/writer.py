"""A line of units and the thread that takes them: all that are queued when it is free, at once, without waiting."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from storage.work import SqlWork

T = TypeVar("T")

#: Units that share one commit at most.
BATCH = 500


class Queued(Generic[T]):
    """A unit that waits, and the future of whoever waits for it."""

    __slots__ = ("future", "unit")

    def __init__(self, unit: Callable[[SqlWork], T]) -> None:
        self.unit = unit
        self.future: Future[T] = Future()

    def succeed(self, result: T) -> None:
        self.future.set_result(result)

    def fail(self, error: BaseException) -> None:
        self.future.set_exception(error)


class Writer:
    """One thread that runs queued units in batches by `run`, which must answer each."""

    def __init__(self, name: str, run: Callable[[list[Queued[Any]]], None]) -> None:
        self._run = run
        self._queue: queue.SimpleQueue[Queued[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"writer-{name}", daemon=True)
        self._thread.start()

    def put(self, unit: Callable[[SqlWork], T]) -> Future[T]:
        queued = Queued(unit)
        self._queue.put(queued)
        return queued.future

    def stop(self) -> None:
        """Run what is queued, then end."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            first = self._queue.get()
            going = first is not None
            batch = [first] if first is not None else []
            while going and len(batch) < BATCH and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    going = False
                else:
                    batch.append(following)
            # who gave up waiting before his unit began is left out; from here on it can't be cancelled
            batch = [queued for queued in batch if queued.future.set_running_or_notify_cancel()]
            if batch:
                self._run(batch)
