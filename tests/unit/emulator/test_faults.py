"""The switches for faults."""

from __future__ import annotations

from emulator.faults import Faults


def struck(faults: Faults, count: int, endpoint: str = "message/send") -> list[bool]:
    return [faults.strike("errcode", endpoint) is not None for _ in range(count)]


def test_a_fault_strikes_as_often_as_said_and_only_where_it_fits() -> None:
    faults = Faults(1)
    faults.add({"kind": "errcode", "endpoint": "message/", "times": 2})
    assert struck(faults, 1, "webhook/send") == [False]
    assert struck(faults, 3) == [True, True, False]
    assert faults.as_json() == []


def test_without_times_it_stays_until_cleared() -> None:
    faults = Faults(1)
    faults.add({"kind": "errcode", "times": None})
    assert struck(faults, 3) == [True] * 3
    faults.clear()
    assert struck(faults, 1) == [False]


def test_chance_follows_the_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add({"kind": "errcode", "times": None, "chance": 0.3})
        return struck(faults, 200)

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 30 < sum(run(1)) < 90
