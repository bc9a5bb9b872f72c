"""The emulator's small county as our own registry, in a store: officials with their userids, no chat bound yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.channels.times import CHINA
from bot.decider import Decider
from bot.loading import House
from bot.talk import Talk as Heard
from registry import source
from registry.registry import Registry
from storage import outbox
from storage.registry_rows import load_registry, save_registry
from storage.store import Store
from tests.builders.emulated import REGISTRY
from tests.builders.talk import shipped_book
from tickets.work import Rules

OFFICE = {"id": "of-01", "name": "甘露", "role": "grid_office", "area": "999001", "identities": {"wecom": "of-01"}}


def grouped_registry(edit: Callable[[dict[str, Any]], None] | None = None) -> Registry:
    """The registry of the small county; `edit` changes its data first."""
    data = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))
    for person in data["people"]:
        if person["role"] not in ("resident", "household_head"):
            person["identities"] = {"wecom": person["id"]}
        if person["role"] in ("grid_member", "grid_leader"):
            person["area"] = "99900100100101"
        if person["role"] in ("duty_officer", "county_leader"):
            person["area"] = "999001"
        if person["role"] == "duty_officer":
            person["confidant"] = True
    data["people"].append(dict(OFFICE))
    if edit is not None:
        edit(data)
    registry, errors = source.from_data(data)
    assert registry is not None, errors
    return registry


class Grouped:
    """A store with that registry; `rules` loads it anew each time, as a process does after a binding."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self.store = store
        self.clock = datetime.now(CHINA)
        store.run(lambda work: save_registry(work, source.to_data(registry), "test", self.clock))
        self.house = House(shipped_book(), store.look(load_registry))
        self.decider = Decider(self.house.classifier, Heard(), self.house.rules)

    def now(self) -> datetime:
        return self.clock

    def rules(self) -> Rules:
        self.house.replace_registry(self.store.look(load_registry))
        return self.house.rules()

    def said(self, event: str) -> list[outbox.OutboxRow]:
        """Rows of the outbox that wait, of one event."""
        return [row for row in self.store.look(lambda work: outbox.waiting(work, 100)) if row.say.event == event]


@contextmanager
def grouped(folder: Path, edit: Callable[[dict[str, Any]], None] | None = None) -> Iterator[Grouped]:
    """The county in a new store."""
    with Store.open(f"sqlite:///{folder}/grouped.db", durable=False) as store:
        store.migrate()
        yield Grouped(store, grouped_registry(edit))
