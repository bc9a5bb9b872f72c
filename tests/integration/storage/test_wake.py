"""A committed unit of the door wakes the decider of another process."""

import threading

from storage import inbox, wake
from storage.store import Store
from storage.work import SqlWork
from tests.builders.tickets import NOW


def test_the_listener_is_called_after_the_commit(store: Store) -> None:
    called = threading.Semaphore(0)
    listener = wake.Listener(store.url, called.release)
    try:
        if store.url.get_backend_name() == "sqlite":
            store.run(wake.send)
            assert not called.acquire(blocking=False)
            return
        assert called.acquire(timeout=20), "not called after connecting"

        def put(work: SqlWork) -> None:
            inbox.put(work, "k", "aibot", "x", NOW)
            wake.send(work)

        store.run(put)
        assert called.acquire(timeout=20), "not called after the commit"
    finally:
        listener.stop()
