"""The door wakes `hear` in another process: PostgreSQL's NOTIFY. On SQLite all roles are one process and wake
themselves, so nothing is sent and nothing heard."""

import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg
from sqlalchemy import URL, text

from storage.work_base import OnConnection

#: What the door sends after it has put something into the inbox.
INBOX = "gridbot_inbox"
#: How long a listener waits before it looks whether it should stop, and before it connects again, in seconds.
_LOOK = 1.0
_SEND = text("SELECT pg_notify(:name, '')")


def send(work: OnConnection, name: str = INBOX) -> None:
    """Wake whoever listens, when this unit is committed."""
    if work.connection.dialect.name == "postgresql":
        work.connection.execute(_SEND, {"name": name})


class Listener:
    """A thread that calls `on_wake` (from that thread) whenever `name` was sent, and once after each connecting, since
    something may have come before. `stop` it. On SQLite it does nothing."""

    def __init__(self, url: URL, on_wake: Callable[[], None], name: str = INBOX) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._on_wake, self._name = on_wake, name
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        if url.get_backend_name() == "postgresql":
            self._thread = threading.Thread(target=self._work, name=f"listen-{name}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stopped.is_set():
            # a lost connection is made again; meanwhile the decider's own turn finds what came
            with suppress(psycopg.Error), psycopg.connect(self._address, autocommit=True) as connection:
                connection.execute(f'LISTEN "{self._name}"'.encode())
                self._on_wake()
                self._hear(connection)
            self._stopped.wait(_LOOK)

    def _hear(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        while not self._stopped.is_set():
            for _ in connection.notifies(timeout=_LOOK, stop_after=1):
                self._on_wake()
