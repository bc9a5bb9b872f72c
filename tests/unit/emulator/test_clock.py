"""The clock runs in real pace and is walked by what the bot reports."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulator.clock import Clock
from emulator.errors import DriveError
from tests.unit.emulator.builders import START, RealSeconds

MINUTE = timedelta(minutes=1)


def test_it_runs_in_real_pace() -> None:
    real = RealSeconds()
    clock = Clock(START, real)
    real.pass_by(minutes=3)
    assert clock.now() == START + 3 * MINUTE


def test_without_a_bot_it_jumps_at_once_and_says_so() -> None:
    clock = Clock(START, RealSeconds())
    said: list[str] = []
    clock.arrived = said.append
    clock.walk(START + 30 * MINUTE)
    assert said == ["没有机器人跟着，直接跳到"]
    assert (clock.now(), clock.walking_to) == (START + 30 * MINUTE, None)


def test_with_a_bot_it_stands_where_the_bot_has_got_to_and_runs_on_after_the_target() -> None:
    real = RealSeconds()
    clock = Clock(START, real)
    clock.asked()
    clock.walk(START + 30 * MINUTE)
    assert (clock.now(), clock.walking_to) == (START, START + 30 * MINUTE)
    real.pass_by(seconds=2)
    clock.reached(START + 10 * MINUTE)
    assert clock.now() == START + 10 * MINUTE
    clock.reached(START + 5 * MINUTE)
    assert clock.now() == START + 10 * MINUTE
    clock.reached(START + 90 * MINUTE)
    assert (clock.now(), clock.walking_to) == (START + 30 * MINUTE, None)
    real.pass_by(seconds=10)
    assert clock.now() == START + 30 * MINUTE + timedelta(seconds=10)


def test_what_the_bot_begins_moves_now_and_does_not_end_the_walk() -> None:
    clock = Clock(START, RealSeconds())
    clock.asked()
    clock.walk(START + 30 * MINUTE)
    clock.at(START + 10 * MINUTE)
    assert clock.now() == START + 10 * MINUTE
    clock.at(START + 90 * MINUTE)
    assert (clock.now(), clock.walking_to) == (START + 30 * MINUTE, START + 30 * MINUTE)
    clock.reached(START + 30 * MINUTE)
    assert clock.walking_to is None


def test_a_bot_at_work_is_not_silent() -> None:
    real = RealSeconds()
    clock = Clock(START, real)
    clock.asked()
    clock.walk(START + MINUTE)
    for _ in range(3):
        real.pass_by(seconds=2)
        clock.alive()
        assert not clock.tick()


def test_it_jumps_when_the_bot_has_been_silent_for_three_seconds() -> None:
    real = RealSeconds()
    clock = Clock(START, real)
    clock.asked()
    clock.walk(START + MINUTE)
    real.pass_by(seconds=2.9)
    assert not clock.tick()
    real.pass_by(seconds=0.1)
    assert clock.tick()
    assert clock.now() == START + MINUTE


def test_two_walks_reach_the_later_target() -> None:
    clock = Clock(START, RealSeconds())
    clock.asked()
    clock.walk(START + 60 * MINUTE)
    clock.walk(START + 30 * MINUTE)
    assert clock.walking_to == START + 60 * MINUTE


def test_it_never_goes_back_and_real_time_cannot_be_walked() -> None:
    with pytest.raises(DriveError, match="只能往后走"):
        Clock(START, RealSeconds()).walk(START - MINUTE)
    with pytest.raises(DriveError, match="真实时间"):
        Clock(START, RealSeconds(), can_walk=False).walk(START + MINUTE)
