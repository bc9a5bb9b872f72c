"""The office's log as rows."""

from __future__ import annotations

from storage.store import Store


def test_no_kinds_asked_for_give_no_lines(store: Store) -> None:
    assert store.run(lambda work: work.office_log([])) == []
