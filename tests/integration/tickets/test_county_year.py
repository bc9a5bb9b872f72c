"""A year of a county in fake time (T25), and a week of it in every run: each night the sweep is empty and a recount from
history gives the dashboard's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.terms import Status
from storage import chain
from storage.store import Store
from storage.tables import tickets
from tests.builders.county_year import Year, year_of


def lived(folder: Path, days: int, a_day: float, seed: int, start: str) -> Year:
    store = Store.open(f"sqlite:///{folder}/year.db", durable=False)
    store.migrate()
    year = year_of(store, a_day=a_day, seed=seed, start=start)
    year.live(days)
    return year


def states(year: Year) -> set[str]:
    return year.store.look(lambda work: {row[0] for row in work.connection.execute(tickets.select().with_only_columns(tickets.c.status))})


def test_a_week_over_a_holiday_is_proved_every_night(tmp_path: Path) -> None:
    year = lived(tmp_path, 7, 12, 7, "2026-02-13")
    assert year.nights == 7
    assert 70 <= year.opened <= 100
    assert year.deeds["accept"] > 30
    assert year.store.look(lambda work: list(chain.verify(work.connection))) == []
    year.store.close()


@pytest.mark.long
def test_a_year_with_twenty_thousand_matters_is_proved_every_night(tmp_path: Path) -> None:
    year = lived(tmp_path, 365, 55, 2026, "2026-01-01")
    assert year.nights == 365
    assert year.opened >= 20_000
    assert states(year) == {status.value for status in Status}, "matters in every state"
    deeds = {"withdraw", "settle", "accept", "return", "shelve", "resume", "extend", "decide_extension", "decide_unreasonable", "whistle",
             "report_in", "supervise", "answer", "lead", "acknowledge", "silence", "lift", "lower", "merge", "split", "repin", "rate", "voice"}
    assert {deed for deed in deeds if year.deeds[deed] < 10} == set(), year.deeds
    assert year.store.look(lambda work: list(chain.verify(work.connection))) == []
    year.store.close()
