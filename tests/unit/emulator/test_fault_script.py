"""Scripts of faults by seed, and events in one second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from emulator.errors import DriveError
from emulator.fault_script import make_script
from emulator.faults import KINDS
from tests.unit.emulator.builders import START, RealSeconds, make_wecom


def test_the_same_seed_gives_the_same_script_in_order_of_time() -> None:
    script = make_script(7, START, 60, 200)
    assert script == make_script(7, START, 60, 200)
    assert script != make_script(8, START, 60, 200)
    assert [line.at for line in script] == sorted(line.at for line in script)
    assert START <= script[0].at <= script[-1].at <= START + timedelta(minutes=60)
    assert {line.fault["kind"] for line in script} == set(KINDS)


def test_a_script_may_be_limited_to_some_kinds() -> None:
    script = make_script(7, START, 10, 50, frozenset({"deliver_twice"}))
    assert {line.fault["kind"] for line in script} == {"deliver_twice"}


@pytest.mark.parametrize(("minutes", "count", "kinds"), [(0, 5, None), (-1, 5, None), (5, 0, None), (5, 5, {"nothing"}), (1e9, 5, None)])
def test_what_is_no_script_is_refused(minutes: float, count: int, kinds: set[str] | None) -> None:
    with pytest.raises(DriveError):
        make_script(1, START, minutes, count, frozenset(kinds) if kinds else None)


def test_the_clock_switches_its_faults_on() -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    script = make_script(3, wecom.clock.now(), 30, 10)
    wecom.fault_script.load(script)
    wecom.tick()
    on = len(wecom.faults.as_json())
    assert on < 10
    real.pass_by(minutes=31)
    wecom.tick()
    assert len(wecom.faults.as_json()) == 10
    wecom.faults.clear()
    wecom.tick()
    assert wecom.faults.as_json() == [], "each line strikes on once"


def test_two_events_may_have_the_same_second(monkeypatch: pytest.MonkeyPatch) -> None:
    real = RealSeconds()
    wecom = make_wecom(real)
    queued: list[Any] = []
    monkeypatch.setattr(wecom.callbacks._queue, "put_nowait", queued.append)
    wecom.app.audit_notify()
    real.pass_by(seconds=20)
    wecom.faults.add({"kind": "same_second", "endpoint": "app"})
    wecom.drive.join({"person": "re-02", "group": "g-basic-01"}, joins=False)
    real.pass_by(seconds=20)
    wecom.drive.join({"person": "re-02", "group": "g-basic-01"}, joins=True)
    first, second, third = (callback.fields["CreateTime"] for callback in queued)
    assert first == second
    assert third == first + 40
