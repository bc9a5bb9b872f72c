"""Owners are reminded of what waits for their press: danger soon, the rest in the hour, three times, not at night."""

from datetime import datetime, timedelta

import pytest

from bot.channels.times import CHINA
from bot.groups.reminders import due
from registry.terms import Lane

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=CHINA)


def after(lane: Lane, minutes: float, *, times: int = 0, at: datetime = NOON, last: float | None = None) -> bool:
    reminded = {"t": (times, at - timedelta(minutes=last) if last is not None else None)}
    return due({"t": (lane, at - timedelta(minutes=minutes))}, reminded, at) == ["t"]


@pytest.mark.parametrize(("lane", "minutes"), [(Lane.DANGER, 3), (Lane.URGENT, 15), (Lane.NORMAL, 60), (Lane.DIGEST, 60)])
def test_each_lane_has_its_patience(lane: Lane, minutes: int) -> None:
    assert not after(lane, minutes - 0.1)
    assert after(lane, minutes)
    assert not after(lane, 300, times=1, last=minutes - 0.1), "counted from the last reminder"
    assert after(lane, 300, times=1, last=minutes)


def test_three_times_and_no_more() -> None:
    assert after(Lane.DANGER, 300, times=2, last=60)
    assert not after(Lane.DANGER, 300, times=3, last=60)


@pytest.mark.parametrize("hour", [21, 23, 3, 6])
def test_at_night_only_danger_reminds(hour: int) -> None:
    night = NOON.replace(hour=hour)
    assert after(Lane.DANGER, 5, at=night)
    assert not after(Lane.URGENT, 300, at=night)
    assert not after(Lane.DIGEST, 300, at=night)
